// How a cycle's payout is planned before its money moves, and settled afterwards.
import * as Cycle from "../../../domain/cycle/cycle.js";
import * as Ledger from "../../../domain/ledger/ledger.js";
import { type CarriedRow } from "../../../domain/ledger/ledger.js";
import { mutez, ZERO } from "../../../domain/money.js";
import * as Payment from "../../../domain/payment/payment.js";
import { type Plan, planPayout } from "../../../domain/payment/plan.js";
import * as Reward from "../../../domain/reward/reward.js";
import { isUnder, policyOf } from "../../policy-of.js";
import { type Action, type Target, wait } from "./action.js";
import { voidUnsigned } from "./moving.js";
import { appending, type Situation, type Step } from "./watch.js";
import { type LogView, type PaymentView, type PayoutView } from "./view.js";

export type PayoutStep = (payout: PayoutView, situation: Situation) => Action | undefined;

/** The plan of a payout, computed from what is fixed in the log; the same at every call. */
export const computePlan = (
  allocation: Reward.Allocation,
  payer: LogView["payer"],
  taken: Ledger.State["balances"],
): Plan => {
  const { policy, engineVersion, rows } = allocation;
  return planPayout(rows, taken, {
    payer,
    minimumPayout: policy.minimumPayout,
    belowMinimumPayout: policy.belowMinimumPayout,
    minimumIsBelow: engineVersion === "tezpay/1",
  });
};

const target = (stream: "life" | "reward" | "payment", payout: PayoutView): Target =>
  stream === "payment" ? { stream, payment: payout.stream } : { stream, cycle: payout.cycle };

/** A held cycle forms no batch, and those that are not signed are voided. */
export const respectHold: PayoutStep = (payout, { view }) => {
  const { held } = payout.life.state;
  if (held === undefined) return undefined;
  return (
    voidUnsigned(payout, "cycle held", view) ??
    wait({ reason: "cycle-held", cycle: payout.cycle, detail: `${held.reason}: ${held.detail}` })
  );
};

const planNumber = (payout: PayoutView) => payout.payment.state.plan?.plan ?? payout.payment.state.plans + 1;

const ledgerPlan = (payout: PayoutView): Ledger.PayoutPlan => ({
  payment: payout.stream,
  plan: planNumber(payout),
});

/**
 * AllocationFixed, BalancesTaken, ObligationsAdded, PayoutPlanned: goes on at the first one missing. What an earlier
 * plan of this payout took goes back first: it is void, and whoever voided it did not come to that. Whoever wanted to
 * reject a plan that stands has reopened its allocation.
 */
export const plan: PayoutStep = (payout, { view }) => {
  const { life, reward, payment, cycle } = payout;
  const standing = payment.state.plan;
  if (standing) return appending(target("reward", payout), Reward.fix(standing.allocation)(reward.state));
  const { allocation } = reward.state;
  if (!allocation || (life.state.at !== "rewards-ready" && life.state.at !== "paying")) {
    return wait({ reason: "rewards-missing", cycle });
  }
  if (!reward.state.fixed && !isUnder(allocation, policyOf(view.baker.state))) {
    return wait({ reason: "rewards-missing", cycle });
  }
  if (life.state.at === "rewards-ready") {
    return appending(
      target("life", payout),
      Cycle.startPayout({ digest: allocation.resultDigest })(life.state),
    );
  }
  if (!reward.state.fixed) {
    return appending(target("reward", payout), Reward.fix(allocation.resultDigest)(reward.state));
  }
  const ledger = view.ledger.state;
  const number = ledgerPlan(payout);
  if (!Ledger.isTaken(number)(ledger)) {
    if (ledger.take?.payment === number.payment)
      return appending({ stream: "ledger" }, Ledger.giveBack(ledger.take)(ledger));
    if (ledger.take) return wait({ reason: "take-open", cycle });
    return appending({ stream: "ledger" }, Ledger.take(number)(ledger));
  }
  return { do: "fix-plan", cycle };
};

/** Above a ceiling nothing is paid before a person has looked. */
export const awaitApproval = ({ stream, payment: { state } }: PaymentView): Action | undefined =>
  state.plan && Payment.awaitsApproval(state)
    ? wait({ reason: "awaits-approval", payment: stream, planDigest: state.plan.digest })
    : undefined;

/** What a payout leaves in the ledger: what its plan carried at once, and what its obligations came to. */
export const leftRows = (
  { carried }: Pick<Plan, "carried">,
  payment: Payment.State,
): readonly CarriedRow[] => {
  const amounts = new Map(carried.map((row) => [row.delegator, row.amount]));
  for (const { delegator, amount } of Payment.carriedObligations(payment)) {
    amounts.set(delegator, mutez((amounts.get(delegator) ?? ZERO) + amount));
  }
  return [...amounts].map(([delegator, amount]) => ({ delegator, amount }));
};

const carriedRows = (payout: PayoutView, view: LogView): readonly CarriedRow[] => {
  const { allocation } = payout.reward.state;
  const { take } = view.ledger.state;
  if (!allocation || !take) return [];
  return leftRows(computePlan(allocation, view.payer, take.balances), payout.payment.state);
};

/** PayoutCompleted, CarriedRows, BalancesCarried: goes on at the first one missing. */
export const carryOver: PayoutStep = (payout, { view }) => {
  const { payment } = payout;
  const completed = appending(target("payment", payout), Payment.complete(payment.state));
  if (completed) return completed;
  const number = ledgerPlan(payout);
  const ledger = view.ledger.state;
  if (Ledger.isClosed(number)(ledger)) return undefined;
  const rows = carriedRows(payout, view);
  return appending({ stream: "ledger" }, Ledger.carry({ ...number, rows })(ledger));
};

/** What a settled cycle came to. */
export const settlementOfCycle = (state: Payment.State) => {
  const { paid, carried, held } = Payment.totalsOf(state);
  return {
    paid,
    held,
    carried: mutez(carried + (state.plan?.carried ?? ZERO)),
    networkCosts: Payment.networkCostsOf(state),
  };
};

/** CycleSettled, after all that its payout leaves to do. */
export const settle: PayoutStep = (payout) =>
  appending(target("life", payout), Cycle.settle(settlementOfCycle(payout.payment.state))(payout.life.state));

/** In simulation mode: the newest allocation that was not yet simulated. */
export const simulateNewest: Step = ({ view }) => {
  const payout = [...view.payouts].reverse().find(({ life, reward, payment }) => {
    const digest = reward.state.allocation?.resultDigest;
    return life.state.at === "rewards-ready" && digest !== undefined && payment.state.simulated !== digest;
  });
  return payout && { do: "simulate-payout", cycle: payout.cycle };
};
