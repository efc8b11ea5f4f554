// The audit key and the stores of a log: what is looked at, where it is kept, and with what it is signed.
import { bakerOf } from "./application/aggregates.js";
import { type CopyTarget } from "./application/log/copy.js";
import { Repository } from "./application/repository.js";
import { type Cleanup } from "./cleanup.js";
import { type Get } from "./composition.js";
import { type Config } from "./config.js";
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
  const name = originOf(registered?.chainId ?? (await get("chainId")), baker);
  if (!config.WALLET_ENCRYPTION_KEY) return auditKeyInFile(await get("folder"), name, asked);
  const kept = { pool: await get("pool"), vault: get("vault"), folder: () => get("folder") };
  return auditKeySealed(kept, name, asked);
};

/** Of PostgreSQL: appends come into the log in the order in which they were asked for. */
const IN_FLIGHT = 64;

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : "");

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

/** The log at an address, to copy from or to. Throws `SetupError` for what is none; the address may hold a password. */
export const openLogAt = async (url: string, cleanups: Cleanup[]): Promise<CopyTarget> => {
  switch (protocolOf(url)) {
    case "postgres:":
    case "postgresql:":
      return openPostgres(url, cleanups);
    case "esdb:":
    case "esdb+discover:": {
      const { EventStoreDbStore } = await import("./infrastructure/eventstore/eventstoredb.js");
      const store = new EventStoreDbStore({ url });
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
