// The second half of `next`: what the oldest unfinished payout needs next, once nothing is unexplained.
import * as Cycle from "../../../domain/cycle/cycle.js";
import * as Ledger from "../../../domain/ledger/ledger.js";
import { type CarriedRow } from "../../../domain/ledger/ledger.js";
import { isContractAddress } from "../../../domain/identifiers.js";
import { mutez, sumOf, ZERO } from "../../../domain/money.js";
import * as Payment from "../../../domain/payment/payment.js";
import { type Plan, planPayout } from "../../../domain/payment/plan.js";
import * as Reward from "../../../domain/reward/reward.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { type Action, type Target, wait } from "./action.js";
import { appending, type Situation, type Step } from "./watch.js";
import { type LogView, type PayoutView } from "./view.js";

type PayoutStep = (payout: PayoutView, situation: Situation) => Action | undefined;

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

const target = (stream: "life" | "reward" | "payment", { cycle }: PayoutView): Target => ({ stream, cycle });

/** Batches that were formed and have no operation that could still pay them. */
const unsignedBatches = (payout: PayoutView, view: LogView): readonly string[] =>
  Payment.openBatches(payout.payment.state)
    .map(([batchId]) => batchId)
    .filter((batchId) => Wallet.batchFate(view.wallet.state, batchId).at === "unsigned");

/** A held cycle forms no batch, and those that are not signed are voided. */
const respectHold: PayoutStep = (payout, { view }) => {
  const { held } = payout.life.state;
  if (held === undefined) return undefined;
  const [batchId] = unsignedBatches(payout, view);
  if (batchId !== undefined) {
    return appending(
      { stream: "wallet" },
      Wallet.voidBatch({ batchId, reason: "cycle held" })(view.wallet.state),
    );
  }
  return wait({ reason: "cycle-held", cycle: payout.cycle, detail: `${held.reason}: ${held.detail}` });
};

const planNumber = (payout: PayoutView) => payout.payment.state.plan?.plan ?? payout.payment.state.plans + 1;

const ledgerPlan = (payout: PayoutView, view: LogView): Ledger.PayoutPlan => ({
  payment: Payment.cycleStream(view.bakerAddress, payout.cycle),
  plan: planNumber(payout),
});

/**
 * AllocationFixed, BalancesTaken, ObligationsAdded, PayoutPlanned: goes on at the first one missing. What an earlier
 * plan of this payout took goes back first: it is void, and whoever voided it did not come to that.
 */
const plan: PayoutStep = (payout, { view }) => {
  const { life, reward, payment, cycle } = payout;
  if (payment.state.plan) return undefined;
  const { allocation } = reward.state;
  if (!allocation || (life.state.at !== "rewards-ready" && life.state.at !== "paying")) {
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
  const number = ledgerPlan(payout, view);
  if (!Ledger.isTaken(number)(ledger)) {
    if (ledger.take?.payment === number.payment)
      return appending({ stream: "ledger" }, Ledger.giveBack(ledger.take)(ledger));
    if (ledger.take) return wait({ reason: "take-open", cycle });
    return appending({ stream: "ledger" }, Ledger.take(number)(ledger));
  }
  const planned = computePlan(allocation, view.payer, ledger.take?.balances ?? new Map());
  const { policy, resultDigest } = allocation;
  return appending(
    target("payment", payout),
    Payment.plan({
      obligations: planned.obligations,
      allocation: resultDigest,
      taken: planned.totals.taken,
      carried: planned.totals.carried,
      kept: planned.totals.kept,
      transactionFeePaidBy: policy.transactionFeePaidBy,
      allocationFeePaidBy: policy.allocationFeePaidBy,
    })(payment.state),
  );
};

/** Contracts sent together: each was simulated by itself, one request each. */
export const CONTRACT_BATCH = 100;

/** Sent alone; with few others; fresh ones together, implicit accounts apart from contracts. */
export const chooseObligations = (state: Payment.State, most: number): readonly string[] => {
  const alone: string[] = [];
  const small: string[] = [];
  const contracts: string[] = [];
  const fresh: string[] = [];
  for (const { id, recipient, status } of state.obligations.open()) {
    if (status.at !== "open") continue;
    if (status.returned >= Payment.ALONE) alone.push(id);
    else if (status.returned === 1) small.push(id);
    else if (isContractAddress(recipient)) contracts.push(id);
    else {
      fresh.push(id);
      if (fresh.length >= most) return fresh;
    }
  }
  if (fresh.length > 0) return fresh;
  if (contracts.length > 0) return contracts.slice(0, CONTRACT_BATCH);
  if (small.length > 0) return small.slice(0, Payment.SMALL_BATCH);
  return alone.slice(0, 1);
};

/** Gas of a transfer to an existing implicit account, in thousandths (Octez, since Rio): the least there is. */
const LEAST_TRANSFER_MILLIGAS = 2_100_000n;

/** Transfers that half a block's gas can hold: half, so that an operation never waits for an empty block. */
export const mostTransfers = ({ facts }: Pick<Situation, "facts">): number =>
  Number(((facts.constants.hardGasLimitPerBlock / 2n) * 1_000n) / LEAST_TRANSFER_MILLIGAS);

/** Signs the batch that is formed as soon as nothing is pending; forms the next one while waiting. */
const moveMoney: PayoutStep = (payout, situation) => {
  const { view, memory, facts } = situation;
  const pending = view.wallet.state.operations.find((operation) => operation.included === null);
  const [unsigned] = unsignedBatches(payout, view);
  if (unsigned !== undefined && pending === undefined) {
    if (memory.funds?.at === facts.head.hash) return wait({ reason: "funds", missing: memory.funds.missing });
    return { do: "sign-batch", cycle: payout.cycle, batchId: unsigned };
  }
  const obligations =
    unsigned === undefined ? chooseObligations(payout.payment.state, mostTransfers(situation)) : [];
  if (obligations.length > 0) {
    if (memory.funds?.at === facts.head.hash) return wait({ reason: "funds", missing: memory.funds.missing });
    return { do: "form-batch", cycle: payout.cycle, obligations };
  }
  const live = pending ?? view.wallet.state.operations.at(-1);
  const open = Payment.openBatches(payout.payment.state).length > 0;
  return open && live ? wait({ reason: "operation-pending", hash: live.hash }) : undefined;
};

const carriedRows = (payout: PayoutView, view: LogView): readonly CarriedRow[] => {
  const { allocation } = payout.reward.state;
  const { take } = view.ledger.state;
  if (!allocation || !take) return [];
  const amounts = new Map(
    computePlan(allocation, view.payer, take.balances).carried.map((row) => [row.delegator, row.amount]),
  );
  for (const { delegator, amount } of Payment.carriedObligations(payout.payment.state)) {
    amounts.set(delegator, mutez((amounts.get(delegator) ?? ZERO) + amount));
  }
  return [...amounts].map(([delegator, amount]) => ({ delegator, amount }));
};

/** PayoutCompleted, CarriedRows, BalancesCarried, CycleSettled: goes on at the first one missing. */
const settle: PayoutStep = (payout, { view }) => {
  const { payment, life } = payout;
  const completed = appending(target("payment", payout), Payment.complete(payment.state));
  if (completed) return completed;
  const number = ledgerPlan(payout, view);
  const ledger = view.ledger.state;
  if (!Ledger.isClosed(number)(ledger)) {
    return appending(
      { stream: "ledger" },
      Ledger.carry({ ...number, rows: carriedRows(payout, view) })(ledger),
    );
  }
  const { paid, charged, carried, held } = Payment.totalsOf(payment.state);
  const { networkFees, networkBurns, plan: planned } = payment.state;
  return appending(
    target("life", payout),
    Cycle.settle({
      paid,
      held,
      carried: mutez(carried + (planned?.carried ?? ZERO)),
      networkCosts: mutez(networkFees + networkBurns > charged ? networkFees + networkBurns - charged : 0n),
    })(life.state),
  );
};

/**
 * The oldest plan; without one, the oldest cycle. An older cycle that a person asks for waits for the one that has
 * taken the balances: it could not take them itself.
 */
const oldestPayout = ({ payouts, ledger, bakerAddress }: LogView): PayoutView | undefined => {
  const unfinished = payouts.filter(({ life }) => !Cycle.isFinished(life.state));
  const taking = ledger.state.take?.payment;
  const isPlanned = ({ cycle, payment }: PayoutView) =>
    payment.state.plan !== undefined || Payment.cycleStream(bakerAddress, cycle) === taking;
  return unfinished.find(isPlanned) ?? unfinished[0];
};

/** What the oldest unfinished payout needs: it alone plans, forms and signs. */
export const advanceOldestPayout: Step = (situation) => {
  const payout = oldestPayout(situation.view);
  if (payout === undefined) return undefined;
  for (const step of [respectHold, plan, moveMoney, settle]) {
    const action = step(payout, situation);
    if (action) return action;
  }
  return undefined;
};

/** In simulation mode: the newest allocation that was not yet simulated. */
export const simulateNewest: Step = ({ view }) => {
  const payout = [...view.payouts].reverse().find(({ life, reward, payment }) => {
    const digest = reward.state.allocation?.resultDigest;
    return life.state.at === "rewards-ready" && digest !== undefined && payment.state.simulated !== digest;
  });
  return payout && { do: "simulate-payout", cycle: payout.cycle };
};

/** Sum of what a payout must be able to send in all, in mutez: what is open, with fees and possible burns on top. */
export const fundsNeeded = (state: Payment.State, feeEach: bigint, burnEach: bigint): bigint => {
  const open = [...state.obligations.values()].filter(
    ({ status }) => status.at === "open" || status.at === "batched",
  );
  const due = sumOf(open, (row) => row.due);
  const fees = state.plan?.transactionFeePaidBy === "baker" ? feeEach * BigInt(open.length) : 0n;
  const burns = state.plan?.allocationFeePaidBy === "baker" ? burnEach * BigInt(open.length) : 0n;
  return due + fees + burns;
};
