import { z } from "zod";
import { defineEvent } from "../event.js";
import { address, digest } from "../identifiers.js";
import { basisPoints, mutezCodec, signedMutezCodec } from "../money.js";
import { allocationPolicyCodec, INCOME_KINDS, termsRowCodec } from "./policy-codec.js";

const count = z.number().int().min(0);

export const allocatedRow = z.strictObject({
  delegator: address,
  recipient: address,
  /** As the source reported it, before the cap. */
  balance: mutezCodec,
  gross: mutezCodec,
  feeBps: basisPoints,
  fee: mutezCodec,
  net: mutezCodec,
  status: z.enum(["pay", "carry", "keep", "skip"]),
  reason: z
    .enum(["ignored", "suspended", "below-minimum-balance", "emptied", "zero", "below-minimum-payout"])
    .nullable(),
});
export type AllocatedRow = z.infer<typeof allocatedRow>;

const byKind = z.record(z.enum(INCOME_KINDS), mutezCodec);

/** Part of the source's reply: base64 of a piece of the gzip of a JSON list of page texts. */
export const RawReplyRecorded = defineEvent("RawReplyRecorded", 1, {
  attempt: digest,
  index: count,
  gzip: z.base64(),
});
/** Closes the raw reply; `digest` is over the rows {delegator, balance, emptied} read from it. */
export const RewardInputsRecorded = defineEvent("RewardInputsRecorded", 1, {
  attempt: digest,
  chunks: count,
  source: z.literal("tzkt"),
  headLevel: count,
  lastLevel: count,
  income: byKind,
  ownDelegated: mutezCodec,
  externalDelegated: mutezCodec,
  ownStaked: mutezCodec,
  count,
  sum: mutezCodec,
  digest,
});
export const RewardInputsRejected = defineEvent("RewardInputsRejected", 1, {
  attempt: digest,
  checks: z.array(z.strictObject({ check: z.string(), message: z.string() })),
});
/** A person's word that the recorded inputs are wrong: the source is asked again. */
export const RewardInputsSuperseded = defineEvent("RewardInputsSuperseded", 1, {
  attempt: digest,
  reason: z.string(),
  actor: z.string(),
});
export const DelegatorRewardsAllocated = defineEvent("DelegatorRewardsAllocated", 1, {
  attempt: digest,
  rows: z.array(allocatedRow),
});
/** Closes an allocation. `digest` is over the rows; `resultDigest` is that of `taps cycle compute`. */
export const RewardsAllocated = defineEvent("RewardsAllocated", 1, {
  attempt: digest,
  inputs: digest,
  engineVersion: z.enum(["taps/1", "tezpay/1", "trd/1"]),
  policy: allocationPolicyCodec,
  terms: z.array(termsRowCodec),
  delegationLimit: z.number().nullable(),
  pool: mutezCodec,
  bakerShare: mutezCodec,
  feeTotal: mutezCodec,
  distributed: mutezCodec,
  carried: mutezCodec,
  kept: mutezCodec,
  dust: signedMutezCodec,
  count,
  sum: mutezCodec,
  digest,
  resultDigest: digest,
});
export const AllocationSuperseded = defineEvent("AllocationSuperseded", 1, {
  resultDigest: digest,
  reason: z.string(),
  actor: z.string(),
});
export const AllocationFixed = defineEvent("AllocationFixed", 1, { digest });
export const AllocationReopened = defineEvent("AllocationReopened", 1, { digest, actor: z.string() });

export const Event = z.discriminatedUnion("type", [
  RawReplyRecorded,
  RewardInputsRecorded,
  RewardInputsRejected,
  RewardInputsSuperseded,
  DelegatorRewardsAllocated,
  RewardsAllocated,
  AllocationSuperseded,
  AllocationFixed,
  AllocationReopened,
]);
export type Event = z.infer<typeof Event>;
