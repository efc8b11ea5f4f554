import { b58Encode, PrefixV2 } from "@taquito/utils";
import { type Content } from "../../src/application/ports/chain.js";
import { sha256 } from "../../src/domain/digest.js";
import {
  asCounter,
  isContractAddress,
  isTzAddress,
  operationHash,
  type Address,
  type BlockHash,
  type ContractAddress,
  type TzAddress,
} from "../../src/domain/identifiers.js";
import { mutez } from "../../src/domain/money.js";
import { ChainModel } from "../../src/sandbox/chain-model.js";
import { HASHES } from "../../src/sandbox/hashes.js";
import { DEFAULT_RULES, type Rules } from "../../src/sandbox/model/rules.js";
import { type Genesis, type Operation } from "../../src/sandbox/model/types.js";

const payload = (name: string): string => sha256(name).slice(0, 40);

/** A tz1 address that nobody has the key of, the same for the same name. */
export const someTz = (name: string): TzAddress => {
  const address = b58Encode(payload(name), PrefixV2.Ed25519PublicKeyHash);
  if (!isTzAddress(address)) throw new Error(`${address} is not an address`);
  return address;
};

export const someContract = (name: string): ContractAddress => {
  const address = b58Encode(payload(name), PrefixV2.ContractHash);
  if (!isContractAddress(address)) throw new Error(`${address} is not a contract`);
  return address;
};

export const BAKER = someTz("baker");
export const PAYER = someTz("payer");

/** A chain of cycles of eight blocks with a revealed payer that holds 1,000 tez. */
export const modelGenesis = (
  changes: { readonly accounts?: Genesis["accounts"]; readonly rules?: Partial<Rules> } = {},
): Genesis => ({
  name: "model test",
  timestamp: "2026-01-01T00:00:00Z",
  rules: {
    ...DEFAULT_RULES,
    constants: { ...DEFAULT_RULES.constants, blocksPerCycle: 8 },
    ...changes.rules,
  },
  baker: BAKER,
  accounts: [
    { address: PAYER, balance: 1_000_000_000n, publicKey: "edpk of the payer" },
    { address: BAKER, balance: 5_000_000n, delegate: BAKER },
    ...(changes.accounts ?? []),
  ],
  bakers: [],
});

/** The real hashes, but every public key belongs to the payer: the model needs no cryptography. */
export const modelHashes = { ...HASHES, publicKey: () => PAYER };

export const modelChain = (changes?: Parameters<typeof modelGenesis>[0]): ChainModel =>
  ChainModel.create(modelGenesis(changes), modelHashes);

let tick = 0;
/** A timestamp a second after the last one asked for. */
export const later = (): Date => new Date(Date.UTC(2026, 0, 1) + 1000 * (tick += 1));

type Wish = { readonly [K in "fee" | "gasLimit" | "storageLimit" | "amount"]?: bigint } & {
  readonly to?: Address;
  readonly reveal?: string;
  readonly delegate?: TzAddress | undefined;
};

/** Contents with consecutive counters, transfers unless the wish is another; 1 tez each if not said. */
export const contentsOf = (source: TzAddress, firstCounter: bigint, wishes: readonly Wish[]): Content[] =>
  wishes.map((wish, index) => {
    const manager = {
      source,
      fee: mutez(wish.fee ?? 1000n),
      counter: asCounter(firstCounter + BigInt(index)),
      gasLimit: wish.gasLimit ?? 2_300n,
      storageLimit: wish.storageLimit ?? 277n,
    };
    if (wish.reveal !== undefined) return { kind: "reveal", ...manager, publicKey: wish.reveal };
    if ("delegate" in wish) return { kind: "delegation", ...manager, delegate: wish.delegate };
    const amount = mutez(wish.amount ?? 1_000_000n);
    return { kind: "transaction", ...manager, amount, destination: wish.to ?? BAKER };
  });

let made = 0;
/** A signed operation of the payer, with the counters that the chain's head expects. */
export const operationOf = (
  chain: ChainModel,
  wishes: readonly Wish[],
  options: {
    readonly branch?: BlockHash;
    readonly source?: TzAddress;
    readonly counter?: bigint;
    readonly sizeBytes?: number;
  } = {},
): Operation => {
  const source = options.source ?? PAYER;
  const counter = options.counter ?? (chain.account(source)?.counter ?? 0n) + 1n;
  made += 1;
  return {
    hash: operationHash.parse(b58Encode(sha256(`operation ${made}`), PrefixV2.OperationHash)),
    branch: options.branch ?? chain.head.hash,
    contents: contentsOf(source, counter, wishes),
    sizeBytes: options.sizeBytes ?? 96 + 60 * wishes.length,
    signature: "sig",
  };
};
