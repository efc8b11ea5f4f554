import { expect } from "chai";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { checkAllIsFinal } from "../../../support/world/invariants.js";
import { isSettled } from "../../../support/world/installation.js";
import { letPass, settle } from "../../../support/world/moments.js";
import { actsOf, evidenceOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";

const BLOCKS_PER_CYCLE = 8;

describe("cycles that ended while TAPS was away", () => {
  it("are paid by themselves up to three, oldest first; the others wait for a person's word, cycle by cycle", async () => {
    const world = referenceWorld();
    await world.setUp();
    for (let level = 0; level < 6 * BLOCKS_PER_CYCLE + 2; level += 1) world.bake();
    await letPass(world, 2);
    const held = () =>
      world
        .events()
        .flatMap(({ stream, event }) =>
          event.type === "CycleHeld" ? [`${stream.split("_")[1]} ${event.data.reason}`] : [],
        );
    const missed = ["3 missed-cycles", "4 missed-cycles", "5 missed-cycles"];
    expect(held()).to.deep.equal(missed);
    await settle(world, [0, 1, 2]);
    await letPass(world, 12);
    expect([3, 4, 5].filter((cycle) => isSettled(world, cycle))).to.deep.equal([]);

    await payCycle(actsOf(world), asCycle(3), evidenceOf(world), true);
    await settle(world, [3]);
    await letPass(world, 12);
    expect([4, 5].filter((cycle) => isSettled(world, cycle))).to.deep.equal([]);
    checkAllIsFinal(world, [0, 1, 2, 3]);
    expect(held()).to.deep.equal(missed);
  });
});
