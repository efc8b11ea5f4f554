// Cycles: where each stands, what it earned and what became of it.
import { z } from "zod";
import { cycleNumber, digest, level, tzAddress } from "../../domain/identifiers.js";
import { amount } from "./answer.js";

/** Amounts that are part of a list are decimal strings of mutez. */
export const cycleRow = z.object({
  baker: tzAddress,
  cycle: cycleNumber,
  state: z.enum(["unknown", "open", "ended", "rewards-ready", "paying", "settled", "skipped"]),
  heldReason: z.string().nullable(),
  heldDetail: z.string().nullable(),
  skippedReason: z.string().nullable(),
  requestedBy: z.string().nullable(),
  firstLevel: level.nullable(),
  lastLevel: level.nullable(),
  rejected: z.array(z.object({ check: z.string(), message: z.string() })).nullable(),
  income: z.record(z.string(), z.string()).nullable(),
  ownDelegated: amount.nullable(),
  externalDelegated: amount.nullable(),
  ownStaked: amount.nullable(),
  digest: digest.nullable(),
  engine: z.string().nullable(),
  delegators: z.number().int().nullable(),
  pool: amount.nullable(),
  bakerShare: amount.nullable(),
  feeTotal: amount.nullable(),
  distributed: amount.nullable(),
  allocationCarried: amount.nullable(),
  allocationKept: amount.nullable(),
  dust: amount.nullable(),
  simulation: z.looseObject({ due: z.string(), fees: z.string(), burns: z.string() }).nullable(),
  planDigest: digest.nullable(),
  obligations: z.number().int().nullable(),
  due: amount.nullable(),
  taken: amount.nullable(),
  exceeded: z.array(z.looseObject({ ceiling: z.string() })).nullable(),
  approvedBy: z.string().nullable(),
  paid: amount.nullable(),
  carried: amount.nullable(),
  held: amount.nullable(),
  networkCosts: amount.nullable(),
  openedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  allocatedAt: z.date().nullable(),
  startedAt: z.date().nullable(),
  settledAt: z.date().nullable(),
});
export type CycleRow = z.infer<typeof cycleRow>;
