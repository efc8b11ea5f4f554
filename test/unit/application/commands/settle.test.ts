import { expect } from "chai";
import { bakerOf, ledgerOf, paymentIn } from "../../../../src/application/aggregates.js";
import { act } from "../../../../src/application/commands/acts.js";
import { adjustBalance } from "../../../../src/application/commands/ledger.js";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { resumePayment, sendTransfers } from "../../../../src/application/commands/money.js";
import { releaseOther } from "../../../../src/application/commands/other-payments.js";
import { approvePayout, rejectPayout } from "../../../../src/application/commands/payouts.js";
import { settleDelegator } from "../../../../src/application/commands/settle.js";
import { setTerms } from "../../../../src/application/commands/terms.js";
import { showBalance, showLedger } from "../../../../src/application/queries/ledger.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { type Address, type Digest } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { DEFAULT_CEILINGS } from "../../../../src/domain/payment/ceilings.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER, PAYER, someContract, someTz } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { dataOf } from "../../../support/world/events.js";
import { Crash } from "../../../support/world/faults.js";
import { letPass, once, payOn, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const LEFT = someTz("who has left");
const SAVINGS = someTz("savings");
const OWED = 1_234_567n;
const FIRST = Payment.settlementStream(BAKER, LEFT, 1);

const owe = (world: World, amount = OWED, reference = "carried before", delegator: Address = LEFT) =>
  adjustBalance(actsOf(world), {
    delegator,
    amount: mutez(amount),
    reason: "correction",
    reference,
    allowNegative: true,
  });
/** One who is in no cycle is owed something. */
const owing = async (): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  await owe(world);
  return world;
};
const settleIt = (world: World, to?: Address, delegator: Address = LEFT) =>
  settleDelegator(actsOf(world), delegator, { to, reason: "it has left" });
const closed = (world: World) => dataOf(world, "PaymentsClosed").length;
const balanceOf = (world: World, of: Address) => world.model.account(of)?.balance ?? 0n;
const ledger = async (world: World) => (await actsOf(world).repository.load(ledgerOf(BAKER))).state;
const paymentOf = async (world: World) => (await actsOf(world).repository.load(paymentIn(FIRST))).state;

describe("taps delegator settle", () => {
  it("pays what the ledger owes, all of it, once, and leaves nothing there", async () => {
    const world = await owing();
    expect(await settleIt(world)).to.deep.equal({ payment: FIRST, amount: OWED, recipient: LEFT });
    expect((await ledger(world)).balances).to.deep.equal(new Map());
    await settle(world, [0, 1]);
    expect(balanceOf(world, LEFT)).to.equal(OWED);
    const [planned] = dataOf(world, "PayoutPlanned");
    expect([planned?.taken, planned?.sum]).to.deep.equal([OWED, OWED]);
    expect(await showBalance(actsOf(world), LEFT)).to.deep.include({
      balance: "0",
      settlements: [{ payment: FIRST, amount: OWED.toString(), at: "paid" }],
    });
    expect(await refusalOf(settleIt(world))).to.equal("nothing-owed balance 0");
  });

  it("pays once though it is said again before it is paid, and by two at once", async () => {
    const world = await owing();
    once(world, "before", "SettlementTaken", async () => {
      await settleIt(world);
    });
    await settleIt(world);
    await settleIt(world);
    await runTo(world, "OperationSigned");
    await settleIt(world);
    await payOn(world, () => closed(world) === 1);
    await letPass(world, 6);
    expect(balanceOf(world, LEFT)).to.equal(OWED);
    expect(dataOf(world, "SettlementTaken")).to.have.length(1);
    expect(dataOf(world, "PaymentRequested")).to.have.length(1);
  });

  it("goes on where it was interrupted, to whom it was taken for; nothing is lost or paid twice", async () => {
    for (const when of ["before", "after"] as const)
      for (const step of [0, 1, 2]) {
        const world = await owing();
        once(world, when, step, () => Promise.reject(new Crash()));
        await settleIt(world).then(
          () => expect.fail("did not die"),
          (error: unknown) => expect(error).to.be.instanceOf(Crash),
        );
        const { balances, settlements } = await ledger(world);
        expect((balances.get(LEFT) ?? 0n) + (settlements.get(LEFT)?.amount ?? 0n)).to.equal(OWED);
        await owe(world, 5n, "since then");
        const isTaken = settlements.size > 0;
        const shown = (await showBalance(actsOf(world), LEFT)).settlements.map(({ at }) => at);
        const isPlanned = step > 1 || (step === 1 && when === "after");
        expect(shown).to.deep.equal(isTaken ? [isPlanned ? "planned" : "interrupted"] : []);
        await setTerms(actsOf(world), LEFT, { recipient: SAVINGS });
        await settleIt(world);
        await payOn(world, () => closed(world) === 1);
        const name = `${when} ${step}`;
        expect([balanceOf(world, LEFT), balanceOf(world, SAVINGS)], name).to.deep.equal(
          isTaken ? [OWED, 0n] : [0n, OWED + 5n],
        );
        expect((await ledger(world)).balances.get(LEFT), name).to.equal(isTaken ? 5n : undefined);
      }
  });

  it("pays the same when the payer dies at any of its appends", async () => {
    for (const type of [
      "BatchFormed",
      "OperationSigned",
      "OperationFinalised",
      "BatchSettled",
      "BatchClosed",
      "PayoutCompleted",
      "PaymentsClosed",
    ] as const) {
      const world = await owing();
      await settleIt(world);
      await runTo(world, type);
      await payOn(world, () => closed(world) === 1);
      expect(balanceOf(world, LEFT), type).to.equal(OWED);
    }
  });

  it("pays what is owed again later, under the next number", async () => {
    const world = await owing();
    await settleIt(world);
    await payOn(world, () => closed(world) === 1);
    await owe(world, 99n, "found later");
    expect((await settleIt(world)).payment).to.equal(Payment.settlementStream(BAKER, LEFT, 2));
    await payOn(world, () => closed(world) === 2);
    expect(balanceOf(world, LEFT)).to.equal(OWED + 99n);
  });

  it("is sent where the terms say, or where the person says; there it stays", async () => {
    const byTerms = await owing();
    await setTerms(actsOf(byTerms), LEFT, { recipient: SAVINGS });
    expect((await settleIt(byTerms)).recipient).to.equal(SAVINGS);
    expect(await refusalOf(settleIt(byTerms, LEFT))).to.match(/^settled-elsewhere/);
    await payOn(byTerms, () => closed(byTerms) === 1);
    expect([balanceOf(byTerms, SAVINGS), balanceOf(byTerms, LEFT)]).to.deep.equal([OWED, 0n]);

    const byWord = await owing();
    await setTerms(actsOf(byWord), LEFT, { recipient: someTz("nowhere") });
    await settleIt(byWord, SAVINGS);
    await payOn(byWord, () => closed(byWord) === 1);
    expect(balanceOf(byWord, SAVINGS)).to.equal(OWED);
  });

  it("of the payer's own share needs no operation", async () => {
    const world = await owing();
    await owe(world, 7n, "its own", PAYER);
    const { payment } = await settleIt(world, undefined, PAYER);
    const { state } = await actsOf(world).repository.load(paymentIn(payment));
    const { paid, pending } = Payment.totalsOf(state);
    expect([paid, pending]).to.deep.equal([7n, 0]);
    await payOn(world, () => dataOf(world, "PaymentsClosed").length === 1);
    expect(dataOf(world, "PayoutCompleted").map((completed) => completed.paid)).to.deep.equal([7n]);
    expect(dataOf(world, "OperationSigned")).to.deep.equal([]);
  });

  it("holds what a recipient refuses, and sends it to another when it is released", async () => {
    const world = await owing();
    await settleIt(world, someContract("refuses"));
    await payOn(world, () => closed(world) === 1);
    const shown = { payment: FIRST, amount: OWED.toString(), at: "held" };
    expect((await showLedger(actsOf(world))).settling).to.deep.equal([shown]);
    const { held, paid } = Payment.totalsOf(await paymentOf(world));
    expect([held, paid]).to.deep.equal([OWED, 0n]);
    expect(await refusalOf(settleIt(world))).to.equal(`settlement-held payment ${FIRST}`);
    await setTerms(actsOf(world), LEFT, { recipient: SAVINGS });
    await releaseOther(actsOf(world), FIRST, LEFT);
    await payOn(world, () => closed(world) === 2);
    expect(balanceOf(world, SAVINGS)).to.equal(OWED);
  });

  it("is withdrawn by leaving on, and paid on when it is asked for again", async () => {
    const world = await owing();
    await settleIt(world);
    await switchMode(actsOf(world), "off");
    expect(await refusalOf(settleIt(world))).to.equal("not-on mode off");
    await switchMode(actsOf(world), "on");
    await letPass(world, 4);
    expect(balanceOf(world, LEFT)).to.equal(0n);
    await resumePayment(actsOf(world), FIRST);
    await payOn(world, () => closed(world) === 1);
    expect(balanceOf(world, LEFT)).to.equal(OWED);
  });

  it("takes nothing while a cycle's plan has the balances, and is paid after it", async () => {
    const world = await owing();
    await runTo(world, "BalancesTaken");
    expect(await refusalOf(settleIt(world))).to.match(/^take-open/);
    await settle(world, [0]);
    expect((await ledger(world)).balances.get(LEFT)).to.equal(OWED);
    await settleIt(world);
    await payOn(world, () => closed(world) === 1);
    expect(balanceOf(world, LEFT)).to.equal(OWED);
  });

  it("takes before a cycle's plan does, or that plan takes: of the two one", async () => {
    const world = await owing();
    once(world, "before", "BalancesTaken", async () => {
      await settleIt(world);
    });
    await settle(world, [0, 1]);
    expect(balanceOf(world, LEFT)).to.equal(OWED);
    const carried = dataOf(world, "BalancesCarried").map(({ sum }) => sum);
    expect(carried).to.deep.equal([0n, 0n]);
  });

  it("waits above a ceiling until a person approves it", async () => {
    const world = await owing();
    const ceilings = { ...DEFAULT_CEILINGS, operation: mutez(OWED - 1n) };
    await act(actsOf(world), bakerOf(BAKER), Baker.setCeilings({ ceilings, actor: "world" }));
    await settleIt(world);
    await letPass(world, 6);
    const { plan, approval } = await paymentOf(world);
    expect(approval?.exceeded).to.deep.equal([{ ceiling: "operation", limit: OWED - 1n, found: OWED }]);
    expect(balanceOf(world, LEFT)).to.equal(0n);
    if (plan) await approvePayout(actsOf(world), FIRST, plan.digest);
    await payOn(world, () => closed(world) === 1);
    expect(balanceOf(world, LEFT)).to.equal(OWED);
  });

  const waitsAbove = async (): Promise<{ readonly world: World; readonly digest: Digest }> => {
    const world = await owing();
    const ceilings = { ...DEFAULT_CEILINGS, operation: mutez(OWED - 1n) };
    await act(actsOf(world), bakerOf(BAKER), Baker.setCeilings({ ceilings, actor: "world" }));
    await settleIt(world);
    await act(
      actsOf(world),
      bakerOf(BAKER),
      Baker.setCeilings({ ceilings: DEFAULT_CEILINGS, actor: "world" }),
    );
    const { plan } = await paymentOf(world);
    return { world, digest: plan?.digest ?? expect.fail("nothing is planned") };
  };

  it("rejected above a ceiling is the delegator's balance again, once, and can be settled anew", async () => {
    for (const diesAfter of [undefined, "PayoutRejected", "SettlementReturned"] as const) {
      const { world, digest } = await waitsAbove();
      const reject = () => rejectPayout(actsOf(world), FIRST, digest, "too much");
      if (diesAfter) once(world, "after", diesAfter, () => Promise.reject(new Crash()));
      await reject().catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      if (diesAfter !== "PayoutRejected") {
        await reject();
        expect((await ledger(world)).balances.get(LEFT)).to.equal(OWED);
      }
      const again = Payment.settlementStream(BAKER, LEFT, 2);
      expect(await settleIt(world)).to.deep.include({ payment: again, amount: OWED });
      expect(dataOf(world, "SettlementReturned")).to.deep.equal([
        { delegator: LEFT, number: 1, amount: OWED, actor: "cli:somebody" },
      ]);
      await payOn(world, () => closed(world) === 2);
      expect(balanceOf(world, LEFT)).to.equal(OWED);
      expect((await ledger(world)).balances.get(LEFT)).to.equal(undefined);
    }
  });

  it("rejected by another is planned no more by whoever was about to", async () => {
    const world = await owing();
    const ceilings = { ...DEFAULT_CEILINGS, operation: mutez(OWED - 1n) };
    await act(actsOf(world), bakerOf(BAKER), Baker.setCeilings({ ceilings, actor: "world" }));
    once(world, "after", "SettlementTaken", async () => {
      await settleIt(world);
      const { plan } = await paymentOf(world);
      if (plan) await rejectPayout(actsOf(world), FIRST, plan.digest, "too much");
    });
    expect(await refusalOf(settleIt(world))).to.equal("changing");
    expect((await ledger(world)).balances.get(LEFT)).to.equal(OWED);
    await letPass(world, 6);
    expect(balanceOf(world, LEFT)).to.equal(0n);
  });

  it("refuses a delegator whom a payout is about to pay", async () => {
    const world = await owing();
    await owe(world, 7n, "of one who is there", addressOf(3));
    await runTo(world, "CycleRewardsReady");
    expect(await refusalOf(settleIt(world, undefined, addressOf(3)))).to.equal("in-payout cycle 0");
    await settleIt(world);
    await settle(world, [0]);
    expect((await ledger(world)).balances.get(addressOf(3))).to.equal(undefined);
  });

  it("refuses what would be paid to nobody else, and an id that is a settlement's", async () => {
    const world = await owing();
    for (const own of [BAKER, PAYER])
      expect(await refusalOf(settleIt(world, own))).to.equal("recipient-is-own");
    const row = { to: SAVINGS, amount: mutez(1n) };
    expect(await refusalOf(sendTransfers(actsOf(world), `settle.${LEFT}.1`, [row]))).to.equal("reserved-id");
    await owe(world, -OWED - 1n, "overpaid after all");
    expect(await refusalOf(settleIt(world))).to.equal("nothing-owed balance -1");
    expect(dataOf(world, "SettlementTaken")).to.deep.equal([]);
  });
});
