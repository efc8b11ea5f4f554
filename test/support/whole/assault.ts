// Strikes at running processes and at the servers behind them.
import { setTimeout as sleep } from "node:timers/promises";
import { type Pool } from "pg";
import { until } from "../until.js";
import { type Strike } from "./strikes.js";
import { type Supervised } from "./supervised.js";

const PATIENCE_BLOCKS = 20;

/** Something that all processes need. */
export interface Server {
  readonly name: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface Battlefield {
  readonly replicas: readonly Supervised[];
  readonly servers: readonly Server[];
  readonly pool: Pool;
  /** The chain's head. */
  level(): number;
  /** Payments that stand in a block. */
  payments(): number;
  tell(line: string): void;
  /** Whether all has been stopped: then nothing is waited for any more. */
  readonly isClosed: boolean;
}

export class Assault {
  private readonly underWay: Promise<void>[] = [];
  private outage: Promise<void> = Promise.resolve();
  private outages = 0;

  constructor(private readonly field: Battlefield) {}

  /** Waits for the strike's moment, then strikes; what takes longer goes on behind. */
  async strike({ after, victim, with: how, endsLease, serverIsDown }: Strike): Promise<void> {
    await this.progress(after.payments);
    await sleep(after.ms);
    if (serverIsDown !== undefined) this.bringDown(serverIsDown);
    const replica = this.field.replicas[victim];
    await replica?.signal(how.signal);
    this.field.tell(`replica ${victim}: ${how.signal}`);
    if (replica && how.signal === "SIGSTOP") this.goOn(this.thaw(replica, victim, how.blocks));
    if (endsLease) await this.endLease();
  }

  /** Resolves when everything that was stopped or killed runs again. */
  async isOver(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async thaw(replica: Supervised, victim: number, blocks: number): Promise<void> {
    await this.blocks(blocks);
    await replica.signal("SIGCONT");
    this.field.tell(`replica ${victim}: SIGCONT`);
  }

  /** The servers in turn; one at a time is down. */
  private bringDown(blocks: number): void {
    const { field } = this;
    const server = field.servers[this.outages % field.servers.length];
    this.outages += 1;
    if (server === undefined) return;
    this.outage = this.outage.then(async () => {
      if (field.isClosed) return;
      await server.kill();
      field.tell(`${server.name}: killed`);
      await this.blocks(blocks);
      if (field.isClosed) return;
      await server.restart();
      field.tell(`${server.name}: runs again`);
    });
    this.goOn(this.outage);
  }

  private async endLease(): Promise<void> {
    await this.field.pool.query("UPDATE ops.lease SET expires_at = clock_timestamp()").then(
      () => this.field.tell("the lease has run out"),
      () => this.field.tell("the lease stays: PostgreSQL is down"),
    );
  }

  private goOn(work: Promise<void>): void {
    this.underWay.push(work);
    // Whoever asks whether all is over learns of a failure.
    work.catch(() => undefined);
  }

  /** Nobody may be left to pay: then the next strike comes all the same. */
  private async progress(payments: number): Promise<void> {
    const { field } = this;
    const [goal, latest] = [field.payments() + payments, field.level() + PATIENCE_BLOCKS];
    await until(() => field.isClosed || field.payments() >= goal || field.level() >= latest);
  }

  private async blocks(count: number): Promise<void> {
    const { field } = this;
    const level = field.level() + count;
    await until(() => field.isClosed || field.level() >= level);
  }
}
