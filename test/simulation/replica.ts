// One process of an installation over its lives: what it stands on, how it dies and comes back.
import { type Report } from "../../src/application/process/payer-process.js";
import { type RewardSource } from "../../src/application/ports/reward-source.js";
import { processBehind } from "../support/world/installation.js";
import { type World } from "../support/world/world.js";
import { type SourceFault } from "./disturbances.js";
import { Actor, type Stage } from "./stage.js";
import { type LeaseTable } from "./lease-table.js";
import { UnsteadyChain } from "./unsteady-chain.js";

/** A reply as no source should give it. */
const spoiled = (page: string, fault: Exclude<SourceFault, "no-data">): string => {
  const split = JSON.parse(page) as { delegators: unknown[] };
  const [first, ...rest] = split.delegators;
  const delegators = fault === "row-missing" ? rest : [first, first, ...rest];
  return JSON.stringify({ ...split, delegators });
};

const PRUNED_ROUNDS = 4;

export class Replica {
  actor: Actor;
  readonly chain: UnsteadyChain;
  /** Of the next split that it asks for. */
  sourceFault: SourceFault | undefined;
  readonly reports: Report[] = [];
  private stopping = new AbortController();
  private startAt: number | undefined;
  private lives = 0;
  /** How many events there were at its last look. */
  private lookedAt = 0;

  constructor(
    readonly number: number,
    private readonly world: World,
    private readonly stage: Stage,
    private readonly leases: LeaseTable,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.actor = new Actor(`replica ${number}`, stage);
    this.chain = new UnsteadyChain(
      world.chain,
      () => stage.round,
      (signal) => stage.sleep(this.actor, 1, signal),
    );
  }

  /** Dies at once; comes back in that many rounds, for some more on a node that keeps few blocks. */
  kill(rounds: number, pruned: boolean): void {
    this.actor.die();
    this.startAt = this.stage.round + rounds;
    if (pruned) this.chain.breakDown({ is: "pruned", keeps: 2 }, this.startAt + PRUNED_ROUNDS);
  }

  /** Is told to stop; comes back that many rounds after it has. */
  stop(rounds: number): void {
    this.startAt = this.stage.round + rounds;
    this.stopping.abort();
  }

  /** Comes back if its time has come. */
  startWhenDue(): void {
    if (this.startAt === undefined || this.startAt > this.stage.round) return;
    if (this.actor.alive) return;
    this.startAt = undefined;
    this.start();
  }

  /** A new life on what is durable. */
  start(): void {
    const { stage, world, chain } = this;
    this.lives += 1;
    const actor = new Actor(`replica ${this.number}, life ${this.lives}`, stage);
    this.actor = actor;
    actor.onCall = (call) => this.follow(actor, call);
    this.stopping = new AbortController();
    const ports = {
      ...world.ports(),
      chain,
      lease: this.leases.of(actor),
      clock: stage.clockOf(actor),
      source: this.source(),
    };
    const process = processBehind(actor, ports, (report) => this.reports.push(report));
    process.run(this.stopping.signal).then(
      () => actor.die(),
      (error: unknown) => this.onFailure(error),
    );
  }

  /** Every look at the log begins with the lease. */
  private follow(actor: Actor, call: string): void {
    if (actor !== this.actor) return;
    if (call === "lease.hold") this.lookedAt = this.world.store.size;
    if (call === "chain.inject") this.judgeInjection();
  }

  /** Whoever has looked at the log since the mode was left injects nothing (I10). */
  private judgeInjection(): void {
    const modes = this.world
      .events()
      .flatMap(({ event }, place) =>
        event.type === "ModeChanged" ? [{ place, mode: event.data.mode }] : [],
      );
    const found = modes.findLastIndex(({ place }) => place < this.lookedAt);
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
        return { ...reply, pages: reply.pages.map((page) => spoiled(page, fault)) };
      },
    };
  }
}
