import { CODEC, getCodec, ProtocolsHash } from "@taquito/local-forging";
import { RpcClient } from "@taquito/rpc";
import { InMemorySigner } from "@taquito/signer";
import { type Address, type TzAddress } from "../../src/domain/identifiers.js";
import { UnsteadyBlocks } from "../../src/sandbox/faults/blocks.js";
import { Chance } from "../../src/sandbox/faults/chance.js";
import { exchangeFaults } from "../../src/sandbox/faults/exchanges.js";
import { type FaultPlan } from "../../src/sandbox/faults/plan.js";
import { inMemory, type ChainStore } from "../../src/sandbox/journal.js";
import { keyOf, type KeyPair } from "../../src/sandbox/keys.js";
import { DEFAULT_RULES } from "../../src/sandbox/model/rules.js";
import { type Genesis } from "../../src/sandbox/model/types.js";
import { Sandbox } from "../../src/sandbox/sandbox.js";
import { serve } from "../../src/sandbox/server.js";
import { BAKER } from "./chain-model.js";

export const PAYER_KEY: KeyPair = keyOf("test payer");

/** Status and body of a reply; the body is parsed if it is JSON, "" if there is none. */
interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface TestSandbox {
  readonly sandbox: Sandbox;
  /** The node's address, and TzKT's. */
  readonly url: string;
  readonly rpc: RpcClient;
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  stop(): Promise<void>;
}

/** Cycles of eight blocks, a revealed payer with a million tez, one baker without delegators. */
export const testGenesis = (changes: Partial<Genesis> = {}): Genesis => ({
  name: "test",
  timestamp: "2026-01-01T00:00:00Z",
  rules: { ...DEFAULT_RULES, constants: { ...DEFAULT_RULES.constants, blocksPerCycle: 8 } },
  baker: BAKER,
  bakers: [],
  ...changes,
  accounts: [
    { address: PAYER_KEY.address, balance: 1_000_000_000_000n, publicKey: PAYER_KEY.publicKey },
    { address: BAKER, balance: 5_000_000n, delegate: BAKER },
    ...(changes.accounts ?? []),
  ],
});

/**
 * A sandbox in this process that bakes when told (`sandbox.bake()`), a minute of chain time a block. Nothing is
 * kept unless a store is given. Blocks made by `sandbox.advance()` have the faults given, as have requests.
 */
export const startTestSandbox = async (
  options: {
    readonly store?: ChainStore;
    readonly faults?: { readonly plan: FaultPlan; readonly seed: number };
  } = {},
): Promise<TestSandbox> => {
  let time = Date.UTC(2026, 0, 1);
  const { faults } = options;
  const blocks = faults && new UnsteadyBlocks(faults.plan, new Chance(faults.seed));
  const sandbox = new Sandbox({
    store: options.store ?? inMemory(testGenesis()),
    blockTime: "manual",
    now: () => new Date((time += 60_000)),
    ...(blocks && { nextBlock: (due) => blocks.next(due) }),
  });
  const disturb = faults && exchangeFaults(sandbox, faults.plan, new Chance(faults.seed));
  const server = await serve(sandbox, 0, disturb);
  const stop = async (): Promise<void> => {
    await server.close();
    sandbox.close();
  };
  const ask = async (path: string, init?: RequestInit): Promise<Reply> => {
    const response = await fetch(`${server.url}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  return {
    sandbox,
    url: server.url,
    rpc: new RpcClient(server.url),
    get: (path) => ask(path),
    post: (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }),
    stop,
  };
};

interface TransferWish {
  readonly to: Address;
  readonly amount?: number;
  readonly fee?: number;
  readonly gasLimit?: number;
  readonly storageLimit?: number;
}

/** Contents as nodes take them, with consecutive counters. */
export const rpcTransfers = (source: TzAddress, counter: number, wishes: readonly TransferWish[]) =>
  wishes.map((wish, index) => ({
    kind: "transaction",
    source,
    fee: String(wish.fee ?? 1000),
    counter: String(counter + index),
    gas_limit: String(wish.gasLimit ?? 2300),
    storage_limit: String(wish.storageLimit ?? 277),
    amount: String(wish.amount ?? 1_000_000),
    destination: wish.to,
  }));

/** Signs contents under a branch; answers the signed bytes and their hash as a wallet would know them. */
export const signOperation = async (
  key: KeyPair,
  branch: string,
  contents: readonly object[],
): Promise<{ readonly bytes: string; readonly forged: string; readonly signature: string }> => {
  const forged = String(getCodec(CODEC.MANAGER, ProtocolsHash.PtTALLiNt).encoder({ branch, contents }));
  const signed = await new InMemorySigner(key.secretKey).sign(forged, Uint8Array.of(3));
  return { bytes: signed.sbytes, forged, signature: signed.prefixSig };
};

/** Signs and injects transfers of the payer on the head's branch; answers the operation's hash. */
export const pay = async (
  { rpc }: Pick<TestSandbox, "rpc">,
  wishes: readonly TransferWish[],
  options: { readonly counter?: number; readonly branch?: string; readonly key?: KeyPair } = {},
): Promise<string> => {
  const key = options.key ?? PAYER_KEY;
  const account = await rpc.getContract(key.address);
  const counter = options.counter ?? Number(account.counter) + 1;
  const branch = options.branch ?? (await rpc.getBlockHash({ block: "head" }));
  const { bytes } = await signOperation(key, branch, rpcTransfers(key.address, counter, wishes));
  return rpc.injectOperation(bytes);
};
