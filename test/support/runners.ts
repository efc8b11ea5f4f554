// Runners of projections on a database of each test's own.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type pg from "pg";
import { type LoggedEvent } from "../../src/application/ports/event-log.js";
import { type Position } from "../../src/application/ports/event-store.js";
import { type Clock } from "../../src/application/ports/system.js";
import { createPool, transact as transactIn } from "../../src/infrastructure/postgres/pool.js";
import { type Log } from "../../src/readmodel/batches.js";
import { type Transact } from "../../src/readmodel/database.js";
import { ProjectionRunner, type RunnerState } from "../../src/readmodel/engine.js";
import { type Projection } from "../../src/readmodel/projection.js";
import { ProjectionStore } from "../../src/readmodel/store.js";
import { foldProjection, readTables } from "./fold.js";
import { freshDatabase, type TestDatabase } from "./postgres.js";

export const PATIENCE_MS = 15_000;

/** Waits as long as a test does, but shortly before it tries again: that it does is tested, not when. */
export const clock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    sleep(ms >= PATIENCE_MS ? ms : Math.min(ms, 5), undefined, signal ? { signal } : {}).catch(
      () => undefined,
    ),
};

export const lastOf = (events: readonly LoggedEvent[]): Position => {
  const last = events.at(-1);
  if (!last) throw new Error("no events");
  return last.position;
};

/** Of the suite that calls it: what its tests start runners with. */
export const runnersOfEachTest = () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let stopping: AbortController;
  let running: Promise<void>[];
  /** What all of them have told. */
  const reports: RunnerState[] = [];
  const transact: Transact = (work) => transactIn(pool, work);

  beforeEach(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "test" });
    stopping = new AbortController();
    running = [];
    reports.length = 0;
  });
  afterEach(async () => {
    stopping.abort();
    await Promise.all(running);
    await pool.end();
    await database.drop();
  });

  const start = (projection: Projection, log: Log, through: Transact = transact, by: Clock = clock) => {
    const store = new ProjectionStore(through, projection);
    const runner = new ProjectionRunner(projection, log, store, by, (state) => reports.push(state));
    running.push(runner.run(stopping.signal));
    return runner;
  };
  /** Those that end by themselves have. */
  const ended = async () => {
    await Promise.all(running);
    running = [];
  };
  const stop = async () => {
    stopping.abort();
    await ended();
    stopping = new AbortController();
  };
  const applied = async (runner: ProjectionRunner, events: readonly LoggedEvent[]) => {
    const processed = await runner.whenProcessed(lastOf(events), PATIENCE_MS);
    expect(processed, JSON.stringify(runner.state)).to.equal(true);
  };
  const isRight = async (projection: Projection, events: readonly LoggedEvent[]) =>
    expect(await readTables(pool, projection)).to.deep.equal(foldProjection(projection, events));
  const query = (text: string) => pool.query(text);
  const url = () => database.url;
  return { transact, reports, start, ended, stop, applied, isRight, query, url };
};
