import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcClient } from "@taquito/rpc";
import { expect } from "chai";
import { SANDBOX_PAYER } from "../../../src/sandbox/genesis.js";
import { addressOf } from "../../support/identifiers.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { pay } from "../../support/sandbox.js";
import { owed, transfersOf } from "../../support/whole/payments.js";
import { type SandboxProcess, startSandboxProcess } from "../../support/whole/sandbox.js";
import { bakerOn, type Environment, killWhatRuns, Running, taps } from "../../support/whole/taps.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

const FRIEND = addressOf("a friend");

/** Each test goes on where the one before it stopped. */
describe("an operation that TAPS did not sign, through the command line", function () {
  this.timeout(120_000);
  let folder: string;
  let database: TestDatabase;
  let sandbox: SandboxProcess;
  let env: Environment;
  let paying: Running;
  /** `receiver amount` of the first cycle. */
  let due: readonly string[];
  let receiver: string;
  let amount: number;
  let toDelegator: string;
  let toFriend: string;

  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await endWithin(env, [...args, "--json"])).out);
  const sendByHand = async (to: string, mutez: number): Promise<string> => {
    const rpc = new RpcClient(sandbox.url);
    const hash = await pay({ rpc }, [{ to: to as typeof FRIEND, amount: mutez }], { key: SANDBOX_PAYER });
    await sandbox.bake(1);
    return hash;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-reconcile-"));
    database = await freshDatabase();
    sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
    env = {
      TAPS_DATA_DIR: join(folder, "taps"),
      DATABASE_URL: database.url,
      ...bakerOn(sandbox.url, sandbox.baker),
    };
    await taps(env, ["wallet", "import"], sandbox.secretKey);
    await tapsWithin(env, ["mode", "on"]);
    await tapsWithin(env, ["pause"]);
    await sandbox.bake(6);
    due = owed(await tapsWithin(env, ["cycle", "compute", "0", "--baker", sandbox.baker, "--json"]));
    const [to = "", sum = ""] = due.find((line) => line.startsWith("tz1"))?.split(" ") ?? [];
    [receiver, amount] = [to, Number(sum)];
    toDelegator = await sendByHand(receiver, amount);
    toFriend = await sendByHand(FRIEND, 5_000_000);
    await sandbox.bake(2);
    paying = Running.start(env, ["start"]);
  });
  after(async () => {
    await killWhatRuns();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("stops the signing, and not the plan; status says why", async () => {
    await paying.prints(new RegExp(`FOREIGN ${toFriend}`));
    await paying.prints(/cycle 0 +planned: 650 payments/);
    await tapsWithin(env, ["resume"]);
    expect(await json("status"))
      .to.have.nested.property("wallet.stops")
      .that.deep.equals([
        { reason: "foreign-operations", detail: `${toDelegator}, ${toFriend}: see "taps reconcile"` },
      ]);
  });

  it("is listed with what it may have paid, and what to do", async () => {
    const { code, out, err } = await endWithin(env, ["reconcile"]);
    expect(code).to.equal(3);
    const tezOf = (mutez: number) => `${(mutez / 1e6).toFixed(6)} tez`;
    expect(out.trim().split("\n").slice(1)).to.deep.equal([
      `FOREIGN: ${toDelegator} in block 19`,
      `  0: transaction applied, ${tezOf(amount)} to ${receiver}`,
      `     may pay 0/${receiver}: ${tezOf(amount)} due, exactly`,
      `FOREIGN: ${toFriend} in block 20`,
      `  0: transaction applied, ${tezOf(5_000_000)} to ${FRIEND}`,
    ]);
    expect(err).to.match(
      /^nothing is signed until each foreign operation is classified: taps reconcile classify/,
    );
    expect(await json("reconcile")).to.deep.include({
      payer: sandbox.payer,
      contents: 2,
      countersUsed: "2",
      complete: true,
      lost: [],
      unknown: [],
      explained: false,
    });
  });

  it("is classified by what it paid, or as unrelated; refused by name what is wrong", async () => {
    const classify = (...args: string[]) =>
      endWithin(env, ["reconcile", "classify", ...args, "--reason", "by hand"]);
    const claim = `0=0/${receiver}`;
    expect((await classify(toDelegator, "pays")).code).to.equal(2);
    const wrong = await classify(toFriend, "pays", claim);
    expect([wrong.code, wrong.err]).to.deep.equal([
      3,
      `the operation did not do that (content 0, wrong it was sent to ${FRIEND})\n`,
    ]);
    const unclear = await classify(toFriend, "exact");
    expect(unclear.code).to.equal(3);
    expect(unclear.err).to.match(/ \(content 0 nothing\)\n$/);
    const nowhere = await classify(toFriend, "pays", `0=batch_x/${FRIEND}`);
    expect(nowhere.err).to.match(/^nothing is planned under this name: there is no such payment/);
    const due = `${(amount / 1e6).toFixed(6)} tez`;
    expect(await classify(toDelegator, "exact")).to.deep.equal({
      code: 0,
      out: `0: ${due} sent, ${due} due for 0/delegator:${receiver}\n`,
      err: `${toDelegator} is classified\n`,
    });
    const again = await classify(toDelegator, "unrelated");
    expect(again.code).to.equal(3);
    expect(again.err).to.match(/^this is no operation that waits for a word of yours/);
    expect(JSON.parse((await classify(toFriend, "unrelated", "--json")).out)).to.deep.equal({
      hash: toFriend,
      pays: [],
    });
  });

  it("lets the rest be paid, and nobody twice", async () => {
    await sandbox.pace(80);
    await paying.prints(/cycle 0 +SETTLED/);
    expect(await paying.stop("SIGTERM")).to.equal(0);
    const sent = (await transfersOf(sandbox.url, sandbox.payer)).map(
      ({ target, amount: mutez }) => `${target.address} ${mutez}`,
    );
    expect(
      sent
        .filter((line) => !line.startsWith(FRIEND))
        .slice(0, due.length)
        .sort(),
    ).to.deep.equal(due);
    expect(sent.filter((line) => line.startsWith(FRIEND))).to.deep.equal([`${FRIEND} 5000000`]);
    const { code, err } = await endWithin(env, ["reconcile"]);
    expect([code, err]).to.deep.equal([0, "the log explains the chain\n"]);
  });

  it("comes out again when it is computed once more, and is what the chain has", async () => {
    const { code, out, err } = await endWithin(env, ["replay", "all", "--against-chain"]);
    expect([code, out]).to.deep.equal([0, ""]);
    expect(err).to.match(/all of it comes out again\n$/);
    const { checked, holds } = (await json("replay", "0")) as {
      readonly checked: Readonly<Record<string, number>>;
      readonly holds: boolean;
    };
    expect(holds).to.equal(true);
    expect(checked).to.include({ cycles: 1, inputs: 1, plans: 1, obligations: 650, readBack: 0 });
    expect((await endWithin(env, ["replay", "77"])).code).to.equal(3);
    expect((await endWithin(env, ["replay", "5..3"])).code).to.equal(2);
  });

  it("is told as the story of that payout", async () => {
    const { code, out } = await endWithin(env, ["audit", "payout", "0", receiver]);
    expect(code).to.equal(0);
    const lines = out.trim().split("\n");
    expect(lines[0]).to.equal(`cycle 0, ${receiver}`);
    const sent = (amount / 1e6).toFixed(6);
    expect(lines.at(-1)).to.equal(
      `paid: ${sent} tez to ${receiver} by operation ${toDelegator}, outside of TAPS`,
    );
    expect(await json("audit", "payout", "0", receiver)).to.have.property("delegator", receiver);
    const nobody = await endWithin(env, ["audit", "payout", "0", FRIEND]);
    expect([nobody.code, nobody.err]).to.deep.equal([
      3,
      `this delegator is not in it: nothing was allocated to it, planned or carried (cycle 0, delegator ${FRIEND})\n`,
    ]);
  });

  it("writes nothing when other terms are tried", async () => {
    const before = await json("replay", "0");
    const { code, out } = await endWithin(env, ["what-if", "--cycles", "0..0", "--preset", "trd"]);
    expect(code).to.equal(0);
    expect(out).to.match(/^cycle 0: to delegators .*\n[^]*the baker keeps: .*\n$/);
    expect(await json("replay", "0")).to.have.property("upTo", (before as { readonly upTo: string }).upTo);
    expect((await endWithin(env, ["what-if", "--cycles", "0..0"])).code).to.equal(2);
    expect((await endWithin(env, ["what-if", "--cycles", "5..9", "--preset", "trd"])).code).to.equal(3);
  });

  it("is what the policy owes, as the chain's index shows it", async () => {
    const sent = await transfersOf(sandbox.url, sandbox.payer);
    const last = String(sent[due.length]?.level);
    const wallet = ["--baker", sandbox.baker, "--payer", sandbox.payer];
    const args = ["compare", "0", ...wallet, "--to-level", last, "--json"];
    const found = JSON.parse(
      await tapsWithin({ TZKT_URL: sandbox.url, TEZOS_RPC_URL: sandbox.url }, args),
    ) as {
      readonly counts: object;
      readonly others: object;
    };
    expect(found.counts).to.deep.equal({ asOwed: 650, overpaid: 0, underpaid: 0, missing: 0, notOwed: 0 });
    expect(found.others).to.deep.equal({ transfers: 1, receivers: 1, sum: "5000000" });
  });

  it("names the cycles that a switch leaves unpaid", async () => {
    await sandbox.bake(12);
    const off = (await endWithin(env, ["mode", "off"])).err;
    expect(off).to.match(
      /^the mode is off\ncycles that have ended are not paid: \d+, from 1 to \d+\. After the next "taps mode on" each waits for your word: taps cycle pay 1\n$/,
    );
    const { leftBehind } = (await json("mode", "on")) as { leftBehind: number[] };
    // The chain goes on meanwhile: more cycles may have ended by the time of the second switch.
    const [, count, last] = /: (\d+), from 1 to (\d+)\./.exec(off) ?? [];
    const named = Array.from({ length: Number(count) }, (_, n) => n + 1);
    expect(leftBehind.slice(0, named.length)).to.deep.equal(named);
    expect(named.at(-1)).to.equal(Number(last));
    expect(await json("status"))
      .to.have.nested.property("unfinished[0]")
      .that.deep.includes({ cycle: 1, asks: '"taps cycle pay 1", or "taps cycle skip 1"' });
  });
});
