// The databases behind everything: PostgreSQL with its schema, and the event log in it or in EventStoreDB.
import { join } from "node:path";
import { type Pool } from "pg";
import { type EventStore } from "./application/ports/event-store.js";
import { type Cleanup } from "./cleanup.js";
import { type Get } from "./composition.js";
import { type Config } from "./config.js";
import { PostgresLog } from "./infrastructure/eventstore/postgres-log.js";
import { startEmbeddedPostgres } from "./infrastructure/postgres/embedded.js";
import { checkMigrations, migrate, migrationStatus, roleOf } from "./infrastructure/postgres/migrate.js";
import { createPool, endPool } from "./infrastructure/postgres/pool.js";

/** Every read model may be writing at once: what the payer asks of the database does not wait for them. */
const CONNECTIONS = 20;

/** What a command is about to do. */
export interface Intent {
  /** It may set up a database that nobody has used yet. */
  writes: boolean;
}

/** Applies what is pending, as the role that migrates; the one that runs TAPS gets its rights if it is another. */
export const migrateUp = async (config: Config, runs: string): Promise<string[]> => {
  const migrates = config.MIGRATION_DATABASE_URL?.reveal() ?? runs;
  const [role, owner] = [roleOf(runs), roleOf(migrates)];
  return migrate(migrates, role === undefined || role === owner ? {} : { grantTo: role });
};

/** The configured database's address, or that of an embedded server, which is started. */
export const openDatabase = async (config: Config, get: Get, cleanups: Cleanup[]): Promise<string> => {
  if (config.DATABASE_URL) return config.DATABASE_URL.reveal();
  const embedded = await startEmbeddedPostgres({ dataDir: join(await get("folder"), "postgres") });
  cleanups.push(() => embedded.stop());
  return embedded.url;
};

/** Connections to the database, whose schema is this release's. Throws `MigrationError`. */
export const openPool = async (
  config: Config,
  get: Get,
  intent: Intent,
  cleanups: Cleanup[],
): Promise<Pool> => {
  const url = await get("databaseUrl");
  const pool = createPool({ url, applicationName: "taps", max: CONNECTIONS });
  cleanups.push(() => endPool(pool));
  // A database in use is left alone: commands come beside running processes, which may be of an older release.
  const maySetUp = config.NODE_ENV !== "production" && (intent.writes || config.DATABASE_URL === undefined);
  if (maySetUp && (await migrationStatus(pool)).applied.length === 0) await migrateUp(config, url);
  await checkMigrations(pool);
  return pool;
};

/** The event log of this installation. */
export const openStore = async (config: Config, get: Get, cleanups: Cleanup[]): Promise<EventStore> => {
  if (config.EVENTSTORE_URL) {
    const { EventStoreDbStore } = await import("./infrastructure/eventstore/eventstoredb.js");
    const store = new EventStoreDbStore({ url: config.EVENTSTORE_URL.reveal() });
    cleanups.push(() => store.close());
    return store;
  }
  await get("pool");
  const store = new PostgresLog({ url: await get("databaseUrl"), applicationName: "taps-log" });
  cleanups.push(() => store.close());
  return store;
};
