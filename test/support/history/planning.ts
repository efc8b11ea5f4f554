// A cycle's rewards and its plan, as the payer brings them about.
import { cycleOf, paymentIn, rewardOf } from "../../../src/application/aggregates.js";
import type * as Baker from "../../../src/domain/baker/baker.js";
import * as Cycle from "../../../src/domain/cycle/cycle.js";
import { sha256 } from "../../../src/domain/digest.js";
import { asLevel, type Cycle as CycleNumber } from "../../../src/domain/identifiers.js";
import * as Ledger from "../../../src/domain/ledger/ledger.js";
import { basisPoints, mutez, sumOf, ZERO } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { planPayout } from "../../../src/domain/payment/plan.js";
import { type AllocatedRow } from "../../../src/domain/reward/events.js";
import * as Reward from "../../../src/domain/reward/reward.js";
import { BAKER, PAYER, POLICY } from "../payouts.js";
import { DELEGATORS, type History } from "./history.js";

/** What the cycle's rewards are in one version. */
const allocationOf = (version: number, inputs: Reward.Inputs, terms: Baker.State["terms"]) => {
  const rows = DELEGATORS.slice(version % 2).map((delegator, n): AllocatedRow => {
    const gross = mutez(BigInt((n * 37 + version * 11 + inputs.headLevel) % 90));
    const fee = mutez(gross / 20n);
    const net = mutez(gross - fee);
    const common = { delegator, balance: mutez(10n ** BigInt(n)), gross, fee, net };
    const recipient = terms.get(delegator)?.recipient ?? delegator;
    const money = { ...common, recipient, feeBps: basisPoints.parse(500) };
    if (net === 0n) return { ...money, status: "skip", reason: "zero" };
    if (n % 4 === 3) return { ...money, status: "keep", reason: "suspended" };
    return net < 10n
      ? { ...money, status: "carry", reason: "below-minimum-payout" }
      : { ...money, status: "pay", reason: null };
  });
  return {
    engineVersion: "taps/1" as const,
    policy: POLICY,
    terms: [],
    delegationLimit: 9,
    pool: sumOf(rows, ({ gross }) => gross),
    bakerShare: mutez(70n),
    feeTotal: sumOf(rows, ({ fee }) => fee),
    distributed: ZERO,
    carried: ZERO,
    kept: ZERO,
    dust: mutez(-1n),
    resultDigest: sha256(`allocation ${version} of ${inputs.attempt}`),
    rows,
  };
};

const income = {
  blocks: mutez(100n),
  attestations: ZERO,
  dal: ZERO,
  blockFees: mutez(3n),
  nonceRevelations: ZERO,
  vdfRevelations: ZERO,
};

/** Brings a cycle's rewards one step on; false: they are there. */
export const reward = (history: History, cycle: CycleNumber, b: number): boolean => {
  const aggregate = rewardOf(BAKER, cycle);
  const life = cycleOf(BAKER, cycle);
  const levels = { firstLevel: asLevel(cycle * 10), lastLevel: asLevel(cycle * 10 + 9) };
  if (history.act(life, Cycle.open(levels))) return true;
  if (history.act(life, Cycle.end(asLevel(cycle * 10 + 11)))) return true;
  const { inputs, allocation } = history.state(aggregate);
  const attempt = sha256(`inputs ${b % 2} of ${cycle}`);
  if (!inputs && b % 7 === 0)
    return history.act(
      aggregate,
      Reward.rejectInputs({ attempt, checks: [{ check: "row-count", message: "1" }] }),
    );
  if (!inputs) {
    const balances = { ownDelegated: mutez(7n), externalDelegated: mutez(8n), ownStaked: mutez(9n) };
    const list = { count: DELEGATORS.length, sum: ZERO, digest: attempt, gzipChunks: ["AAAA", "AAAA"] };
    const source = { source: "tzkt" as const, headLevel: b, lastLevel: 7, income };
    return history.act(
      aggregate,
      Reward.recordInputs({ attempt, ...source, ...balances, ...list }),
      b % 5 === 0,
    );
  }
  const { terms } = history.state(history.baker);
  if (!allocation)
    return history.act(aggregate, Reward.allocate(allocationOf(b, inputs, terms)), b % 4 === 0);
  return history.act(life, Cycle.rewardsReady({ digest: allocation.resultDigest }));
};

/** Plans a cycle's payout one step on; false: it is planned, or cannot be. */
export const plan = (history: History, cycle: CycleNumber, b: number): boolean => {
  const rewards = rewardOf(BAKER, cycle);
  const payment = paymentIn(Payment.cycleStream(BAKER, cycle));
  const { allocation } = history.state(rewards);
  const state = history.state(payment);
  if (!allocation || state.plan) return false;
  const digest = allocation.resultDigest;
  if (b % 5 === 0) {
    const simulated = {
      allocation: digest,
      obligations: 1,
      due: mutez(1n),
      batches: 1,
      fees: ZERO,
      burns: ZERO,
    };
    if (history.act(payment, Payment.recordSimulation({ ...simulated, failing: [] }))) return true;
  }
  if (history.act(cycleOf(BAKER, cycle), Cycle.startPayout({ digest }))) return true;
  if (history.state(cycleOf(BAKER, cycle)).at !== "paying") return false;
  if (history.act(rewards, Reward.fix(digest))) return true;
  const number = { payment: payment.stream, plan: state.plans + 1 };
  const { take } = history.state(history.ledger);
  if (take?.payment !== number.payment || take.plan !== number.plan)
    return history.act(history.ledger, Ledger.take(number));
  const terms = {
    payer: PAYER,
    minimumPayout: mutez(10n),
    belowMinimumPayout: "carry" as const,
    minimumIsBelow: false,
  };
  const { obligations, totals } = planPayout(allocation.rows, take.balances, terms);
  const { taken, carried, kept } = totals;
  const ceilings = { operation: mutez(60n), cycle: mutez(100n), deviationFromLastCyclesPct: 900 };
  const paidBy = { transactionFeePaidBy: "delegator" as const, allocationFeePaidBy: "baker" as const };
  const limits = b % 3 === 0 ? { ceilings, rewards: mutez(9n), before: [] } : null;
  const decide = Payment.plan({ ...paidBy, obligations, allocation: digest, taken, carried, kept, limits });
  return history.act(payment, decide, b % 4 === 1);
};
