import { expect } from "chai";
import { SourceUnavailable } from "../../../../src/application/ports/reward-source.js";
import { dataOf } from "../../../support/world/events.js";
import { isSettled } from "../../../support/world/installation.js";
import { payOn, runTo, settle } from "../../../support/world/moments.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { World } from "../../../support/world/world.js";

describe("a reward source that does not answer", () => {
  it("holds up no payment under way, and no settling; the next cycle is paid once it answers", async () => {
    let isAway = false;
    class Forsaken extends World {
      override source() {
        const source = super.source();
        const answer = async <T>(ask: () => Promise<T>): Promise<T> => {
          if (isAway) throw new SourceUnavailable("no reply");
          return ask();
        };
        return {
          head: () => answer(() => source.head()),
          split: (...asked: Parameters<typeof source.split>) => answer(() => source.split(...asked)),
        };
      }
    }
    const world = new Forsaken(referenceWorld().options);
    await world.setUp();
    await runTo(world, "OperationSigned");
    isAway = true;
    await payOn(world, () => isSettled(world, 0) && world.model.head.level > 20);
    expect(dataOf(world, "CycleSettled")).to.have.length(1);
    isAway = false;
    await settle(world, CYCLES);
  });

  it("is waited for once at each look at the chain, however many cycles wait for it", async () => {
    let asked = 0;
    class Silent extends World {
      override source() {
        const silence = async (): Promise<never> => {
          asked += 1;
          throw new SourceUnavailable("no reply");
        };
        return { head: silence, split: silence };
      }
    }
    const world = new Silent(referenceWorld().options);
    await world.setUp();
    const { process } = world.start();
    const asks: number[] = [];
    while (world.model.head.level < 40) {
      const before = asked;
      await process.step();
      asks.push(asked - before);
      world.bake();
    }
    expect(dataOf(world, "CycleEnded").length).to.be.above(1);
    expect(Math.max(...asks)).to.equal(1);
  });
});
