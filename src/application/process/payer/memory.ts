import { type BlockHash, type OperationHash, type ProtocolHash } from "../../../domain/identifiers.js";
import { type BatchItem } from "../../../domain/payment/events.js";
import { type Mutez } from "../../../domain/money.js";

/** Simulated limits of one content. */
export interface Limits {
  readonly gasLimit: bigint;
  readonly storageLimit: bigint;
}

/** What forming a batch found out, and signing it needs again. */
export interface Prepared {
  /** Of the batch that it was found for: another process may have formed another one under the same id. */
  readonly items: readonly BatchItem[];
  readonly limits: readonly Limits[];
  /** Bytes of the unsigned operation. */
  readonly bytes: number;
  /** Under which this was found. */
  readonly protocol: ProtocolHash;
}

/** What a process may forget at any moment without harm; nothing here is a source of truth. */
export interface Memory {
  /** The term that this process itself started; undefined: none. */
  token: bigint | undefined;
  /** The head at which each operation's bytes were last handed to a node. */
  readonly injectedAt: Map<OperationHash, BlockHash>;
  /** By batch id. */
  readonly prepared: Map<string, Prepared>;
  /** Batches that could not be sent as they were put together: whose fault it was, for when they are dissolved. */
  readonly failed: Map<string, { readonly obligation: string; readonly error: string }>;
  /** Missing funds of each payment, or of what a delegation costs, as last found, and at which head. */
  readonly funds: Map<string, { readonly missing: Mutez; readonly at: BlockHash }>;
}

export const blankMemory = (): Memory => ({
  token: undefined,
  injectedAt: new Map(),
  prepared: new Map(),
  failed: new Map(),
  funds: new Map(),
});
