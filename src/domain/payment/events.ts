import { z } from "zod";
import { defineEvent } from "../event.js";
import { address, type Address, digest, operationHash } from "../identifiers.js";
import { mutezCodec, signedMutezCodec } from "../money.js";

/** Identity of an obligation within its payout: whom it is owed to, never where it is sent. */
export const obligationId = (kind: "delegator", delegator: Address): string => `${kind}:${delegator}`;

const obligation = z.strictObject({
  id: z.string(),
  delegator: address,
  recipient: address,
  due: mutezCodec,
  /** Owed to the payer itself: settled by the plan, without an operation. */
  self: z.boolean(),
});
export type Obligation = z.infer<typeof obligation>;

/** `sent` reaches the receiver; the fees are what it is charged. All fixed for every signing of the batch. */
const batchItem = z.strictObject({
  obligation: z.string(),
  sent: mutezCodec,
  transactionFee: mutezCodec,
  allocationFee: mutezCodec,
});
export type BatchItem = z.infer<typeof batchItem>;

const paidBy = z.enum(["baker", "delegator"]);
const itemResult = z.discriminatedUnion("result", [
  z.strictObject({ obligation: z.string(), result: z.literal("paid") }),
  /** Not paid through another content's fault: goes back into the plan. */
  z.strictObject({ obligation: z.string(), result: z.literal("returned") }),
  z.strictObject({ obligation: z.string(), result: z.literal("held"), error: z.string() }),
]);
export type ItemResult = z.infer<typeof itemResult>;

export const ObligationsAdded = defineEvent("ObligationsAdded", 1, {
  attempt: digest,
  rows: z.array(obligation),
});
export const PayoutPlanned = defineEvent("PayoutPlanned", 1, {
  plan: z.number().int().positive(),
  attempt: digest,
  count: z.number().int(),
  sum: mutezCodec,
  digest,
  /** `resultDigest` of the allocation that was planned. */
  allocation: digest,
  taken: signedMutezCodec,
  carried: signedMutezCodec,
  kept: mutezCodec,
  transactionFeePaidBy: paidBy,
  allocationFeePaidBy: paidBy,
});
export const PayoutRejected = defineEvent("PayoutRejected", 1, {
  planDigest: digest,
  reason: z.string(),
  actor: z.string(),
});
export const BatchFormed = defineEvent("BatchFormed", 1, { batchId: z.string(), items: z.array(batchItem) });
export const BatchDissolved = defineEvent("BatchDissolved", 1, { batchId: z.string() });
export const BatchSettled = defineEvent("BatchSettled", 1, {
  batchId: z.string(),
  operation: operationHash,
  results: z.array(itemResult),
  fee: mutezCodec,
  burn: mutezCodec,
});
export const ObligationsCarried = defineEvent("ObligationsCarried", 1, {
  reason: z.literal("fee-exceeds-amount"),
  obligations: z.array(z.string()),
});
export const ObligationHeld = defineEvent("ObligationHeld", 1, {
  obligation: z.string(),
  reason: z.string(),
  actor: z.string(),
});
export const ObligationReleased = defineEvent("ObligationReleased", 1, {
  obligation: z.string(),
  recipient: address,
  actor: z.string(),
});
export const PayoutSimulated = defineEvent("PayoutSimulated", 1, {
  allocation: digest,
  obligations: z.number().int(),
  due: mutezCodec,
  batches: z.number().int(),
  fees: mutezCodec,
  burns: mutezCodec,
  failing: z.array(z.strictObject({ delegator: address, error: z.string() })),
});
export const PayoutCompleted = defineEvent("PayoutCompleted", 1, {
  plan: z.number().int().positive(),
  paid: mutezCodec,
  /** Of the paid obligations: fees taken off. */
  charged: mutezCodec,
  carried: mutezCodec,
  held: mutezCodec,
  /** Fees and burns of all final operations of the payout. */
  networkFees: mutezCodec,
  networkBurns: mutezCodec,
});

export const Event = z.discriminatedUnion("type", [
  ObligationsAdded,
  PayoutPlanned,
  PayoutRejected,
  BatchFormed,
  BatchDissolved,
  BatchSettled,
  ObligationsCarried,
  ObligationHeld,
  ObligationReleased,
  PayoutSimulated,
  PayoutCompleted,
]);
export type Event = z.infer<typeof Event>;
