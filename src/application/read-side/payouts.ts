// Payouts: the newest plan of each, and what came of it.
import { z } from "zod";
import { cycleNumber, digest, tzAddress } from "../../domain/identifiers.js";
import { amount, position } from "./answer.js";

export const payoutState = z.enum(["planned", "rejected", "completed"]);
export type PayoutState = z.infer<typeof payoutState>;

export const payoutRow = z.object({
  payout: z.string(),
  baker: tzAddress,
  cycle: cycleNumber.nullable(),
  kind: z.enum(["cycle", "bond", "batch"]),
  state: z.enum(["writing", ...payoutState.options]),
  plan: z.number().int(),
  digest,
  allocation: digest,
  obligations: z.number().int(),
  due: amount,
  taken: amount,
  carried: amount,
  kept: amount,
  exceeded: z.array(z.looseObject({ ceiling: z.string() })).nullable(),
  /** Whether nothing of it is paid before a person approves it. */
  awaitsApproval: z.boolean(),
  approvedBy: z.string().nullable(),
  rejectedBy: z.string().nullable(),
  rejectedReason: z.string().nullable(),
  paid: amount.nullable(),
  charged: amount.nullable(),
  leftCarried: amount.nullable(),
  held: amount.nullable(),
  networkFees: amount.nullable(),
  networkBurns: amount.nullable(),
  position,
  plannedAt: z.date(),
  completedAt: z.date().nullable(),
});
export type PayoutRow = z.infer<typeof payoutRow>;
