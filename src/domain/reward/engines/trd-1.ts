import { mutez, roundHalfDown } from "../../money.js";
import { type Engine } from "./engine.js";

/**
 * As the Tezos Reward Distributor computes, without its floats: every part is rounded to the nearest mutez (one
 * half down) by itself, so the parts may add up to a little more than the pool.
 */
export const trd1: Engine = {
  version: "trd/1",
  bakerShare: ({ pool, own, total }) => mutez(roundHalfDown(pool * own, total)),
  split: ({ pool, own, total, delegated }, balance, feeBps) => {
    const numerator = pool * (total - own) * balance;
    const divisor = total * delegated * 10_000n;
    const fee = roundHalfDown(numerator * BigInt(feeBps), divisor);
    const net = roundHalfDown(numerator * (10_000n - BigInt(feeBps)), divisor);
    return { gross: mutez(net + fee), fee: mutez(fee), net: mutez(net) };
  },
  isBelow: (amount, minimum) => amount < minimum,
};
