import { expect } from "chai";
import { ActRefused } from "../../../../src/application/commands/acts.js";
import { type Claim, classifyOperation, exactClaims } from "../../../../src/application/commands/classify.js";
import { sendTransfers } from "../../../../src/application/commands/money.js";
import { mutez } from "../../../../src/domain/money.js";
import { refuse } from "../../../../src/domain/decision.js";
import { holdPayment, unbatched } from "../../../../src/application/commands/payments.js";
import { paymentOf, walletOf } from "../../../../src/application/aggregates.js";
import { reconcile } from "../../../../src/application/queries/reconcile.js";
import { Repository } from "../../../../src/application/repository.js";
import { type Address, asCycle } from "../../../../src/domain/identifiers.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { BAKER, someTz } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import {
  claim,
  CYCLE,
  DELEGATOR,
  dueTo,
  ledgerOfWorld,
  paidByHand,
  STREAM,
} from "../../../support/world/by-hand.js";
import { dataOf } from "../../../support/world/events.js";
import { Crash } from "../../../support/world/faults.js";
import { isSettled } from "../../../support/world/installation.js";
import { checkAllIsFinal } from "../../../support/world/invariants.js";
import { letPass, once, payOn, runTo, settle } from "../../../support/world/moments.js";
import { actsOf, operationsIn } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const stopsOf = async (world: World) =>
  (await new Repository(new CodedEventLog(world.store)).load(walletOf(world.payer))).state.foreign.length;
const refusalOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => undefined,
    (error: unknown) => (error instanceof ActRefused ? error.refusal.refused : error),
  );

const sentTo = (world: World, delegator: Address, cycle: number): bigint =>
  dataOf(world, "BatchFormed")
    .filter(({ batchId }) => batchId.startsWith(Payment.cycleStream(BAKER, asCycle(cycle))))
    .flatMap(({ items }) => items)
    .filter(({ obligation }) => obligation === `delegator:${delegator}`)
    .reduce((total, { sent }) => total + sent, 0n);

describe("an operation that the owner sent by hand", () => {
  it("stops signing until a person has said what it was; then all others are paid", async () => {
    const { world, hash } = await paidByHand(someTz("a shop"), () => 1_000_000n);
    await letPass(world, 12);
    expect(world.injected).to.deep.equal([]);
    await classifyOperation(actsOf(world), hash, [], "a coffee");
    await settle(world, [0]);
    checkAllIsFinal(world, [0]);
    expect(dataOf(world, "ForeignOperationClassified")).to.deep.equal([
      { hash, pays: [], reason: "a coffee", actor: "cli:somebody" },
    ]);
  });

  it("that paid a delegator exactly is his payment: he gets nothing more of that cycle", async () => {
    const { world, hash, due } = await paidByHand(DELEGATOR, (amount) => amount);
    await classifyOperation(actsOf(world), hash, [claim()], "paid by hand");
    const { fee, burn } = dataOf(world, "ForeignOperationFound")[0]?.contents[0] ?? {};
    expect(fee).to.equal(world.model.blockOf(hash)?.operations[0]?.operation.contents[0]?.fee);
    await settle(world, [0, 1]);
    checkAllIsFinal(world, [0, 1]);
    const settled = dataOf(world, "BatchSettled").filter(({ batchId }) => batchId.startsWith(`${STREAM}/`));
    const fees = settled.reduce((total, batch) => total + batch.fee, fee ?? 0n);
    const burns = settled.reduce((total, batch) => total + batch.burn, burn ?? 0n);
    expect(dataOf(world, "PayoutCompleted")[0]).to.deep.include({ networkFees: fees, networkBurns: burns });
    const paid = (world.model.account(DELEGATOR)?.balance ?? 0n) - 1_000_000n;
    expect(paid).to.equal(due + sentTo(world, DELEGATOR, 1));
    expect((await ledgerOfWorld(world)).adjustments.size).to.equal(0);
  });

  for (const [name, amountOf] of [
    ["too much: the excess comes off the next cycle", (due: bigint) => due + 7n],
    ["too little: the rest is paid with the next cycle", (due: bigint) => due - 9n],
  ] as const)
    it(`that paid ${name}`, async () => {
      const { world, hash, due } = await paidByHand(DELEGATOR, amountOf);
      await classifyOperation(actsOf(world), hash, [claim()], "paid by hand");
      await settle(world, [0, 1]);
      checkAllIsFinal(world, [0, 1]);
      const untouched = referenceWorld();
      await untouched.setUp();
      await settle(untouched, [0, 1]);
      const others = untouched.model.account(DELEGATOR)?.balance;
      expect(world.model.account(DELEGATOR)?.balance).to.equal(others);
      expect([...(await ledgerOfWorld(world)).adjustments.values()]).to.deep.equal([
        {
          delegator: DELEGATOR,
          amount: due - amountOf(due),
          reason: amountOf(due) > due ? "overpaid" : "correction",
          reference: `${hash}/0`,
          actor: "cli:somebody",
        },
      ]);
    });

  it("that paid what was held settles it, after its cycle too", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "PayoutPlanned");
    await holdPayment(actsOf(world), CYCLE, DELEGATOR, "a look first");
    await settle(world, [0]);
    const { hash } = world.sendByHand([{ to: DELEGATOR, amount: await dueTo(world) }]);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    await classifyOperation(actsOf(world), hash, [claim()], "paid by hand");
    await settle(world, [1]);
    checkAllIsFinal(world, [0, 1]);
    expect(await refusalOf(classifyOperation(actsOf(world), hash, [], "again"))).to.equal("not-foreign");
  });

  it("is classified once, wherever the person's command is interrupted", async () => {
    for (let step = 0; step < 4; step += 1) {
      const { world, hash, due } = await paidByHand(DELEGATOR, (amount) => amount + 5n);
      const giveUp = once(world, "after", step, () => Promise.reject(new Crash()));
      await classifyOperation(actsOf(world), hash, [claim()], "paid by hand").catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      giveUp();
      if ((await stopsOf(world)) > 0) await classifyOperation(actsOf(world), hash, [claim()], "paid by hand");
      await payOn(world, () => isSettled(world, 0));
      checkAllIsFinal(world, [0]);
      const paid = (world.model.account(DELEGATOR)?.balance ?? 0n) - 1_000_000n;
      expect(paid, `step ${step}`).to.equal(due + 5n);
      expect((await ledgerOfWorld(world)).adjustments.size).to.equal(1);
    }
  });

  it("that paid too much of what no ledger keeps says so: the excess is taken off nothing", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const friend = someTz("a friend");
    const { payment } = await sendTransfers(actsOf(world), "rent", [{ to: friend, amount: mutez(500n) }]);
    const due = await dueTo(world);
    const { hash } = world.sendByHand([
      { to: friend, amount: 507n },
      { to: DELEGATOR, amount: due + 3n },
    ]);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    const rent = { content: 0, payment, obligation: `receiver:${friend}` };
    expect(
      await classifyOperation(actsOf(world), hash, [rent, claim(DELEGATOR, 1)], "by hand"),
    ).to.deep.equal([
      { ...rent, due: 500n, sent: 507n, isLedgers: false },
      { ...claim(DELEGATOR, 1), due, sent: due + 3n, isLedgers: true },
    ]);
    expect([...(await ledgerOfWorld(world)).adjustments.values()].map(({ amount }) => amount)).to.deep.equal([
      -3n,
    ]);
  });

  it("is refused a meaning that it cannot have", async () => {
    const { world, hash } = await paidByHand(DELEGATOR, (amount) => amount);
    const say = (...pays: Claim[]) => refusalOf(classifyOperation(actsOf(world), hash, pays, "?"));
    expect(await say(claim(DELEGATOR, 1))).to.equal("inconsistent");
    expect(await say(claim(addressOf(31)))).to.equal("inconsistent");
    expect(await say(claim(someTz("nobody")))).to.equal("unknown-obligation");
    const nowhere = Payment.batchStream(BAKER, "nowhere");
    expect(await say({ ...claim(), payment: nowhere })).to.equal("no-plan");
    expect(await stopsOf(world)).to.equal(1);
  });

  it("writes nothing of claims of which one cannot be", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const others = addressOf(29);
    const dues = await Promise.all([dueTo(world), dueTo(world, others)]);
    const { hash } = world.sendByHand([DELEGATOR, others].map((to, n) => ({ to, amount: dues[n] ?? 0n })));
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    const before = world.events().length;
    const say = (...pays: Claim[]) => refusalOf(classifyOperation(actsOf(world), hash, pays, "?"));
    expect(await say(claim(), claim(addressOf(31), 1))).to.equal("inconsistent");
    expect(await say(claim(), claim(DELEGATOR, 1))).to.equal("inconsistent");
    expect(await say(claim(), claim(others))).to.equal("inconsistent");
    expect(world.events().slice(before)).to.deep.equal([]);
    expect(await say(claim(), claim(others, 1))).to.equal(undefined);
    expect(
      dataOf(world, "ObligationPaidOutside").map(({ content, obligation }) => [content, obligation]),
    ).to.deep.equal([
      [0, `delegator:${DELEGATOR}`],
      [1, `delegator:${others}`],
    ]);
    await settle(world, [0]);
    checkAllIsFinal(world, [0]);
  });
});

describe("an operation that is said to have paid exactly what is owed", () => {
  /** The payer finds one that sends so much to each; cycle 0 is planned. */
  const sentByHand = async (
    world: World,
    sent: readonly { readonly to: Address; readonly amount: bigint }[],
  ) => {
    const { hash } = world.sendByHand(sent);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    return hash;
  };
  const planned = async (): Promise<World> => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    return world;
  };

  it("paid for each transfer the one open payment of its receiver and amount", async () => {
    const world = await planned();
    const others = addressOf(29);
    const hash = await sentByHand(world, [
      { to: DELEGATOR, amount: await dueTo(world) },
      { to: others, amount: await dueTo(world, others) },
    ]);
    const claims = await exactClaims(actsOf(world), hash);
    expect(claims).to.deep.equal([claim(), claim(others, 1)]);
    await classifyOperation(actsOf(world), hash, claims, "the other tool's");
    await settle(world, [0]);
    checkAllIsFinal(world, [0]);
  });

  it("is refused with what is unclear: a transfer that fits nothing, or more than one", async () => {
    const world = await planned();
    const due = await dueTo(world);
    await sendTransfers(actsOf(world), "same", [{ to: DELEGATOR, amount: mutez(due) }]);
    const others = addressOf(29);
    const hash = await sentByHand(world, [
      { to: DELEGATOR, amount: due },
      { to: others, amount: await dueTo(world, others) },
      { to: others, amount: 7n },
    ]);
    const error: unknown = await exactClaims(actsOf(world), hash).catch((thrown: unknown) => thrown);
    expect(error).to.have.nested.property("refusal.refused", "not-exact");
    expect(error)
      .to.have.nested.property("refusal.facts")
      .that.deep.equals({
        "content 0": `0/${DELEGATOR} or batch_same/${DELEGATOR}`,
        "content 2": "nothing",
      });
  });
});

describe("what is said of an operation by two people", () => {
  const another = (world: World) => ({ ...actsOf(world), actor: "cli:other" });
  const said = (refusal: unknown) => String(refusal).split(" ")[0];

  it("stands once it is claimed: whoever comes after an interruption says the same, and nothing is lost", async () => {
    const { world, hash, due } = await paidByHand(DELEGATOR, (amount) => amount / 2n);
    const die = (): Promise<void> => Promise.reject(new Crash());
    once(world, "after", "ObligationPaidOutside", die);
    await classifyOperation(actsOf(world), hash, [claim()], "half of it").catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    expect(said(await refusalOf(classifyOperation(another(world), hash, [], "?")))).to.equal(
      "claimed-otherwise",
    );
    const [found] = (await reconcile(actsOf(world), operationsIn(world))).foreign;
    expect(found?.claimed).to.deep.equal([{ content: 0, name: `0/${DELEGATOR}` }]);
    expect(await stopsOf(world)).to.equal(1);
    await classifyOperation(another(world), hash, [claim()], "half of it");
    const adjustments = dataOf(world, "AdjustmentRecorded").map(({ amount }) => amount);
    expect(adjustments).to.deep.equal([due - due / 2n]);
    expect(await stopsOf(world)).to.equal(0);
  });

  it("is one of them, whenever the other speaks", async () => {
    for (const type of [
      "ForeignOperationClaimed",
      "ObligationPaidOutside",
      "ForeignOperationClassified",
    ] as const) {
      const { world, hash } = await paidByHand(DELEGATOR, (amount) => amount);
      const answers: unknown[] = [];
      once(world, "before", type, async () => {
        answers.push(await refusalOf(classifyOperation(another(world), hash, [], "a gift")));
      });
      answers.push(await refusalOf(classifyOperation(actsOf(world), hash, [claim()], "paid by hand")));
      const wasFirst = type === "ForeignOperationClaimed";
      expect(answers, type).to.deep.equal(
        wasFirst ? [undefined, "not-foreign"] : ["claimed-otherwise", undefined],
      );
      const named = wasFirst ? 0 : 1;
      expect(dataOf(world, "ObligationPaidOutside"), type).to.have.length(named);
      expect(dataOf(world, "ForeignOperationClassified").map(({ pays }) => pays.length)).to.deep.equal([
        named,
      ]);
    }
  });

  it("is not said of two operations", async () => {
    const { world, hash } = await paidByHand(DELEGATOR, (amount) => amount);
    const second = world.sendByHand([{ to: DELEGATOR, amount: 7n }]);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 1);
    once(world, "before", "ObligationPaidOutside", async () => {
      const other = classifyOperation(another(world), second.hash, [claim()], "paid by hand");
      expect(await refusalOf(other)).to.equal("claimed");
    });
    await classifyOperation(actsOf(world), hash, [claim()], "paid by hand");
    const late = classifyOperation(another(world), second.hash, [claim()], "paid by hand");
    expect(await refusalOf(late)).to.equal("paid-already");
    await classifyOperation(another(world), second.hash, [], "a gift");
    expect(await stopsOf(world)).to.equal(0);
  });

  it("is taken back where it can never be written", async () => {
    const { world, hash } = await paidByHand(DELEGATOR, (amount) => amount);
    once(world, "after", "ForeignOperationClaimed", () => Promise.reject(new Crash()));
    await classifyOperation(actsOf(world), hash, [claim()], "paid by hand").catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    const payment = paymentOf(BAKER, CYCLE);
    await unbatched(actsOf(world), world.payer, STREAM, `delegator:${DELEGATOR}`, (state) =>
      state.obligations.get(`delegator:${DELEGATOR}`)?.status.at === "open"
        ? Payment.setAside({ obligations: [`delegator:${DELEGATOR}`] })(state)
        : refuse("in-batch"),
    );
    const { state } = await actsOf(world).repository.load(payment);
    expect(state.obligations.get(`delegator:${DELEGATOR}`)?.status.at).to.equal("carried");
    expect(await refusalOf(classifyOperation(actsOf(world), hash, [claim()], "paid"))).to.equal("carried");
    await classifyOperation(actsOf(world), hash, [], "it was carried");
    expect(await stopsOf(world)).to.equal(0);
  });
});
