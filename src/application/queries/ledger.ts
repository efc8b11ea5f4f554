import { type Address } from "../../domain/identifiers.js";
import { type Settlement } from "../../domain/ledger/ledger.js";
import { type Mutez, sumOf, ZERO } from "../../domain/money.js";
import * as Payment from "../../domain/payment/payment.js";
import { ledgerOf, paymentIn } from "../aggregates.js";
import { type Acts } from "../commands/acts.js";

const sumText = (balances: ReadonlyMap<Address, Mutez>): string =>
  sumOf(balances.values(), (amount) => amount).toString();

/** What was taken to be paid by itself, up to the newest time, and what became of it; interrupted: settle it again. */
const showSettlements = ({ repository, baker }: Acts, { delegator, number, amount }: Settlement) =>
  Promise.all(
    Array.from({ length: number }, async (_, n) => {
      const payment = Payment.settlementStream(baker, delegator, n + 1);
      const { state } = await repository.load(paymentIn(payment));
      const { pending, held } = Payment.totalsOf(state);
      const ended = held > 0n ? "held" : "paid";
      const unplanned = state.rejected ? "rejected" : "interrupted";
      const at = state.plan === undefined ? unplanned : pending > 0 ? "planned" : ended;
      return { payment, amount: (state.plan?.sum ?? amount).toString(), at };
    }),
  );

/** What is owed across cycles, and what was imported. Amounts in mutez, as decimal strings; below 0: was overpaid. */
export const showLedger = async (acts: Acts) => {
  const { state } = await acts.repository.load(ledgerOf(acts.baker));
  const { balances, take, imported, adjustments, settlements } = state;
  const settled = await Promise.all([...settlements.values()].map((newest) => showSettlements(acts, newest)));
  return {
    sum: sumText(balances),
    delegators: balances.size,
    /** With the payout under way, which pays or carries it. */
    taken: take ? { payment: take.payment, sum: sumText(take.balances) } : null,
    adjustments: adjustments.size,
    /** Settlements that are still to be paid. */
    settling: settled.flat().filter(({ at }) => at !== "paid" && at !== "rejected"),
    imported: [...imported.values()].map(({ file, format, count, sum, actor }) => ({
      file,
      format,
      delegators: count,
      sum: sum.toString(),
      actor,
    })),
    balances: Object.fromEntries([...balances].map(([of, amount]) => [of, amount.toString()])),
  };
};

/** One delegator's part of it. */
export const showBalance = async (acts: Acts, delegator: Address) => {
  const { state } = await acts.repository.load(ledgerOf(acts.baker));
  const { balances, take, adjustments, settlements } = state;
  const newest = settlements.get(delegator);
  return {
    delegator,
    balance: (balances.get(delegator) ?? ZERO).toString(),
    taken: take ? { payment: take.payment, amount: (take.balances.get(delegator) ?? ZERO).toString() } : null,
    settlements: newest ? await showSettlements(acts, newest) : [],
    adjustments: [...adjustments.values()].flatMap(({ delegator: of, amount, reason, reference, actor }) =>
      of === delegator ? [{ amount: amount.toString(), reason, reference, actor }] : [],
    ),
  };
};
