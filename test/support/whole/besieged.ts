// Three replicas, each under a supervisor, on servers of their own and a chain that has faults.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pool } from "pg";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type EventStore, START } from "../../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { EventStoreDbStore } from "../../../src/infrastructure/eventstore/eventstoredb.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { createPool, endPool } from "../../../src/infrastructure/postgres/pool.js";
import { type RunningSandbox, startSandbox } from "../../../src/sandbox/demo.js";
import { type FaultPlan } from "../../../src/sandbox/faults/plan.js";
import { type Genesis } from "../../../src/sandbox/model/types.js";
import { type SandboxServer, serve } from "../../../src/sandbox/server.js";
import { type StandIn } from "../esdb/stand-in.js";
import { until } from "../until.js";
import { type Battlefield, type Server } from "./assault.js";
import { OwnPostgres } from "./own-postgres.js";
import { PaidByLog } from "./paid-by-log.js";
import { Supervised } from "./supervised.js";
import { bakerOn, type Environment, killWhatRuns, taps } from "./taps.js";

const REPLICAS = 3;

export interface Siege {
  readonly genesis: Genesis;
  readonly faults: FaultPlan;
  readonly seed: number;
  /** Where the log is; default: in PostgreSQL. */
  readonly standIn: StandIn | undefined;
}

const follow = async (log: CodedEventLog, events: LoggedEvent[], signal: AbortSignal): Promise<void> => {
  for await (const message of log.subscribeAll({ after: START, signal })) {
    if (message.kind === "event") events.push(message.event);
  }
};

export class Besieged implements Battlefield {
  /** What happened, line by line. */
  readonly journal: string[] = [];
  /** All of the log, as it grows. */
  readonly events: LoggedEvent[] = [];
  readonly byLog = new PaidByLog(this.events);
  readonly pool: Pool;
  readonly store: EventStore;
  readonly servers: readonly Server[];
  readonly replicas: Supervised[] = [];
  isClosed = false;
  private readonly following = new AbortController();
  private followed: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    readonly sandbox: RunningSandbox,
    /** The same chain without faults, for whoever sets up and checks. */
    readonly steady: SandboxServer,
    /** Of a person at the command line. */
    readonly operator: Environment,
    private readonly postgres: OwnPostgres,
    standIn: StandIn | undefined,
  ) {
    const { url } = postgres;
    this.pool = createPool({ url, applicationName: "test" });
    this.store = standIn
      ? new EventStoreDbStore({ url: standIn.url })
      : new PostgresLog({ url, applicationName: "test" });
    const servers: Server[] = [
      { name: "PostgreSQL", kill: () => postgres.kill(), restart: () => postgres.restart() },
    ];
    if (standIn)
      servers.push({ name: "EventStoreDB", kill: () => standIn.kill(), restart: () => standIn.restart() });
    this.servers = servers;
  }

  /** The servers run, and the chain stands still. */
  static async open({ genesis, faults, seed, standIn }: Siege): Promise<Besieged> {
    const folder = await mkdtemp(join(tmpdir(), "taps-siege-"));
    const sandbox = await startSandbox({ genesis, blockTime: "manual", faults: { plan: faults, seed } });
    const steady = await serve(sandbox.control, 0);
    const postgres = await OwnPostgres.start(join(folder, "postgres"));
    const operator: Environment = {
      ...bakerOn(steady.url, sandbox.baker),
      DATABASE_URL: postgres.url,
      ...(standIn && { EVENTSTORE_URL: standIn.url }),
      TAPS_DATA_DIR: join(folder, "operator"),
    };
    return new Besieged(folder, sandbox, steady, operator, postgres, standIn);
  }

  /** Imports the wallet, switches the mode to *on*, and starts the replicas. */
  async start(): Promise<void> {
    await taps(this.operator, ["wallet", "import"], this.sandbox.payerSecretKey);
    await taps(this.operator, ["mode", "on"]);
    this.followed = follow(new CodedEventLog(this.store), this.events, this.following.signal);
    for (let replica = 0; replica < REPLICAS; replica += 1) {
      const tell = (line: string) => this.tell(`replica ${replica}: ${line}`);
      this.replicas.push(new Supervised(this.envOf(replica), tell));
    }
  }

  /** A replica's environment: what it asks of the chain meets faults. */
  envOf(replica: number): Environment {
    const { rpcUrl, tzktUrl } = this.sandbox;
    const folder = join(this.folder, `replica-${replica}`);
    return { ...this.operator, TEZOS_RPC_URL: rpcUrl, TZKT_URL: tzktUrl, TAPS_DATA_DIR: folder };
  }

  /** Stands in the environment of every process of the replicas. */
  get mark(): string {
    return join(this.folder, "replica-");
  }

  level(): number {
    return this.sandbox.control.chain.head.level;
  }

  payments(): number {
    const { control, payer } = this.sandbox;
    return Number(control.chain.account(payer)?.counter ?? 0n);
  }

  tell(line: string): void {
    this.journal.push(`block ${this.level()}: ${line}`);
  }

  /** Waits for what must come before a block; throws if it does not, or if a process ends that should not. */
  async untilWell(condition: () => boolean, beforeLevel: number): Promise<void> {
    await until(() => {
      for (const replica of this.replicas) replica.assertWell();
      if (condition()) return true;
      if (this.isClosed) throw new Error("all has been stopped");
      if (this.level() >= beforeLevel) throw new Error(`block ${beforeLevel} came first`);
      return false;
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const replica of this.replicas) replica.abandon();
    await killWhatRuns();
    this.following.abort();
    await this.followed;
    await this.store.close();
    await endPool(this.pool);
    await this.postgres.stop();
    await this.steady.close();
    await this.sandbox.stop();
    await rm(this.folder, { recursive: true });
  }
}
