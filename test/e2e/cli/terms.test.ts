import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { addressOf } from "../../support/identifiers.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { type SandboxProcess, startSandboxProcess } from "../../support/whole/sandbox.js";
import { bakerOn, type Environment, killWhatRuns } from "../../support/whole/taps.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

const [A, B, SAVINGS] = [addressOf(1), addressOf(2), addressOf("savings")];

/** Each test goes on where the one before it stopped. */
describe("the terms of delegators and of the bond pool through the command line", function () {
  this.timeout(30_000);
  let folder: string;
  let database: TestDatabase;
  let sandbox: SandboxProcess;
  let env: Environment;

  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse(await tapsWithin(env, [...args, "--json"]));
  const ended = (...args: string[]) => endWithin(env, args);
  const log = async () =>
    (await tapsWithin(env, ["log", "read", `baker-${sandbox.baker}`]))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly type: string; readonly data: unknown });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-terms-"));
    database = await freshDatabase();
    sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
    env = {
      TAPS_DATA_DIR: join(folder, "taps"),
      DATABASE_URL: database.url,
      ...bakerOn(sandbox.url, sandbox.baker),
    };
  });
  after(async () => {
    await killWhatRuns();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("shows that there are none, and writes nothing by it", async () => {
    expect(await tapsWithin(env, ["delegator", "list"])).to.equal("delegators: -\n");
    expect(await json("bond-pool", "show")).to.deep.equal({
      on: false,
      fromCycle: null,
      manager: null,
      amount: "0",
      members: {},
      cycles: {},
    });
    expect((await ended("log", "read", `baker-${sandbox.baker}`)).code).to.equal(1);
  });

  it("sets one delegator's terms, one by one, beside another's", async () => {
    expect(
      await ended("delegator", "set", A, "--fee-bps", "0", "--maximum-balance", "5000000"),
    ).to.deep.equal({
      code: 0,
      out: "",
      err: `the terms of ${A} are set, for every cycle that is not planned yet\n`,
    });
    await tapsWithin(env, ["delegator", "set", B, "--status", "ignore"]);
    const standing = {
      delegators: {
        [A]: {
          feeBps: { is: 0, insteadOf: 500 },
          recipient: { is: SAVINGS, insteadOf: A },
          maximumBalance: { is: "5000000", insteadOf: null },
        },
        [B]: { status: { is: "ignore", insteadOf: "pay" } },
      },
    };
    expect(await json("delegator", "set", A, "--recipient", SAVINGS)).to.deep.equal(standing);
    expect(await json("delegator", "list")).to.deep.equal(standing);
    expect(await json("policy", "show"))
      .to.have.property("delegators")
      .that.deep.equals({
        [A]: { feeBps: 0, recipient: SAVINGS, maximumBalance: "5000000" },
        [B]: { status: "ignore" },
      });
  });

  it("clears one delegator's terms", async () => {
    const cleared = await ended("delegator", "clear", A);
    expect(cleared).to.deep.equal({
      code: 0,
      out: "",
      err: `${A} follows the policy, for every cycle that is not planned yet\n`,
    });
    expect(await ended("delegator", "clear", A)).to.deep.equal(cleared);
    expect(await json("delegator", "list")).to.deep.equal({
      delegators: { [B]: { status: { is: "ignore", insteadOf: "pay" } } },
    });
    expect((await log()).at(-1)).to.deep.include({
      type: "DelegatorTermsRemoved",
      data: { delegator: A, actor: `cli:${userInfo().username}` },
    });
  });

  it("refuses terms that are none, and those that pay nobody", async () => {
    for (const [args, problem] of [
      [[A], "nothing is set: name --fee-bps, --recipient, --status or --maximum-balance"],
      [[A, "--fee-bps", "10001"], "a whole number of basis points from 0 to 10000"],
      [[A, "--maximum-balance", "5tez"], "a whole number of mutez; 1 tez is 1000000."],
    ] as const) {
      const { code, out, err } = await ended("delegator", "set", ...args);
      expect({ code, out }, problem).to.deep.equal({ code: 2, out: "" });
      expect(err).to.include(problem);
    }
    const toBaker = await ended("delegator", "set", A, "--recipient", sandbox.baker);
    expect(toBaker).to.deep.include({ code: 3, out: "" });
    expect(toBaker.err).to.match(/^a share that is sent to the baker is not paid to anybody else: /);
  });

  it("switches the bond pool on only when something can be shared", async () => {
    const refusal = async (...args: string[]) => {
      const { code, out, err } = await ended("bond-pool", ...args);
      expect({ code, out }, err).to.deep.equal({ code: 3, out: "" });
      return err;
    };
    expect(await refusal("on")).to.match(/^a bond pool that is on needs members/);
    expect(await ended("bond-pool", "set", A, "--amount", "7000000", "--charge-bps", "250")).to.deep.equal({
      code: 0,
      out: "",
      err: `${A} is set\n`,
    });
    expect(await refusal("on")).to.match(/^a bond pool that is on needs a manager/);
    const members = { [A]: { amount: "7000000", chargeBps: 250 }, [B]: { amount: "3000000", chargeBps: 0 } };
    const off = { on: false, fromCycle: null, manager: B, amount: "10000000", members, cycles: {} };
    expect(
      await json("bond-pool", "set", B, "--amount", "3000000", "--charge-bps", "0", "--manager"),
    ).to.deep.equal(off);
    expect(await json("bond-pool", "on")).to.deep.equal({ ...off, on: true, fromCycle: 0 });
    expect(await refusal("remove", B)).to.match(/^a bond pool that is on needs a manager/);
    expect(await json("bond-pool", "off")).to.deep.equal(off);
    expect(await json("bond-pool", "remove", B)).to.deep.include({ manager: null, amount: "7000000" });
    expect((await endWithin(env, ["bond-pool", "remove", B])).err).to.equal(`${B} is no member\n`);
  });

  it("asks for what a member put in and is charged", async () => {
    const { code, err } = await ended("bond-pool", "set", A, "--amount", "1");
    expect(code).to.equal(2);
    expect(err).to.include("required option '--charge-bps <n>' not specified");
  });
});
