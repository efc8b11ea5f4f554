// What everybody may ask, where somebody has said so.
import { expect } from "chai";
import { publicRoutes } from "../../../src/api/resources/public.js";
import { routesOf } from "../../../src/api/routes.js";
import { type Answered, answered } from "../../support/api/answered.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { addressOf } from "../../support/identifiers.js";

type Rows = readonly Readonly<Record<string, unknown>>[];

describe("the public API", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  let delegator: string;
  before(async () => {
    served = await serveHistory();
    delegator = served.samples["delegator"] ?? "";
  });
  after(async () => {
    expect(served.reports).to.deep.equal([]);
    await served.close();
  });

  const ask = (path: string, port = served.port) => answered(fetch(`http://127.0.0.1:${port}${path}`));
  const asViewer = (path: string) =>
    answered(
      fetch(`http://127.0.0.1:${served.port}/api/v1${path}`, {
        headers: { authorization: `Bearer ${served.tokens.viewer}` },
      }),
    );

  it("is not there unless it is switched on, nor in what is said of the API", async () => {
    const api = await served.serve(routesOf({ public: false }));
    const document = (await ask("/api/openapi.json", api.port)).body as { readonly paths: object };
    expect(Object.keys(document.paths).filter((path) => path.includes("public"))).to.deep.equal([]);
    const docs = await (await fetch(`http://127.0.0.1:${api.port}/api/docs`)).text();
    expect(docs).to.not.include("/public/");
    const told = ({ status, body: { type, title } }: Answered) => [status, type, title];
    const nothing = told(await ask("/api/v1/nothing/at/all", api.port));
    for (const { path } of publicRoutes) {
      const at = `/api/v1${path.replace(/\{(\w+)\}/g, (_, name: string) => served.samples[name] ?? "?")}`;
      expect(told(await ask(at, api.port)), at).to.deep.equal(nothing);
      // Nothing has signed this log: its payments cannot be proven.
      expect((await ask(at)).status, at).to.equal(path.endsWith("/proof") ? 409 : 200);
    }
    await api.close();
  });

  it("tells what a delegator was paid, to the mutez, and nothing of terms, persons and others", async () => {
    const { body: known } = await asViewer(`/delegators/${delegator}`);
    const { body } = await ask(`/api/v1/public/delegators/${delegator}`);
    const { firstCycle, lastCycle, paid, payments, lastPaidCycle, lastPaidAt } = known;
    expect(body).to.deep.equal({
      ...{ delegator, firstCycle, lastCycle, paid, payments, lastPaidCycle, lastPaidAt },
    });
    const unknown = await ask(`/api/v1/public/delegators/${addressOf(987_654)}`);
    expect([unknown.status, unknown.body["type"]]).to.deep.equal([404, "/api/problems/not-found"]);
  });

  it("lists a delegator's own payments, each with its operation, a page at a time", async () => {
    const own = (await asViewer(`/payments?delegator=${delegator}&limit=200&order=ascending`)).body[
      "rows"
    ] as Rows;
    const expected = own
      .filter(({ kind }) => kind === "delegator")
      .map(
        ({ cycle, due, sent, transactionFee, allocationFee, result, operationHash, level, settledAt }) => ({
          ...{ cycle, due, sent, transactionFee, allocationFee, result, operationHash, level, settledAt },
        }),
      );
    const walked: unknown[] = [];
    for (let next: string | null = ""; next !== null;) {
      const cursor = next === "" ? "" : `&cursor=${next}`;
      const { body }: Answered = await ask(
        `/api/v1/public/delegators/${delegator}/payments?order=ascending&limit=2${cursor}`,
      );
      walked.push(...(body["rows"] as Rows));
      next = body["next"] as string | null;
    }
    expect(walked).to.deep.equal(expected);
    expect(expected.length).to.be.above(2);
  });

  it("lists nothing that an address got otherwise, such as a share of the bond pool", async () => {
    const all = (await asViewer("/payments?limit=200")).body["rows"] as Rows;
    const others = all.filter(({ kind }) => kind !== "delegator");
    expect(others.length).to.be.above(0);
    for (const { delegator: who, operationHash, due } of others) {
      const { body } = await ask(`/api/v1/public/delegators/${String(who)}/payments?limit=200`);
      const rows = body["rows"] as Rows;
      expect(rows.some((row) => row["operationHash"] === operationHash && row["due"] === due)).to.equal(
        all.some(
          (row) =>
            row["kind"] === "delegator" &&
            row["delegator"] === who &&
            row["operationHash"] === operationHash &&
            row["due"] === due,
        ),
      );
    }
  });

  it("lets strangers wait for nothing", async () => {
    const { status } = await ask(`/api/v1/public/delegators/${delegator}?minPosition=${served.head + 1n}`);
    expect(status).to.equal(200);
  });
});
