// A payer's process over its lives: what it stands on, and what it may not do.
import { type Report } from "../../src/application/process/payer-process.js";
import { LogBroken } from "../../src/application/repository.js";
import { type RewardSource } from "../../src/application/ports/reward-source.js";
import { asCycle, type Cycle } from "../../src/domain/identifiers.js";
import { processBehind } from "../support/world/installation.js";
import { type World } from "../support/world/world.js";
import { type SourceFault } from "./disturbances.js";
import { revise } from "./revisions.js";
import { Living } from "./living.js";
import { type Actor, type Stage } from "./stage.js";
import { type LeaseTable } from "./lease-table.js";
import { UnsteadyChain } from "./unsteady-chain.js";

/** A page as no source should give it. */
const spoiled = (page: string, fault: "row-missing" | "row-twice"): string => {
  const split = JSON.parse(page) as { delegators: unknown[] };
  const [first, ...rest] = split.delegators;
  const delegators = fault === "row-missing" ? rest : [first, first, ...rest];
  return JSON.stringify({ ...split, delegators });
};

const PRUNED_ROUNDS = 4;

export class Replica extends Living {
  readonly chain: UnsteadyChain;
  /** Of the next split that it asks for. */
  sourceFault: SourceFault | undefined;
  readonly reports: Report[] = [];

  constructor(
    name: string,
    private readonly world: World,
    stage: Stage,
    private readonly leases: LeaseTable,
    onFailure: (error: unknown) => void,
  ) {
    super(name, stage, onFailure);
    this.chain = new UnsteadyChain(
      world.chain,
      () => stage.round,
      (signal) => stage.sleep(this.actor, 1, signal),
    );
  }

  /** For some rounds more than it is away it finds a node that keeps few blocks. */
  override kill(rounds: number, pruned: boolean): void {
    super.kill(rounds, pruned);
    if (pruned) this.chain.breakDown({ is: "pruned", keeps: 2 }, this.stage.round + rounds + PRUNED_ROUNDS);
  }

  protected live(actor: Actor, signal: AbortSignal): Promise<void> {
    const { stage, world, chain } = this;
    actor.onCall = (call) => this.follow(actor, call);
    const ports = {
      ...world.ports(),
      chain,
      lease: this.leases.of(actor),
      clock: stage.clockOf(actor),
      source: this.source(),
    };
    const payer = processBehind(actor, ports, (report) => this.reports.push(report));
    return payer.run(signal).catch((error: unknown) => {
      if (!(error instanceof LogBroken) || world.restores === 0) throw error;
      this.kill(1, false);
    });
  }

  /** Every look at the log begins with the lease. */
  private follow(actor: Actor, call: string): void {
    if (actor !== this.actor) return;
    if (call === "lease.hold") actor.lookedAt = this.world.store.size;
    if (call === "chain.inject") this.judgeInjection();
  }

  /** Whoever has looked at the log since the mode was left injects nothing (I10). */
  private judgeInjection(): void {
    const modes = this.world
      .events()
      .flatMap(({ event }, place) =>
        event.type === "ModeChanged" ? [{ place, mode: event.data.mode }] : [],
      );
    const found = modes.findLastIndex(({ place }) => place < this.actor.lookedAt);
    const seen = modes.slice(Math.max(0, found)).map(({ mode }) => mode);
    if (!seen.includes("on")) this.onFailure(new Error(`${this.actor.name} injects in mode ${seen.join()}`));
  }

  private source(): RewardSource {
    const sound = this.world.source();
    return {
      head: () => sound.head(),
      split: async (baker, cycle) => {
        const fault = this.sourceFault;
        this.sourceFault = undefined;
        const reply = await sound.split(baker, cycle);
        if (fault === undefined || reply === undefined) return reply;
        if (fault === "no-data") return undefined;
        return { ...reply, pages: this.faulty(reply.pages, fault, cycle) };
      },
    };
  }

  /** Pages that do not make a list. */
  private faulty(pages: readonly string[], fault: Exclude<SourceFault, "no-data">, cycle: Cycle) {
    const { rewards, options } = this.world;
    const [first = "", ...others] = pages;
    switch (fault) {
      case "row-missing":
      case "row-twice":
        return pages.map((page) => spoiled(page, fault));
      case "page-missing":
        return pages.slice(0, -1);
      case "page-twice":
        return [first, ...pages];
      case "other-cycle":
        return rewards.pages(asCycle(cycle + 1));
      default:
        revise(rewards, options.delegators, fault);
        return [first, ...rewards.pages(cycle).slice(1), ...others.slice(rewards.pages(cycle).length)];
    }
  }
}
