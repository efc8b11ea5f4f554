// What was known at a moment, over HTTP.
import { expect } from "chai";
import * as Baker from "../../../src/domain/baker/baker.js";
import { answered } from "../../support/api/answered.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { BAKER } from "../../support/payouts.js";

describe("asOf", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  before(async () => {
    served = await serveHistory();
  });
  after(() => served.close());
  afterEach(() => {
    expect(served.reports).to.deep.equal([]);
  });

  const ask = (path: string, headers: Record<string, string> = {}) =>
    answered(
      fetch(`http://127.0.0.1:${served.port}/api/v1${path}`, {
        headers: { authorization: `Bearer ${served.tokens.viewer}`, ...headers },
      }),
    );
  const filled = (path: string): string =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => served.samples[name] ?? "?");
  const ROUTES = ["/settings", "/cycles/{cycle}", "/payments/{payout}/{obligation}"];

  it("answers the head as it is now, with the same ETag, and the position that was asked for", async () => {
    for (const path of ROUTES.map(filled)) {
      const now = await ask(path);
      const then = await ask(`${path}?asOf=${served.head}`);
      expect([then.status, then.headers.get("taps-position")], path).to.deep.equal([200, `${served.head}`]);
      expect(then.body, path).to.deep.equal(now.body);
      const etag = now.headers.get("etag") ?? "";
      expect(then.headers.get("etag"), path).to.equal(etag).and.match(/^"/);
      expect((await ask(`${path}?asOf=${served.head}`, { "if-none-match": etag })).status).to.equal(304);
    }
  });

  it("answers /settings with the revision of the baker's stream for an ETag", async () => {
    const ofBaker = served.events.filter(({ stream }) => stream === Baker.stream(BAKER));
    for (const { position, revision } of ofBaker) {
      const then = await ask(`/settings?asOf=${position}`);
      expect(then.headers.get("etag")).to.equal(`"${revision}"`);
    }
    expect((await ask("/settings")).headers.get("etag")).to.equal(`"${ofBaker.at(-1)?.revision}"`);
  });

  it("answers what a payment was before it was paid", async () => {
    const path = filled("/payments/{payout}/{obligation}");
    const signed = served.events.find(
      ({ event }) => event.type === "OperationSigned" && event.data.hash === served.samples["hash"],
    );
    const position = signed?.position ?? 0n;
    const results: unknown[] = [];
    for (const asOf of [position - 1n, position, served.head])
      results.push((await ask(`${path}?asOf=${asOf}`)).body["result"]);
    expect(results).to.deep.equal(["batched", "signed", "paid"]);
  });

  it("takes a time for the last position recorded by then", async () => {
    const { recordedAt } = served.events[Math.floor(served.events.length / 2)] ?? { recordedAt: new Date(0) };
    const last = served.events.findLast((event) => event.recordedAt <= recordedAt);
    const elsewhere = new Date(recordedAt.getTime() + 7_200_000).toISOString().replace("Z", "+02:00");
    for (const time of [recordedAt.toISOString(), elsewhere]) {
      const then = await ask(`/settings?asOf=${encodeURIComponent(time)}`);
      expect([then.status, then.headers.get("taps-position")], time).to.deep.equal([
        200,
        `${last?.position}`,
      ]);
    }
  });

  it("refuses what is still to come, is no moment, or is to be waited for as well", async () => {
    const cases = [
      [`asOf=${served.head + 1n}`, 400, "invalid"],
      ["asOf=9999999999999999999", 400, "invalid"],
      ["asOf=2999-01-01T00:00:00Z", 400, "invalid"],
      ["asOf=2026-01-01T00:00:00+02:00", 400, "invalid"], // a plus that is not encoded is a blank
      ["asOf=2026-01-01", 400, "invalid"],
      ["asOf=-1", 400, "invalid"],
      ["asOf=", 400, "invalid"],
      [`asOf=${served.head}&minPosition=${served.head}`, 400, "invalid"],
      [`asOf=${served.head}&minPosition=${served.head + 1n}`, 400, "invalid"],
      ["asOf=2018-06-30T00:00:00Z", 404, "not-found"],
    ] as const;
    for (const path of ROUTES.map(filled))
      for (const [query, status, type] of cases) {
        const { body } = await ask(`${path}?${query}`);
        expect([body["status"], body["type"]], query).to.deep.equal([status, `/api/problems/${type}`]);
        if (status === 400)
          expect((body["faults"] as { pointer: string }[])[0]?.pointer, query).to.equal("/query/asOf");
      }
  });

  it("takes names that nothing can have for names of nothing", async () => {
    expect((await ask(`/cycles/999999?asOf=${served.head}`)).status).to.equal(404);
    expect((await ask(`/payments/x/y?asOf=${served.head}`)).status).to.equal(404);
    for (const path of ["/payments/%00/x", "/payments/x/%00", "/payouts/%00", "/activity?actor=%00"])
      expect((await ask(path)).status, path).to.equal(400);
  });
});
