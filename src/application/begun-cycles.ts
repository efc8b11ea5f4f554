import * as Baker from "../domain/baker/baker.js";
import type * as Cycle from "../domain/cycle/cycle.js";
import { asCycle, type Cycle as CycleNumber, type TzAddress } from "../domain/identifiers.js";
import { cycleOf } from "./aggregates.js";
import { type Repository } from "./repository.js";

interface BegunCycle {
  readonly cycle: CycleNumber;
  readonly life: Cycle.State;
}

/**
 * The cycles that a person asked for, and those that are paid by themselves and not known to be finished, as far as the
 * log has seen them begin; oldest first. Asks no node.
 */
export const begunCycles = async (
  repository: Repository,
  address: TzAddress,
  baker: Baker.State,
): Promise<readonly BegunCycle[]> => {
  const begun: BegunCycle[] = [];
  const look = async (cycle: CycleNumber): Promise<boolean> => {
    const life = (await repository.load(cycleOf(address, cycle))).state;
    if (life.at !== "unknown") begun.push({ cycle, life });
    return life.at !== "unknown";
  };
  const first = Baker.firstUnfinished(baker);
  for (const cycle of baker.requested) if (first === undefined || cycle < first) await look(cycle);
  for (let cycle = first; cycle !== undefined && (await look(cycle));) cycle = asCycle(cycle + 1);
  return begun.sort((a, b) => a.cycle - b.cycle);
};
