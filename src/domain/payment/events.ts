import { z } from "zod";
import { defineEvent } from "../event.js";
import { address, type Address, digest, operationHash } from "../identifiers.js";
import { basisPoints, mutezCodec, signedMutezCodec } from "../money.js";
import { excessCodec, planCeilingsCodec } from "./ceilings.js";

/**
 * What an obligation is owed for: a delegator's rewards, a person's word, a member's share of the bond pool, or what its
 * manager is paid by all members.
 */
export const obligationKind = z.enum(["delegator", "receiver", "member", "manager"]);
export type ObligationKind = z.infer<typeof obligationKind>;

/** Identity of an obligation within its payout: whom it is owed to, never where it is sent. */
export const obligationId = (kind: ObligationKind, delegator: Address): string => `${kind}:${delegator}`;
/** Whether it is owed to a delegator: what it gets too much or too little is then the ledger's. */
export const isDelegators = (obligation: string): boolean => obligation.startsWith("delegator:");

export const obligation = z.strictObject({
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
export const PayoutPlanned = defineEvent("PayoutPlanned", 2, {
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
  /** What it was held against; null: a person's own word, which has no ceiling. */
  ceilings: planCeilingsCodec.nullable(),
});
/** How the plan that follows splits what a cycle left with the baker (ALLOCATION section 4); amounts in mutez. */
export const BondPoolShared = defineEvent("BondPoolShared", 1, {
  /** What the cycle cost the baker in fees and burns, until then. */
  networkCosts: mutezCodec,
  /** What stayed with the baker, less these costs; 0 or below it pays nobody. */
  base: signedMutezCodec,
  shares: z.array(
    z.strictObject({
      member: address,
      amount: mutezCodec,
      chargeBps: basisPoints,
      gross: mutezCodec,
      charge: mutezCodec,
      net: mutezCodec,
    }),
  ),
  manager: address,
  charges: mutezCodec,
  rest: signedMutezCodec,
});
/**
 * The plan of this digest, which follows, is paid only after a person's approval. It comes first: a list is not
 * written at once, and a plan must not stand without it.
 */
export const PayoutAwaitsApproval = defineEvent("PayoutAwaitsApproval", 1, {
  plan: z.number().int().positive(),
  planDigest: digest,
  exceeded: z.array(excessCodec),
});
export const PayoutApproved = defineEvent("PayoutApproved", 1, { planDigest: digest, actor: z.string() });
export const PayoutRejected = defineEvent("PayoutRejected", 1, {
  planDigest: digest,
  reason: z.string(),
  actor: z.string(),
});
export const BatchFormed = defineEvent("BatchFormed", 1, { batchId: z.string(), items: z.array(batchItem) });
/** `failed`: it could not be sent as it was put together; its obligations go on with fewer others. */
export const BatchDissolved = defineEvent("BatchDissolved", 2, { batchId: z.string(), failed: z.boolean() });
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
/**
 * A person's word: a foreign operation of the wallet paid this obligation. `sent` is what that content sent, up to
 * what is due; what is left over, or was sent beyond, is adjusted in the ledger.
 */
export const ObligationPaidOutside = defineEvent("ObligationPaidOutside", 2, {
  obligation: z.string(),
  operation: operationHash,
  content: z.number().int().nonnegative(),
  sent: mutezCodec,
  /** What that content cost the baker. */
  fee: mutezCodec,
  burn: mutezCodec,
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
  PayoutAwaitsApproval,
  PayoutApproved,
  BondPoolShared,
  PayoutRejected,
  BatchFormed,
  BatchDissolved,
  BatchSettled,
  ObligationsCarried,
  ObligationHeld,
  ObligationReleased,
  ObligationPaidOutside,
  PayoutSimulated,
  PayoutCompleted,
]);
export type Event = z.infer<typeof Event>;
