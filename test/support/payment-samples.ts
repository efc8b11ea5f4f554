// Obligations, plans and batches of one payout, for tests of the payment's decisions.
import { merkleRoot, sha256 } from "../../src/domain/digest.js";
import { mutez, sumOf, ZERO } from "../../src/domain/money.js";
import { type BatchItem, type Obligation, obligationId } from "../../src/domain/payment/events.js";
import { type Limits, type PlanCeilings } from "../../src/domain/payment/ceilings.js";
import * as Payment from "../../src/domain/payment/payment.js";
import { addressOf } from "./identifiers.js";

export const idOf = (n: number): string => obligationId("delegator", addressOf(n));

/** An obligation of 1,000 + n mutez, unless told otherwise. */
export const owed = (n: number, over: Partial<Obligation> = {}): Obligation => ({
  id: idOf(n),
  delegator: addressOf(n),
  recipient: addressOf(n),
  due: mutez(1_000n + BigInt(n)),
  self: false,
  ...over,
});

export const owedTo = (count: number): Obligation[] => Array.from({ length: count }, (_, n) => owed(n));

const TERMS = {
  allocation: sha256("an allocation"),
  taken: ZERO,
  carried: mutez(-7n),
  kept: ZERO,
  transactionFeePaidBy: "delegator",
  allocationFeePaidBy: "baker",
} as const;

export const planning = (obligations: readonly Obligation[], limits: Limits | null = null) =>
  Payment.plan({ ...TERMS, obligations, limits });

export const rootOf = (rows: readonly Obligation[]) =>
  merkleRoot(rows.map((row) => ({ ...row, due: `${row.due}` })));

export const added = (rows: readonly Obligation[], of = rows): Payment.Event => ({
  type: "ObligationsAdded",
  data: { attempt: rootOf(of), rows: [...rows] },
});

export const planned = (
  rows: readonly Obligation[],
  plan = 1,
  ceilings: PlanCeilings | null = null,
): Payment.Event => ({
  type: "PayoutPlanned",
  data: {
    ...TERMS,
    plan,
    attempt: rootOf(rows),
    count: rows.length,
    sum: sumOf(rows, ({ due }) => due),
    digest: rootOf(rows),
    ceilings,
  },
});

/** A plan of obligations 0 .. count - 1. */
export const plannedFor = (count: number): Payment.Event[] => [added(owedTo(count)), planned(owedTo(count))];

/** What an obligation is sent when it pays 2 mutez of fees, and what it pays besides for a new account. */
export const item = (n: number, allocationFee = 0n): BatchItem => ({
  obligation: idOf(n),
  sent: mutez(1_000n + BigInt(n) - 2n - allocationFee),
  transactionFee: mutez(2n),
  allocationFee: mutez(allocationFee),
});

export const formed = (batchId: string, ...numbers: readonly number[]): Payment.Event => ({
  type: "BatchFormed",
  data: { batchId, items: numbers.map((n) => item(n)) },
});
export const dissolved = (batchId: string): Payment.Event => ({
  type: "BatchDissolved",
  data: { batchId, failed: false },
});
