import { type BasisPoints, type Mutez } from "../../money.js";

export type EngineVersion = "taps/1" | "tezpay/1" | "trd/1";

/** What is shared and by whom, in mutez: the pool `P`, and the balances `O'`, `T'` and `D` that share it. */
export interface Shares {
  readonly pool: Mutez;
  /** The baker's own delegated balance, cut by the over-delegation limit (`O'`). */
  readonly own: Mutez;
  /** Own and delegators' balances, cut by the over-delegation limit (`T'`); positive. */
  readonly total: Mutez;
  /** Sum of the balances of all delegators that share (`D`); positive. */
  readonly delegated: Mutez;
}

/** One delegator's part: `gross = fee + net`. */
export interface Split {
  readonly gross: Mutez;
  readonly fee: Mutez;
  readonly net: Mutez;
}

/**
 * A frozen way to round. A change is a new engine beside the old one: what was paid years ago must come out the
 * same when it is computed again.
 */
export interface Engine {
  readonly version: EngineVersion;
  readonly bakerShare: (shares: Shares) => Mutez;
  readonly split: (shares: Shares, balance: Mutez, feeBps: BasisPoints) => Split;
  /** Whether a balance or a payout falls below a minimum. */
  readonly isBelow: (amount: Mutez, minimum: Mutez) => boolean;
}
