import { runSeeds } from "./seeds.js";

describe("simulation: payers under random faults, for longer", function () {
  this.timeout(3_600_000);

  it("keeps every invariant, and pays all in the end, in seeds 301 to 3,300", () => runSeeds(301, 3_000));
});
