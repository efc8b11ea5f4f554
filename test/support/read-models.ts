// Read models on a database of their own: runners, the service, and what a test asks of both.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type Position } from "../../src/application/ports/event-store.js";
import { type Building } from "../../src/application/ports/read-models.js";
import { type Clock } from "../../src/application/ports/system.js";
import { transactCopying } from "../../src/infrastructure/postgres/copy.js";
import { createPool } from "../../src/infrastructure/postgres/pool.js";
import { type Log } from "../../src/readmodel/batches.js";
import { type CopySession, type Transact } from "../../src/readmodel/database.js";
import { ProjectionRunner } from "../../src/readmodel/engine.js";
import { inService } from "../../src/readmodel/names.js";
import { type Projection } from "../../src/readmodel/projection.js";
import { digestOf, digestTables, readAsOfNow } from "../../src/readmodel/rows.js";
import { ReadModelService } from "../../src/readmodel/service.js";
import { Snapshots } from "../../src/readmodel/snapshots.js";
import { type Places } from "../../src/readmodel/lag.js";
import { ProjectionStore } from "../../src/readmodel/store.js";
import { freshDatabase, type TestDatabase } from "./postgres.js";

export const PATIENCE_MS = 15_000;

/** Waits as long as a test does, but shortly before it tries again: that it does is tested, not when. */
const hasty: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    sleep(ms >= PATIENCE_MS ? ms : Math.min(ms, 20), undefined, signal ? { signal } : {}).catch(
      () => undefined,
    ),
};

export interface Told {
  readonly how: Building;
  readonly notes: string[];
  readonly doing: Set<string>;
}

export const telling = (signal: AbortSignal = new AbortController().signal): Told => {
  const notes: string[] = [];
  const doing = new Set<string>();
  const how = {
    signal,
    note: (text: string) => void notes.push(text),
    progress: ({ doing: what }: { doing: string }) => void doing.add(what),
  };
  return { how, notes, doing };
};

export class ReadModelsUnderTest {
  private readonly stop = new AbortController();
  private readonly running: Promise<void>[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly pool: pg.Pool,
    readonly folder: string,
    readonly projections: readonly Projection[],
  ) {}

  static async make(projections: readonly Projection[]): Promise<ReadModelsUnderTest> {
    const database = await freshDatabase();
    const pool = createPool({ url: database.url, applicationName: "test", max: 2 * projections.length + 8 });
    const folder = await mkdtemp(join(tmpdir(), "taps-snapshots-"));
    return new ReadModelsUnderTest(database, pool, folder, projections);
  }

  readonly transact: Transact<CopySession> = (work) => transactCopying(this.pool, work);

  service(
    log: Log & Places,
    { transact = this.transact, folder = this.folder, projections = this.projections } = {},
  ): ReadModelService {
    const snapshots = new Snapshots(async () => folder, transact);
    return new ReadModelService({ projections, log, store: log, transact, snapshots, clock: hasty });
  }

  /** A runner of each projection, as a projector's process has them. */
  start(log: Log, projections = this.projections): readonly ProjectionRunner[] {
    return projections.map((projection) => {
      const store = new ProjectionStore(this.transact, projection);
      const runner = new ProjectionRunner(projection, log, store, hasty, () => undefined);
      this.running.push(runner.run(this.stop.signal));
      return runner;
    });
  }

  /** Brings the rows in service up to a position with runners that end there. */
  async project(log: Log, upTo: Position, projections = this.projections): Promise<void> {
    const stop = new AbortController();
    const runs = projections.map(async (projection) => {
      const store = new ProjectionStore(this.transact, projection);
      const runner = new ProjectionRunner(projection, log, store, hasty, () => undefined);
      const run = runner.run(stop.signal);
      const isThere = await runner.whenProcessed(upTo, PATIENCE_MS);
      if (!isThere) throw new Error(`${projection.name}: ${JSON.stringify(runner.state)}`);
      return () => run;
    });
    const ends = await Promise.all(runs);
    stop.abort();
    await Promise.all(ends.map((end) => end()));
  }

  /** Of the rows in service. */
  async digest(projection: Projection): Promise<string> {
    return this.transact(async (session) => {
      await readAsOfNow(session);
      return digestOf(await digestTables(session, projection, inService));
    });
  }

  async end(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.running);
    await this.pool.end();
    await this.database.drop();
    await rm(this.folder, { recursive: true });
  }
}
