// Joins everything. The only file that knows tsyringe; each part is opened when it is first asked for.
import "reflect-metadata";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { container as root, type DependencyContainer, instanceCachingFactory } from "tsyringe";
import { bakerOf } from "./application/aggregates.js";
import { type Acts } from "./application/commands/acts.js";
import { type Chain } from "./application/ports/chain.js";
import { type EventStore } from "./application/ports/event-store.js";
import { type Services } from "./application/services.js";
import { type Cleanup, cleanUp } from "./cleanup.js";
import { CommandEnd, EXIT } from "./cli/exit.js";
import { runCommand } from "./cli/program.js";
import { type Config, ConfigError, productionMistakes, readConfig, withoutEffect } from "./config.js";
import { type ChainId, type TzAddress } from "./domain/identifiers.js";
import { openAuditKey, openLogAt, ownTarget } from "./audit.js";
import { makeFolder } from "./data-folder.js";
import { mainnetDelegationLimit } from "./domain/reward/delegation-limit.js";
import { BadAuditKey } from "./infrastructure/audit/audit-key.js";
import { eventReading } from "./infrastructure/eventstore/codec.js";
import { CodedEventLog } from "./infrastructure/eventstore/event-log.js";
import { PostgresLog } from "./infrastructure/eventstore/postgres-log.js";
import { printLines, readLines, writeLines } from "./infrastructure/log-file.js";
import { startEmbeddedPostgres } from "./infrastructure/postgres/embedded.js";
import { EmbeddedPostgresError } from "./infrastructure/postgres/embedded/errors.js";
import {
  checkMigrations,
  migrate,
  MigrationError,
  migrationStatus,
  roleOf,
} from "./infrastructure/postgres/migrate.js";
import { transactCopying } from "./infrastructure/postgres/copy.js";
import { createPool, DEFAULT_TIMEOUTS, endPool } from "./infrastructure/postgres/pool.js";
import { PostgresWalletStore } from "./infrastructure/postgres/wallet-store.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { createLogger } from "./infrastructure/telemetry/logging.js";
import { TezosChain } from "./infrastructure/tezos/chain.js";
import { limitOnChain } from "./infrastructure/tezos/constants.js";
import { TezosNode } from "./infrastructure/tezos/node.js";
import { Nodes } from "./infrastructure/tezos/nodes.js";
import { NativeSigner, UnusableSecret } from "./infrastructure/tezos/signers/native.js";
import { Vault, WeakWalletKey, WrongWalletKey } from "./infrastructure/tezos/signers/vault.js";
import { TzktOperations } from "./infrastructure/tezos/tzkt-operations.js";
import { TzktTransfers } from "./infrastructure/tezos/tzkt-transfers.js";
import { TzktSource } from "./infrastructure/tezos/tzkt.js";
import { LogBroken, Repository } from "./application/repository.js";
import { faultPlan } from "./sandbox/faults/plan.js";
import { demoChainId } from "./sandbox/genesis.js";
import { ChainInUse } from "./sandbox/journal.js";
import { type Transact, type CopySession } from "./readmodel/database.js";
import { ReadModelService } from "./readmodel/service.js";
import { Snapshots } from "./readmodel/snapshots.js";
import { projections } from "../projections/all.js";
import { SetupError } from "./setup-error.js";
import { assertSigns, walletKeyMistakes } from "./signing.js";

const MAINNET_TZKT = "https://api.tzkt.io";
/** A head older than this is a lagging node's: twenty of mainnet's blocks. */
const OLDEST_HEAD_MS = 120_000;

/** Every read model may be writing at once: what the payer asks of the database does not wait for them. */
const CONNECTIONS = 20;
/** One writes for each read model, the others keep processes apart and read. */
const MAINTENANCE_CONNECTIONS = projections.length + 4;

/** A running demo's addresses, for the commands beside it. */
export interface DemoPlace {
  readonly rpcUrl: string;
  readonly baker: TzAddress;
}

/** Errors whose message says all that a person needs. */
const EXPLAINED = [
  LogBroken,
  BadAuditKey,
  SetupError,
  EmbeddedPostgresError,
  MigrationError,
  UnusableSecret,
  WrongWalletKey,
  WeakWalletKey,
  ChainInUse,
];

/** Everything that can be asked for, by name. */
export interface Parts {
  readonly config: Config;
  readonly nodes: Promise<Nodes>;
  readonly chain: Promise<Chain>;
  readonly chainId: Promise<ChainId>;
  readonly folder: Promise<string>;
  readonly databaseUrl: Promise<string>;
  readonly pool: Promise<ReturnType<typeof createPool>>;
  readonly store: Promise<EventStore>;
  readonly log: Promise<CodedEventLog>;
  /** Transactions that may be long, and copy tables. */
  readonly maintenance: Promise<Transact<CopySession>>;
  readonly snapshots: Promise<Snapshots>;
  readonly demo: Promise<DemoPlace>;
  readonly tzktUrl: Promise<string>;
  readonly source: Promise<TzktSource>;
  readonly baker: Promise<TzAddress>;
  readonly acts: Promise<Acts>;
  readonly vault: Vault;
}

export type Get = <K extends keyof Parts>(part: K) => Parts[K];

const demoFile = (config: Config): string => join(config.TAPS_DATA_DIR, demoChainId(), "demo.json");

const readDemo = async (config: Config): Promise<DemoPlace> => {
  try {
    return JSON.parse(await readFile(demoFile(config), "utf8")) as DemoPlace;
  } catch {
    throw new SetupError('no node and no running demo: set TEZOS_RPC_URL, or run "npm start" first');
  }
};

const nodesOf = (urls: readonly string[], oldestHeadMs: number): Nodes =>
  new Nodes({
    nodes: urls.map((url) => new TezosNode({ url, clock: systemClock })),
    clock: systemClock,
    oldestHeadMs,
  });

const realUrls = (config: Config): string[] =>
  [config.TEZOS_RPC_URL, config.TEZOS_FALLBACK_RPC_URL].filter((url) => url !== undefined);

const metadata = (actor: string) => () => {
  const id = randomUUID();
  return { correlationId: id, causationId: id, actor };
};

/** Applies what is pending, as the role that migrates; the one that runs TAPS gets its rights if it is another. */
const migrateUp = async (config: Config, runs: string): Promise<string[]> => {
  const migrates = config.MIGRATION_DATABASE_URL?.reveal() ?? runs;
  const [role, owner] = [roleOf(runs), roleOf(migrates)];
  return migrate(migrates, role === undefined || role === owner ? {} : { grantTo: role });
};

/** What a command is about to do. */
interface Intent {
  /** It may set up a database that nobody has used yet. */
  writes: boolean;
}

/**
 * Registers how each part is made; `cleanups` are run in reverse order at the end. What takes long to load and few
 * commands need is loaded by those.
 */
const register = (
  container: DependencyContainer,
  config: Config,
  intent: Intent,
  cleanups: Cleanup[],
): Get => {
  const get: Get = (part) => container.resolve(part);
  const provide = <K extends keyof Parts>(part: K, make: () => Parts[K]): void => {
    container.register(part, { useFactory: instanceCachingFactory(make) });
  };
  provide("config", () => config);
  provide("demo", () => readDemo(config));
  provide("nodes", async () => {
    const urls = realUrls(config);
    return urls.length > 0 ? nodesOf(urls, OLDEST_HEAD_MS) : nodesOf([(await get("demo")).rpcUrl], Infinity);
  });
  provide("chain", async () => new TezosChain(await get("nodes"), systemClock));
  provide("chainId", async () =>
    config.TEZOS_RPC_URL === undefined ? demoChainId() : (await (await get("chain")).head()).chainId,
  );
  provide("folder", async () => {
    return makeFolder(join(config.TAPS_DATA_DIR, await get("chainId")));
  });
  provide("databaseUrl", async () => {
    if (config.DATABASE_URL) return config.DATABASE_URL.reveal();
    const embedded = await startEmbeddedPostgres({ dataDir: join(await get("folder"), "postgres") });
    cleanups.push(() => embedded.stop());
    return embedded.url;
  });
  provide("pool", async () => {
    const url = await get("databaseUrl");
    const pool = createPool({ url, applicationName: "taps", max: CONNECTIONS });
    cleanups.push(() => endPool(pool));
    // A database in use is left alone: commands come beside running processes, which may be of an older release.
    const maySetUp = config.NODE_ENV !== "production" && (intent.writes || config.DATABASE_URL === undefined);
    if (maySetUp && (await migrationStatus(pool)).applied.length === 0) await migrateUp(config, url);
    await checkMigrations(pool);
    return pool;
  });
  provide("store", async () => {
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
  });
  provide("log", async () => new CodedEventLog(await get("store")));
  provide("maintenance", async () => {
    await get("pool");
    // Copying whole tables, digests of them and their indexes take as long as they take.
    const timeouts = { ...DEFAULT_TIMEOUTS, statement: "none" as const };
    const pool = createPool({
      url: await get("databaseUrl"),
      applicationName: "taps-read-models",
      max: MAINTENANCE_CONNECTIONS,
      timeouts,
    });
    cleanups.push(() => endPool(pool));
    const transact: Transact<CopySession> = (work) => transactCopying(pool, work);
    return transact;
  });
  provide("snapshots", async () => {
    const folder = async () => join(config.TAPS_DATA_DIR, await get("chainId"), "snapshots");
    return new Snapshots(folder, await get("maintenance"));
  });
  provide(
    "tzktUrl",
    async () =>
      config.TZKT_URL ?? (config.TEZOS_RPC_URL === undefined ? (await get("demo")).rpcUrl : MAINNET_TZKT),
  );
  provide("source", async () => new TzktSource({ baseUrl: await get("tzktUrl"), clock: systemClock }));
  provide("baker", async () => {
    if (config.BAKER) return config.BAKER;
    if (config.TEZOS_RPC_URL === undefined) return (await get("demo")).baker;
    throw new SetupError("BAKER must be set: the baker's address");
  });
  provide("acts", async () => {
    const actor = `cli:${userInfo().username}`;
    const [baker, log] = [await get("baker"), await get("log")];
    const repository = new Repository(log);
    const { registered } = (await repository.load(bakerOf(baker))).state;
    if (registered) (await get("nodes")).believe(registered.chainId);
    return {
      baker,
      payer: config.PAYER,
      startCycle: config.START_CYCLE,
      log,
      repository,
      chain: await get("chain"),
      actor,
      metadata: metadata(actor),
      assertSigns: (payer: TzAddress) => assertSigns(config, get, payer),
    };
  });
  provide("vault", () => {
    const { WALLET_ENCRYPTION_KEY: key, WALLET_ENCRYPTION_IV: salt } = config;
    if (!key || !salt)
      throw new SetupError("WALLET_ENCRYPTION_KEY and WALLET_ENCRYPTION_IV must be set to keep a wallet");
    return new Vault(key.reveal(), salt.reveal());
  });
  return get;
};

const readFaults = (json: unknown) => {
  const read = faultPlan.safeParse(json);
  if (read.success) return read.data;
  throw new CommandEnd(EXIT.usage, `the sandbox has no such faults:\n${z.prettifyError(read.error)}`);
};

const createServices = (
  config: Config,
  intent: Intent,
  idle: readonly string[],
  get: Get,
  cleanups: Cleanup[],
): Services => ({
  clock: systemClock,
  variablesWithoutEffect: idle,
  acts: () => {
    intent.writes = true;
    return get("acts");
  },
  view: () => get("acts"),
  log: () => get("log"),
  audit: {
    reading: eventReading,
    source: async (url) => (url === undefined ? get("store") : (await openLogAt(url, cleanups)).store),
    target: (url) => {
      intent.writes = true;
      return url === undefined ? ownTarget(config, get) : openLogAt(url, cleanups);
    },
    key: (asked) => openAuditKey(config, get, asked),
    codec: async () => new (await import("./infrastructure/tezos/forging.js")).TezosOperationCodec(),
    readLines,
    writeLines,
    printLines,
  },
  source: () => get("source"),
  compute: () => {
    const urls = realUrls(config);
    const chain = new TezosChain(nodesOf(urls, OLDEST_HEAD_MS), systemClock);
    const tzkt = { baseUrl: config.TZKT_URL ?? MAINNET_TZKT, clock: systemClock };
    return {
      baker: config.BAKER,
      source: new TzktSource(tzkt),
      transfers: new TzktTransfers(tzkt),
      limitOf: async (cycle) => (urls.length === 0 ? mainnetDelegationLimit(cycle) : limitOnChain(chain)),
    };
  },
  nodeHealth: async () => (await get("nodes")).health(),
  operations: async () => new TzktOperations({ baseUrl: await get("tzktUrl"), clock: systemClock }),
  evidence: async () => ({
    log: await get("log"),
    source: await get("source"),
    transfers: new TzktTransfers({ baseUrl: await get("tzktUrl"), clock: systemClock }),
  }),
  operationReader: async () =>
    new (await import("./infrastructure/tezos/operation-reader.js")).TezosOperationReader(),
  replayParts: async () => {
    const { replayThreads } = await import("./replay-threads.js");
    await get("store");
    return replayThreads(
      config.EVENTSTORE_URL
        ? { eventStoreUrl: config.EVENTSTORE_URL.reveal() }
        : { databaseUrl: await get("databaseUrl") },
    );
  },
  readModels: async () =>
    new ReadModelService({
      projections,
      log: await get("log"),
      store: await get("store"),
      transact: await get("maintenance"),
      snapshots: await get("snapshots"),
      clock: systemClock,
    }),
  payoutRecords: async () => (await import("./infrastructure/payout-records/read.js")).readPayoutRecords,
  openWallet: async (secret) => {
    const vault = get("vault");
    const address = await (await NativeSigner.fromSecret(secret)).address();
    const record = vault.seal(address, secret.trim());
    const store = async () => new PostgresWalletStore(await get("pool"));
    return {
      address,
      keep: async () => (await store()).save(address, record),
      discard: async () => (await store()).remove(address),
    };
  },
  migrations: {
    status: async () => {
      const url = await get("databaseUrl");
      const pool = createPool({ url, applicationName: "taps-migrate" });
      cleanups.push(() => endPool(pool));
      const { applied, ...rest } = await migrationStatus(pool);
      return { applied: applied.map(({ name }) => name), ...rest };
    },
    up: async () => migrateUp(config, await get("databaseUrl")),
  },
  configMistakes: () => [...productionMistakes(config), ...walletKeyMistakes(config, get)],
  start: async (signal, tell) => {
    const { startPaying } = await import("./start.js");
    const logger = createLogger(config.LOG_LEVEL);
    for (const variable of idle) logger.warn("no effect in this release", { variable });
    if (config.NODE_ENV !== "production") await migrateUp(config, await get("databaseUrl"));
    await startPaying({
      config,
      get,
      signal,
      tell,
      logger,
      cleanups,
      demoFile: demoFile(config),
      metadata: metadata("taps"),
    });
  },
  sandbox: async ({ port, blockTimeMs, faults: wanted }, signal, tell) => {
    const { startSandbox } = await import("./sandbox/demo.js");
    const faults = wanted && { plan: readFaults(wanted.json), seed: wanted.seed };
    const dir = join(config.TAPS_DATA_DIR, demoChainId(), "chain");
    const sandbox = await startSandbox({ dir, port, blockTime: blockTimeMs, ...(faults && { faults }) });
    tell(`node and TzKT of chain ${sandbox.chainId}: ${sandbox.rpcUrl}`);
    tell(
      `baker ${sandbox.baker}, wallet ${sandbox.payer} with the secret key ${sandbox.payerSecretKey} (play money)`,
    );
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await sandbox.stop();
  },
  isExplained: (error) => EXPLAINED.some((kind) => error instanceof kind),
  close: () => cleanUp(cleanups),
});

/** Runs one command of the command line; answers its exit code. */
export const runTaps = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> => {
  const cleanups: Cleanup[] = [];
  try {
    const config = readConfig(env);
    const intent = { writes: false };
    const get = register(root.createChildContainer(), config, intent, cleanups);
    return await runCommand(args, createServices(config, intent, withoutEffect(env), get, cleanups));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
};
