import { mutez } from "../../money.js";
import { type Engine } from "./engine.js";

/** One division a delegator, so that no rounding of the baker's share reaches the others. */
export const taps1: Engine = {
  version: "taps/1",
  bakerShare: ({ pool, own, total }) => mutez((pool * own) / total),
  split: ({ pool, own, total, delegated }, balance, feeBps) => {
    const gross = (pool * (total - own) * balance) / (total * delegated);
    const net = (gross * (10_000n - BigInt(feeBps))) / 10_000n;
    return { gross: mutez(gross), fee: mutez(gross - net), net: mutez(net) };
  },
  isBelow: (amount, minimum) => amount < minimum,
};
