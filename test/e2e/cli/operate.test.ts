import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startFakeNode } from "../../unit/infrastructure/tezos/fake-node.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { type SandboxProcess, startSandboxProcess } from "../../support/whole/sandbox.js";
import { endOf, type Environment, killWhatRuns } from "../../support/whole/taps.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

const STRANGER = "tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN";

/** Each test goes on where the one before it stopped. */
describe("an installation through the command line", function () {
  this.timeout(30_000);
  let folder: string;
  let database: TestDatabase;
  let sandbox: SandboxProcess;
  let env: Environment;

  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse(await tapsWithin(env, [...args, "--json"]));
  const eventsOf = async (stream: string): Promise<readonly unknown[]> =>
    (await tapsWithin(env, ["log", "read", stream]))
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: unknown }).type);
  const refusal = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await endWithin(env, args);
    expect({ code, out }, err).to.deep.equal({ code: 3, out: "" });
    return err.trim();
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-operate-"));
    database = await freshDatabase();
    sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
    env = {
      TAPS_DATA_DIR: join(folder, "taps"),
      DATABASE_URL: database.url,
      TEZOS_RPC_URL: sandbox.url,
      TZKT_URL: sandbox.url,
      BAKER: sandbox.baker,
      WALLET_ENCRYPTION_KEY: randomBytes(32).toString("hex"),
      WALLET_ENCRYPTION_IV: randomBytes(16).toString("hex"),
    };
  });
  after(async () => {
    await killWhatRuns();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("shows before anything is set up, and writes nothing by it", async () => {
    await tapsWithin(env, ["status"]);
    await tapsWithin(env, ["policy", "show"]);
    expect(await json("wallet", "show")).to.deep.equal({ address: null });
    const { code, out } = await endWithin(env, ["doctor"]);
    expect(code).to.equal(1);
    expect(out).to.include('BAD  wallet: none\n     run "npx --no-install taps wallet import"');
    expect(await endWithin(env, ["log", "read", `baker-${sandbox.baker}`])).to.deep.equal({
      code: 1,
      out: "",
      err: `the log has no stream baker-${sandbox.baker}\n`,
    });
    expect(await tapsWithin(env, ["migrate", "status"])).to.match(/^applied: 0001_log.sql\napplied: /);
    expect(await endWithin(env, ["config", "check"])).to.include({
      code: 0,
      err: "the environment is in order\n",
    });
  });

  it("registers the baker by the first command that writes", async () => {
    await tapsWithin(env, ["policy", "preset", "tezpay"]);
    expect(await eventsOf(`baker-${sandbox.baker}`)).to.deep.equal(["BakerRegistered", "PolicyChanged"]);
    expect(await json("policy", "show")).to.have.property("preset", "tezpay");
  });

  it("is not switched on without a wallet", async () => {
    for (const command of [["mode", "on"], ["adopt"], ["restored"]])
      expect(await refusal(...command)).to.match(/^no wallet pays yet: run "taps wallet import"/);
  });

  it("imports a wallet and never repeats a secret", async () => {
    const wrong = sandbox.secretKey.replace(/.$/, "1");
    const bad = await endOf(env, ["wallet", "import"], wrong);
    expect(bad).to.include({ code: 1, out: "" });
    expect(bad.err).to.not.include(wrong.slice(5, 20));
    expect(await endOf(env, ["wallet", "import"], sandbox.secretKey)).to.deep.equal({
      code: 0,
      out: "",
      err: `${sandbox.payer} is imported and pays\n`,
    });
    expect(await json("wallet", "show")).to.deep.equal({ address: sandbox.payer });
    expect(await tapsWithin(env, ["doctor"])).to.include("ok   signer: has the wallet's key");
  });

  it("is not switched on with another key than the wallet's", async () => {
    const other = { ...env, WALLET_ENCRYPTION_KEY: randomBytes(32).toString("hex") };
    const { code, err } = await endWithin(other, ["mode", "on"]);
    expect(code).to.equal(1);
    expect(err).to.match(/^WALLET_ENCRYPTION_KEY or WALLET_ENCRYPTION_IV is not the one/);
    expect(await json("status")).to.have.property("mode", "simulation");
  });

  it("shows what the wallet has paid before it is taken over, and which cycle would be the first", async () => {
    expect(await refusal("restored")).to.match(
      /^the wallet is not taken over yet: that is done by "taps adopt"/,
    );
    expect(await endWithin(env, ["adopt"])).to.deep.equal({
      code: 0,
      out: [
        "cycle 0: the other tool's; it has not ended",
        "cycle 1: the first that TAPS pays",
        "opening balances: 0.000000 tez to 0 delegators, 0 files imported",
        "",
      ].join("\n"),
      err: "nothing is written yet. To pay from cycle 1 on: taps adopt --confirm 1; from the running one on: taps adopt --confirm 0\n",
    });
    const later = await endWithin({ ...env, START_CYCLE: "1" }, ["adopt"]);
    expect([later.code, later.out.split("\n")[0]]).to.deep.equal([
      0,
      "cycle 0: the other tool's; it has not ended",
    ]);
    expect((await endWithin(env, ["log", "read", `wallet-${sandbox.payer}`])).code).to.equal(1);
  });

  it("is switched on and off, the wallet's pause outermost", async () => {
    await tapsWithin(env, ["mode", "on"]);
    await tapsWithin(env, ["mode", "off"]);
    const wallet = `wallet-${sandbox.payer}`;
    expect(await eventsOf(wallet)).to.deep.equal(["WalletAdopted", "WalletPaused"]);
    await tapsWithin(env, ["mode", "on"]);
    expect(await eventsOf(wallet)).to.deep.equal(["WalletAdopted", "WalletPaused", "WalletResumed"]);
    expect(await json("status")).to.have.property("mode", "on");
    expect(await json("mode", "on")).to.deep.equal({ mode: "on", leftBehind: [] });
  });

  it("pauses and resumes", async () => {
    await tapsWithin({ ...env, START_CYCLE: "5" }, ["pause"]);
    expect(await json("status")).to.have.nested.property("wallet.stops[0].reason", "person");
    const doctor = await endWithin(env, ["doctor"]);
    expect(doctor.code).to.equal(1);
    expect(doctor.out).to.include(
      'BAD  signing: stopped, person: paused by a person\n     run "taps resume"',
    );
    expect((await endWithin(env, ["resume"])).err).to.equal("lifted, person: paused by a person\nresumed\n");
    expect(await json("resume")).to.deep.equal({ lifted: [], stops: [] });
    expect(await json("status"))
      .to.have.nested.property("wallet.stops")
      .that.deep.equals([]);
  });

  it("settles what one delegator is owed, and holds and releases it", async () => {
    const id = `batch_settle.${STRANGER}.1`;
    const payment = `payment-${sandbox.baker}_${id}`;
    expect(await refusal("delegator", "settle", STRANGER)).to.match(
      /^the ledger owes this delegator nothing/,
    );
    await tapsWithin(env, ["ledger", "adjust", STRANGER, "+5", "--reason", "correction", "--reference", "7"]);
    const settled = await endWithin(env, ["delegator", "settle", STRANGER, "--json"]);
    expect(JSON.parse(settled.out)).to.deep.equal({
      payment,
      delegator: STRANGER,
      amount: "5",
      recipient: STRANGER,
      now: 'it is signed by the running "taps start"',
    });
    expect(settled.err).to.equal(
      `0.000005 tez to ${STRANGER}: it is signed by the running "taps start"; see "taps payout show ${id}"\n`,
    );
    expect(await json("ledger", "show", "--delegator", STRANGER)).to.deep.include({
      balance: "0",
      settlements: [{ payment, amount: "5", at: "planned" }],
    });
    expect(await json("payout", "show", id)).to.include({ asked: true, pending: 1 });
    await tapsWithin(env, ["payment", "hold", id, STRANGER]);
    expect(await json("payout", "show", id)).to.include({ held: "5", pending: 0 });
    await tapsWithin(env, ["payment", "release", id, STRANGER]);
    expect(await json("payout", "show", id)).to.include({ held: "0", pending: 1 });
    expect((await endWithin(env, ["payment", "hold", "batch", STRANGER])).code).to.equal(2);
    await tapsWithin(env, ["mode", "off"]);
    await tapsWithin(env, ["mode", "on"]);
    expect(await json("payout", "show", id)).to.include({ asked: false, pending: 1 });
  });

  it("sends an amount only under a name, so that it is not sent twice when it is said twice", async () => {
    const { code, err } = await endWithin(env, ["transfer", STRANGER, "1tez"]);
    expect(code).to.equal(2);
    expect(err).to.match(/required option '--id <id>'/);
    for (const [amount, problem] of [
      ["0tez", "the amount is 0."],
      ["0.0000001tez", '"0.0000001" is a fraction of a mutez: a tez has six decimals.'],
      ["99999999999tez", '"99999999999" is more tez than there are.'],
      ["5", "an amount has its unit: 12.5tez or 12500000mutez."],
    ] as const) {
      const wrong = await endWithin(env, ["transfer", STRANGER, amount, "--id", "x"]);
      expect([wrong.code, wrong.err.trim().endsWith(problem)], wrong.err).to.deep.equal([2, true]);
    }
  });

  it("says of a file and of a payment what became of them, before and after it is sent", async () => {
    const file = join(folder, "batch.csv");
    await writeFile(file, `address,mutez\n${STRANGER},5\n`);
    const preview = (await json("batch", file)) as { digest: string };
    const { digest } = preview;
    const rows = [{ to: STRANGER, amount: "5" }];
    const known = { digest, receivers: 1, total: "5", rows };
    expect(preview).to.deep.equal({ payment: null, now: null, ...known });
    expect(await refusal("payout", "show", `batch_${digest}`)).to.match(
      /^nothing is planned under this name/,
    );
    const payment = `payment-${sandbox.baker}_batch_${digest}`;
    const now = 'it is signed by the running "taps start"';
    expect(await json("batch", file, "--confirm", digest)).to.deep.equal({ payment, now, ...known });
    await tapsWithin(env, ["pause"]);
    const paused = "waits: the wallet is paused (person: paused by a person)";
    for (const more of [[], ["--confirm", digest]])
      expect((await endWithin(env, ["batch", file, ...more])).err).to.equal(
        `1 receivers, 0.000005 tez in all, digest ${digest}\n${paused}; see "taps payout show batch_${digest}"\n`,
      );
    expect((await endWithin(env, ["payout", "resume", `batch_${digest}`])).err).to.equal(`${paused}\n`);
    await tapsWithin(env, ["payment", "hold", `batch_${digest}`, STRANGER, "--reason", "a look first"]);
    await tapsWithin(env, ["resume"]);
    const { planned } = (await json("payout", "show", `batch_${digest}`)) as { planned: { digest: string } };
    expect(await tapsWithin(env, ["payout", "show", `batch_${digest}`])).to.equal(
      [
        `${payment}: held: a look first`,
        `1 payments, 0.000005 tez, digest ${planned.digest}`,
        "0.000000 tez paid, 0.000000 tez charged, 0.000000 tez carried, 0.000005 tez held, 0 under way",
        `receiver:${STRANGER}: 0.000005 tez held, a look first`,
        "",
      ].join("\n"),
    );
    await tapsWithin(env, ["mode", "off"]);
    await tapsWithin(env, ["mode", "on"]);
  });

  it("refuses with the reason what cannot be done", async () => {
    expect(await refusal("cycle", "hold", "7")).to.match(/^TAPS has not seen this cycle/);
    expect(await refusal("cycle", "pay", "7")).to.match(/^the cycle has not begun/);
    expect(await refusal("payment", "hold", "0", STRANGER)).to.match(/^nothing is planned for this address/);
    for (const unknown of [
      ["payment", "hold", "batch_x", STRANGER],
      ["payout", "show", "0"],
    ])
      expect(await refusal(...unknown)).to.match(
        /^nothing is planned under this name: there is no such payment/,
      );
    for (const verb of ["show", "release"])
      expect(await refusal("cycle", verb, "7")).to.match(/^TAPS has not seen this cycle/);
    expect(
      await refusal("ledger", "adjust", sandbox.baker, "+5", "--reason", "correction", "--reference", "8"),
    ).to.match(/^the baker is no delegator/);
    expect(await refusal("adopt", "--confirm", "9999999")).to.match(
      /^the first cycle that TAPS pays is the running one or one of the ten after it.* \(running 0, latest 10\)$/,
    );
    const elsewhere = { ...env, START_CYCLE: "5" };
    const { code, err } = await endWithin(elsewhere, ["mode", "on"]);
    expect({ code, err: err.slice(0, 60) }).to.deep.equal({
      code: 3,
      err: "START_CYCLE is not the first cycle that is registered: unset",
    });
  });

  it("keeps ceilings beside the policy, and judges a plan by its digest", async () => {
    const file = join(folder, "policy.json");
    await writeFile(file, JSON.stringify({ preset: "tezpay", ceilings: { cycle: "7" } }));
    await tapsWithin(env, ["policy", "set", file]);
    expect(await json("status")).to.have.nested.property("ceilings.cycle", "7");
    const shown = await json("policy", "show");
    expect(shown).to.have.nested.property("ceilings.cycle", "7");
    await writeFile(file, JSON.stringify(shown));
    expect(await json("policy", "set", file)).to.deep.equal(shown);
    await writeFile(file, JSON.stringify({ minimumPayout: 5 }));
    expect(await endWithin(env, ["policy", "set", file])).to.deep.equal({
      code: 2,
      out: "",
      err: 'minimumPayout: must be a text of whole mutez, such as "1500000"\n',
    });
    const digest = "0".repeat(64);
    expect(await refusal("payout", "approve", "0", "--digest", digest)).to.match(/^nothing is planned/);
    const reject = ["payout", "reject", "0", "--digest", digest, "--reason", "too much"];
    expect(await refusal(...reject)).to.match(/^nothing is planned/);
    expect(await endWithin(env, ["payout", "approve", "0", "--digest", "short"])).to.include({ code: 2 });
    expect(await refusal("cycle", "recompute", "0", "--reason", "wrong")).to.match(
      /^TAPS has not seen this cycle/,
    );
  });

  it("lets another wallet pay, and says what is left to do", async () => {
    const former = { ...env, PAYER: sandbox.payer };
    expect(await endWithin(former, ["payer", "set", STRANGER])).to.deep.equal({
      code: 0,
      out: "",
      err:
        `${STRANGER} pays; the mode is simulation\n` +
        `PAYER still names ${sandbox.payer}: set it to ${STRANGER}, or unset it, wherever TAPS runs\n` +
        'give TAPS its key ("taps wallet import", or SIGNER_URL), and some tez; then run "taps mode on"\n',
    });
    expect((await endWithin(former, ["policy", "preset", "tezpay"])).err).to.match(
      /^another wallet is registered as the one that pays/,
    );
    expect(await json("status")).to.include({ payer: STRANGER, mode: "simulation" });
    expect((await endWithin(env, ["mode", "on"])).code).to.equal(4);
    await tapsWithin(env, ["payer", "set", sandbox.payer]);
    await tapsWithin(env, ["mode", "on"]);
    expect((await eventsOf(`wallet-${sandbox.payer}`)).slice(-4)).to.deep.equal([
      "WalletPaused",
      "WalletHandedOver",
      "WalletAdopted",
      "WalletResumed",
    ]);
  });

  it("believes the node of the registered chain, though another answers first, and names that one", async () => {
    const reply = await fetch(`${sandbox.url}/chains/main/blocks/head/header`);
    const header = { ...((await reply.json()) as object), chain_id: "NetXdQprcVkpaWU" };
    const stranger = await startFakeNode({ "/chains/main/blocks/head/header": { body: header } });
    try {
      const both = { ...env, TEZOS_RPC_URL: stranger.url, TEZOS_FALLBACK_RPC_URL: sandbox.url };
      const [strange, own] = [stranger.url, sandbox.url].map((url) => new URL(url).host);
      const { code, out } = await endWithin(both, ["doctor"]);
      expect(code).to.equal(1);
      expect(out).to.match(new RegExp(`^BAD  node: ${strange}: foreign, head \\d+ of NetXdQprcVkpaWU$`, "m"));
      expect(out).to.match(new RegExp(`^ok   node: ${own}, head \\d+$`, "m"));
      await tapsWithin(both, ["mode", "simulation"]);
      await tapsWithin(both, ["mode", "on"]);
      const alone = await endWithin({ ...env, TEZOS_RPC_URL: stranger.url }, ["mode", "simulation"]);
      expect(alone).to.deep.equal({
        code: 4,
        out: "",
        err: `node ${strange} is on chain NetXdQprcVkpaWU\n`,
      });
      await tapsWithin(env, ["mode", "on"]);
    } finally {
      await stranger.stop();
    }
  });

  it("is told of a restore, and waits no longer when told again", async () => {
    const said = (await json("restored")) as { untilLevel: number };
    const { untilLevel } = said;
    expect(untilLevel).to.be.above(100);
    const detail = `a person says so; until a final block is beyond ${untilLevel} and the log explains the chain`;
    expect(await json("restored")).to.deep.equal(said);
    expect(await json("status"))
      .to.have.nested.property("wallet.stops")
      .that.deep.equals([{ reason: "restored", detail }]);
    expect((await endWithin(env, ["resume"])).err).to.equal(`still stopped, restored: ${detail}\n`);
  });

  it("tells what cannot be reached from what is wrong", async () => {
    const away = { ...env, TEZOS_RPC_URL: "http://127.0.0.1:9" };
    expect(await endWithin(away, ["mode", "off"])).to.include({ code: 4, out: "" });
    const database = { ...env, DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" };
    expect(await endWithin(database, ["status"])).to.include({ code: 4, out: "" });
  });
});
