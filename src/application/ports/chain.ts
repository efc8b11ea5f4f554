import {
  type Address,
  type BlockHash,
  type ChainId,
  type Counter,
  type Cycle,
  type Level,
  type OperationHash,
  type ProtocolHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";

export interface BlockRef {
  readonly hash: BlockHash;
  readonly level: Level;
}

export interface Head extends BlockRef {
  readonly predecessor: BlockHash;
  readonly chainId: ChainId;
  readonly protocol: ProtocolHash;
  readonly nextProtocol: ProtocolHash;
  readonly cycle: Cycle;
  readonly timestamp: Date;
}

/** An error object of a node; `id` is without the protocol's prefix (`contract.balance_too_low`). */
export interface NodeError {
  readonly id: string;
  readonly kind: "permanent" | "temporary" | "branch";
  /** The node's own object, as JSON text. */
  readonly detail: string;
}

export type ContentStatus = "applied" | "failed" | "backtracked" | "skipped";

/** One manager content of an included operation, as its block's receipt shows it. */
export interface ContentReceipt {
  readonly kind: string;
  readonly counter: Counter;
  readonly fee: Mutez;
  /** Of a transaction. */
  readonly destination?: Address;
  readonly amount?: Mutez;
  readonly status: ContentStatus;
  /** Storage and allocation burn charged to the source. */
  readonly burn: Mutez;
  readonly errors: readonly NodeError[];
}

export interface IncludedOperation {
  readonly hash: OperationHash;
  readonly contents: readonly ContentReceipt[];
}

export interface Block extends BlockRef {
  readonly predecessor: BlockHash;
  readonly protocol: ProtocolHash;
  readonly maxOperationsTtl: number;
  /** Manager operations whose source is the account asked for, in block order. */
  readonly operations: readonly IncludedOperation[];
}

export interface Account {
  /** Spendable balance. */
  readonly balance: Mutez;
  /** Last counter consumed. */
  readonly counter: Counter;
  readonly revealed: boolean;
}

export interface PendingOperation {
  readonly hash: OperationHash;
  /** `validated` may still be included; the others sit in the node's other classes. */
  readonly state: "validated" | "branch-delayed" | "branch-refused" | "refused" | "outdated";
}

/** What TAPS needs of `context/constants`, under the node's own names in camel case. */
export interface ChainConstants {
  readonly protocol: ProtocolHash;
  readonly blocksPerCycle: number;
  readonly minimalBlockDelaySeconds: number;
  readonly maxOperationsTimeToLive: number;
  readonly hardGasLimitPerOperation: bigint;
  readonly hardGasLimitPerBlock: bigint;
  readonly hardStorageLimitPerOperation: bigint;
  readonly maxOperationDataLength: number;
  readonly costPerByte: Mutez;
  readonly originationSize: bigint;
  readonly limitOfDelegationOverBaking: number;
}

/** The node's mempool filter: what an operation must pay at least. Rates in nanotez (1 mutez = 1000 nanotez). */
export interface FeeRates {
  readonly minimalFee: Mutez;
  readonly nanotezPerGasUnit: bigint;
  readonly nanotezPerByte: bigint;
}

/** What every content of a manager operation has. */
export interface Manager {
  readonly source: TzAddress;
  readonly fee: Mutez;
  readonly counter: Counter;
  readonly gasLimit: bigint;
  readonly storageLimit: bigint;
}
export type Content =
  | (Manager & { readonly kind: "transaction"; readonly amount: Mutez; readonly destination: Address })
  | (Manager & { readonly kind: "reveal"; readonly publicKey: string })
  | (Manager & { readonly kind: "delegation"; readonly delegate: TzAddress | undefined });

export interface UnsignedOperation {
  readonly branch: BlockHash;
  readonly contents: readonly Content[];
}

export interface ContentSimulation {
  readonly status: ContentStatus;
  /** Gas used, in thousandths of a unit. */
  readonly milligas: bigint;
  /** Bytes of storage paid for, without the allocation. */
  readonly paidStorage: bigint;
  /** The receiver did not exist: `originationSize` bytes more are burnt. */
  readonly allocated: boolean;
  readonly errors: readonly NodeError[];
}
export type Simulation =
  | { readonly outcome: "results"; readonly contents: readonly ContentSimulation[] }
  /** The operation as a whole is not valid (counter, fee, gas ...). */
  | { readonly outcome: "refused"; readonly errors: readonly NodeError[] };

export type Injection =
  | { readonly outcome: "accepted" }
  /** The node's own refusal. It proves nothing about the operation's fate. */
  | { readonly outcome: "refused"; readonly errors: readonly NodeError[] };

/**
 * The chain as trusted nodes show it. Nodes of another chain are never believed, lagging ones only when no
 * better one answers. Whatever is read by hash is read of that block and no other.
 * A question that gets no usable answer throws `ChainUnavailable`; a block that a node no longer keeps, or does
 * not know, throws `BlockUnavailable`.
 */
export interface Chain {
  head(): Promise<Head>;
  block(id: BlockHash | Level, source: TzAddress): Promise<Block>;
  account(address: TzAddress, at: BlockHash): Promise<Account>;
  mempool(source: TzAddress): Promise<readonly PendingOperation[]>;
  constants(at: BlockHash): Promise<ChainConstants>;
  feeRates(): Promise<FeeRates>;
  /** First and last level of a cycle that has begun. */
  cycleLevels(cycle: Cycle): Promise<{ readonly first: Level; readonly last: Level }>;
  /** Runs an operation on top of a block without a signature; fees, counters and limits count, as in a block. */
  simulate(operation: UnsignedOperation, at: Pick<Head, "hash" | "chainId">): Promise<Simulation>;
  /** Resolves once a node shows another head than `after`; at the latest after `timeoutMs`, at once on abort. */
  waitForHead(
    after: BlockHash,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<void>;
  /** Hands signed bytes (hexadecimal) to the node. After an exception their fate is unknown. */
  inject(signed: string): Promise<Injection>;
}

/** What a node shows by itself. */
export interface NodeHealth {
  /** Host and port. */
  readonly node: string;
  readonly state: "good" | "lags" | "foreign" | "unreachable";
  readonly level: number | undefined;
  readonly chainId: ChainId | undefined;
}

/** What operation bytes say; hexadecimal throughout. */
export interface OperationReader {
  /** Throws on bytes that are not exactly one operation of known contents. */
  parse(forged: string): Promise<UnsignedOperation>;
  /** Hash of signed bytes (forged bytes followed by the signature). */
  hash(signed: string): OperationHash;
}

/** Local, deterministic work on operation bytes; `parse` is the reverse of `forge`. */
export interface OperationCodec extends OperationReader {
  forge(operation: UnsignedOperation): Promise<string>;
}

export interface Signer {
  /** The account it signs for; answered without the secret being used. */
  address(): Promise<TzAddress>;
  publicKey(): Promise<string>;
  /** Signed bytes: `forged` followed by a signature that was verified against the public key. */
  sign(forged: string): Promise<string>;
}

export class ChainUnavailable extends Error {
  override readonly name: string = "ChainUnavailable";
}
export class BlockUnavailable extends ChainUnavailable {
  override readonly name = "BlockUnavailable";
  constructor(readonly block: BlockHash | Level) {
    super(`needs a node that keeps block ${block}`);
  }
}
export class SignerUnavailable extends Error {
  override readonly name = "SignerUnavailable";
}
