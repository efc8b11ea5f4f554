// Payments: what each delegator was to be paid, and how far the money has come.
import { z } from "zod";
import {
  address,
  type Address,
  type Cycle,
  cycleNumber,
  level,
  operationHash,
  type OperationHash,
  tzAddress,
} from "../../domain/identifiers.js";
import { obligationKind, type ObligationKind } from "../../domain/payment/events.js";
import { amount } from "./answer.js";

export const paymentResult = z.enum(["planned", "batched", "signed", "included", "paid", "carried", "held"]);

export const paymentRow = z.object({
  obligation: z.string(),
  payout: z.string(),
  baker: tzAddress,
  /** Null for money that belongs to no cycle. */
  cycle: cycleNumber.nullable(),
  kind: obligationKind,
  delegator: address,
  recipient: address,
  due: amount,
  /** What reaches the receiver; with the fees it is charged, exactly what is due. Null until batched. */
  sent: amount.nullable(),
  transactionFee: amount.nullable(),
  allocationFee: amount.nullable(),
  result: paymentResult,
  batchId: z.string().nullable(),
  operationHash: operationHash.nullable(),
  level: level.nullable(),
  reason: z.string().nullable(),
  plannedAt: z.date(),
  signedAt: z.date().nullable(),
  includedAt: z.date().nullable(),
  settledAt: z.date().nullable(),
});
export type PaymentRow = z.infer<typeof paymentRow>;

export interface PaymentFilter {
  /** Both ends included; money of no cycle is in no range. */
  readonly cycles?: { readonly from: Cycle; readonly to: Cycle } | undefined;
  readonly delegator?: Address | undefined;
  readonly kind?: ObligationKind | undefined;
  readonly result?: z.infer<typeof paymentResult> | undefined;
  readonly operation?: OperationHash | undefined;
}

/** By cycle, and within one by amount; or by amount alone, which wants one cycle, delegator or operation. */
export type PaymentSort = "cycle" | "due";
