import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { expect } from "chai";
import { SourceUnavailable } from "../../../src/application/ports/reward-source.js";
import { type Clock } from "../../../src/application/ports/system.js";
import { inputsOf } from "../../../src/application/reward-reply.js";
import { asCycle, tzAddress } from "../../../src/domain/identifiers.js";
import { TzktSource } from "../../../src/infrastructure/tezos/tzkt.js";
import { fixture } from "../../support/fixtures.js";
import { addressOf } from "../../support/rewards.js";

const BAKER = tzAddress.parse("tz1fwnfJNgiDACshK9avfRfFbMaXrs3ghoJa");
const CYCLE = asCycle(1000);
const HEAD = { level: 102, cycle: 1001, chainId: "NetXdQprcVkpaWU" };

type Answer = (response: ServerResponse, url: URL) => void;
const json =
  (value: unknown, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
const text =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body);
const cut: Answer = (response) => {
  response.writeHead(200, { "content-length": "1000" }).write('{"level": 1');
  setImmediate(() => response.destroy());
};
const hang: Answer = () => undefined;
const hangInTheBody: Answer = (response) => response.writeHead(200).write('{"level"');

/** Waits are noted and cost no time. */
class NotedWaits implements Clock {
  readonly waits: number[] = [];
  now = () => new Date("2026-01-01T00:00:00Z");
  sleep = async (ms: number): Promise<void> => {
    this.waits.push(ms);
  };
}

describe("TzKT as the source of rewards", () => {
  let server: Server;
  let clock: NotedWaits;
  let source: TzktSource;
  let baseUrl: string;
  const host = () => new URL(baseUrl).host;
  let asked: string[];
  /** Answers by path, the first ones first; the last one for ever. */
  let answers: Record<string, Answer[]>;

  const path = `/v1/rewards/split/${BAKER}/1000`;
  const page = (count: number, from: number, head: object = {}) => ({
    cycle: 1000,
    ownDelegatedBalance: 1,
    externalDelegatedBalance: 25_000,
    ownStakedBalance: 0,
    delegatorsCount: 25_000,
    blockRewardsDelegated: 1,
    attestationRewardsDelegated: 1,
    dalAttestationRewardsDelegated: 1,
    blockFees: 1,
    nonceRevelationRewardsDelegated: 1,
    vdfRevelationRewardsDelegated: 1,
    ...head,
    delegators: Array.from({ length: count }, (_, n) => ({
      address: addressOf(from + n),
      delegatedBalance: 1,
      emptied: false,
    })),
  });
  const small = (head: object = {}) =>
    page(2, 0, { delegatorsCount: 2, externalDelegatedBalance: 2, ...head });

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "", "http://tzkt");
    asked.push(`${url.pathname}${url.search}`);
    const queue = answers[url.pathname] ?? [];
    const next = queue.length > 1 ? queue.shift() : queue[0];
    (next ?? text(404, "no such page"))(response, url);
  };

  before((done) => {
    server = createServer(answer).listen(0, "127.0.0.1", done);
  });
  after((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  beforeEach(() => {
    const { port } = server.address() as AddressInfo;
    clock = new NotedWaits();
    baseUrl = `http://127.0.0.1:${port}/`;
    source = new TzktSource({ baseUrl, clock });
    asked = [];
    answers = {
      "/v1/head": [json(HEAD)],
      "/v1/cycles/1000": [json({ index: 1000, firstLevel: 1, lastLevel: 100 })],
      [path]: [json(small())],
    };
  });

  const failure = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(SourceUnavailable);
    return error instanceof SourceUnavailable ? error.message : "";
  };

  it("reads head, cycle and one page, in that order, and keeps the page as it came", async () => {
    const body = JSON.stringify(small(), undefined, 1);
    answers[path] = [text(200, body)];
    expect(await source.split(BAKER, CYCLE)).to.deep.equal({ pages: [body], headLevel: 102, lastLevel: 100 });
    expect(asked).to.deep.equal(["/v1/head", "/v1/cycles/1000", `${path}?offset=0&limit=10000`]);
    expect(await source.head()).to.deep.equal(HEAD);
  });

  it("does what must be done before each question, and passes on why that could not be done", async () => {
    const order: string[] = [];
    const lapse = new Error("the lease is not there");
    const beforeEach = async (): Promise<void> => {
      order.push(`before question ${asked.length + 1}`);
      if (order.length > 4) throw lapse;
    };
    const careful = new TzktSource({ baseUrl, clock, beforeEach });
    answers["/v1/cycles/1000"] = [text(500, ""), json({ lastLevel: 100 })];
    await careful.split(BAKER, CYCLE);
    expect(order).to.deep.equal([1, 2, 3, 4].map((n) => `before question ${n}`));
    const error: unknown = await careful.head().catch((reason: unknown) => reason);
    expect([error, asked.length]).to.deep.equal([lapse, 4]);
  });

  it("asks for further pages until the last is short and the announced count is reached", async () => {
    const pages = [page(10_000, 0), page(10_000, 10_000), page(5_000, 20_000)];
    answers[path] = pages.map((content) => json(content));
    const reply = await source.split(BAKER, CYCLE);
    expect(asked.slice(2)).to.deep.equal(
      [0, 10_000, 20_000].map((offset) => `${path}?offset=${offset}&limit=10000`),
    );
    const outcome = inputsOf(CYCLE, reply);
    if ("refused" in outcome) expect.fail(JSON.stringify(outcome.refused));
    expect(outcome.inputs.rows.length).to.equal(25_000);
    expect(outcome.inputs.rows[24_999]?.delegator).to.equal(addressOf(24_999));
  });

  it("goes on after a short page while rows are missing, and after a full one although none are", async () => {
    answers[path] = [json(page(2, 0, { delegatorsCount: 3 })), json(page(1, 2, { delegatorsCount: 3 }))];
    await source.split(BAKER, CYCLE);
    expect(asked.slice(2)).to.deep.equal([0, 2].map((offset) => `${path}?offset=${offset}&limit=10000`));
    asked = [];
    answers[path] = [
      json(page(10_000, 0, { delegatorsCount: 10_000 })),
      json(page(0, 0, { delegatorsCount: 10_000 })),
    ];
    expect((await source.split(BAKER, CYCLE))?.pages.length).to.equal(2);
  });

  it("stops at an empty page and at a server that ignores the offset; the list is refused as cut", async () => {
    const lists = [
      [
        json(page(3, 0, { delegatorsCount: 9, externalDelegatedBalance: 9 })),
        json(page(0, 0, { delegatorsCount: 9, externalDelegatedBalance: 9 })),
      ],
      [json(page(3, 0, { delegatorsCount: 9, externalDelegatedBalance: 9 }))],
    ];
    for (const list of lists) {
      answers[path] = list;
      const outcome = inputsOf(CYCLE, await source.split(BAKER, CYCLE));
      expect("refused" in outcome && outcome.refused.map(({ check }) => check)).to.deep.equal([
        "row-count",
        "balance-sum",
      ]);
    }
  });

  it("starts over when the pages do not agree", async () => {
    const first = page(2, 0, { delegatorsCount: 3, externalDelegatedBalance: 3 });
    const second = page(1, 2, { delegatorsCount: 3, externalDelegatedBalance: 3 });
    answers[path] = [
      json(first),
      json({ ...second, blockFees: 2 }),
      json({ ...first, blockFees: 2 }),
      json({ ...second, blockFees: 2 }),
    ];
    const outcome = inputsOf(CYCLE, await source.split(BAKER, CYCLE));
    expect("inputs" in outcome && outcome.inputs.income.blockFees).to.equal(2n);
    expect(asked.filter((url) => url.startsWith(path)).length).to.equal(4);
    expect(clock.waits).to.deep.equal([1000]);
  });

  it("gives up starting over after a few times; the reply shows why", async () => {
    let fees = 0;
    answers[path] = [
      (response, url) =>
        json(page(2, Number(url.searchParams.get("offset")), { delegatorsCount: 4, blockFees: (fees += 1) }))(
          response,
          url,
        ),
    ];
    const outcome = inputsOf(CYCLE, await source.split(BAKER, CYCLE));
    expect("refused" in outcome && outcome.refused).to.deep.equal([
      { check: "changed-between-pages", fields: ["blockFees"] },
    ]);
    expect(asked.filter((url) => url.startsWith(path)).length).to.equal(8);
  });

  it("has no data where TzKT answers 204, for the split or for the cycle", async () => {
    answers[path] = [text(204, "")];
    expect(await source.split(BAKER, CYCLE)).to.equal(undefined);
    answers["/v1/cycles/1000"] = [text(204, "")];
    expect(await source.split(BAKER, CYCLE)).to.equal(undefined);
    answers["/v1/head"] = [text(204, "")];
    expect(await failure(source.head())).to.equal("GET /v1/head: no content");
  });

  const faults: Record<string, Answer> = {
    "429 without a word": text(429, "slow down"),
    "500": text(500, "oops"),
    "502 with HTML": text(502, "<html>Bad gateway</html>"),
    "200 with HTML": text(200, "<!DOCTYPE html><html></html>", { "content-type": "application/json" }),
    "200 with nothing": text(200, ""),
    "JSON cut by the server": text(200, '{"level": 1'),
    "JSON cut on the way": cut,
    "JSON of something else": json({ level: 1.5 }),
  };
  for (const [name, fault] of Object.entries(faults)) {
    it(`tries again after ${name}, with growing waits, and gives up after four times`, async () => {
      answers["/v1/head"] = [fault, fault, fault, json(HEAD)];
      expect(await source.head()).to.deep.equal(HEAD);
      expect(clock.waits.length).to.equal(3);
      for (const [n, wait] of clock.waits.entries()) {
        expect(wait).to.be.within(250 * 2 ** n, 500 * 2 ** n);
      }
      asked = [];
      answers["/v1/head"] = [fault];
      expect(await failure(source.head())).to.match(/: GET \/v1\/head: .* \(4 tries\)$/);
      expect(asked.length).to.equal(4);
    });
  }

  it("waits as long as Retry-After asks, in seconds or until a date", async () => {
    answers["/v1/head"] = [
      text(429, "", { "retry-after": "7" }),
      text(503, "", { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }),
      text(429, "", { "retry-after": "soon" }),
      json(HEAD),
    ];
    await source.head();
    expect(clock.waits.slice(0, 2)).to.deep.equal([7000, 9000]);
    expect(clock.waits[2]).to.be.within(1000, 2000);
  });

  it("does not wait an hour because it is asked to", async () => {
    answers["/v1/head"] = [text(429, "", { "retry-after": "3600" })];
    expect(await failure(source.head())).to.equal(
      `${host()}: GET /v1/head: HTTP 429; asks to wait longer than a minute`,
    );
    expect([asked.length, clock.waits]).to.deep.equal([1, []]);
  });

  it("does not repeat what was refused for good", async () => {
    answers["/v1/head"] = [text(400, "bad request")];
    expect(await failure(source.head())).to.equal(`${host()}: GET /v1/head: HTTP 400`);
    expect(asked.length).to.equal(1);
  });

  it("is not led elsewhere", async () => {
    answers["/v1/head"] = [text(302, "", { location: `${baseUrl}/v1/elsewhere` })];
    answers["/v1/elsewhere"] = [json(HEAD)];
    expect(await failure(source.head())).to.equal(`${host()}: GET /v1/head: HTTP 302`);
    expect(asked.length).to.equal(1);
  });

  for (const [name, fault] of Object.entries({ reply: hang, body: hangInTheBody })) {
    it(`does not wait for ever for a ${name} that never comes`, async () => {
      answers["/v1/head"] = [fault];
      const impatient = new TzktSource({ baseUrl, clock, timeoutMs: 20 });
      expect(await failure(impatient.head())).to.equal(`${host()}: GET /v1/head: no reply in time (4 tries)`);
      expect(asked.length).to.equal(4);
    });
  }

  it("says that nothing listens", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, "close");
    const nobody = new TzktSource({ baseUrl: `http://127.0.0.1:${port}`, clock });
    expect(await failure(nobody.head())).to.equal(`127.0.0.1:${port}: GET /v1/head: ECONNREFUSED (4 tries)`);
  });

  it("stops asking after many failures in a row", async () => {
    answers["/v1/head"] = [text(500, "")];
    for (let call = 0; call < 3; call += 1) await failure(source.head());
    expect(asked.length).to.equal(12);
    expect(await failure(source.head())).to.equal(`${host()}: GET /v1/head: too many failures, not asked`);
    expect(asked.length).to.equal(12);
  });

  it("does not page for ever", async () => {
    answers[path] = [(response, url) => json(page(1, Number(url.searchParams.get("offset"))))(response, url)];
    expect(await failure(source.split(BAKER, CYCLE))).to.equal(
      "the rewards of cycle 1000 do not end after 1000 pages",
    );
  });

  it("hands on a malformed page instead of asking for ever", async () => {
    for (const value of [{ ...small(), delegatorsCount: "2" }, { cycle: 1000 }, [], "busy"]) {
      answers[path] = [json(value)];
      expect((await source.split(BAKER, CYCLE))?.pages).to.deep.equal([JSON.stringify(value)]);
    }
  });

  it("brings a recorded cycle home", async () => {
    answers["/v1/cycles/750"] = [json({ lastLevel: 100 })];
    answers[`/v1/rewards/split/${BAKER}/750`] = [text(200, fixture("tzkt/split_750.json"))];
    const outcome = inputsOf(asCycle(750), await source.split(BAKER, asCycle(750)));
    expect("inputs" in outcome && outcome.inputs.rows.length).to.equal(36);
  });
});
