import { expect } from "chai";
import { replay, runSeed } from "./simulation.js";
import { runSeeds } from "./seeds.js";

describe("simulation: payers under random faults", function () {
  this.timeout(240_000);

  it("keeps every invariant, and pays all in the end, in seeds 1 to 300", () => runSeeds(1, 300));

  it("comes to the same run again, by its seed and by its disturbances", async () => {
    for (const seed of [3, 14, 15]) {
      const { shape, disturbances, story, steps } = await runSeed(seed);
      expect(disturbances).to.not.deep.equal([]);
      expect((await runSeed(seed)).story, `seed ${seed}`).to.deep.equal(story);
      const again = await replay(shape, disturbances);
      expect({ story: again.story, steps: again.steps }, `seed ${seed}`).to.deep.equal({ story, steps });
    }
  });
});
