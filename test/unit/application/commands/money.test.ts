import { expect } from "chai";
import { ActRefused } from "../../../../src/application/commands/acts.js";
import { holdCycle } from "../../../../src/application/commands/cycles.js";
import { pauseWallet, resumeWallet, switchMode } from "../../../../src/application/commands/mode.js";
import { delegateWallet, resumePayment, sendTransfers } from "../../../../src/application/commands/money.js";
import { holdOther, releaseOther } from "../../../../src/application/commands/other-payments.js";
import { ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { type PayerProcess } from "../../../../src/application/process/payer-process.js";
import { findPayout, showPayout } from "../../../../src/application/queries/payout.js";
import { tez } from "../../../../src/application/queries/progress.js";
import { status } from "../../../../src/application/queries/status.js";
import { asCycle, type TzAddress } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER, someContract, someTz } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import { dataOf } from "../../../support/world/events.js";
import { Crash } from "../../../support/world/faults.js";
import { isSettled } from "../../../support/world/installation.js";
import { checkAllIsFinal, checkInvariants } from "../../../support/world/invariants.js";
import { letPass, once, payOn, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const FRIEND = someTz("a friend");
const OTHER = someTz("another friend");
const row = (to: TzAddress, amount: bigint) => ({ to, amount: mutez(amount) });
const ROWS = [row(FRIEND, 1_500_000n), row(OTHER, 1n)];

/** What a process waits for at last. */
const waitingOf = async (world: World) => {
  const { process }: { readonly process: Pick<PayerProcess, "step"> } = world.start();
  for (let blocks = 0; blocks < 4; blocks += 1) {
    await process.step();
    world.bake();
  }
  return (await process.step()).waiting;
};
const fresh = async (): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  return world;
};
const balances = (world: World) => [FRIEND, OTHER].map((to) => world.model.account(to)?.balance ?? 0n);
const send = (world: World, id = "rent") => sendTransfers(actsOf(world), id, ROWS);
const refusalOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => undefined,
    (error: unknown) => (error instanceof ActRefused ? error.refusal.refused : error),
  );
const closed = (world: World) => dataOf(world, "PaymentsClosed").length;

describe("money that a person sends", () => {
  it("is paid once, beside the cycles, and forgotten by the wallet", async () => {
    const world = await fresh();
    const { payment } = await send(world);
    expect(payment).to.equal(`payment-${BAKER}_batch_rent`);
    await settle(world, CYCLES);
    checkAllIsFinal(world, CYCLES);
    expect(balances(world)).to.deep.equal([1_500_000n, 1n]);
    expect(closed(world)).to.equal(1);
  });

  it("says what became of it, and what it waits for", async () => {
    const world = await fresh();
    const acts = actsOf(world);
    const stream = Payment.batchStream(BAKER, "rent");
    const now = async () => (await findPayout(acts, stream))?.now;
    expect(await now()).to.equal(undefined);
    await send(world);
    expect(await now()).to.equal('it is signed by the running "taps start"');
    await pauseWallet(acts, "a look first");
    expect(await now()).to.equal("waits: the wallet is paused (person: a look first)");
    await switchMode(acts, "off");
    expect(await now()).to.equal('waits: it is not asked for any more; "taps payout resume batch_rent" does');
    await switchMode(acts, "on");
    await resumePayment(acts, stream);
    await resumeWallet(acts);
    await holdOther(acts, stream, OTHER, "looks odd");
    await runTo(world, "OperationSigned");
    expect(await now()).to.equal("is signed, and watched to its end");
    await payOn(world, () => closed(world) === 1);
    expect(await now()).to.equal("paid already, but for 1 payment held: looks odd");
    await sendTransfers(acts, "alone", [row(OTHER, 1n)]);
    await holdOther(acts, Payment.batchStream(BAKER, "alone"), OTHER, "wrong address");
    expect((await showPayout(acts, Payment.batchStream(BAKER, "alone"))).now).to.equal("held: wrong address");
    await releaseOther(acts, stream, OTHER);
    await payOn(world, () => closed(world) === 3);
    await send(world);
    expect(await now()).to.equal("paid already");
  });

  it("says what the wallet lacks, as the payer does", async () => {
    const world = await fresh();
    const acts = actsOf(world);
    // Enough for the sums, and not for what two new accounts may cost.
    const rows = [row(BAKER, 999_990_000n), { to: addressOf(0), amount: mutez(1n) }];
    const { payment } = await sendTransfers(acts, "much", rows);
    const waiting = await waitingOf(world);
    if (waiting?.reason !== "funds") throw new Error("it lacks nothing");
    const shown = await showPayout(acts, payment);
    expect(shown.funds?.missing).to.equal(waiting.missing);
    expect(shown.now).to.equal(`waits: the wallet lacks ${tez(waiting.missing)}`);
    const { wallet } = await status(acts);
    expect(wallet?.funds).to.deep.equal(shown.funds);
    world.chain.head = () => Promise.reject(new ChainUnavailable("no node answers"));
    expect((await status(acts)).wallet?.funds).to.equal(null);
    expect((await showPayout(acts, payment)).funds).to.equal(null);
  });

  it("is paid once though it is asked for again, before and after; other amounts under its name are refused", async () => {
    const world = await fresh();
    await send(world);
    await send(world);
    await payOn(world, () => closed(world) === 1);
    await send(world);
    expect(await refusalOf(sendTransfers(actsOf(world), "rent", [row(FRIEND, 2n)]))).to.equal("plan-exists");
    await letPass(world, 8);
    expect(balances(world)).to.deep.equal([1_500_000n, 1n]);
    expect(dataOf(world, "PaymentRequested")).to.have.length(1);
  });

  it("is paid once when the command, or the payer, dies at any append", async () => {
    for (const step of [0, 1]) {
      const world = await fresh();
      once(world, "after", step, () => Promise.reject(new Crash()));
      await send(world).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      await send(world);
      await payOn(world, () => closed(world) === 1);
      expect(balances(world), `step ${step}`).to.deep.equal([1_500_000n, 1n]);
    }
    for (const type of [
      "BatchFormed",
      "OperationSigned",
      "BatchSettled",
      "BatchClosed",
      "PayoutCompleted",
    ] as const) {
      const world = await fresh();
      await send(world);
      await runTo(world, type);
      await payOn(world, () => closed(world) === 1);
      expect(balances(world), type).to.deep.equal([1_500_000n, 1n]);
    }
  });

  it("passes a cycle that waits for a person", async () => {
    const world = await fresh();
    await payOn(world, () => dataOf(world, "CycleOpened").length > 0);
    await holdCycle(actsOf(world), asCycle(0), "a look first");
    await send(world);
    await payOn(world, () => closed(world) === 1);
    expect(isSettled(world, 0)).to.equal(false);
  });

  it("waits for a cycle that is being paid", async () => {
    const world = await fresh();
    await runTo(world, "OperationSigned");
    await send(world);
    await payOn(world, () => closed(world) === 1);
    const batches = dataOf(world, "BatchFormed").map(({ batchId }) => Payment.streamOfBatch(batchId));
    const cycle = Payment.cycleStream(BAKER, asCycle(0));
    expect(batches.indexOf(Payment.batchStream(BAKER, "rent"))).to.be.above(batches.lastIndexOf(cycle));
  });

  it("is withdrawn by leaving on, and paid on when it is asked for again", async () => {
    const world = await fresh();
    await send(world);
    await runTo(world, "BatchFormed");
    await switchMode(actsOf(world), "off");
    expect(await refusalOf(send(world, "more"))).to.equal("not-on");
    await switchMode(actsOf(world), "on");
    await letPass(world, 6);
    expect(balances(world)).to.deep.equal([0n, 0n]);
    await resumePayment(actsOf(world), Payment.batchStream(BAKER, "rent"));
    await payOn(world, () => closed(world) === 1);
    expect(balances(world)).to.deep.equal([1_500_000n, 1n]);
  });

  it("withdrawn when all of it is signed is watched to its end, and complete", async () => {
    const world = await fresh();
    await send(world);
    await runTo(world, "OperationIncluded");
    await switchMode(actsOf(world), "off");
    const payment = Payment.batchStream(BAKER, "rent");
    const isForgotten = () =>
      dataOf(world, "BatchClosed").some(({ batchIds }) => batchIds.includes(`${payment}/1`));
    await payOn(world, isForgotten);
    expect(balances(world)).to.deep.equal([1_500_000n, 1n]);
    expect(dataOf(world, "PayoutCompleted").map(({ paid }) => paid)).to.deep.equal([1_500_001n]);
    checkInvariants(world);
  });

  it("withdrawn as soon as its last batch is closed is complete by then", async () => {
    const world = await fresh();
    await send(world);
    await runTo(world, "BatchClosed");
    await switchMode(actsOf(world), "off");
    await letPass(world, 6);
    expect(dataOf(world, "PayoutCompleted").map(({ paid }) => paid)).to.deep.equal([1_500_001n]);
  });

  it("is asked for again by its own name: a cycle is asked for by its number", async () => {
    const world = await fresh();
    await runTo(world, "PayoutPlanned");
    const before = world.events().length;
    const cycle = Payment.cycleStream(BAKER, asCycle(0));
    expect(await refusalOf(resumePayment(actsOf(world), cycle))).to.equal("cycle-payment");
    expect(world.events().length).to.equal(before);
  });

  it("holds a receiver that refuses, and pays the others", async () => {
    const world = await fresh();
    await sendTransfers(actsOf(world), "mixed", [
      row(FRIEND, 5n),
      { to: someContract("refuses"), amount: mutez(7n) },
    ]);
    await payOn(world, () => closed(world) === 1);
    expect(balances(world)).to.deep.equal([5n, 0n]);
    const held = dataOf(world, "ObligationHeld").filter(({ obligation }) =>
      obligation.startsWith("receiver:"),
    );
    expect(held.map(({ reason }) => reason)).to.match(/script_rejected/);
  });

  it("is refused before TAPS pays, for a name that is taken by other rows, and for nobody twice", async () => {
    const world = await fresh();
    await switchMode(actsOf(world), "simulation");
    expect(await refusalOf(send(world))).to.equal("not-on");
    await switchMode(actsOf(world), "on");
    const twice = sendTransfers(actsOf(world), "twice", [row(FRIEND, 1n), row(FRIEND, 1n)]);
    expect(await refusalOf(twice)).to.equal("does-not-add-up");
  });
});

describe("the wallet's delegation", () => {
  const delegateOf = (world: World) => world.model.account(world.payer)?.delegate;

  it("is signed once, between two batches, and can be withdrawn", async () => {
    const world = await fresh();
    await runTo(world, "OperationSigned");
    await delegateWallet(actsOf(world), "1", BAKER);
    await settle(world, CYCLES);
    expect(delegateOf(world)).to.equal(BAKER);
    await delegateWallet(actsOf(world), "2", null);
    await payOn(world, () => delegateOf(world) === undefined);
    await letPass(world, 4);
    checkInvariants(world);
    const purposes = dataOf(world, "OperationSigned").map(({ purpose }) => purpose);
    expect(purposes.filter((purpose) => purpose === "delegation")).to.have.length(2);
    const last = (await status(actsOf(world))).wallet?.lastDelegation;
    expect(last).to.deep.equal({ id: "delegation/2", to: null, became: last?.became });
    expect(last?.became).to.match(/^applied: o/);
  });

  it("is withdrawn by leaving on unless it is signed, and asked for again under the same id", async () => {
    const world = await fresh();
    await payOn(world, () => dataOf(world, "TermStarted").length > 0);
    await delegateWallet(actsOf(world), "1", BAKER);
    await switchMode(actsOf(world), "off");
    await switchMode(actsOf(world), "on");
    await letPass(world, 6);
    expect(delegateOf(world)).to.equal(undefined);
    await delegateWallet(actsOf(world), "1", BAKER);
    const purposes = () => dataOf(world, "OperationSigned").map(({ purpose }) => purpose);
    await payOn(world, () => purposes().includes("delegation"));
    await switchMode(actsOf(world), "off");
    await letPass(world, 6);
    checkInvariants(world);
    await switchMode(actsOf(world), "on");
    await letPass(world, 6);
    expect(delegateOf(world)).to.equal(BAKER);
    expect(purposes().filter((purpose) => purpose === "delegation")).to.have.length(1);
  });

  it("that the chain refuses is given up and says why; paying goes on", async () => {
    const world = await fresh();
    await payOn(world, () => dataOf(world, "TermStarted").length > 0);
    await delegateWallet(actsOf(world), "1", FRIEND);
    await settle(world, [0]);
    expect(delegateOf(world)).to.equal(undefined);
    const [voided] = dataOf(world, "BatchVoided");
    expect((await status(actsOf(world))).wallet?.lastDelegation).to.deep.equal({
      id: "delegation/1",
      to: FRIEND,
      became: `not sent: ${voided?.reason}`,
    });
    expect(voided).to.deep.equal({ batchId: "delegation/1", reason: voided?.reason });
    expect(voided?.reason).to.match(/unregistered_delegate/);
    expect(await refusalOf(delegateWallet(actsOf(world), "2", BAKER))).to.equal(undefined);
  });
});
