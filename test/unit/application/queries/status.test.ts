import { expect } from "chai";
import { holdCycle, releaseCycle, skipCycle } from "../../../../src/application/commands/cycles.js";
import { pauseWallet, switchMode } from "../../../../src/application/commands/mode.js";
import { delegateWallet, sendTransfers } from "../../../../src/application/commands/money.js";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { approvePayout, rejectPayout } from "../../../../src/application/commands/payouts.js";
import { setPolicy } from "../../../../src/application/commands/policy.js";
import { recordRestore } from "../../../../src/application/commands/restored.js";
import { ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { examineInstallation } from "../../../../src/application/queries/doctor.js";
import { unpaidNow } from "../../../../src/application/queries/left-behind.js";
import { showPayout } from "../../../../src/application/queries/payout.js";
import { showCycle, status } from "../../../../src/application/queries/status.js";
import { asCycle, chainId } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { letPass, runTo, settle } from "../../../support/world/moments.js";
import { actsOf, evidenceOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { World } from "../../../support/world/world.js";

describe("what people see", () => {
  it("names a payout that was begun before the last switch to on, and what it asks for", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const acts = actsOf(world);
    const unfinished = async () =>
      (await status(acts)).unfinished.map(({ cycle, at, asks }) => [cycle, at, asks]);
    expect(await unfinished()).to.deep.equal([
      [0, "paying", null],
      [1, "open", null],
    ]);
    await switchMode(acts, "off");
    const asked = '"taps mode on", then "taps cycle pay 0", or "taps cycle skip 0"';
    expect(await unfinished()).to.deep.equal([[0, "paying", asked]]);
    expect((await showPayout(acts, Payment.cycleStream(BAKER, asCycle(0)))).now).to.equal(`waits: ${asked}`);
    await letPass(world, 10);
    await switchMode(acts, "on");
    await letPass(world, 10);
    expect(await unfinished()).to.deep.equal([
      [0, "paying", '"taps cycle pay 0", or "taps cycle skip 0"'],
      [1, "open", '"taps cycle pay 1", or "taps cycle skip 1"'],
      [2, "paying", null],
      [3, "open", null],
    ]);
    expect((await showCycle(acts, asCycle(1))).asks).to.equal('"taps cycle pay 1", or "taps cycle skip 1"');
    expect((await showCycle(acts, asCycle(2))).asks).to.equal(null);
    expect(await refusalOf(showCycle(acts, asCycle(7)))).to.equal("never-opened cycle 7");
    await payCycle(acts, asCycle(0), evidenceOf(world), false);
    expect((await unfinished())[0]).to.deep.equal([0, "paying", null]);
    await settle(world, [0, 2]);
  });

  it("names what ended before the switch to on and nobody pays, of the last fifty cycles", async () => {
    const world = new World({ ...referenceWorld().options, mode: "simulation" });
    await world.setUp();
    const acts = actsOf(world);
    await letPass(world, 20);
    expect(await unpaidNow(acts)).to.deep.equal([]);
    await switchMode(acts, "on");
    expect(await unpaidNow(acts)).to.deep.equal([0, 1]);
    await skipCycle(acts, asCycle(0), "paid by hand");
    expect(await unpaidNow(acts)).to.deep.equal([1]);
    expect((await status(acts)).unfinished.map(({ cycle, asks }) => [cycle, asks])).to.deep.equal([
      [1, '"taps cycle pay 1", or "taps cycle skip 1"'],
      [2, null],
    ]);
    await switchMode(acts, "simulation");
    expect(await unpaidNow(acts)).to.deep.equal([1]);
    const head = await world.chain.head();
    world.chain.head = async () => ({ ...head, cycle: asCycle(1_000) });
    const left = await unpaidNow(acts);
    expect([left[0], left.length]).to.deep.equal([950, 50]);
  });

  it("says that a plan waits for approval, or for its cycle's release", async () => {
    const world = referenceWorld();
    await world.setUp();
    const acts = actsOf(world);
    await setPolicy(acts, { ceilings: { cycle: "7" } });
    await runTo(world, "PayoutPlanned");
    const show = () => showPayout(acts, Payment.cycleStream(BAKER, asCycle(0)));
    const { now, planned } = await show();
    expect(now).to.equal(`waits for your approval: "taps payout approve 0 --digest ${planned?.digest}"`);
    if (!planned) throw new Error("nothing is planned");
    await approvePayout(acts, Payment.cycleStream(BAKER, asCycle(0)), planned.digest);
    await holdCycle(acts, asCycle(0), "a look first");
    expect((await show()).now).to.equal('waits: the cycle is held (a look first): "taps cycle release 0"');
    await releaseCycle(acts, asCycle(0));
    expect((await show()).now).to.equal('it is signed by the running "taps start"');
    await rejectPayout(acts, Payment.cycleStream(BAKER, asCycle(0)), planned.digest, "too much");
    expect((await show()).now).to.equal("the plan is void: too much");
  });

  it("says until when a restore lasts, and what ends each stop; doctor finds them", async () => {
    const world = referenceWorld();
    await world.setUp();
    await letPass(world, 4);
    const acts = actsOf(world);
    const checks = async () =>
      (await examineInstallation(acts, { nodes: [], source: world.source(), clock: world.clock })).filter(
        ({ check }) => check === "signing",
      );
    const fine = { check: "signing", ok: true, found: "nothing stops it", fix: "" };
    expect(await checks()).to.deep.equal([fine]);
    const until = await recordRestore(acts);
    const { hash } = world.sendByHand([{ to: BAKER }]);
    world.bake();
    await letPass(world, 3);
    await pauseWallet(acts, "a look first");
    const details = [
      ["restored", `a person says so; until a final block is beyond ${until} and the log explains the chain`],
      ["person", "a look first"],
      ["foreign-operations", `${hash}: see "taps reconcile"`],
    ] as const;
    expect((await status(acts)).wallet?.stops).to.deep.equal(
      details.map(([reason, detail]) => ({ reason, detail })),
    );
    expect((await checks()).map(({ ok, found }) => [ok, found])).to.deep.equal(
      details.map(([reason, detail]) => [false, `stopped, ${reason}: ${detail}`]),
    );
    await switchMode(acts, "off");
    expect(await checks()).to.have.length(3);
  });

  it("names what is under way and asked for while no node answers", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const acts = actsOf(world);
    const { payment } = await sendTransfers(acts, "rent", [{ to: BAKER, amount: mutez(5n) }]);
    await delegateWallet(acts, "1", BAKER);
    world.chain.head = () => Promise.reject(new ChainUnavailable("no node answers"));
    const { head, unfinished, wallet } = await status(acts);
    expect({ head, cycles: unfinished.map(({ cycle, at }) => [cycle, at]) }).to.deep.equal({
      head: null,
      cycles: [
        [0, "paying"],
        [1, "open"],
      ],
    });
    expect(wallet?.payments).to.deep.equal([{ payment, pending: 1, awaitsApproval: false }]);
    expect(wallet?.delegations).to.deep.equal([{ id: "delegation/1", to: BAKER }]);
  });

  it("tells that the node is on another chain than the registered one", async () => {
    const world = referenceWorld();
    await world.setUp();
    const acts = actsOf(world);
    const chain = async () =>
      (await examineInstallation(acts, { nodes: [], source: world.source(), clock: world.clock })).find(
        ({ check }) => check === "chain",
      );
    const registered = world.chain.chainId;
    expect(await chain()).to.deep.equal({ check: "chain", ok: true, found: registered, fix: "" });
    const head = world.chain.head.bind(world.chain);
    const found = chainId.parse("NetXdQprcVkpaWU");
    world.chain.head = async () => ({ ...(await head()), chainId: found });
    expect(await chain()).to.deep.equal({
      check: "chain",
      ok: false,
      found,
      fix: `the baker is registered on ${registered}: check TEZOS_RPC_URL`,
    });
  });
});
