// Joins everything. The only file that knows tsyringe; each part is opened when it is first asked for.
import "reflect-metadata";
import { join } from "node:path";
import { type Pool } from "pg";
import { container as root, type DependencyContainer, instanceCachingFactory } from "tsyringe";
import { type Accounts } from "./application/accounts/users.js";
import { type Acts } from "./application/commands/acts.js";
import { type Chain } from "./application/ports/chain.js";
import { type EventStore } from "./application/ports/event-store.js";
import { type Cleanup } from "./cleanup.js";
import { runCommand } from "./cli/program.js";
import { openAccounts } from "./accounts.js";
import { type Config, ConfigError, readConfig, withoutEffect } from "./config.js";
import { makeFolder } from "./data-folder.js";
import { type Intent, openDatabase, openPool, openStore } from "./databases.js";
import { type ChainId, type TzAddress } from "./domain/identifiers.js";
import { CodedEventLog } from "./infrastructure/eventstore/event-log.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { TezosChain } from "./infrastructure/tezos/chain.js";
import { type Nodes } from "./infrastructure/tezos/nodes.js";
import { type Vault } from "./infrastructure/tezos/signers/vault.js";
import { TzktSource } from "./infrastructure/tezos/tzkt.js";
import { bakerAddress, type DemoPlace, openNodes, readDemo, tzktUrl } from "./network.js";
import { openMaintenance, openSnapshots } from "./read-models.js";
import { type CopySession, type Transact } from "./readmodel/database.js";
import { type Snapshots } from "./readmodel/snapshots.js";
import { demoChainId } from "./sandbox/genesis.js";
import { createServices, openActs } from "./services.js";
import { openVault } from "./signing.js";

/** Everything that can be asked for, by name. */
export interface Parts {
  readonly nodes: Promise<Nodes>;
  readonly chain: Promise<Chain>;
  readonly chainId: Promise<ChainId>;
  readonly folder: Promise<string>;
  readonly databaseUrl: Promise<string>;
  readonly pool: Promise<Pool>;
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
  readonly accounts: Promise<Accounts>;
  readonly vault: Vault;
}

export type Get = <K extends keyof Parts>(part: K) => Parts[K];

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
  provide("demo", () => readDemo(config));
  provide("nodes", () => openNodes(config, get));
  provide("chain", async () => new TezosChain(await get("nodes"), systemClock));
  provide("chainId", async () =>
    config.TEZOS_RPC_URL === undefined ? demoChainId() : (await (await get("chain")).head()).chainId,
  );
  provide("folder", async () => makeFolder(join(config.TAPS_DATA_DIR, await get("chainId"))));
  provide("databaseUrl", () => openDatabase(config, get, cleanups));
  provide("pool", () => openPool(config, get, intent, cleanups));
  provide("store", () => openStore(config, get, cleanups));
  provide("log", async () => new CodedEventLog(await get("store")));
  provide("maintenance", () => openMaintenance(get, cleanups));
  provide("snapshots", () => openSnapshots(config, get));
  provide("tzktUrl", () => tzktUrl(config, get));
  provide("source", async () => new TzktSource({ baseUrl: await get("tzktUrl"), clock: systemClock }));
  provide("baker", () => bakerAddress(config, get));
  provide("acts", () => openActs(config, get));
  provide("accounts", () => openAccounts(get));
  provide("vault", () => openVault(config));
  return get;
};

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
