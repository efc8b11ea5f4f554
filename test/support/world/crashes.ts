import { type CrashPoint } from "./faults.js";
import { transfersOnChain } from "./invariants.js";
import { referenceWorld, runReference } from "./scenario.js";

/** What each receiver got in all, in mutez. */
export const received = (transfers: ReturnType<typeof transfersOnChain>): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const { to, amount } of transfers) sums.set(to, (sums.get(to) ?? 0n) + amount);
  return sums;
};

/** The reference run with one death in it; answers what each receiver got. */
export const runWithCrash = async (point: CrashPoint, name = ""): Promise<ReadonlyMap<string, bigint>> => {
  const world = referenceWorld();
  try {
    await runReference(world, point);
  } catch (error) {
    throw new Error(`died ${point.when} call ${point.call} ${name}`, { cause: error });
  }
  return received(transfersOnChain(world));
};
