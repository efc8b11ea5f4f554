import { expect } from "chai";
import { rewardOf } from "../../../../src/application/aggregates.js";
import { act, ActRefused } from "../../../../src/application/commands/acts.js";
import {
  holdCycle,
  recomputeCycle,
  releaseCycle,
  skipCycle,
} from "../../../../src/application/commands/cycles.js";
import { rejectPayout } from "../../../../src/application/commands/payouts.js";
import { setPolicy } from "../../../../src/application/commands/policy.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import * as Reward from "../../../../src/domain/reward/reward.js";
import { BAKER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { dataOf } from "../../../support/world/events.js";
import { paidOnChain } from "../../../support/world/invariants.js";
import { lie } from "../../../support/world/lying.js";
import { appendedBy, letPass, once, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const CYCLE = asCycle(0);
const REASON = "TzKT has corrected it";
const recompute = (world: World) => recomputeCycle(actsOf(world), CYCLE, REASON);
const paid = (world: World): readonly string[] => [...paidOnChain(world, [0])].sort();
const unlessRefused = async (done: Promise<unknown>): Promise<void> => {
  await done.catch((error: unknown) => {
    if (!(error instanceof ActRefused)) throw error;
  });
};
/** The source claims a quarter more for the first cycle. */
const lying = async (): Promise<{ readonly world: World; readonly correct: () => void }> => {
  const world = referenceWorld();
  await world.setUp();
  const correct = lie(world, (split, cycle) =>
    cycle === CYCLE ? { ...split, blockFees: 1_000_000 + Number(split["blockFees"]) } : split,
  );
  return { world, correct };
};
/** At this moment the source is corrected. */
const correctedAt = async (moment: DomainEvent["type"]): Promise<World> => {
  const { world, correct } = await lying();
  await runTo(world, moment);
  correct();
  return world;
};
/** Until an allocation is fixed, in order. */
const BEFORE = [
  "RewardInputsRecorded",
  "RewardsAllocated",
  "CycleRewardsReady",
  "CyclePayoutStarted",
] as const;

describe("taps cycle recompute", () => {
  let right: readonly string[];
  let wrong: readonly string[];
  before(async () => {
    const honest = referenceWorld();
    await honest.setUp();
    await settle(honest, [0]);
    right = paid(honest);
    const { world } = await lying();
    await settle(world, [0]);
    wrong = paid(world);
    expect(wrong).to.not.deep.equal(right);
  });

  it("takes the corrected list until the allocation is fixed, and says who wanted it and why", async () => {
    for (const moment of BEFORE) {
      const world = await correctedAt(moment);
      const isAllocated = moment !== "RewardInputsRecorded";
      expect(await appendedBy(world, () => recompute(world)), moment).to.deep.equal([
        ...(isAllocated ? [["reward", "AllocationSuperseded"]] : []),
        ["reward", "RewardInputsSuperseded"],
      ]);
      const [attempt] = dataOf(world, "RewardInputsRecorded").map((inputs) => inputs.attempt);
      expect(world.events().at(-1)?.event.data).to.deep.equal({
        attempt,
        reason: REASON,
        actor: "cli:somebody",
      });
      expect(await appendedBy(world, () => recompute(world)), moment).to.deep.equal([]);
      await settle(world, [0]);
      expect(paid(world), moment).to.deep.equal(right);
      expect(dataOf(world, "RewardInputsRecorded").length).to.be.above(1);
    }
  });

  it("records the same list again when the source says the same", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "CycleRewardsReady");
    await recompute(world);
    await settle(world, [0]);
    expect(paid(world)).to.deep.equal(right);
    const first = dataOf(world, "RewardInputsRecorded")[0]?.digest;
    expect(dataOf(world, "RewardInputsRecorded")[1]?.digest).to.equal(first);
  });

  it("writes nothing where nothing is recorded yet: the source is asked anyway", async () => {
    const world = await correctedAt("CycleEnded");
    expect(await appendedBy(world, () => recompute(world))).to.deep.equal([]);
  });

  it("is refused once a payout is planned from it", async () => {
    for (const moment of [
      "AllocationFixed",
      "BalancesTaken",
      "PayoutPlanned",
      "BatchFormed",
      "BalancesCarried",
    ] as const) {
      const world = await correctedAt(moment);
      expect(await refusalOf(recompute(world)), moment).to.equal("allocation-fixed");
      await settle(world, [0]);
      expect(paid(world), moment).to.deep.equal(wrong);
    }
  });

  it("is refused for a cycle that TAPS has not seen, that has not ended, that is settled or skipped", async () => {
    const world = referenceWorld();
    await world.setUp();
    expect(await refusalOf(recompute(world))).to.equal("never-opened");
    await runTo(world, "CycleOpened");
    expect(await refusalOf(recompute(world))).to.equal("not-ended");
    await settle(world, [0]);
    expect(await refusalOf(recompute(world))).to.equal("finished");
    const skipped = await correctedAt("CycleRewardsReady");
    await skipCycle(actsOf(skipped), CYCLE, "paid by hand");
    expect(await refusalOf(recompute(skipped))).to.equal("finished");
  });

  it("comes after the rejection of a plan, and the cycle is planned anew from the corrected list", async () => {
    const world = await correctedAt("PayoutPlanned");
    const [planned] = dataOf(world, "PayoutPlanned");
    if (!planned) throw new Error("no plan");
    await rejectPayout(actsOf(world), Payment.cycleStream(BAKER, CYCLE), planned.digest, "TzKT was wrong");
    await recompute(world);
    await releaseCycle(actsOf(world), CYCLE);
    await settle(world, [0]);
    expect(paid(world)).to.deep.equal(right);
  });

  it("races the payer that fixes the allocation: one of them wins", async () => {
    const { world, correct } = await lying();
    once(world, "before", "AllocationFixed", async () => {
      correct();
      await recompute(world);
    });
    await letPass(world, 12);
    await settle(world, [0]);
    expect(paid(world)).to.deep.equal(right);
    expect(dataOf(world, "RewardInputsSuperseded").length).to.equal(1);

    const other = await correctedAt("CyclePayoutStarted");
    once(other, "before", "RewardInputsSuperseded", () => runTo(other, "AllocationFixed"));
    expect(await refusalOf(recompute(other))).to.equal("allocation-fixed");
    await settle(other, [0]);
    expect(paid(other)).to.deep.equal(wrong);
  });

  it("races whoever computes: what was made of the old list comes to nothing", async () => {
    for (const moment of ["RewardsAllocated", "CycleRewardsReady", "CyclePayoutStarted"] as const) {
      const { world, correct } = await lying();
      once(world, "before", moment, async () => {
        correct();
        await recompute(world);
      });
      await runTo(world, "RewardInputsSuperseded").catch(() => undefined);
      await settle(world, [0]);
      expect(paid(world), moment).to.deep.equal(right);
    }
  });

  it("and a change of policy at the same time are both heeded", async () => {
    const { world, correct } = await lying();
    await setPolicy(actsOf(world), {});
    await runTo(world, "CycleRewardsReady");
    await setPolicy(actsOf(world), { feeBps: 1_000 });
    once(world, "before", "AllocationSuperseded", async () => {
      correct();
      await recompute(world);
    });
    await settle(world, [0]);
    const fresh = referenceWorld();
    await fresh.setUp();
    await setPolicy(actsOf(fresh), { feeBps: 1_000 });
    await settle(fresh, [0]);
    expect(paid(world)).to.deep.equal(paid(fresh));
  });

  it("finds no gap while a plan is being rejected: its allocation is open then, and stays", async () => {
    const world = await correctedAt("PayoutPlanned");
    await holdCycle(actsOf(world), CYCLE, "a look first");
    await act(actsOf(world), rewardOf(BAKER, CYCLE), Reward.reopen("ana"));
    expect(await refusalOf(recompute(world))).to.equal("allocation-fixed");
    await setPolicy(actsOf(world), { feeBps: 1_000 });
    await letPass(world, 2);
    expect(dataOf(world, "AllocationSuperseded")).to.deep.equal([]);
    await unlessRefused(releaseCycle(actsOf(world), CYCLE));
    await settle(world, [0]);
    expect(
      dataOf(world, "AllocationFixed").filter(
        ({ digest }) => digest === dataOf(world, "AllocationFixed")[0]?.digest,
      ),
    ).to.have.length(2);
    expect(paid(world)).to.deep.equal(wrong);
  });
});
