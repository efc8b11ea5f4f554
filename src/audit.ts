// The audit key and the stores of a log: what is looked at, where it is kept, and with what it is signed.
import { join } from "node:path";
import { bakerOf } from "./application/aggregates.js";
import { type CopyTarget } from "./application/log/copy.js";
import { type EventStore } from "./application/ports/event-store.js";
import { Repository } from "./application/repository.js";
import { type Cleanup } from "./cleanup.js";
import { type Get } from "./composition.js";
import { type Config } from "./config.js";
import { makeFolder } from "./data-folder.js";
import { originOf } from "./domain/proof/checkpoint.js";
import { type SigningKey } from "./domain/proof/note.js";
import { type Asked, auditKeyInFile, auditKeySealed } from "./infrastructure/audit/audit-key.js";
import { PostgresLog } from "./infrastructure/eventstore/postgres-log.js";
import { checkMigrations, migrate, migrationStatus } from "./infrastructure/postgres/migrate.js";
import { createPool, endPool } from "./infrastructure/postgres/pool.js";
import { SetupError } from "./setup-error.js";

/** The log's audit key: sealed in the database if the wallet's is, else in a file. Undefined: there is none yet. */
export const openAuditKey = async (
  config: Config,
  get: Get,
  asked: Asked,
): Promise<SigningKey | undefined> => {
  const baker = await get("baker");
  const { registered } = (await new Repository(await get("log")).load(bakerOf(baker))).state;
  // Of a log in use no node is asked: it is examined also where none answers.
  const chainId = registered?.chainId ?? (await get("chainId"));
  const name = originOf(chainId, baker);
  const folder = () => makeFolder(join(config.TAPS_DATA_DIR, chainId));
  if (!config.WALLET_ENCRYPTION_KEY) return auditKeyInFile(await folder(), name, asked);
  return auditKeySealed({ pool: await get("pool"), vault: get("vault"), folder }, name, asked);
};

/** Of PostgreSQL: appends come into the log in the order in which they were asked for. */
const IN_FLIGHT = 64;

/** Also of an address with several hosts, which is no URL. */
const protocolOf = (url: string): string => /^([a-z+]+:)\/\//.exec(url)?.[1] ?? "";

/** A database of PostgreSQL as a log; one that nobody has used yet is set up. */
const openPostgres = async (url: string, cleanups: Cleanup[]): Promise<CopyTarget> => {
  const pool = createPool({ url, applicationName: "taps-copy" });
  cleanups.push(() => endPool(pool));
  if ((await migrationStatus(pool)).applied.length === 0) await migrate(url);
  await checkMigrations(pool);
  const store = new PostgresLog({ url, applicationName: "taps-copy" });
  cleanups.push(() => store.close());
  return { store, inFlight: IN_FLIGHT };
};

/** The client's word on an address that is none, without the address. */
const openEventStore = async (url: string): Promise<EventStore> => {
  const { EventStoreDbStore } = await import("./infrastructure/eventstore/eventstoredb.js");
  try {
    return new EventStoreDbStore({ url });
  } catch (error) {
    throw error instanceof RangeError ? new SetupError(error.message) : error;
  }
};

/** The log at an address, to copy from or to. Throws `SetupError` for what is none; the address may hold a password. */
export const openLogAt = async (url: string, cleanups: Cleanup[]): Promise<CopyTarget> => {
  switch (protocolOf(url)) {
    case "postgres:":
    case "postgresql:":
      return openPostgres(url, cleanups);
    case "esdb:":
    case "esdb+discover:": {
      const store = await openEventStore(url);
      cleanups.push(() => store.close());
      return { store, inFlight: 1 };
    }
    default:
      throw new SetupError("a log's address begins with postgres:// or esdb://");
  }
};

/** The log of this installation, to be written to. */
export const ownTarget = async (config: Config, get: Get): Promise<CopyTarget> => ({
  store: await get("store"),
  inFlight: config.EVENTSTORE_URL === undefined ? IN_FLIGHT : 1,
});
