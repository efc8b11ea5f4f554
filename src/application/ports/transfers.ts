import { type Address, type Level, type OperationHash, type TzAddress } from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";

export interface PastTransfer {
  readonly hash: OperationHash;
  readonly level: Level;
  readonly target: Address;
  readonly amount: Mutez;
}

/** What an account has sent, by whomever: an indexer's knowledge, for people to look at. */
export interface TransferHistory {
  /**
   * Applied transfers of an account in blocks after a level, oldest first; also those of contracts that it called.
   * Throws `SourceUnavailable`.
   */
  sentAfter(sender: TzAddress, level: Level): Promise<readonly PastTransfer[]>;
}

/** A transfer with what it cost its sender. */
export interface SentTransfer extends PastTransfer {
  readonly fee: Mutez;
  /** For storage and a new account. */
  readonly burn: Mutez;
}

export interface SentTransfers {
  /** As `sentAfter`, up to another level. Throws `SourceUnavailable`. */
  sentBetween(sender: TzAddress, after: Level, upTo: Level): Promise<readonly SentTransfer[]>;
}
