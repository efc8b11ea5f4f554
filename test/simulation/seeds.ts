import { reportOf } from "./report.js";
import { shrink } from "./shrink.js";
import { runSeed } from "./simulation.js";

/** Runs seeds from the first on; the first that fails is thrown as the story of the shortest run like it. */
export const runSeeds = async (first: number, count: number): Promise<void> => {
  for (let seed = first; seed < first + count; seed += 1) {
    const outcome = await runSeed(seed);
    if (outcome.failure !== undefined) throw new Error(reportOf(await shrink(outcome)));
  }
};
