import { type Address, type Cycle, type Digest, type TzAddress } from "../../domain/identifiers.js";
import { type RecordFormat } from "../../domain/ledger/ledger.js";
import { type Mutez } from "../../domain/money.js";

/** What one row of payout records says. `cycle`: null where they do not say. */
export type RecordedRow =
  | {
      readonly says: "owed";
      readonly delegator: Address;
      readonly cycle: Cycle | null;
      readonly amount: Mutez;
      /** Why it may have been paid after all; empty: it was not. */
      readonly doubt: string;
    }
  | { readonly says: "paid"; readonly delegator: Address; readonly cycle: Cycle | null }
  /** Not a delegator's, not in tez, or not owed by the terms that the baker had. */
  | { readonly says: "nothing" }
  | { readonly says: "bad"; readonly problem: string };

export interface RecordsOptions {
  /** Undefined: by the header. */
  readonly format: RecordFormat | undefined;
  /** Records that name another baker are bad. */
  readonly baker: TzAddress;
}

export interface RecordsFile {
  readonly format: RecordFormat;
  /** SHA-256 of its bytes. */
  readonly digest: Digest;
}

/**
 * Reads a file of payout records row by row; `line` is the last line that a row stands on. Throws
 * `UnreadableRecords`.
 */
export type ReadPayoutRecords = (
  path: string,
  options: RecordsOptions,
  onRow: (row: RecordedRow, line: number) => void,
) => Promise<RecordsFile>;

/** A file that is not there, is no CSV, or has the header of no format; or rows of it cannot be taken. */
export class UnreadableRecords extends Error {
  override readonly name = "UnreadableRecords";
}
