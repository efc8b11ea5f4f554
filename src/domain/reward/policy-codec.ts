import { z } from "zod";
import { address } from "../identifiers.js";
import { basisPoints, mutezCodec } from "../money.js";

/** The kinds of income that can be shared, in the order in which they are printed. */
export const INCOME_KINDS = [
  "blocks",
  "attestations",
  "dal",
  "blockFees",
  "nonceRevelations",
  "vdfRevelations",
] as const;
export type IncomeKind = (typeof INCOME_KINDS)[number];

const paidBy = z.enum(["baker", "delegator"]);

/** A full policy, without any delegator in it (ALLOCATION section 5). */
export const allocationPolicyCodec = z.strictObject({
  preset: z.enum(["taps", "tezpay", "trd"]),
  feeBps: basisPoints,
  poolKinds: z.array(z.enum(INCOME_KINDS)),
  minimumBalance: mutezCodec,
  belowMinimumBalance: z.enum(["keep", "share"]),
  minimumPayout: mutezCodec,
  belowMinimumPayout: z.enum(["carry", "keep"]),
  overdelegationProtection: z.boolean(),
  transactionFeePaidBy: paidBy,
  allocationFeePaidBy: paidBy,
  emptiedAccounts: z.enum(["pay", "skip"]),
});
export type AllocationPolicy = z.infer<typeof allocationPolicyCodec>;

/** One delegator's own terms; what is absent follows the policy. */
export const termsRowCodec = z.strictObject({
  delegator: address,
  feeBps: basisPoints.optional(),
  recipient: address.optional(),
  status: z.enum(["pay", "suspend", "ignore"]).optional(),
  maximumBalance: mutezCodec.optional(),
});
export type TermsRow = z.infer<typeof termsRowCodec>;
