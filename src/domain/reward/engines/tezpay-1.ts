import { mutez } from "../../money.js";
import { type Engine } from "./engine.js";

/** As tezpay computes: the baker's share is rounded first, fees are rounded down, a minimum itself is too little. */
export const tezpay1: Engine = {
  version: "tezpay/1",
  bakerShare: ({ pool, own, total }) => mutez((pool * own) / total),
  split: ({ pool, own, total, delegated }, balance, feeBps) => {
    const gross = ((pool - (pool * own) / total) * balance) / delegated;
    const fee = (gross * BigInt(feeBps)) / 10_000n;
    return { gross: mutez(gross), fee: mutez(fee), net: mutez(gross - fee) };
  },
  isBelow: (amount, minimum) => amount <= minimum,
};
