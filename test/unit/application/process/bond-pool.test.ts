import { expect } from "chai";
import { bakerOf, paymentIn, walletOf } from "../../../../src/application/aggregates.js";
import { act } from "../../../../src/application/commands/acts.js";
import { type Claim, classifyOperation } from "../../../../src/application/commands/classify.js";
import { approvePayout, rejectPayout } from "../../../../src/application/commands/payouts.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { mutez } from "../../../../src/domain/money.js";
import { DEFAULT_CEILINGS } from "../../../../src/domain/payment/ceilings.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { switchBondPool } from "../../../../src/application/commands/bond-pool.js";
import { skipCycle } from "../../../../src/application/commands/cycles.js";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { resumePayment } from "../../../../src/application/commands/money.js";
import { holdOther, releaseOther } from "../../../../src/application/commands/other-payments.js";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { showBondPool } from "../../../../src/application/queries/bond-pool.js";
import { asCycle, operationHash } from "../../../../src/domain/identifiers.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER, PAYER } from "../../../support/chain-model.js";
import { addressOf, policyOf } from "../../../support/rewards.js";
import {
  BOND,
  bondOutcomeOf,
  bondPlansOf,
  bondWorld,
  crashBond,
  CYCLE,
  isBondClosed,
  MANAGER,
  MEMBER,
  payBond,
  REFUSING,
  setMember,
} from "../../../support/world/bond.js";
import { refusalOf } from "../../../support/refusals.js";
import { dataOf } from "../../../support/world/events.js";
import { checkInvariants } from "../../../support/world/invariants.js";
import { letPass, once, payOn, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { anotherReplicaPays } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const bondOf = async (world: World) => (await actsOf(world).repository.load(paymentIn(BOND))).state;
const paid = async (): Promise<World> => {
  const world = await bondWorld();
  await payBond(world);
  return world;
};

/** What the cycle left with the baker, from its allocation, its plan, and the operations that paid its delegators. */
const leftOf = (world: World): bigint => {
  const [allocated] = dataOf(world, "RewardsAllocated");
  const [planned] = dataOf(world, "PayoutPlanned");
  if (!allocated || !planned) throw new Error("nothing is planned");
  const ofCycle = dataOf(world, "OperationSigned")
    .filter(({ payment }) => payment === Payment.cycleStream(BAKER, CYCLE))
    .map(({ hash }) => hash);
  const costs = dataOf(world, "OperationFinalised")
    .filter(({ hash }) => ofCycle.includes(hash))
    .flatMap(({ contents }) => contents)
    .reduce((total, { fee, burn }) => total + fee + burn, 0n);
  return allocated.bakerShare + allocated.feeTotal + allocated.dust + planned.kept - costs;
};

const DUE = [
  ["KT1 that refuses", `member:${REFUSING}`, 468_789n, "held"],
  ["the manager's charges", `manager:${MANAGER}`, 185_047n, "paid"],
  ["the manager", `member:${MANAGER}`, 2_467_314n, "paid"],
  ["a member", `member:${MEMBER}`, 1_332_350n, "paid"],
  ["the payer", `member:${PAYER}`, 481_126n, "paid"],
] as const;

describe("the bond pool's payment", () => {
  it("pays each member its share of what the cycle left, and the manager the charges, to the mutez", async () => {
    const world = await paid();
    const { shared, plan, obligations } = await bondOf(world);
    expect([shared?.base, shared?.rest]).to.deep.equal([4_934_629n, 3n]);
    expect(leftOf(world)).to.equal(4_934_629n);
    const due = DUE.reduce((total, [, , amount]) => total + amount, 0n);
    expect([plan?.sum, 4_934_629n - due]).to.deep.equal([due, 3n]);
    for (const [name, id, amount, at] of DUE) {
      const found = obligations.get(id);
      expect([found?.due, found?.status.at], name).to.deep.equal([amount, at]);
    }
    expect(obligations.size).to.equal(DUE.length);
    expect(world.model.account(MANAGER)?.balance).to.equal(185_047n + 2_467_314n);
    expect(world.model.account(MEMBER)?.balance).to.equal(1_332_350n);
    expect(obligations.get(`member:${PAYER}`)?.status).to.deep.include({ operation: null });
  });

  it("is planned once the cycle's balances are carried, and asked for before the cycle is settled", async () => {
    const world = await paid();
    const steps = ["BalancesCarried", "BondPoolShared", "PayoutPlanned", "PaymentRequested", "CycleSettled"];
    const types = world.events().map(({ event }) => event.type);
    const from = types.indexOf("BalancesCarried");
    expect(
      types.slice(from, types.indexOf("CycleSettled") + 1).filter((t) => t !== "ObligationsAdded"),
    ).to.deep.equal(steps);
  });

  it("is planned and paid once, the same, wherever the process dies (every call: the long tests)", async () => {
    expect(await crashBond(23)).to.be.above(10);
  });

  it("is the same if another replica pays on while the process stands still", async () => {
    const reference = await bondWorld();
    const calls = await payBond(reference);
    for (let call = 0; call < calls.length; call += 31) {
      const world = await bondWorld();
      await payBond(world, { interlude: { call, run: () => anotherReplicaPays(world) } });
      const found = [bondOutcomeOf(world), bondPlansOf(world)];
      expect(found, `call ${call} (${calls[call]})`).to.deep.equal([bondOutcomeOf(reference), 1]);
    }
  });

  it("pays nobody where the cycle's costs are more than what it left", async () => {
    const file = { feeBps: 0, overdelegationProtection: false };
    const world = await bondWorld({
      policy: policyOf(file).allocation,
      delegators: [5n, 6n].map((n) => ({ address: addressOf(Number(n)), balance: n * 10n ** 14n })),
    });
    await payBond(world);
    const { shared, plan, completed } = await bondOf(world);
    expect(shared?.base).to.equal(leftOf(world));
    expect(Number(shared?.base)).to.be.below(0);
    expect([plan?.count, plan?.sum, completed?.paid]).to.deep.equal([0, 0n, 0n]);
  });
});

describe("a planned bond pool's payment", () => {
  const atPlan = async (act: (world: World) => Promise<void>): Promise<readonly string[]> => {
    const world = await bondWorld();
    await settleAt(world, "PayoutPlanned", 2, () => act(world));
    return bondOutcomeOf(world);
  };
  /** Acts after the n-th append of an event of this type, and pays to the end. */
  const settleAt = async (world: World, type: DomainEvent["type"], n: number, act: () => Promise<void>) => {
    if (n === 1) once(world, "after", type, act);
    else once(world, "after", type, async () => void once(world, "after", type, act));
    await payOn(world, () => isBondClosed(world));
  };

  it("is not touched by what is said of members and pool afterwards", async () => {
    const expected = bondOutcomeOf(await paid());
    const changed = await atPlan(async (world) => {
      await setMember(world, MEMBER, 9n, 10_000);
      await switchBondPool(actsOf(world), "off");
    });
    expect(changed).to.deep.equal(expected);
  });

  it("is not planned if the pool is switched off before", async () => {
    const world = await bondWorld();
    await runTo(world, "PayoutCompleted");
    await switchBondPool(actsOf(world), "off");
    await settle(world, [CYCLE]);
    expect([bondPlansOf(world), dataOf(world, "PaymentRequested")]).to.deep.equal([0, []]);
  });

  it("is not touched by what the cycle pays later", async () => {
    const world = await bondWorld();
    const delegator = addressOf(1);
    await runTo(world, "PayoutPlanned");
    await holdPayment(actsOf(world), CYCLE, delegator, "looks odd");
    await payBond(world);
    const before = await bondOf(world);
    await releasePayment(actsOf(world), CYCLE, delegator);
    await payOn(world, () => dataOf(world, "CycleSettled").length === 2);
    await letPass(world, 4);
    expect(bondOutcomeOf(world)).to.have.length(6);
    expect(await bondOf(world)).to.deep.equal(before);
  });

  it("is withdrawn by leaving on, and paid on when it is asked for", async () => {
    const world = await bondWorld();
    await settleAt(world, "BatchFormed", 2, async () => {
      await switchMode(actsOf(world), "off");
      await switchMode(actsOf(world), "on");
      throw new Error("stopped");
    }).catch((error: unknown) => expect(error).to.have.property("message", "stopped"));
    await letPass(world, 6);
    expect(isBondClosed(world)).to.equal(false);
    await resumePayment(actsOf(world), BOND);
    await payOn(world, () => isBondClosed(world));
    expect(bondOutcomeOf(world)).to.deep.equal(bondOutcomeOf(await paid()));
  });

  it("waits above a ceiling until it is approved, and lets the cycle settle", async () => {
    const world = await bondWorld();
    await runTo(world, "PayoutCompleted");
    const ceilings = { ...DEFAULT_CEILINGS, cycle: mutez(4_453_499n) };
    await act(actsOf(world), bakerOf(BAKER), Baker.setCeilings({ ceilings, actor: "world" }));
    await settle(world, [CYCLE]);
    await letPass(world, 4);
    expect(bondOutcomeOf(world)).to.have.length(3);
    const { plan, approval } = await bondOf(world);
    expect(approval?.exceeded).to.deep.equal([{ ceiling: "cycle", limit: 4_453_499n, found: 4_453_500n }]);
    const shown = (await showBondPool(actsOf(world))).cycles[CYCLE];
    expect(shown?.awaitsApproval).to.equal(plan?.digest);
    if (plan) await approvePayout(actsOf(world), BOND, plan.digest);
    await payOn(world, () => isBondClosed(world));
    expect(bondOutcomeOf(world)).to.deep.equal(bondOutcomeOf(await paid()));
  });

  it("above a ceiling is paid to nobody once it is rejected: it stays with the baker", async () => {
    const world = await bondWorld();
    await runTo(world, "PayoutCompleted");
    const ceilings = { ...DEFAULT_CEILINGS, cycle: mutez(1n) };
    await act(actsOf(world), bakerOf(BAKER), Baker.setCeilings({ ceilings, actor: "world" }));
    await runTo(world, "PaymentRequested");
    const { plan } = await bondOf(world);
    if (plan) await rejectPayout(actsOf(world), BOND, plan.digest, "not like this");
    await settle(world, [CYCLE]);
    await payOn(world, () => isBondClosed(world));
    await letPass(world, 6);
    expect([bondPlansOf(world), (await bondOf(world)).obligations.size]).to.deep.equal([1, 0]);
    expect(world.model.account(MEMBER)).to.equal(undefined);
    checkInvariants(world);
  });

  it("above a ceiling is not paid where all of it is held instead, and is forgotten until a release", async () => {
    const world = await bondWorld();
    await runTo(world, "PayoutCompleted");
    const ceilings = { ...DEFAULT_CEILINGS, cycle: mutez(1n) };
    await act(actsOf(world), bakerOf(BAKER), Baker.setCeilings({ ceilings, actor: "world" }));
    await runTo(world, "PaymentRequested");
    for (const member of [MANAGER, MEMBER, REFUSING])
      await holdOther(actsOf(world), BOND, member, "not like this");
    await payOn(world, () => isBondClosed(world));
    await releaseOther(actsOf(world), BOND, MEMBER);
    await letPass(world, 6);
    expect(bondOutcomeOf(world)).to.have.length(3);
    const { plan } = await bondOf(world);
    if (plan) await approvePayout(actsOf(world), BOND, plan.digest);
    await payOn(world, () => dataOf(world, "PaymentsClosed").length === 2);
    expect(world.model.account(MEMBER)?.balance).to.equal(1_332_350n);
    expect(world.model.account(MANAGER)).to.equal(undefined);
  });

  it("is planned beside a foreign operation, so that it can be named, and asked for only in on", async () => {
    const world = await bondWorld();
    await runTo(world, "PayoutCompleted");
    world.sendByHand([{ to: MEMBER, amount: 1_332_350n }]);
    world.bake();
    const wallet = walletOf(PAYER);
    const leaving = { reason: "mode" as const, detail: "off", actor: "world", untilLevel: null };
    await act(actsOf(world), wallet, Wallet.pause(leaving));
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    await letPass(world, 3);
    expect([bondPlansOf(world), dataOf(world, "PaymentRequested")]).to.deep.equal([1, []]);
    await act(actsOf(world), wallet, Wallet.resume({ reason: "mode", actor: "world" }));
    await settle(world, [CYCLE]);
    const [{ hash } = { hash: operationHash.parse("") }] = dataOf(world, "ForeignOperationFound");
    const claim = { content: 0, payment: BOND, obligation: `member:${MEMBER}` };
    await classifyOperation(actsOf(world), hash, [claim], "paid by hand");
    await payOn(world, () => isBondClosed(world));
    expect(world.model.account(MEMBER)?.balance).to.equal(1_332_350n);
    expect(world.model.account(MANAGER)?.balance).to.equal(185_047n + 2_467_314n);
  });

  const sentByHand = async (amount: bigint) => {
    const world = await bondWorld();
    await runTo(world, "PayoutCompleted");
    const { hash } = world.sendByHand([{ to: MEMBER, amount }]);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    await payOn(world, () => bondPlansOf(world) === 1);
    const claim = { content: 0, payment: BOND, obligation: `member:${MEMBER}` };
    const say = (...pays: Claim[]) => classifyOperation(actsOf(world), hash, pays, "paid by hand");
    return { world, say, claim };
  };

  it("of which one was sent more by hand owes nothing for it to the delegators' ledger", async () => {
    const { world, say, claim } = await sentByHand(1_400_000n);
    await say(claim);
    await payOn(world, () => isBondClosed(world));
    expect(world.model.account(MEMBER)?.balance).to.equal(1_400_000n);
    expect(dataOf(world, "AdjustmentRecorded")).to.deep.equal([]);
    checkInvariants(world);
  });

  it("of which one was sent less by hand is not paid by that: no ledger would keep the rest", async () => {
    const { world, say, claim } = await sentByHand(1_000_000n);
    expect(await refusalOf(say(claim))).to.equal("pays-less due 1332350 sent 1000000");
    expect(dataOf(world, "ForeignOperationClaimed")).to.deep.equal([]);
    await say();
    await payOn(world, () => isBondClosed(world));
    expect(world.model.account(MEMBER)?.balance).to.equal(1_000_000n + 1_332_350n);
  });

  it("is none in simulation, of a cycle before the pool, and of one that is skipped", async () => {
    const simulated = await bondWorld({ mode: "simulation" });
    await letPass(simulated, 20);
    expect(dataOf(simulated, "PayoutSimulated")).to.have.length(2);
    expect(bondPlansOf(simulated)).to.equal(0);

    const late = await bondWorld();
    await switchBondPool(actsOf(late), "off");
    while (late.model.cycleOf(late.model.head.level) === 0) late.bake();
    await switchBondPool(actsOf(late), "on");
    await payOn(late, () => isBondClosed(late, Payment.bondStream(BAKER, asCycle(1))));
    expect(bondPlansOf(late)).to.equal(0);

    const skipped = await bondWorld();
    await runTo(skipped, "PayoutPlanned");
    await skipCycle(actsOf(skipped), CYCLE, "not this one");
    await letPass(skipped, 4);
    expect(bondPlansOf(skipped)).to.equal(0);
  });

  it("is shown with its split", async () => {
    const world = await paid();
    checkInvariants(world);
    const { cycles } = await showBondPool(actsOf(world));
    expect(cycles).to.deep.equal({
      0: {
        networkCosts: "65492",
        base: "4934629",
        planned: "4934626",
        paid: "4465837",
        held: "468789",
        pending: 0,
        awaitsApproval: null,
        members: {
          [MANAGER]: { net: "2467314", charge: "0" },
          [MEMBER]: { net: "1332350", charge: "148038" },
          [REFUSING]: { net: "468789", charge: "24673" },
          [PAYER]: { net: "481126", charge: "12336" },
        },
        manager: { address: MANAGER, charges: "185047" },
        rest: "3",
      },
    });
  });
});
