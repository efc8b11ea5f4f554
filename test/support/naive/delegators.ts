import { bakerOf, paymentIn, rewardOf } from "../../../src/application/aggregates.js";
import { asCycle, streamName } from "../../../src/domain/identifiers.js";
import { type Standing } from "../../../src/domain/payment/obligations.js";
import type * as Payment from "../../../src/domain/payment/payment.js";
import { type Row } from "../../../src/readmodel/projection.js";
import { BAKER } from "../payouts.js";
import { balancesOf } from "./ledger.js";
import { elementsOf, ends, type Events, type Expected, paidCycleOf, walk } from "./walk.js";

const PAYMENT = paymentIn(streamName("payment", "any"));

interface Figures {
  first: number | null;
  last: number | null;
  paid: bigint;
  payments: bigint;
  owed: bigint;
  held: bigint;
  lastPaidCycle: number | null;
  lastPaidAt: Date | null;
}

/** Paid for good: what goes to the payer itself may be void until its payout is completed. */
const isPaid = ({ self, status }: Standing, { completed }: Payment.State): boolean =>
  status.at === "paid" && (!self || completed !== undefined);

const isDelegators = ({ id }: Standing): boolean => id.startsWith("delegator:");

/** Each delegator by the folds of the rewards, the payments, the terms and the ledger. */
export const delegatorsOf = (events: Events): Expected => {
  const all = new Map<string, Figures>();
  const figuresOf = (baker: string | undefined, delegator: string): Figures => {
    const key = `${baker} ${delegator}`;
    const nothing = { first: null, last: null, lastPaidCycle: null, lastPaidAt: null };
    const found = all.get(key) ?? { ...nothing, paid: 0n, payments: 0n, owed: 0n, held: 0n };
    all.set(key, found);
    return found;
  };
  for (const { logged, event, after } of walk(events, rewardOf(BAKER, asCycle(0)))) {
    if (event.type !== "RewardsAllocated") continue;
    const [baker, n] = elementsOf(logged.stream);
    for (const { delegator } of after.allocation?.rows ?? []) {
      const figures = figuresOf(baker, delegator);
      figures.first = Math.min(figures.first ?? Infinity, Number(n));
      figures.last = Math.max(figures.last ?? -Infinity, Number(n));
    }
  }
  for (const { logged, before, after } of walk(events, PAYMENT)) {
    const cycle = paidCycleOf(logged.stream);
    for (const standing of after.obligations.values()) {
      if (!isDelegators(standing)) continue;
      const figures = figuresOf(elementsOf(logged.stream)[0], standing.delegator);
      const earlier = before.obligations.get(standing.id);
      if (!isPaid(standing, after) || (earlier && isPaid(earlier, before))) continue;
      figures.lastPaidAt = logged.recordedAt;
      if (cycle !== null) figures.lastPaidCycle = Math.max(figures.lastPaidCycle ?? 0, cycle);
    }
  }
  for (const [stream, state] of ends(events, PAYMENT)) {
    for (const standing of state.obligations.values()) {
      if (!isDelegators(standing)) continue;
      const figures = figuresOf(elementsOf(stream)[0], standing.delegator);
      const { status, due } = standing;
      if (isPaid(standing, state)) {
        figures.payments += 1n;
        if (status.at === "paid") figures.paid += status.sent;
      } else if (status.at !== "carried") figures.owed += due;
      if (status.at === "held") figures.held += due;
    }
  }
  const rows = [...all].map(([key, figures]): Row => {
    const [baker, delegator] = key.split(" ");
    const { first, last, paid, payments, owed, held, lastPaidCycle, lastPaidAt } = figures;
    const seen = { first_cycle: first, last_cycle: last };
    const money = { paid, payments, owed, held, last_paid_cycle: lastPaidCycle, last_paid_at: lastPaidAt };
    return { baker, delegator, ...seen, ...money };
  });
  const terms = [...ends(events, bakerOf(BAKER))].flatMap(([stream, state]) =>
    [...state.terms.values()].map((row) => ({
      baker: elementsOf(stream)[0],
      delegator: row.delegator,
      fee_bps: row.feeBps ?? null,
      recipient: row.recipient ?? null,
      status: row.status ?? null,
      maximum_balance: row.maximumBalance ?? null,
    })),
  );
  return { delegators: rows, delegator_terms: terms, delegator_balances: balancesOf(events) };
};
