import { expect } from "chai";
import { bakerOf } from "../../../../src/application/aggregates.js";
import { execute, Repository } from "../../../../src/application/repository.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { resolvePolicy } from "../../../../src/domain/reward/policy.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../../../support/chain-model.js";
import { holdCycle, releaseCycle } from "../../../../src/application/commands/cycles.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { dataOf } from "../../../support/world/events.js";
import { METADATA } from "../../../support/world/installation.js";
import { once, payOn, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const changePolicy = async (world: World, feeBps: number): Promise<void> => {
  const resolved = resolvePolicy({ feeBps });
  if ("refused" in resolved) throw new Error("no such policy");
  const change = Baker.changePolicy({ policy: resolved.allocation, terms: undefined, actor: "somebody" });
  const outcome = await execute(
    new Repository(new CodedEventLog(world.store)),
    bakerOf(BAKER),
    change,
    METADATA,
  );
  if (!outcome.done) throw new Error(outcome.refused.refused);
};

describe("a policy that changes while an earlier cycle is being paid", () => {
  it("reaches every cycle that is not planned yet, also one whose allocation stood before", async () => {
    const world = referenceWorld();
    await world.setUp();
    await payOn(world, () => dataOf(world, "CycleOpened").length > 0);
    await holdCycle(actsOf(world), asCycle(0), "until cycle 1 is allocated");
    await payOn(world, () => dataOf(world, "RewardsAllocated").length === 2);
    await releaseCycle(actsOf(world), asCycle(0));
    once(world, "after", "OperationIncluded", () => changePolicy(world, 9_000));
    await settle(world, CYCLES);
    const fees = dataOf(world, "RewardsAllocated").map(({ policy, resultDigest }) => ({
      feeBps: policy.feeBps,
      resultDigest,
    }));
    expect(fees.map(({ feeBps }) => feeBps)).to.deep.equal([500, 500, 9_000]);
    expect(dataOf(world, "PayoutPlanned").map(({ allocation }) => allocation)).to.deep.equal([
      fees[0]?.resultDigest,
      fees[2]?.resultDigest,
    ]);
  });
});
