// What commands demand, and how they are refused.
import { expect } from "chai";
import { serveWorld, type ServedWorld } from "../../support/api/commanded-world.js";
import { addressOf } from "../../support/rewards.js";
import { ChainUnavailable } from "../../../src/application/ports/chain.js";
import { referenceWorld } from "../../support/world/scenario.js";
import { type World } from "../../support/world/world.js";

const DELEGATOR = addressOf(3);
const adjustment = { delegator: DELEGATOR, amount: "1500000", reason: "correction", reference: "ticket 7" };
const ADJUST = "POST /ledger/adjustments";

describe("commands and their keys", function () {
  this.timeout(60_000);
  let world: World;
  let served: ServedWorld;
  beforeEach(async () => {
    world = referenceWorld();
    await world.setUp();
    for (let blocks = 0; blocks < 4; blocks += 1) world.bake();
    served = await serveWorld(world);
  });
  afterEach(async () => {
    await served.close();
    expect(served.reports).to.deep.equal([]);
  });
  const typeOf = (body: Record<string, unknown>): string => String(body["type"]).split("/").at(-1) ?? "";
  const types = async (): Promise<readonly string[]> =>
    (await served.written()).map(({ event }) => event.type);

  it("demands a key that can be one, before anything is looked at", async () => {
    for (const key of ["", "with blank", "x".repeat(256)]) {
      const { status, body } = await served.say({ command: ADJUST, body: adjustment, key });
      expect([status, typeOf(body)]).to.deep.equal([400, "idempotency-key-missing"]);
    }
    expect(await types()).to.deep.equal([]);
  });

  it("refuses a key that stands for another command, of the same caller alone", async () => {
    expect((await served.say({ command: ADJUST, body: adjustment, key: "k" })).status).to.equal(200);
    const other = { command: ADJUST, body: { ...adjustment, reference: "ticket 8" }, key: "k" } as const;
    const { status, body } = await served.say(other);
    expect([status, typeOf(body)]).to.deep.equal([422, "idempotency-key-reused"]);
    const elsewhere = await served.say({ command: "PUT /pause", body: { reason: "x" }, key: "k" });
    expect(elsewhere.status).to.equal(422);
    const byAnother = { command: "PUT /pause", body: { reason: "x" }, key: "k", by: "operator" } as const;
    expect((await served.say(byAnother)).status).to.equal(200);
    expect(await types()).to.deep.equal(["AdjustmentRecorded", "WalletPaused"]);
  });

  it("carries out once what comes many times at once", async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, () => served.say({ command: ADJUST, body: adjustment, key: "k" })),
    );
    const done = all.filter(({ status }) => status === 200);
    expect(new Set(done.map(({ body }) => body["position"])).size).to.equal(1);
    expect(done.filter(({ headers }) => headers.get("idempotency-replayed") === null)).to.have.lengthOf(1);
    for (const { status, body, headers } of all)
      if (status !== 200)
        expect([status, typeOf(body), headers.get("retry-after")]).to.deep.equal([
          409,
          "idempotency-key-in-use",
          "2",
        ]);
    expect(await types()).to.deep.equal(["AdjustmentRecorded"]);
  });

  it("keeps what was carried out, also when it is asked for a month later; not what was refused", async () => {
    const release = { command: `POST /payments/0/delegator:${DELEGATOR}/release`, key: "r" } as const;
    const refused = await served.say(release);
    expect([refused.status, refused.body["code"]]).to.deep.equal([409, "unknown-obligation"]);
    expect((await served.say({ ...release, key: "r" })).headers.get("idempotency-replayed")).to.equal(null);
    await served.say({ command: ADJUST, body: adjustment, key: "k" });
    served.clock.advance(29 * 86_400_000);
    await served.login();
    const again = await served.say({ command: ADJUST, body: adjustment, key: "k" });
    expect(again.headers.get("idempotency-replayed")).to.equal("true");
    expect(await types()).to.deep.equal(["AdjustmentRecorded"]);
  });

  it("changes settings only for who has seen them as they stand", async () => {
    const put = (etag: string | undefined, feeBps: number) =>
      served.say({
        command: "PUT /settings",
        body: { feeBps },
        ...(etag === undefined ? {} : { headers: { "if-match": etag } }),
      });
    const missing = await put(undefined, 600);
    expect([missing.status, typeOf(missing.body)]).to.deep.equal([428, "condition-missing"]);
    for (const etag of ['"1"', '"3"', 'W/"2"', "2", "*"]) {
      const stale = await put(etag, 600);
      expect([stale.status, typeOf(stale.body)], etag).to.deep.equal([412, "changed-since"]);
    }
    const two = await Promise.all([put('"2"', 600), put('"2"', 700)]);
    expect(two.map(({ status }) => status).sort()).to.deep.equal([200, 412]);
    expect(await types()).to.deep.equal(["PolicyChanged"]);
    const bad = await put('"3"', -1);
    expect(bad.body["faults"]).to.deep.equal([{ pointer: "/body/feeBps", detail: "must be 0 or more" }]);
  });

  it("previews a batch, and sends only the file that was previewed", async () => {
    const csv = `address,tez\n${DELEGATOR},1.5\n`;
    const preview = await served.say({ command: "POST /batches/preview", body: { csv } });
    const { digest, ...rest } = preview.body;
    expect(rest).to.deep.equal({
      receivers: 1,
      total: "1500000",
      rows: [{ to: DELEGATOR, amount: "1500000" }],
    });
    const other = await served.say({
      command: "POST /batches",
      body: { csv: csv.replace("1.5", "2.5"), digest },
    });
    expect([other.status, other.body["code"]]).to.deep.equal([409, "other-file"]);
    const bad = await served.say({
      command: "POST /batches/preview",
      body: { csv: "address,tez\nx,1\ny,1\n" },
    });
    expect(bad.status).to.equal(400);
    expect(bad.body["faults"]).to.have.lengthOf(2);
    expect(await types()).to.deep.equal([]);
    expect((await served.say({ command: "POST /batches", body: { csv, digest } })).status).to.equal(200);
  });

  it("computes a cycle and holds the log against the chain, and writes nothing", async () => {
    const computed = await served.say({
      command: "POST /cycles/0/simulate",
      body: { policy: { feeBps: 0 } },
    });
    expect([computed.status, computed.body["code"]]).to.deep.equal([409, "unfinished-cycle"]);
    const wrong = await served.say({ command: "POST /cycles/0/simulate", body: { policy: { feeBps: -1 } } });
    expect(wrong.body["faults"]).to.deep.equal([
      { pointer: "/body/policy/feeBps", detail: "must be 0 or more" },
    ]);
    const reconciled = await served.say({ command: "POST /reconcile", body: {} });
    expect(reconciled.body).to.deep.include({ complete: true, explained: true, foreign: [], lost: [] });
    expect(await types()).to.deep.equal([]);
  });

  it("says so when a node does not answer, and may be asked again with the same key", async () => {
    const head = world.chain.head.bind(world.chain);
    world.chain.head = () => Promise.reject(new ChainUnavailable("head", { cause: "no node" }));
    const off = { command: "POST /cycles/0/pay", body: {}, key: "k" } as const;
    const failed = await served.say(off);
    expect([failed.status, typeOf(failed.body), failed.headers.get("retry-after")]).to.deep.equal([
      503,
      "unavailable",
      "2",
    ]);
    world.chain.head = head;
    expect((await served.say(off)).status).to.equal(200);
  });
});
