import { type CrashPoint } from "./faults.js";
import { paidOnChain } from "./invariants.js";
import { CYCLES, referenceWorld, runReference } from "./scenario.js";
import { type Installation } from "./installation.js";

/** What each obligation of the reference cycles got, in an order that does not depend on when. */
export const outcomeOf = (world: Installation): readonly string[] => [...paidOnChain(world, CYCLES)].sort();

/** The reference run with one death in it; answers what each obligation got. */
export const runWithCrash = async (point: CrashPoint, name = ""): Promise<readonly string[]> => {
  const world = referenceWorld();
  try {
    await runReference(world, point);
  } catch (error) {
    throw new Error(`died ${point.when} call ${point.call} ${name}`, { cause: error });
  }
  return outcomeOf(world);
};
