// What a plan should say, by whatever it was made of.
import { isDeepStrictEqual } from "node:util";
import { type Decision, isRefused } from "../../domain/decision.js";
import { type Cycle, type Digest, type StreamName, type TzAddress } from "../../domain/identifiers.js";
import { type CarriedRow } from "../../domain/ledger/ledger.js";
import { type Mutez, ZERO } from "../../domain/money.js";
import { planBondPool } from "../../domain/payment/bond-pool.js";
import { DEFAULT_CEILINGS, type Limits, type PlanCeilings } from "../../domain/payment/ceilings.js";
import { type Obligation } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import { planSettlement, planTransfers } from "../../domain/payment/transfers.js";
import type * as Reward from "../../domain/reward/reward.js";
import { UnreadableEvent } from "../ports/event-log.js";
import { type Position, START } from "../ports/event-store.js";
import { planFacts, rewardsOf } from "../process/payer/planning.js";
import { computePlan } from "../process/payer/payout.js";
import { type BakerHistory } from "./baker.js";
import { type EarlierRewards, type LimitsIn } from "./ceilings.js";
import { type Findings } from "./findings.js";
import { type LedgerReplay, type Taken } from "./ledger.js";
import { type LoggedOf } from "./reading.js";

export interface ExpectedPlan {
  /** What the plan's decision appends, its closing event last. */
  readonly events: readonly Payment.Event[];
  /** Of a cycle's plan: what it took, and what it carries whatever becomes of the obligations. */
  readonly ledger: { readonly taken: Taken; readonly carried: readonly CarriedRow[] } | undefined;
  /** Undefined: it cannot be read, which is said. */
  readonly limits: LimitsIn | undefined;
}

/** Works out a plan anew that the log closes with this event; undefined where it cannot be. */
export type PlanSource = (
  closing: LoggedOf<"PayoutPlanned">,
  state: Payment.State,
  rows: readonly Obligation[],
) => Promise<ExpectedPlan | undefined>;

type Decided = Decision<Payment.Event, Payment.Refusal>;

/**
 * The decision by the wallet that paid then, or by an earlier one: who decided may have looked a moment before another
 * wallet came. Undefined, and a difference, where none is possible.
 */
const byOneOf = (
  payers: readonly TzAddress[],
  closing: LoggedOf<"PayoutPlanned">,
  findings: Findings,
  decide: (payer: TzAddress) => Decided,
): readonly Payment.Event[] | undefined => {
  let first: readonly Payment.Event[] | undefined;
  for (const payer of payers) {
    const decided = decide(payer);
    if (isRefused(decided)) {
      findings.differ("plan", "one that can be made", decided.refused, closing);
      return undefined;
    }
    first ??= decided;
    const last = decided.at(-1);
    if (last?.type === "PayoutPlanned" && last.data.digest === closing.event.data.digest) return decided;
  }
  if (first === undefined) findings.differ("plan", "a wallet that pays", null, closing);
  return first;
};

const NO_LIMITS: LimitsIn = async () => [];

/** Of a payment that is compared with no cycle's. */
const limitedBy =
  (ceilings: PlanCeilings): LimitsIn =>
  async () => [{ ceilings, rewards: ZERO, before: [] }];

/** Of those that may have held, the ones that the plan keeps; else the newest. */
const keptBy = (
  { event }: LoggedOf<"PayoutPlanned">,
  possible: readonly PlanCeilings[],
): PlanCeilings | undefined =>
  possible.find((ceilings) => isDeepStrictEqual(ceilings, event.data.ceilings)) ?? possible[0];

/** Undefined where an event of a cycle before cannot be read: what its plan was held against is not known then. */
const limitsOfCycle = async (
  cycle: Cycle,
  closing: LoggedOf<"PayoutPlanned">,
  taken: Taken,
  rewards: Limits["rewards"],
  { history, earlier, findings }: CyclePlanSources,
): Promise<LimitsIn | undefined> => {
  // The first version of a plan knew no ceilings.
  if (closing.event.data.ceilings === null) return NO_LIMITS;
  const limits = async (before: Position): Promise<readonly Limits[]> => {
    const span = { after: taken.at.position, before };
    const ways = await earlier.in(span, cycle);
    return history
      .ceilingsIn(span)
      .flatMap((ceilings) => ways.map((way) => ({ ceilings, rewards, before: way })));
  };
  try {
    await limits(closing.position);
    return limits;
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    findings.cannotRead("the rewards that a plan was compared with", error.message);
    return undefined;
  }
};

interface CyclePlanSources {
  readonly ledger: LedgerReplay;
  readonly history: BakerHistory;
  readonly earlier: EarlierRewards;
  readonly findings: Findings;
}

/** Of a cycle's payout: its allocation, and what the plan took from the ledger. */
export const planOfCycle =
  (
    { cycle, payment }: { readonly cycle: Cycle; readonly payment: StreamName },
    allocations: ReadonlyMap<Digest, Reward.Allocation>,
    sources: CyclePlanSources,
  ): PlanSource =>
  async (closing, state) => {
    const { ledger, history, findings } = sources;
    const { data } = closing.event;
    const allocation = allocations.get(data.allocation);
    const taken = await ledger.taken({ payment, plan: data.plan }, closing.position);
    if (allocation === undefined)
      findings.differ("plan: allocation", "one of its cycle", data.allocation, closing);
    if (taken === undefined) findings.differ("plan", "balances that it has taken", null, closing);
    if (allocation === undefined || taken === undefined) return undefined;
    const rewards = rewardsOf(allocation);
    const limits = await limitsOfCycle(cycle, closing, taken, rewards, sources);
    const span = { after: taken.at.position, before: closing.position };
    const ceilings = data.ceilings && keptBy(closing, history.ceilingsIn(span));
    const held = ceilings ? { ceilings, rewards, before: [] } : null;
    let carried: readonly CarriedRow[] = [];
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) => {
      const plan = computePlan(allocation, payer, taken.balances);
      ({ carried } = plan);
      return Payment.plan({ ...planFacts(plan, allocation), limits: held })(state);
    });
    return events && { events, ledger: { taken, carried }, limits };
  };

/** What a cycle had come to when its rest was shared. */
export interface SharedCycle {
  readonly allocation: Reward.Allocation;
  readonly keptByPlan: Mutez;
  /** Each cost that the log had since the cycle's payments were complete. */
  readonly networkCosts: readonly Mutez[];
}

/** Of the bond pool's payment: what the cycle left, by the members that the log says. */
export const planOfBond =
  (
    cycle: () => SharedCycle | undefined,
    shared: () => LoggedOf<"BondPoolShared"> | undefined,
    { history, findings }: { readonly history: BakerHistory; readonly findings: Findings },
  ): PlanSource =>
  async (closing, state) => {
    const [from, said] = [cycle(), shared()];
    const { ceilings } = closing.event.data;
    if (from === undefined || said === undefined || ceilings === null) {
      findings.differ("bond pool's plan", "a cycle that is paid, and how it was shared", null, closing);
      return undefined;
    }
    const { networkCosts: costs, shares, manager } = said.event.data;
    const networkCosts = from.networkCosts.find((cost) => cost === costs) ?? from.networkCosts.at(-1) ?? ZERO;
    const pool = { members: shares, manager };
    if (!history.hadPool(pool, said.position))
      findings.differ("bond pool", "members and manager that were set before", "others", said);
    const { allocation, keptByPlan } = from;
    const settled = { allocation, keptByPlan, networkCosts };
    const span = { after: START, before: closing.position };
    const kept = keptBy(closing, history.ceilingsIn(span)) ?? ceilings;
    const terms = { allocation: allocation.resultDigest, ceilings: kept };
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) =>
      planBondPool(settled, pool, { ...terms, payer })({ ...state, shared: undefined }),
    );
    return events && { events, ledger: undefined, limits: limitedBy(kept) };
  };

/** Of what the ledger owed to one delegator and was taken out of it. */
export const planOfSettlement =
  (
    taken: LoggedOf<"SettlementTaken">,
    { history, findings }: { readonly history: BakerHistory; readonly findings: Findings },
  ): PlanSource =>
  async (closing, state) => {
    const span = { after: taken.position, before: closing.position };
    const ceilings = closing.event.data.ceilings && keptBy(closing, history.ceilingsIn(span));
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) => {
      const plan = planSettlement(taken.event.data, payer, ceilings ?? DEFAULT_CEILINGS);
      return Payment.plan({ ...plan, limits: ceilings ? plan.limits : null })(state);
    });
    return events && { events, ledger: undefined, limits: ceilings ? limitedBy(ceilings) : NO_LIMITS };
  };

/** Of transfers that a person named: nothing but the plan itself says which; it must agree with itself. */
export const planOfTransfers =
  ({ history, findings }: { readonly history: BakerHistory; readonly findings: Findings }): PlanSource =>
  async (closing, state, rows) => {
    const transfers = rows.map(({ delegator: to, due: amount }) => ({ to, amount }));
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) =>
      Payment.plan(planTransfers(transfers, payer, "receiver"))(state),
    );
    return events && { events, ledger: undefined, limits: NO_LIMITS };
  };
