// The bond pool: its members, and how what each cycle left was split among them.
import { z } from "zod";
import { address, cycleNumber, digest } from "../../domain/identifiers.js";
import { basisPoints } from "../../domain/money.js";
import { amount } from "./answer.js";

export const poolRow = z.object({ sinceCycle: cycleNumber.nullable(), changedAt: z.date() });
export const memberRow = z.object({
  member: address,
  amount,
  chargeBps: basisPoints,
  manager: z.boolean(),
});
/** `members` by address. `sinceCycle` null: it is off. */
export interface BondPool {
  readonly sinceCycle: z.infer<typeof poolRow>["sinceCycle"];
  readonly members: readonly z.infer<typeof memberRow>[];
}

export const outcome = {
  /** Null: it is owed nothing. */
  result: z.enum(["open", "paid", "carried", "held"]).nullable(),
  reason: z.string().nullable(),
  settledAt: z.date().nullable(),
};
export const shareRow = z.object({
  cycle: cycleNumber,
  member: address,
  amount,
  chargeBps: basisPoints,
  gross: amount,
  charge: amount,
  net: amount,
  ...outcome,
});
/** `result` and what follows it: of the manager's charges. */
export const bondCycleRow = z.object({
  cycle: cycleNumber,
  base: amount,
  networkCosts: amount,
  manager: address,
  charges: amount,
  rest: amount,
  ...outcome,
  obligations: z.number().int(),
  due: amount,
  planDigest: digest,
  exceeded: z.array(z.looseObject({ ceiling: z.string() })).nullable(),
  approvedBy: z.string().nullable(),
  paid: amount.nullable(),
  held: amount.nullable(),
  networkFees: amount.nullable(),
  networkBurns: amount.nullable(),
  plannedAt: z.date(),
  completedAt: z.date().nullable(),
});
export type BondCycle = z.infer<typeof bondCycleRow> & {
  readonly shares: readonly z.infer<typeof shareRow>[];
};
