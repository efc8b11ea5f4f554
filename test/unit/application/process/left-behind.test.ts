import { expect } from "chai";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { addressOf } from "../../../support/rewards.js";
import { dataOf } from "../../../support/world/events.js";
import { checkAllIsFinal, paidOnChain } from "../../../support/world/invariants.js";
import { letPass, runTo, settle } from "../../../support/world/moments.js";
import { actsOf, evidenceOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

/** Switched off when the first batch of cycle 0 was signed, and on again in a later cycle. */
const leftBehind = async (): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  await runTo(world, "OperationSigned");
  await switchMode(actsOf(world), "off");
  for (let blocks = 0; blocks < 16; blocks += 1) world.bakeEmpty();
  await switchMode(actsOf(world), "on");
  return world;
};

const formed = (world: World): readonly string[] =>
  dataOf(world, "BatchFormed").map(({ batchId }) => batchId);

describe("a cycle that a switch to off and on again left behind", () => {
  it("is paid no further by itself: only what was signed is watched to its end", async () => {
    const world = await leftBehind();
    const before = formed(world);
    await letPass(world, 40);
    expect(formed(world)).to.deep.equal(before);
    expect(dataOf(world, "OperationSigned").map(({ batchId }) => batchId)).to.deep.equal(before.slice(0, 1));
    expect(dataOf(world, "OperationFinalised")).to.have.length(1);
    const unsigned = before.slice(1);
    expect(dataOf(world, "BatchVoided").map(({ batchId }) => batchId)).to.deep.equal(unsigned);
    expect(dataOf(world, "CycleSettled")).to.deep.equal([]);
  });

  it("is paid when a person asks for it, each obligation once", async () => {
    const world = await leftBehind();
    await letPass(world, 10);
    await payCycle(actsOf(world), asCycle(0), evidenceOf(world), true);
    await settle(world, [0]);
    checkAllIsFinal(world, [0]);
  });

  it("is not asked for by the release of one payment: that one is let go, and waits with the others", async () => {
    const world = referenceWorld();
    const acts = actsOf(world);
    await world.setUp();
    await runTo(world, "PayoutPlanned");
    await holdPayment(acts, asCycle(0), addressOf(3), "a look first");
    await switchMode(acts, "off");
    for (let blocks = 0; blocks < 16; blocks += 1) world.bakeEmpty();
    await switchMode(acts, "on");
    await releasePayment(acts, asCycle(0), addressOf(3));
    expect(dataOf(world, "ObligationReleased")).to.have.length(1);
    expect(dataOf(world, "CyclePaymentRequested")).to.deep.equal([]);
    await letPass(world, 10);
    expect(paidOnChain(world, [0])).to.deep.equal([]);
    await payCycle(acts, asCycle(0), evidenceOf(world), true);
    await settle(world, [0]);
    checkAllIsFinal(world, [0]);
  });
});
