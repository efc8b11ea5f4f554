import {
  type Address,
  type ChainId,
  type Counter,
  type Level,
  type OperationHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";
import { type ContentStatus } from "./chain.js";

/** One content of an operation, as an indexer shows it. */
export interface PastContent {
  readonly hash: OperationHash;
  readonly level: Level;
  readonly counter: Counter;
  readonly kind: string;
  /** Null where the indexer does not tell it. */
  readonly fee: Mutez | null;
  /** Of a transaction. */
  readonly target: Address | null;
  readonly amount: Mutez | null;
  readonly status: ContentStatus;
}

/** All that an account has signed: an indexer's knowledge, to hold the log against. */
export interface OperationHistory {
  /** Up to which block, of which chain, the indexer knows. Throws `SourceUnavailable`. */
  head(): Promise<{ readonly level: Level; readonly chainId: ChainId }>;
  /** Contents in blocks after a level up to another, by counter. Throws `SourceUnavailable`. */
  contentsOf(sender: TzAddress, after: Level, upTo: Level): Promise<readonly PastContent[]>;
}
