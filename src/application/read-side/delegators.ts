// Delegators: what each was paid, what it is owed, and on which terms.
import { z } from "zod";
import { address, cycleNumber, tzAddress } from "../../domain/identifiers.js";
import { basisPoints } from "../../domain/money.js";
import { amount } from "./answer.js";

/** What addresses begin with that are looked for. */
export const addressPrefix = z
  .string()
  .regex(/^[1-9A-HJ-NP-Za-km-z]{1,36}$/, "not the beginning of an address")
  .brand<"AddressPrefix">();
export type AddressPrefix = z.infer<typeof addressPrefix>;

export const figures = z.object({
  baker: tzAddress,
  delegator: address,
  firstCycle: cycleNumber.nullable(),
  lastCycle: cycleNumber.nullable(),
  paid: amount,
  payments: z.bigint(),
  owed: amount,
  held: amount,
  lastPaidCycle: cycleNumber.nullable(),
  lastPaidAt: z.date().nullable(),
});
/** Its own terms; null follows the policy. */
export const ownTerms = z.object({
  feeBps: basisPoints.nullable(),
  recipient: address.nullable(),
  status: z.enum(["pay", "suspend", "ignore"]).nullable(),
  maximumBalance: amount.nullable(),
});
export const delegatorRow = figures.extend({
  /** What the ledger carries, apart from what a payout under way has taken. */
  carried: amount,
  ...ownTerms.shape,
});
export type DelegatorRow = z.infer<typeof delegatorRow>;

export const termsRow = ownTerms.extend({ delegator: address });
export type TermsRow = z.infer<typeof termsRow>;
