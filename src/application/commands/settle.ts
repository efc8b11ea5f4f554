// What the ledger owes to one delegator is paid by itself: it has left, and no cycle's payout will pay it.
import type * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { isRefused, refuse } from "../../domain/decision.js";
import { type Address, type StreamName, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import * as Payment from "../../domain/payment/payment.js";
import { planSettlement } from "../../domain/payment/transfers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, ledgerOf, paymentIn, rewardOf, walletOf } from "../aggregates.js";
import { begunCycles } from "../begun-cycles.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { payingWallet, request } from "./money.js";
import { ensureRegistered } from "./registration.js";

export interface SettlementWish {
  /** Undefined: where the delegator's terms send its share. */
  readonly to: Address | undefined;
  readonly reason: string;
}

type Settled = Pick<Ledger.Settlement, "amount" | "recipient"> & { readonly payment: StreamName };

/**
 * Takes what a delegator is owed out of the ledger and asks the payer for it, once: the ledger first, then the plan,
 * then the request. Said again it goes on with a settlement that was interrupted, or is still to be paid; a further
 * one begins when that has ended and something is owed again.
 */
export const settleDelegator = async (
  acts: Acts,
  delegator: Address,
  { to, reason }: SettlementWish,
): Promise<Settled> => {
  const { repository, baker, actor } = acts;
  const payer = await payingWallet(acts);
  const state = await ensureRegistered(acts);
  if (to === baker || to === payer) refuseAct("recipient-is-own");
  await checkAsks(acts, payer);
  const number = await numberOf(acts, delegator);
  if (number.isNew) await checkNotInCycle(acts, state, delegator);
  const payment = Payment.settlementStream(baker, delegator, number.number);
  const recipient = to ?? state.terms.get(delegator)?.recipient ?? delegator;
  const settlement = { delegator, number: number.number, payment, recipient, reason, actor };
  await act(acts, ledgerOf(baker), Ledger.settle(settlement));
  const taken = (await repository.load(ledgerOf(baker))).state.settlements.get(delegator);
  if (taken?.number !== number.number) return refuseAct("changing");
  if (to !== undefined && to !== taken.recipient)
    refuseAct("settled-elsewhere", { payment, recipient: taken.recipient });
  const { operationFee: _fee, ...ceilings } = (await repository.load(bakerOf(baker))).state.ceilings;
  const planned = Payment.plan(planSettlement(taken, payer, ceilings));
  await act(acts, paymentIn(payment), (paying) =>
    paying.rejected ? refuse("changing" as const) : planned(paying),
  );
  await request(acts, payer, payment);
  return { payment, amount: taken.amount, recipient: taken.recipient };
};

/** What a settlement took, whose plan was rejected, is the delegator's balance again. */
export const returnSettlement = async (acts: Acts, payment: StreamName): Promise<void> => {
  const settlement = Payment.settlementOf(payment);
  if (settlement === undefined) return;
  const returning = Ledger.returnSettlement({ ...settlement, actor: acts.actor });
  await act(acts, ledgerOf(acts.baker), returning);
};

/** What the wallet would refuse is refused before anything leaves the ledger. */
const checkAsks = async ({ repository, actor }: Acts, payer: TzAddress): Promise<void> => {
  const { state } = await repository.load(walletOf(payer));
  const asked = Wallet.requestPayment({ payment: "", actor })(state);
  if (isRefused(asked)) throw new ActRefused(asked);
};

/** The number of the newest settlement while it is under way, else of the next. What is held waits for its release. */
const numberOf = async (
  acts: Acts,
  delegator: Address,
): Promise<{ readonly number: number; readonly isNew: boolean }> => {
  const { repository, baker } = acts;
  const { settlements, balances } = (await repository.load(ledgerOf(baker))).state;
  const newest = settlements.get(delegator);
  if (newest === undefined) return { number: 1, isNew: true };
  const payment = Payment.settlementStream(baker, delegator, newest.number);
  const { state } = await repository.load(paymentIn(payment));
  if (state.rejected) {
    await returnSettlement(acts, payment);
    return { number: newest.number + 1, isNew: true };
  }
  const { pending, held } = Payment.totalsOf(state);
  if (state.plan === undefined || pending > 0) return { number: newest.number, isNew: false };
  if (held > 0n && !balances.has(delegator)) refuseAct("settlement-held", { payment });
  return { number: newest.number + 1, isNew: true };
};

/** A payout that is about to be planned, or under way, pays what is carried of each delegator in it. */
const checkNotInCycle = async (acts: Acts, baker: Baker.State, delegator: Address): Promise<void> => {
  for (const { cycle, life } of await begunCycles(acts.repository, acts.baker, baker)) {
    if (Cycle.isFinished(life)) continue;
    const { allocation } = (await acts.repository.load(rewardOf(acts.baker, cycle))).state;
    if (allocation?.rows.some((row) => row.delegator === delegator)) refuseAct("in-payout", { cycle });
  }
};
