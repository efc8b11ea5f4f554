// The ledger: what is owed across cycles, and every movement that made it so.
import { z } from "zod";
import { address } from "../../domain/identifiers.js";
import { amount, position } from "./answer.js";

export const balanceRow = z.object({ delegator: address, balance: amount });
export type BalanceRow = z.infer<typeof balanceRow>;

export const movementRow = z.object({
  position,
  delegator: address,
  kind: z.enum(["opening", "adjustment", "taken", "carried", "settled", "returned"]),
  /** Above 0: more is owed. */
  amount,
  /** The file's digest, the adjustment's own, or the payout that took or gave. */
  reference: z.string(),
  reason: z.string().nullable(),
  /** Null: a payout's own doing. */
  actor: z.string().nullable(),
  recordedAt: z.date(),
});
export type MovementRow = z.infer<typeof movementRow>;
