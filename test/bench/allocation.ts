// How long it takes to work out who is owed what, by each engine.
import { mutez } from "../../src/domain/money.js";
import { allocate } from "../../src/domain/reward/allocate.js";
import { addressOf, delegator, inputsWith, policyOf } from "../support/rewards.js";
import { print, say } from "./figure.js";

const RUNS = 9;
const LIMIT_OF_DELEGATION = 9;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Every tenth delegator has terms of its own. */
const termsOf = (count: number) =>
  Object.fromEntries(
    Array.from({ length: Math.floor(count / 10) }, (_, n) => [addressOf(n * 10), { feeBps: n % 1_000 }]),
  );

export const benchAllocation = (count: number): void => {
  say(`allocation of ${count} delegators ...`);
  const rows = Array.from({ length: count }, (_, n) =>
    delegator(n, BigInt((n * 7_919) % 1_000_003) * 1_000n),
  );
  const income = { blocks: mutez(123_456_789_012n), attestations: mutez(98_765_432_101n) };
  const inputs = inputsWith(rows, { own: 5_000_000_000_000n, staked: 90_000_000_000_000n, income });
  const delegators = termsOf(count);
  for (const engine of ["taps", "tezpay", "trd"]) {
    const policy = policyOf({ preset: engine, delegators });
    const times = Array.from({ length: RUNS }, () => {
      const start = performance.now();
      allocate(inputs, policy, LIMIT_OF_DELEGATION);
      return performance.now() - start;
    });
    const value = Math.round(median(times));
    print({ name: `allocation of ${count} delegators, ${engine}`, value, unit: "ms", aim: { below: 300 } });
  }
};
