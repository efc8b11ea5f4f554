// Opens cycles as the chain begins them, ends them when their last block is final, and knows which are unfinished.
import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { isRefused } from "../../domain/decision.js";
import { type DomainEvent } from "../../domain/events.js";
import { asCycle, asLevel, type Cycle as CycleNumber, type TzAddress } from "../../domain/identifiers.js";
import { bakerOf, cycleOf, paymentOf, rewardOf } from "../aggregates.js";
import { type Chain, type Head } from "../ports/chain.js";
import { type EventMetadata } from "../ports/event-store.js";
import { execute, type Loaded, type Repository } from "../repository.js";
import { FINALITY } from "./payer/facts.js";

/**
 * Of the cycles that ended while TAPS was away this many, the newest, are paid by themselves; each older one waits for
 * a person. Decided from the running cycle alone, so that who begins anew decides the same.
 */
const MISSED_CYCLES = 3;

const range = (first: number, last: number): CycleNumber[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => asCycle(first + i));

/** Cycles that concern this baker in its mode, oldest first; in simulation only the last one and the running one. */
export const cyclesOfInterest = (baker: Baker.State, running: CycleNumber): readonly CycleNumber[] => {
  if (!baker.registered || baker.mode === "off") return [];
  if (baker.mode === "simulation") return range(Math.max(baker.registered.firstCycle, running - 1), running);
  const own = range(Baker.firstUnfinished(baker) ?? running, running);
  const requested = [...baker.requested].filter((cycle) => cycle <= running);
  return [...new Set([...requested, ...own])].sort((a, b) => a - b);
};

export interface WatcherPorts {
  readonly baker: TzAddress;
  readonly chain: Chain;
  readonly repository: Repository;
  readonly metadata: () => EventMetadata;
}

export class CycleWatcher {
  /** Not looked at again: what reopens a cycle begins with a person's request. */
  private readonly finished = new Set<CycleNumber>();

  constructor(private readonly ports: WatcherPorts) {}

  /** Brings the cycle streams up to the head; returns the cycles that have ended and are not finished, oldest first. */
  async watch(baker: Baker.State, head: Head): Promise<readonly CycleNumber[]> {
    const finalLevel = asLevel(Math.max(0, head.level - FINALITY));
    const unfinished: CycleNumber[] = [];
    for (const cycle of cyclesOfInterest(baker, head.cycle)) {
      if (this.finished.has(cycle) && !baker.requested.has(cycle)) continue;
      const life = await this.ports.repository.load(cycleOf(this.ports.baker, cycle));
      if (Cycle.isFinished(life.state)) {
        this.finish(cycle);
        continue;
      }
      const begun =
        life.state.at === "unknown" ? await this.begin(baker, cycle, finalLevel, head, life) : life.state;
      const now = begun.at === "open" ? await this.end(cycle, finalLevel) : begun;
      if (now.at !== "open" && now.at !== "unknown") unfinished.push(cycle);
    }
    await this.writeDown(baker);
    return unfinished;
  }

  /** Which cycles are finished, without a gap. Decided anew on what a person may have said meanwhile. */
  private async writeDown(baker: Baker.State): Promise<void> {
    let through = Baker.firstUnfinished(baker);
    if (through === undefined || !this.finished.has(through)) return;
    while (this.finished.has(asCycle(through + 1))) through = asCycle(through + 1);
    const finish = Baker.finishCycles({ through });
    const due = finish(baker);
    if (isRefused(due) || due.length === 0 || !(await this.areFinished(through, baker))) return;
    await execute(this.ports.repository, bakerOf(this.ports.baker), finish, this.ports.metadata());
  }

  /** Behind a living process the log may have been put back to before a cycle was finished: it is looked at again. */
  private async areFinished(through: CycleNumber, baker: Baker.State): Promise<boolean> {
    const { repository, baker: address } = this.ports;
    for (const cycle of range(Baker.firstUnfinished(baker) ?? through, through)) {
      const life = await repository.load(cycleOf(address, cycle));
      if (!Cycle.isFinished(life.state)) return !this.finished.delete(cycle);
      this.finish(cycle);
    }
    return true;
  }

  /** Years of finished cycles do not stay in memory. */
  private finish(cycle: CycleNumber): void {
    const { baker, repository } = this.ports;
    this.finished.add(cycle);
    for (const { stream } of [cycleOf(baker, cycle), rewardOf(baker, cycle), paymentOf(baker, cycle)])
      repository.forget(stream);
  }

  /** Opens a cycle; one that has ended already is ended too, and held if too many were missed. */
  private async begin(
    baker: Baker.State,
    cycle: CycleNumber,
    finalLevel: ReturnType<typeof asLevel>,
    head: Head,
    life: Loaded<Cycle.State>,
  ): Promise<Cycle.State> {
    const { first, last } = await this.ports.chain.cycleLevels(cycle);
    const events: Cycle.Event[] = [{ type: "CycleOpened", data: { firstLevel: first, lastLevel: last } }];
    if (finalLevel >= last) {
      events.push({ type: "CycleEnded", data: { finalLevel } });
      if (head.cycle - cycle > MISSED_CYCLES && !baker.requested.has(cycle)) {
        const detail = `more than ${MISSED_CYCLES} cycles ended while TAPS was away`;
        events.push({ type: "CycleHeld", data: { reason: "missed-cycles", detail, actor: "taps" } });
      }
    }
    return this.append(cycle, life, events);
  }

  private async end(cycle: CycleNumber, finalLevel: ReturnType<typeof asLevel>): Promise<Cycle.State> {
    const life = await this.ports.repository.load(cycleOf(this.ports.baker, cycle));
    const decision = Cycle.end(finalLevel)(life.state);
    return isRefused(decision) || decision.length === 0 ? life.state : this.append(cycle, life, decision);
  }

  private async append(
    cycle: CycleNumber,
    life: Loaded<Cycle.State>,
    events: readonly DomainEvent[],
  ): Promise<Cycle.State> {
    const aggregate = cycleOf(this.ports.baker, cycle);
    await this.ports.repository.append(aggregate.stream, life.revision, events, this.ports.metadata());
    return (await this.ports.repository.load(aggregate)).state;
  }
}
