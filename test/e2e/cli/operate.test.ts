import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { type SandboxProcess, startSandboxProcess } from "../../support/whole/sandbox.js";
import { endOf, type Environment, killWhatRuns, taps } from "../../support/whole/taps.js";

const STRANGER = "tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN";

/** Each test goes on where the one before it stopped. */
describe("an installation through the command line", function () {
  this.timeout(30_000);
  let folder: string;
  let database: TestDatabase;
  let sandbox: SandboxProcess;
  let env: Environment;

  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse(await taps(env, [...args, "--json"]));
  const eventsOf = async (stream: string): Promise<readonly unknown[]> =>
    (await taps(env, ["log", "read", stream]))
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: unknown }).type);
  const refusal = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await endOf(env, args);
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
    await taps(env, ["status"]);
    await taps(env, ["policy", "show"]);
    expect(await json("wallet", "show")).to.deep.equal({ address: null });
    const { code, out } = await endOf(env, ["doctor"]);
    expect(code).to.equal(1);
    expect(out).to.include('BAD  wallet: none\n     run "npx --no-install taps wallet import"');
    expect(await endOf(env, ["log", "read", `baker-${sandbox.baker}`])).to.deep.equal({
      code: 1,
      out: "",
      err: `the log has no stream baker-${sandbox.baker}\n`,
    });
    expect(await taps(env, ["migrate", "status"])).to.match(/^applied: 0001_log.sql\napplied: /);
    expect(await endOf(env, ["config", "check"])).to.include({
      code: 0,
      err: "the environment is in order\n",
    });
  });

  it("registers the baker by the first command that writes", async () => {
    await taps(env, ["policy", "preset", "tezpay"]);
    expect(await eventsOf(`baker-${sandbox.baker}`)).to.deep.equal(["BakerRegistered", "PolicyChanged"]);
    expect(await json("policy", "show")).to.have.property("preset", "tezpay");
  });

  it("is not switched on without a wallet", async () => {
    expect(await refusal("mode", "on")).to.match(/^no wallet pays yet: run "taps wallet import"/);
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
    expect(await taps(env, ["doctor"])).to.include("ok   signer: has the wallet's key");
  });

  it("is not switched on with another key than the wallet's", async () => {
    const other = { ...env, WALLET_ENCRYPTION_KEY: randomBytes(32).toString("hex") };
    const { code, err } = await endOf(other, ["mode", "on"]);
    expect(code).to.equal(1);
    expect(err).to.match(/^WALLET_ENCRYPTION_KEY or WALLET_ENCRYPTION_IV is not the one/);
    expect(await json("status")).to.have.property("mode", "simulation");
  });

  it("is switched on and off, the wallet's pause outermost", async () => {
    await taps(env, ["mode", "on"]);
    await taps(env, ["mode", "off"]);
    const wallet = `wallet-${sandbox.payer}`;
    expect(await eventsOf(wallet)).to.deep.equal(["WalletAdopted", "WalletPaused"]);
    await taps(env, ["mode", "on"]);
    expect(await eventsOf(wallet)).to.deep.equal(["WalletAdopted", "WalletPaused", "WalletResumed"]);
    expect(await json("status")).to.have.property("mode", "on");
  });

  it("pauses and resumes", async () => {
    await taps(env, ["pause"]);
    expect(await json("status")).to.have.nested.property("wallet.stops[0].reason", "person");
    await taps(env, ["resume"]);
    expect(await json("status"))
      .to.have.nested.property("wallet.stops")
      .that.deep.equals([]);
  });

  it("refuses with the reason what cannot be done", async () => {
    expect(await refusal("cycle", "hold", "7")).to.match(/^TAPS has not seen this cycle/);
    expect(await refusal("cycle", "pay", "7")).to.match(/^the cycle has not begun/);
    expect(await refusal("payment", "hold", "0", STRANGER)).to.match(
      /^nothing is planned for this delegator/,
    );
    const elsewhere = { ...env, START_CYCLE: "5" };
    const { code, err } = await endOf(elsewhere, ["pause"]);
    expect({ code, err: err.slice(0, 60) }).to.deep.equal({
      code: 3,
      err: "START_CYCLE is not the first cycle that is registered: unset",
    });
  });

  it("tells what cannot be reached from what is wrong", async () => {
    const away = { ...env, TEZOS_RPC_URL: "http://127.0.0.1:9" };
    expect(await endOf(away, ["mode", "off"])).to.include({ code: 4, out: "" });
    const database = { ...env, DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" };
    expect(await endOf(database, ["status"])).to.include({ code: 4, out: "" });
  });
});
