// What the commands are given: who acts, and everything that the command line asks for.
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Acts } from "./application/commands/acts.js";
import { registeredChain } from "./application/commands/registration.js";
import { LogBroken, Repository } from "./application/repository.js";
import { type Services } from "./application/services.js";
import { openAuditKey, openLogAt, ownTarget } from "./audit.js";
import { type Cleanup, cleanUp } from "./cleanup.js";
import { CommandEnd, EXIT } from "./cli/exit.js";
import { type Get } from "./composition.js";
import { type Config, productionMistakes } from "./config.js";
import { type Intent, migrateUp } from "./databases.js";
import { type TzAddress } from "./domain/identifiers.js";
import { mainnetDelegationLimit } from "./domain/reward/delegation-limit.js";
import { BadAuditKey } from "./infrastructure/audit/audit-key.js";
import { eventReading } from "./infrastructure/eventstore/codec.js";
import { printLines, readLines, writeLines } from "./infrastructure/log-file.js";
import { EmbeddedPostgresError } from "./infrastructure/postgres/embedded/errors.js";
import { MigrationError, migrationStatus } from "./infrastructure/postgres/migrate.js";
import { createPool, endPool } from "./infrastructure/postgres/pool.js";
import { PostgresWalletStore } from "./infrastructure/postgres/wallet-store.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { createLogger } from "./infrastructure/telemetry/logging.js";
import { TezosChain } from "./infrastructure/tezos/chain.js";
import { limitOnChain } from "./infrastructure/tezos/constants.js";
import { NativeSigner, UnusableSecret } from "./infrastructure/tezos/signers/native.js";
import { WeakWalletKey, WrongWalletKey } from "./infrastructure/tezos/signers/vault.js";
import { TzktOperations } from "./infrastructure/tezos/tzkt-operations.js";
import { TzktTransfers } from "./infrastructure/tezos/tzkt-transfers.js";
import { TzktSource } from "./infrastructure/tezos/tzkt.js";
import { configuredNodes, MAINNET_TZKT } from "./network.js";
import { openReadModels } from "./read-models.js";
import { faultPlan } from "./sandbox/faults/plan.js";
import { demoChainId } from "./sandbox/genesis.js";
import { ChainInUse } from "./sandbox/journal.js";
import { SetupError } from "./setup-error.js";
import { assertSigns, walletKeyMistakes } from "./signing.js";

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

const metadata = (actor: string) => () => {
  const id = randomUUID();
  return { correlationId: id, causationId: id, actor };
};

/** What a command changes things with, in the name of who runs it. */
export const openActs = async (config: Config, get: Get): Promise<Acts> => {
  const actor = `cli:${userInfo().username}`;
  const [baker, log] = [await get("baker"), await get("log")];
  const repository = new Repository(log);
  const chainId = await registeredChain(log, baker);
  if (chainId !== undefined) (await get("nodes")).believe(chainId);
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
};

const readFaults = (json: unknown) => {
  const read = faultPlan.safeParse(json);
  if (read.success) return read.data;
  throw new CommandEnd(EXIT.usage, `the sandbox has no such faults:\n${z.prettifyError(read.error)}`);
};

/** What the command line asks for, of the parts. `idle`: variables that are set and do nothing. */
export const createServices = (
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
  accounts: () => {
    intent.writes = true;
    return get("accounts");
  },
  viewAccounts: () => get("accounts"),
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
    const nodes = configuredNodes(config);
    const chain = nodes && new TezosChain(nodes, systemClock);
    const tzkt = { baseUrl: config.TZKT_URL ?? MAINNET_TZKT, clock: systemClock };
    return {
      baker: config.BAKER,
      source: new TzktSource(tzkt),
      transfers: new TzktTransfers(tzkt),
      limitOf: async (cycle) => (chain ? limitOnChain(chain) : mainnetDelegationLimit(cycle)),
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
  readModels: () => openReadModels(get),
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
