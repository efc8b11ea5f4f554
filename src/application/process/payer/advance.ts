// The second half of `next`: whose money moves next, once nothing is unexplained.
import * as Baker from "../../../domain/baker/baker.js";
import * as Cycle from "../../../domain/cycle/cycle.js";
import * as Payment from "../../../domain/payment/payment.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { type Action, wait } from "./action.js";
import { moveMoney, voidUnsigned } from "./moving.js";
import { shareBondPool } from "./bond-pool.js";
import { awaitApproval, carryOver, type PayoutStep, plan, respectHold, settle } from "./payout.js";
import { type LogView, type PaymentView, type PayoutView } from "./view.js";
import { appending, type Situation, type Step } from "./watch.js";

/**
 * The oldest plan; without one, the oldest cycle. An older cycle that a person asks for waits for the one that has
 * taken the balances: it could not take them itself.
 */
const oldestPayout = ({ payouts, ledger, baker }: LogView): PayoutView | undefined => {
  const unfinished = payouts.filter(
    ({ cycle, life }) => Baker.pays(baker.state, cycle) && !Cycle.isFinished(life.state),
  );
  const taking = ledger.state.take?.payment;
  const isPlanned = ({ stream, payment }: PayoutView) =>
    payment.state.plan !== undefined || stream === taking;
  return unfinished.find(isPlanned) ?? unfinished[0];
};

/** What is no longer asked for, as after a switch to *off* and on again, signs nothing that it has formed. */
const voidLeftBehind: Step = ({ view }) => {
  const { baker, wallet, payouts, others } = view;
  const left = [
    ...payouts.filter(({ cycle }) => !Baker.pays(baker.state, cycle)),
    ...others.filter(({ stream }) => !wallet.state.requests.includes(stream)),
  ];
  for (const payment of left) {
    const voiding = voidUnsigned(payment, "no longer asked for", view);
    if (voiding) return voiding;
  }
  return undefined;
};

/** Signs the delegation that is asked for, as soon as nothing is pending. */
const delegate: Step = ({ view, memory, facts }) => {
  const wallet = view.wallet.state;
  const asked = wallet.delegations.find(({ id }) => Wallet.batchFate(wallet, id).at === "unsigned");
  if (asked === undefined) return undefined;
  const pending = wallet.operations.find((operation) => operation.included === null);
  if (pending) return wait({ reason: "operation-pending", hash: pending.hash });
  const funds = memory.funds.get(asked.id);
  if (funds?.at === facts.head.hash) return wait({ reason: "funds", missing: funds.missing });
  return { do: "sign-delegation", id: asked.id, to: asked.to };
};

/** What is left to do once nothing of a cycle is under way. */
const close: PayoutStep = (payout, situation) =>
  carryOver(payout, situation) ?? shareBondPool(payout, situation) ?? settle(payout, situation);

/** A cycle's payout: it alone plans, and takes what is carried. */
const advancePayout = (payout: PayoutView, situation: Situation): Action | undefined => {
  for (const step of [respectHold, plan, awaitApproval, moveMoney, close]) {
    const action = step(payout, situation);
    if (action) return action;
  }
  return undefined;
};

/**
 * A payment of its own: its plan stands before it is asked for, or was rejected since. One of which all is held waits
 * for nobody.
 */
const advanceOther = (other: PaymentView, situation: Situation): Action | undefined =>
  (other.payment.state.plan ? undefined : ({ do: "close-payment", payment: other.stream } as const)) ??
  (Payment.totalsOf(other.payment.state).pending > 0 ? awaitApproval(other) : undefined) ??
  moveMoney(other, situation) ??
  appending({ stream: "payment", payment: other.stream }, Payment.complete(other.payment.state)) ?? {
    do: "close-payment",
    payment: other.stream,
  };

/**
 * What a foreign operation paid can be named once it is planned, and nothing else may stop a person from naming it: so
 * the payouts are planned on, one after the other, while nothing is signed.
 */
export const planOn: Step = (situation) => {
  const { view } = situation;
  const payout = view.wallet.state.foreign.length > 0 ? oldestPayout(view) : undefined;
  if (payout === undefined || payout.life.state.held) return undefined;
  const isPaid = () => Payment.totalsOf(payout.payment.state).pending === 0;
  const action = plan(payout, situation) ?? (isPaid() ? close(payout, situation) : undefined);
  return action?.do === "wait" ? undefined : action;
};

const isBegun = ({ payment }: PaymentView): boolean =>
  payment.state.batches.size > 0 &&
  (payment.state.completed === undefined || Payment.openBatches(payment.state).length > 0);

/** Whose money moves, in this order: what has begun, what a person asked for, the oldest cycle. */
const inOrder = (
  view: LogView,
): readonly { readonly next: (situation: Situation) => Action | undefined }[] => {
  const { requests } = view.wallet.state;
  const payout = oldestPayout(view);
  const asked = requests.flatMap((stream) => view.others.filter((other) => other.stream === stream));
  const others = [...asked.filter(isBegun), ...asked.filter((other) => !isBegun(other))].map((other) => ({
    next: (situation: Situation) => advanceOther(other, situation),
  }));
  if (payout === undefined) return others;
  const cycle = { next: (situation: Situation) => advancePayout(payout, situation) };
  return isBegun(payout) ? [cycle, ...others] : [...others, cycle];
};

/** One pays at a time; one that waits for a person, for funds or for its rewards lets the others pass. */
const advancePayments: Step = (situation) => {
  let waiting: Action | undefined;
  for (const { next } of inOrder(situation.view)) {
    const action = next(situation);
    if (action === undefined) continue;
    if (action.do !== "wait" || action.waiting.reason === "operation-pending") return action;
    waiting ??= action;
  }
  return waiting;
};

export const ADVANCE: readonly Step[] = [voidLeftBehind, delegate, advancePayments];
