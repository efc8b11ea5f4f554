import { type Chance } from "./chance.js";

/** So many of the delegators are contracts. */
export const CONTRACTS = 3;

/** How large a run is, by what policy it pays, and for how long things go wrong in it. */
export interface Shape {
  readonly seed: number;
  readonly replicas: number;
  /** Processes that keep the read models. */
  readonly projectors: number;
  readonly delegators: number;
  /** Transfers that one block's half has room for. */
  readonly perBatch: number;
  /** Blocks of an operation's life. */
  readonly ttl: number;
  readonly blocksPerCycle: number;
  readonly minimumPayout: string;
  readonly belowMinimumPayout: "keep" | "carry";
  readonly feesPaidBy: "baker" | "delegator";
  /** What the wallet has, in mutez. */
  readonly funds: string;
  /** Steps with disturbances; afterwards nothing goes wrong any more. */
  readonly steps: number;
}

export const shapeOf = (seed: number, chance: Chance): Shape => ({
  seed,
  replicas: chance.between(1, 3),
  delegators: chance.between(CONTRACTS + 2, CONTRACTS + 5),
  perBatch: chance.between(3, 4),
  ttl: chance.oneOf([6, 10, 70]),
  blocksPerCycle: chance.between(10, 14),
  minimumPayout: chance.oneOf(["0", "2000000"]),
  belowMinimumPayout: chance.oneOf(["keep", "carry"]),
  feesPaidBy: chance.oneOf(["baker", "delegator"]),
  funds: chance.oneOf(["1000000000", "1000000000", "25000000"]),
  steps: chance.between(200, 1_000),
  projectors: chance.between(1, 2),
});
