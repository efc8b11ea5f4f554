// Opens cycles as the chain begins them, ends them when their last block is final, and knows which are unfinished.
import type * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { isRefused } from "../../domain/decision.js";
import { type DomainEvent } from "../../domain/events.js";
import { asCycle, asLevel, type Cycle as CycleNumber, type TzAddress } from "../../domain/identifiers.js";
import { cycleOf, paymentOf, rewardOf } from "../aggregates.js";
import { type Chain, type Head } from "../ports/chain.js";
import { type EventMetadata } from "../ports/event-store.js";
import { type Loaded, type Repository } from "../repository.js";
import { FINALITY } from "./payer/facts.js";

/** Cycles that ended while TAPS was away are paid by themselves up to this many; more wait for a person. */
const MISSED_CYCLES = 3;

const range = (first: number, last: number): CycleNumber[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => asCycle(first + i));

/** Cycles that concern this baker in its mode, oldest first; in simulation only the last one and the running one. */
export const cyclesOfInterest = (baker: Baker.State, running: CycleNumber): readonly CycleNumber[] => {
  if (!baker.registered || baker.mode === "off") return [];
  if (baker.mode === "simulation") return range(Math.max(baker.registered.firstCycle, running - 1), running);
  const own = range(Math.max(baker.registered.firstCycle, baker.onSince ?? running), running);
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
    let missed = 0;
    for (const cycle of cyclesOfInterest(baker, head.cycle)) {
      if (this.finished.has(cycle) && !baker.requested.has(cycle)) continue;
      const life = await this.ports.repository.load(cycleOf(this.ports.baker, cycle));
      if (Cycle.isFinished(life.state)) {
        this.finish(cycle);
        continue;
      }
      const begun =
        life.state.at === "unknown" ? await this.begin(baker, cycle, finalLevel, missed, life) : life.state;
      if (life.state.at === "unknown" && begun.at === "ended") missed += 1;
      const now = begun.at === "open" ? await this.end(cycle, finalLevel) : begun;
      if (now.at !== "open" && now.at !== "unknown") unfinished.push(cycle);
    }
    return unfinished;
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
    missed: number,
    life: Loaded<Cycle.State>,
  ): Promise<Cycle.State> {
    const { first, last } = await this.ports.chain.cycleLevels(cycle);
    const events: Cycle.Event[] = [{ type: "CycleOpened", data: { firstLevel: first, lastLevel: last } }];
    if (finalLevel >= last) {
      events.push({ type: "CycleEnded", data: { finalLevel } });
      if (missed >= MISSED_CYCLES && !baker.requested.has(cycle)) {
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
