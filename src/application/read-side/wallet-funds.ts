// What the wallet holds, and for how long that lasts: asked of a node, for no read model knows it.
import { type Level } from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";

/** Spendable balance at a level, in mutez. */
export interface Balance {
  readonly balance: Mutez;
  readonly level: Level;
  readonly askedAt: Date;
  /** The node does not answer now: this is what it said last. */
  readonly isOld: boolean;
}

export interface Funds {
  /** Undefined: no node has answered yet. */
  readonly balance: Balance | undefined;
  /** Mean of what the newest cycles took, in mutez. */
  readonly perCycle: Mutez;
  /** Whole cycles that the balance pays at that rate; undefined: nothing is known of one of the two. */
  readonly cyclesLeft: bigint | undefined;
}
