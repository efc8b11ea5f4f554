import { z } from "zod";
import { defineEvent } from "../event.js";
import { address, cycleNumber, digest } from "../identifiers.js";
import { mutezCodec, signedMutezCodec } from "../money.js";

/** A payout's plan: the payment stream and the number of the plan in it. */
const payoutPlan = z.strictObject({ payment: z.string(), plan: z.number().int().positive() });
export type PayoutPlan = z.infer<typeof payoutPlan>;

const carriedRow = z.strictObject({ delegator: address, amount: signedMutezCodec });
/** What a delegator is owed, in mutez; below 0: was overpaid. */
export type CarriedRow = z.infer<typeof carriedRow>;

/** Whose payout records opening balances come from. */
export const recordFormat = z.enum(["csv", "tezpay", "trd", "taps"]);
export type RecordFormat = z.infer<typeof recordFormat>;

export const adjustmentReason = z.enum(["slashing", "overpaid", "correction"]);
export type AdjustmentReason = z.infer<typeof adjustmentReason>;

const list = { attempt: digest, count: z.number().int(), sum: signedMutezCodec, digest };

const BalancesTaken = defineEvent("BalancesTaken", 1, payoutPlan.shape);
const CarriedRows = defineEvent("CarriedRows", 1, { attempt: digest, rows: z.array(carriedRow) });
const BalancesCarried = defineEvent("BalancesCarried", 1, { ...payoutPlan.shape, ...list });
/** `file`: SHA-256 of the file; the attempt is the rows' digest, so two readings of one file are never mixed. */
const OpeningBalances = defineEvent("OpeningBalances", 1, {
  file: digest,
  attempt: digest,
  rows: z.array(carriedRow),
});
const OpeningBalancesImported = defineEvent("OpeningBalancesImported", 1, {
  file: digest,
  format: recordFormat,
  /** Whose payouts left it owing, where the records say so: paid again they would be paid twice. */
  cycles: z.array(cycleNumber),
  ...list,
  actor: z.string(),
});
const AdjustmentRecorded = defineEvent("AdjustmentRecorded", 1, {
  delegator: address,
  amount: signedMutezCodec,
  reason: adjustmentReason,
  reference: z.string(),
  actor: z.string(),
});
/**
 * What one delegator is owed leaves the ledger for the payment of its own that this names: its `number`-th settlement.
 * `recipient`: where it is sent.
 */
const SettlementTaken = defineEvent("SettlementTaken", 1, {
  delegator: address,
  number: z.number().int().positive(),
  payment: z.string(),
  amount: mutezCodec,
  recipient: address,
  reason: z.string(),
  actor: z.string(),
});
/** What a settlement took, whose plan a person has rejected, is the delegator's balance again. */
const SettlementReturned = defineEvent("SettlementReturned", 1, {
  delegator: address,
  number: z.number().int().positive(),
  amount: mutezCodec,
  actor: z.string(),
});
/** All of the state but the balances and what is being written. */
const LedgerCheckpointed = defineEvent("LedgerCheckpointed", 3, {
  foldVersion: z.number().int(),
  /** The newest plan of each payment whose take is closed. */
  closed: z.array(payoutPlan),
  imported: z.array(OpeningBalancesImported.shape.data),
  adjustments: z.array(AdjustmentRecorded.shape.data),
  /** Each delegator's newest. */
  settlements: z.array(SettlementTaken.shape.data.extend({ returned: z.boolean() })),
});

export const Event = z.discriminatedUnion("type", [
  BalancesTaken,
  CarriedRows,
  BalancesCarried,
  OpeningBalances,
  OpeningBalancesImported,
  AdjustmentRecorded,
  SettlementTaken,
  SettlementReturned,
  LedgerCheckpointed,
]);
export type Event = z.infer<typeof Event>;
export type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
