import { expect } from "chai";
import { ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { checkAllIsFinal } from "../../../support/world/invariants.js";
import { isSettled } from "../../../support/world/installation.js";
import { letPass, settle } from "../../../support/world/moments.js";
import { actsOf, evidenceOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const BLOCKS_PER_CYCLE = 8;

/** Six cycles have ended when the first process starts. */
const away = async (): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  for (let level = 0; level < 6 * BLOCKS_PER_CYCLE + 2; level += 1) world.bake();
  return world;
};

const held = (world: World): readonly string[] =>
  world
    .events()
    .flatMap(({ stream, event }) =>
      event.type === "CycleHeld" ? [`${stream.split("_")[1]} ${event.data.reason}`] : [],
    );

const MISSED = ["0 missed-cycles", "1 missed-cycles", "2 missed-cycles"];

describe("cycles that ended while TAPS was away", () => {
  it("are paid by themselves if they are the last three; each older one waits for a person's word, and they for it", async () => {
    const world = await away();
    await letPass(world, 14);
    expect(held(world)).to.deep.equal(MISSED);
    expect([0, 1, 2, 3, 4, 5].filter((cycle) => isSettled(world, cycle))).to.deep.equal([]);

    for (const cycle of [0, 1, 2]) await payCycle(actsOf(world), asCycle(cycle), evidenceOf(world), true);
    await settle(world, [0, 1, 2, 3, 4, 5]);
    checkAllIsFinal(world, [0, 1, 2, 3, 4, 5]);
    expect(held(world)).to.deep.equal(MISSED);
  });

  it("are held alike by a process that is broken off in between, again and again", async () => {
    const world = await away();
    const cycleLevels = world.chain.cycleLevels.bind(world.chain);
    let asked = 0;
    world.chain.cycleLevels = async (cycle) => {
      asked += 1;
      if (asked % 2 === 0) throw new ChainUnavailable("no reply");
      return cycleLevels(cycle);
    };
    const { process } = world.start();
    let failures = 0;
    for (let looks = 0; looks < 8; looks += 1) {
      await process.step().catch((error: unknown) => {
        if (!(error instanceof ChainUnavailable)) throw error;
        failures += 1;
      });
    }
    expect(failures).to.equal(6);
    expect(held(world)).to.deep.equal(MISSED);
  });
});
