// What may be paid without asking. A plan above a ceiling waits until a person approves it (PAYMENT section 1).
import { z } from "zod";
import { type Mutez, mutez, mutezCodec } from "../money.js";

/** The ceilings that a plan is held against, and keeps. */
export const planCeilingsCodec = z.strictObject({
  /** Mutez that one operation sends. Batches are formed below it, so only a single payment can exceed it. */
  operation: mutezCodec,
  /** Mutez that one cycle's payout sends. */
  cycle: mutezCodec,
  /** Percent that a cycle's rewards may be off the mean of the last cycles, above or below. */
  deviationFromLastCyclesPct: z.number().int().nonnegative(),
});
export type PlanCeilings = z.infer<typeof planCeilingsCodec>;

export const ceilingsCodec = planCeilingsCodec.extend({
  /** Mutez that one operation costs in fees: above it nothing is signed. */
  operationFee: mutezCodec,
});
export type Ceilings = z.infer<typeof ceilingsCodec>;

/**
 * On from the first day, and above what any normal cycle comes to: all bakers together earn about 100,000 tez a day,
 * and an operation's fee is a fraction of a tez.
 */
export const DEFAULT_CEILINGS: Ceilings = {
  operation: mutez(50_000_000_000n),
  cycle: mutez(100_000_000_000n),
  deviationFromLastCyclesPct: 900,
  operationFee: mutez(5_000_000n),
};

/** A ceiling that a plan is above; amounts in mutez. */
export const excessCodec = z.discriminatedUnion("ceiling", [
  z.strictObject({ ceiling: z.literal("operation"), limit: mutezCodec, found: mutezCodec }),
  z.strictObject({ ceiling: z.literal("cycle"), limit: mutezCodec, found: mutezCodec }),
  z.strictObject({
    ceiling: z.literal("deviationFromLastCyclesPct"),
    limit: z.number().int().nonnegative(),
    /** Of the last cycles, rounded down. */
    mean: mutezCodec,
    found: mutezCodec,
  }),
]);
export type Excess = z.infer<typeof excessCodec>;

/** What a cycle's plan is held against: the ceilings in force, and the rewards of this cycle and of the last ones. */
export interface Limits {
  readonly ceilings: PlanCeilings;
  /** What the cycle's allocation gives its delegators, in mutez. */
  readonly rewards: Mutez;
  /** The same of the last cycles that a payout was planned for; none: nothing to deviate from. */
  readonly before: readonly Mutez[];
}

const deviation = ({ ceilings, rewards, before }: Limits): readonly Excess[] => {
  const limit = ceilings.deviationFromLastCyclesPct;
  const count = BigInt(before.length);
  const total = before.reduce((sum, amount) => sum + amount, 0n);
  const off = rewards * count - total;
  if (total === 0n || (off < 0n ? -off : off) * 100n <= BigInt(limit) * total) return [];
  return [{ ceiling: "deviationFromLastCyclesPct", limit, mean: mutez(total / count), found: rewards }];
};

/** Which ceilings the payments of a plan are above; `sent`: what leaves the wallet, payment by payment, in mutez. */
export const excessesOf = (sent: readonly Mutez[], limits: Limits): readonly Excess[] => {
  const { operation, cycle } = limits.ceilings;
  const largest = mutez(sent.reduce((most, amount) => (amount > most ? amount : most), 0n));
  const sum = mutez(sent.reduce((total, amount) => total + amount, 0n));
  return [
    ...(largest > operation ? [{ ceiling: "operation" as const, limit: operation, found: largest }] : []),
    ...(sum > cycle ? [{ ceiling: "cycle" as const, limit: cycle, found: sum }] : []),
    ...deviation(limits),
  ];
};
