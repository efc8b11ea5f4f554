// The read models of one installation, as the figures about them need it: in this process, on a server of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pool } from "pg";
import { projections } from "../../projections/all.js";
import { type EventStore } from "../../src/application/ports/event-store.js";
import { type Built, type Building, type ReadModels } from "../../src/application/ports/read-models.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { transactCopying } from "../../src/infrastructure/postgres/copy.js";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../src/infrastructure/system-clock.js";
import { type CopySession, type Transact } from "../../src/readmodel/database.js";
import { ReadModelService } from "../../src/readmodel/service.js";
import { Snapshots } from "../../src/readmodel/snapshots.js";
import { startSandbox } from "../../src/sandbox/demo.js";
import { say } from "./figure.js";
import { BLOCKS_PER_CYCLE, genesisOf, type Years, writeYears } from "./years.js";

const HOUR_MS = 3_600_000;
export const NAMES = projections.map(({ name }) => name);

export interface Installation {
  readonly url: string;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly log: CodedEventLog;
  readonly transact: Transact<CopySession>;
  readonly models: ReadModels;
  /** The same on another event store. */
  modelsOn(store: EventStore): ReadModels;
}

/** Runs `work` on an installation with an empty log. */
export const withInstallation = async (
  work: (installation: Installation) => Promise<void>,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const { url } = postgres;
  try {
    await migrate(url);
    const timeouts = { connect: 5_000, statement: HOUR_MS };
    const pool = createPool({ url, applicationName: "bench", timeouts, max: 16 });
    const store = new PostgresLog({ url, applicationName: "bench" });
    const transact: Transact<CopySession> = (inner) => transactCopying(pool, inner);
    const snapshots = new Snapshots(join(folder, "snapshots"), transact);
    const modelsOn = (other: EventStore) =>
      new ReadModelService({
        ...{ projections, log: new CodedEventLog(other), store: other, transact, snapshots },
        clock: systemClock,
      });
    const log = new CodedEventLog(store);
    try {
      await work({ url, pool, store, log, transact, models: modelsOn(store), modelsOn });
    } finally {
      await store.close();
      await endPool(pool);
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
};

/** Puts the log of some years into an installation. */
export const fill = async ({ url, pool, log }: Installation, years: Years): Promise<void> => {
  const sandbox = await startSandbox({ blockTime: "manual", genesis: genesisOf(years) });
  const began = performance.now();
  try {
    // The first cycle has ended for good: its rewards are those of all.
    while (sandbox.control.chain.head.level <= 2 * BLOCKS_PER_CYCLE) sandbox.control.bake();
    await writeYears(years, sandbox, url, pool);
  } finally {
    await sandbox.stop();
  }
  say(`${await log.head()} events written in ${secondsSince(began)} s`);
};

export const secondsSince = (began: number): number => Math.round(performance.now() - began) / 1_000;

export const quietly = (): Building => ({
  signal: new AbortController().signal,
  note: say,
  progress: ({ name, doing, position, eventsPerSecond }) =>
    say(`  ${name} ${doing} at ${position}, ${eventsPerSecond} events/s`),
});

/** Throws unless all went well. */
export const well = (built: readonly Built[]): void => {
  for (const { name, failure, differing } of built)
    if (failure !== null || (differing ?? []).length > 0)
      throw new Error(`${name}: ${failure ?? `differs in ${(differing ?? []).join(", ")}`}`);
};

/** Drops all read models: what comes next has nothing to compare with. */
export const forget = async ({ pool }: Installation): Promise<void> => {
  await pool.query("DROP SCHEMA read CASCADE; CREATE SCHEMA read");
};

export const countOf = async ({ pool }: Installation, table: string): Promise<number> =>
  (await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM read."${table}"`)).rows[0]?.n ?? 0;
