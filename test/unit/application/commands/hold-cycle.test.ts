import { expect } from "chai";
import { holdCycle, releaseCycle } from "../../../../src/application/commands/cycles.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { refusalOf } from "../../../support/refusals.js";
import { paidOnChain } from "../../../support/world/invariants.js";
import { appendedBy, letPass, once, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const CYCLE = asCycle(0);
/** The way of the first cycle and its first batch, in order. */
const WAY = [
  "CycleOpened",
  "CycleEnded",
  "CycleRewardsReady",
  "CyclePayoutStarted",
  "AllocationFixed",
  "BalancesTaken",
  "PayoutPlanned",
  "BatchFormed",
  "OperationSigned",
  "OperationIncluded",
  "OperationFinalised",
  "BatchSettled",
  "BatchClosed",
  "PayoutCompleted",
  "BalancesCarried",
] as const;

const hold = (world: World) => holdCycle(actsOf(world), CYCLE, "a look first");
const release = (world: World) => releaseCycle(actsOf(world), CYCLE);
const begun = async (): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  return world;
};
const paid = (world: World): readonly string[] => [...paidOnChain(world, CYCLES)].sort();
const count = (world: World, ...types: readonly DomainEvent["type"][]): number =>
  world.events().filter(({ event }) => types.includes(event.type)).length;
/** Batches that are formed, and neither settled nor dissolved. */
const openBatches = (world: World): number =>
  count(world, "BatchFormed") - count(world, "BatchSettled", "BatchDissolved");

describe("taps cycle hold and release", () => {
  let due: readonly string[];
  before(async () => {
    const world = await begun();
    await settle(world, CYCLES);
    due = paid(world);
  });

  for (const moment of WAY)
    it(`after ${moment}: nothing new is formed or signed, what is signed becomes final, and all goes on after`, async () => {
      const world = await begun();
      await runTo(world, moment);
      const before = count(world, "OperationSigned");
      expect(await appendedBy(world, () => hold(world))).to.deep.equal([["cycle", "CycleHeld"]]);
      expect(await appendedBy(world, () => hold(world))).to.deep.equal([]);
      const formed = count(world, "BatchFormed");
      await letPass(world, 24);
      expect(count(world, "OperationSigned")).to.equal(before);
      expect(count(world, "OperationFinalised")).to.equal(before);
      expect(count(world, "BatchFormed")).to.equal(formed);
      expect(openBatches(world)).to.equal(0);
      expect(count(world, "CycleSettled")).to.equal(0);
      const released: boolean[] = [];
      const letGo = async () => void released.push(await release(world));
      expect(await appendedBy(world, letGo)).to.deep.equal([["cycle", "CycleReleased"]]);
      expect(await appendedBy(world, letGo)).to.deep.equal([]);
      expect(released).to.deep.equal([true, false]);
      await settle(world, CYCLES);
      expect(paid(world)).to.deep.equal(due);
    });

  it("races each append of the payer: at most the signing under way comes through", async () => {
    for (const moment of WAY.slice(1)) {
      const world = await begun();
      let before = 0;
      once(world, "before", moment, async () => {
        before = count(world, "OperationSigned");
        await hold(world);
      });
      await letPass(world, 24);
      const late = moment === "OperationSigned" ? 1 : 0;
      expect(count(world, "OperationSigned"), moment).to.equal(before + late);
      expect(openBatches(world), moment).to.equal(0);
      await release(world);
      await settle(world, CYCLES);
      expect(paid(world), moment).to.deep.equal(due);
    }
  });

  it("are refused for a cycle that TAPS has not seen, and for one that is settled", async () => {
    const world = await begun();
    expect(await refusalOf(hold(world))).to.equal("never-opened");
    expect(await refusalOf(release(world))).to.equal("never-opened");
    await settle(world, [CYCLE]);
    expect(await refusalOf(hold(world))).to.equal("finished");
    expect(await refusalOf(release(world))).to.equal("finished");
  });

  it("by two people at once write one event, and answer both", async () => {
    const world = await begun();
    await runTo(world, "PayoutPlanned");
    once(world, "before", "CycleHeld", () => hold(world));
    await hold(world);
    once(world, "before", "CycleReleased", async () => void (await release(world)));
    await release(world);
    expect(count(world, "CycleHeld", "CycleReleased")).to.equal(2);
  });
});
