// Fixing a cycle's plan: what it is held against is looked up in the log first.
import { asCycle, type Cycle, type TzAddress } from "../../../domain/identifiers.js";
import { type Mutez, mutez } from "../../../domain/money.js";
import type * as Ledger from "../../../domain/ledger/ledger.js";
import * as Payment from "../../../domain/payment/payment.js";
import { type Plan } from "../../../domain/payment/plan.js";
import * as Reward from "../../../domain/reward/reward.js";
import { bakerOf } from "../../aggregates.js";
import { type EventLog } from "../../ports/event-log.js";
import { type Revision } from "../../ports/event-store.js";
import { type Repository } from "../../repository.js";
import { type Acting, appendDecided, type Done } from "./acting.js";
import { computePlan } from "./payout.js";
import { type PayoutView } from "./view.js";

/** Cycles before this one whose rewards it is compared with. */
const COMPARED = 10;
/** An allocation that a payout was planned from ends its stream; a plan that was rejected adds two events to it. */
const LAST_EVENTS = 10;

/** What an allocation gives its delegators, paid now or carried. */
export const rewardsOf = ({
  distributed,
  carried,
}: Pick<Reward.Allocation, "distributed" | "carried">): Mutez => mutez(distributed + carried);

/**
 * Of a cycle that a payout was planned for; undefined of any other. Reads the end of its stream alone, as it was up to a
 * revision if one is given.
 */
export const plannedRewards = async (
  log: Pick<EventLog, "read">,
  baker: TzAddress,
  cycle: Cycle,
  upTo?: Revision,
): Promise<Mutez | undefined> => {
  let isFixed = false;
  const from = upTo === undefined ? {} : { from: upTo };
  const end = log.read(Reward.stream(baker, cycle), { direction: "backwards", limit: LAST_EVENTS, ...from });
  for await (const { event } of end) {
    isFixed ||= event.type === "AllocationFixed";
    if (!isFixed) return undefined;
    if (event.type === "RewardsAllocated") return rewardsOf(event.data);
  }
  return undefined;
};

/** The cycles whose rewards a cycle's are compared with, the last one first. */
export const comparedWith = (cycle: Cycle): readonly Cycle[] =>
  Array.from({ length: Math.min(COMPARED, cycle) }, (_, n) => asCycle(cycle - 1 - n));

const rewardsBefore = async (log: EventLog, baker: TzAddress, cycle: Cycle): Promise<readonly Mutez[]> => {
  const found = await Promise.all(comparedWith(cycle).map((one) => plannedRewards(log, baker, one)));
  return found.filter((rewards) => rewards !== undefined);
};

/** What a cycle's plan says, its limits apart. */
export const planFacts = ({ obligations, totals }: Plan, { policy, resultDigest }: Reward.Allocation) => ({
  obligations,
  allocation: resultDigest,
  taken: totals.taken,
  carried: totals.carried,
  kept: totals.kept,
  transactionFeePaidBy: policy.transactionFeePaidBy,
  allocationFeePaidBy: policy.allocationFeePaidBy,
});

/** The decision that fixes a cycle's plan, under the ceilings that are in force once its balances are taken. */
export const decidePlan = async (
  { log, repository }: { readonly log: EventLog; readonly repository: Repository },
  place: { readonly baker: TzAddress; readonly payer: TzAddress; readonly cycle: Cycle },
  allocation: Reward.Allocation,
  taken: Ledger.State["balances"],
): Promise<ReturnType<typeof Payment.plan>> => {
  const { baker, payer, cycle } = place;
  const { operationFee: _fee, ...ceilings } = (await repository.load(bakerOf(baker))).state.ceilings;
  return Payment.plan({
    ...planFacts(computePlan(allocation, payer, taken), allocation),
    limits: {
      ceilings,
      rewards: rewardsOf(allocation),
      before: await rewardsBefore(log, baker, cycle),
    },
  });
};

/** Fixes the plan of a payout whose allocation is fixed and whose balances are taken. */
export const fixPlan = async (
  acting: Acting,
  { cycle, stream, reward, payment }: PayoutView,
): Promise<Done> => {
  const { ports, view } = acting;
  const { allocation } = reward.state;
  if (!allocation) return undefined;
  const place = { baker: view.bakerAddress, payer: view.payer, cycle };
  const taken = view.ledger.state.take?.balances ?? new Map();
  const decide = await decidePlan(ports, place, allocation, taken);
  return appendDecided(acting, { stream: "payment", payment: stream }, decide(payment.state));
};
