import { expect } from "chai";
import { inspect } from "node:util";
import { BlockUnavailable, ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { chainId, type TzAddress } from "../../../../src/domain/identifiers.js";
import { blockOf, operationOf } from "../../../support/identifiers.js";
import { someTz } from "../../../support/chain-model.js";
import {
  chainOver,
  EMPTY_POOL,
  failureOf,
  nodesOver,
  type FakeNode,
  HANG,
  json,
  type Routes,
  startFakeNode,
} from "./fake-node.js";
import { CHAIN as CHAIN_ID, HASH, NOW, recorded } from "./recorded.js";

const CHAIN = chainId.parse(CHAIN_ID);
const FOREIGN = "NetXnHfVqm9iesp";
const PAYER: TzAddress = someTz("payer");
const HEADER = "/chains/main/blocks/head/header";
const POOL = "/chains/main/mempool/pending_operations";

/** A node whose head is the recorded one, with changes. */
const healthy = (changes: Record<string, unknown> = {}): Routes => {
  const header = { ...recorded.header, ...changes };
  const hash = String(header["hash"]);
  return {
    "/chains/main/chain_id": json(header["chain_id"]),
    [HEADER]: json(header),
    [`/chains/main/blocks/${hash}/header`]: json(header),
    [`/chains/main/blocks/${hash}/metadata`]: json(recorded.metadata),
    [`/chains/main/blocks/${hash}/operations/3`]: json([]),
    [POOL]: json(EMPTY_POOL),
    "/injection/operation": json(operationOf("x")),
  };
};
const all = (reply: Routes[string]): Routes =>
  Object.fromEntries(Object.keys(healthy()).map((path) => [path, reply]));

describe("a primary node and its fallback", () => {
  let primary: FakeNode;
  let fallback: FakeNode;
  beforeEach(async () => {
    [primary, fallback] = await Promise.all([startFakeNode(healthy()), startFakeNode(healthy())]);
  });
  afterEach(() => Promise.all([primary.stop(), fallback.stop()]));
  const chain = (options: { timeoutMs?: number } = {}) =>
    chainOver([primary.url, fallback.url], { now: NOW, chainId: CHAIN, ...options });
  const health = (options: { timeoutMs?: number } = {}) =>
    nodesOver([primary.url, fallback.url], { now: NOW, chainId: CHAIN, ...options }).health();

  it("asks the primary alone while it is well", async () => {
    const one = chain();
    await one.head();
    await one.block(HASH, PAYER);
    expect(fallback.asked).to.deep.equal([]);
  });

  const broken: readonly (readonly [string, Routes])[] = [
    ["answers HTML", all({ body: "<html>busy</html>" })],
    ["answers 502", all({ status: 502, body: "<html>bad gateway</html>" })],
    ["answers 429", all({ status: 429, body: "" })],
    ["hangs", all(HANG)],
    ["has another schema", all(json({}))],
  ];
  for (const [name, routes] of broken) {
    it(`goes to the fallback when the primary ${name}`, async () => {
      primary.routes = routes;
      const one = chain({ timeoutMs: 100 });
      expect((await one.head()).hash).to.equal(HASH);
      expect((await one.block(HASH, PAYER)).hash).to.equal(HASH);
      expect(await one.inject("00")).to.deep.equal({ outcome: "accepted" });
      expect((await health({ timeoutMs: 100 })).map(({ state }) => state)).to.deep.equal([
        "unreachable",
        "good",
      ]);
    });
  }

  it("goes to the fallback when the primary is gone, and says so when both are", async () => {
    await primary.stop();
    const one = chain();
    expect((await one.head()).hash).to.equal(HASH);
    fallback.routes = all({ status: 503, body: "" });
    expect(await failureOf(chain().head()))
      .to.be.instanceOf(ChainUnavailable)
      .with.property("message")
      .that.matches(/^node 127.0.0.1:\d+: unreachable; node 127.0.0.1:\d+: unreachable$/);
    primary = await startFakeNode({});
  });

  it("is not led to another node, neither for a question nor for an injection", async () => {
    const elsewhere = await startFakeNode(healthy());
    for (const status of [301, 302, 307, 308]) {
      primary.routes = Object.fromEntries(
        Object.keys(healthy()).map((path) => [
          path,
          { status, body: "", location: `${elsewhere.url}${path}` },
        ]),
      );
      const alone = chainOver([primary.url], { now: NOW, chainId: CHAIN });
      expect(await failureOf(alone.head()), String(status)).to.be.instanceOf(ChainUnavailable);
      expect(await failureOf(alone.inject("00")), String(status)).to.be.instanceOf(ChainUnavailable);
    }
    await elsewhere.stop();
    expect(elsewhere.asked).to.deep.equal([]);
  });

  it("never uses a node of another chain, not even for an injection", async () => {
    fallback.routes = { ...healthy({ chain_id: FOREIGN }) };
    primary.routes = { ...healthy(), "/injection/operation": { status: 502, body: "" }, [POOL]: HANG };
    const one = chain({ timeoutMs: 100 });
    expect(await failureOf(one.inject("00"))).to.be.instanceOf(ChainUnavailable);
    expect(await failureOf(one.mempool(PAYER))).to.be.instanceOf(ChainUnavailable);
    expect(new Set(fallback.asked)).to.deep.equal(new Set(["GET /chains/main/chain_id"]));
    expect((await health()).map(({ state }) => state)).to.deep.equal(["good", "foreign"]);
    primary.routes = all({ status: 502, body: "" });
    expect(await failureOf(chain().head())).to.be.instanceOf(ChainUnavailable);
  });

  it("believes the registered chain, whichever it saw first", async () => {
    fallback.routes = healthy({ chain_id: FOREIGN });
    const nodes = nodesOver([fallback.url, primary.url], { now: NOW });
    expect((await nodes.head()).chain_id).to.equal(FOREIGN);
    nodes.believe(CHAIN);
    expect((await nodes.head()).chain_id).to.equal(CHAIN);
    const alone = nodesOver([fallback.url], { now: NOW, chainId: CHAIN });
    expect(await failureOf(alone.head()))
      .to.be.instanceOf(ChainUnavailable)
      .with.property("message")
      .that.matches(/^node 127.0.0.1:\d+ is on chain NetXnHfVqm9iesp$/);
  });

  it("prefers a fallback to a primary that lags, and takes the newest when all do", async () => {
    const old = blockOf("old");
    primary.routes = healthy({ hash: old, level: 5940000, timestamp: "2024-06-30T11:00:00Z" });
    expect((await chain().head()).hash).to.equal(HASH);
    expect((await health()).map(({ state, level }) => [state, level])).to.deep.equal([
      ["lags", 5940000],
      ["good", 5941098],
    ]);
    fallback.routes = healthy({ timestamp: "2024-06-30T13:00:00Z" });
    expect((await chain().head()).hash).to.equal(HASH);
    fallback.routes = all({ status: 502, body: "" });
    expect((await chain().head()).hash).to.equal(old);
  });

  it("compares a head that is not fresh: a primary behind the fallback lags, on a slow chain it does not", async () => {
    const behind = blockOf("behind");
    const aMinuteOld = { timestamp: "2024-06-30T13:59:30Z" };
    primary.routes = healthy({ hash: behind, level: 5941088, ...aMinuteOld });
    expect((await chain().head()).hash).to.equal(HASH);
    expect((await health()).map(({ state }) => state)).to.deep.equal(["lags", "good"]);
    primary.routes = healthy(aMinuteOld);
    fallback.routes = healthy({ hash: behind, level: 5941088, ...aMinuteOld });
    expect((await chain().head()).hash).to.equal(HASH);
    expect((await health()).map(({ state }) => state)).to.deep.equal(["good", "lags"]);
    fallback.routes = healthy({ level: 5941100, chain_id: FOREIGN });
    expect((await chain().head()).hash).to.equal(HASH);
  });

  it("calls a block unavailable only once both nodes do not have it", async () => {
    const paths = ["header", "metadata", "operations/3"].map((part) => `/chains/main/blocks/${HASH}/${part}`);
    const pruned = { status: 500, body: [{ kind: "permanent", id: "context.storage_error" }] };
    for (const path of paths) primary.routes[path] = { status: 404, body: "" };
    expect((await chain().block(HASH, PAYER)).hash).to.equal(HASH);
    for (const path of paths) fallback.routes[path] = pruned;
    expect(await failureOf(chain().block(HASH, PAYER)))
      .to.be.instanceOf(BlockUnavailable)
      .with.property("block", HASH);
    for (const path of paths) fallback.routes[path] = { status: 502, body: "" };
    const error = await failureOf(chain().block(HASH, PAYER));
    expect(error).to.be.instanceOf(ChainUnavailable).and.not.instanceOf(BlockUnavailable);
  });

  it("merges both mempools", async () => {
    const operation = (name: string) => ({ hash: operationOf(name), contents: [{ source: PAYER }] });
    primary.routes[POOL] = json({ ...EMPTY_POOL, outdated: [operation("a")], validated: [operation("b")] });
    fallback.routes[POOL] = json({
      ...EMPTY_POOL,
      validated: [operation("a")],
      refused: [operation("b"), operation("c")],
    });
    expect(await chain().mempool(PAYER)).to.have.deep.members([
      { hash: operationOf("a"), state: "validated" },
      { hash: operationOf("b"), state: "validated" },
      { hash: operationOf("c"), state: "refused" },
    ]);
    primary.routes[POOL] = { status: 502, body: "" };
    expect(await chain().mempool(PAYER)).to.have.length(3);
  });

  it("asks again what failed once, but does not inject again by itself", async () => {
    let failing = 2;
    primary.routes[HEADER] = () =>
      (failing -= 1) >= 0 ? { status: 503, body: "" } : json({ ...recorded.header });
    expect((await chain().head()).hash).to.equal(HASH);
    expect(fallback.asked).to.deep.equal([]);
    primary.routes["/injection/operation"] = fallback.routes["/injection/operation"] = {
      status: 503,
      body: "",
    };
    expect(await failureOf(chain().inject("00"))).to.be.instanceOf(ChainUnavailable);
    expect(primary.asked.filter((line) => line.startsWith("POST"))).to.have.length(1);
  });

  it("stops asking a node that hangs", async () => {
    primary.routes = all(HANG);
    const one = chainOver([primary.url], { now: NOW, timeoutMs: 20 });
    for (let n = 0; n < 12; n += 1) {
      expect(await failureOf(one.block(HASH, PAYER))).to.be.instanceOf(ChainUnavailable);
    }
    expect(primary.asked).to.have.length(6);
  });

  it("shows no address in its errors: it may carry a key", async () => {
    for (const url of [
      `${primary.url}/hunter2`,
      "http://127.0.0.1:1/hunter2",
      "http://a:hunter2@127.0.0.1:1",
    ]) {
      const one = chainOver([url], { now: NOW, timeoutMs: 100 });
      for (const asking of [one.head(), one.block(HASH, PAYER), one.inject("00")]) {
        const error = await failureOf(asking);
        expect(error).to.be.instanceOf(ChainUnavailable);
        expect(inspect(error, { depth: 9, showHidden: true })).not.to.include("hunter2");
      }
    }
  });

  it("waits for another head, by polling where nothing streams", async () => {
    const one = chain();
    await one.head();
    const wait = (ms: number, signal = new AbortController().signal) =>
      one.waitForHead(HASH, { timeoutMs: ms, signal });
    const waiting = wait(60_000);
    primary.routes = healthy({ hash: blockOf("next") });
    await waiting;
    primary.routes = healthy();
    await wait(1);
    await wait(60_000, AbortSignal.abort());
  });
});
