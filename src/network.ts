// Which nodes and which TzKT are asked: those of the configuration, or a running demo's.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Get } from "./composition.js";
import { type Config } from "./config.js";
import { type TzAddress } from "./domain/identifiers.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { TezosNode } from "./infrastructure/tezos/node.js";
import { Nodes } from "./infrastructure/tezos/nodes.js";
import { demoChainId } from "./sandbox/genesis.js";
import { SetupError } from "./setup-error.js";

export const MAINNET_TZKT = "https://api.tzkt.io";
/** A head older than this is a lagging node's: twenty of mainnet's blocks. */
const OLDEST_HEAD_MS = 120_000;

/** A running demo's addresses, for the commands beside it. */
export interface DemoPlace {
  readonly rpcUrl: string;
  readonly baker: TzAddress;
}

/** Where a running demo tells its addresses. */
export const demoFile = (config: Config): string => join(config.TAPS_DATA_DIR, demoChainId(), "demo.json");

/** Throws `SetupError` where no demo runs. */
export const readDemo = async (config: Config): Promise<DemoPlace> => {
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

/** The configured nodes; undefined without one. */
export const configuredNodes = (config: Config): Nodes | undefined => {
  const urls = [config.TEZOS_RPC_URL, config.TEZOS_FALLBACK_RPC_URL].filter((url) => url !== undefined);
  return urls.length === 0 ? undefined : nodesOf(urls, OLDEST_HEAD_MS);
};

/** The configured nodes, or the running demo's, whose blocks stop with it. Throws `SetupError`. */
export const openNodes = async (config: Config, get: Get): Promise<Nodes> =>
  configuredNodes(config) ?? nodesOf([(await get("demo")).rpcUrl], Infinity);

/** Throws `SetupError` where neither it nor a node is configured and no demo runs. */
export const tzktUrl = async (config: Config, get: Get): Promise<string> =>
  config.TZKT_URL ?? (config.TEZOS_RPC_URL === undefined ? (await get("demo")).rpcUrl : MAINNET_TZKT);

/** The configured baker, or the demo's. Throws `SetupError`. */
export const bakerAddress = async (config: Config, get: Get): Promise<TzAddress> => {
  if (config.BAKER) return config.BAKER;
  if (config.TEZOS_RPC_URL === undefined) return (await get("demo")).baker;
  throw new SetupError("BAKER must be set: the baker's address");
};
