// What a plan should say, by whatever it was made of.
import { type Decision, isRefused } from "../../domain/decision.js";
import { type Digest, type StreamName, type TzAddress } from "../../domain/identifiers.js";
import { type CarriedRow } from "../../domain/ledger/ledger.js";
import { type Mutez, ZERO } from "../../domain/money.js";
import { planBondPool } from "../../domain/payment/bond-pool.js";
import { DEFAULT_CEILINGS } from "../../domain/payment/ceilings.js";
import { type Obligation } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import { planSettlement, planTransfers } from "../../domain/payment/transfers.js";
import type * as Reward from "../../domain/reward/reward.js";
import { planFacts, rewardsOf } from "../process/payer/planning.js";
import { computePlan } from "../process/payer/payout.js";
import { type BakerHistory } from "./baker.js";
import { type Findings } from "./findings.js";
import { type LedgerReplay, type Taken } from "./ledger.js";
import { type LoggedOf } from "./reading.js";

export interface ExpectedPlan {
  /** What the plan's decision appends, its closing event last. */
  readonly events: readonly Payment.Event[];
  /** Of a cycle's plan: what it took, and what it carries whatever becomes of the obligations. */
  readonly ledger: { readonly taken: Taken; readonly carried: readonly CarriedRow[] } | undefined;
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

/** Ceilings as the plan keeps them; what the cycles before earned is not looked up again. */
const limitsOf = ({ event }: LoggedOf<"PayoutPlanned">, rewards: Mutez) => {
  const { ceilings } = event.data;
  return ceilings && { ceilings, rewards, before: [] };
};

/** Of a cycle's payout: its allocation, and what the plan took from the ledger. */
export const planOfCycle =
  (
    payment: StreamName,
    allocations: ReadonlyMap<Digest, Reward.Allocation>,
    {
      ledger,
      history,
      findings,
    }: {
      readonly ledger: LedgerReplay;
      readonly history: BakerHistory;
      readonly findings: Findings;
    },
  ): PlanSource =>
  async (closing, state) => {
    const { data } = closing.event;
    const allocation = allocations.get(data.allocation);
    const taken = await ledger.taken({ payment, plan: data.plan }, closing.position);
    if (allocation === undefined)
      findings.differ("plan: allocation", "one of its cycle", data.allocation, closing);
    if (taken === undefined) findings.differ("plan", "balances that it has taken", null, closing);
    if (allocation === undefined || taken === undefined) return undefined;
    const limits = limitsOf(closing, rewardsOf(allocation));
    let carried: readonly CarriedRow[] = [];
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) => {
      const plan = computePlan(allocation, payer, taken.balances);
      ({ carried } = plan);
      return Payment.plan({ ...planFacts(plan, allocation), limits })(state);
    });
    return events && { events, ledger: { taken, carried } };
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
    const terms = { allocation: allocation.resultDigest, ceilings };
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) =>
      planBondPool(settled, pool, { ...terms, payer })({ ...state, shared: undefined }),
    );
    return events && { events, ledger: undefined };
  };

/** Of what the ledger owed to one delegator and was taken out of it. */
export const planOfSettlement =
  (
    taken: LoggedOf<"SettlementTaken">,
    { history, findings }: { readonly history: BakerHistory; readonly findings: Findings },
  ): PlanSource =>
  async (closing, state) => {
    const { ceilings } = closing.event.data;
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) => {
      const plan = planSettlement(taken.event.data, payer, ceilings ?? DEFAULT_CEILINGS);
      return Payment.plan({ ...plan, limits: ceilings && plan.limits })(state);
    });
    return events && { events, ledger: undefined };
  };

/** Of transfers that a person named: nothing but the plan itself says which; it must agree with itself. */
export const planOfTransfers =
  ({ history, findings }: { readonly history: BakerHistory; readonly findings: Findings }): PlanSource =>
  async (closing, state, rows) => {
    const transfers = rows.map(({ delegator: to, due: amount }) => ({ to, amount }));
    const events = byOneOf(history.payersBefore(closing.position), closing, findings, (payer) =>
      Payment.plan(planTransfers(transfers, payer, "receiver"))(state),
    );
    return events && { events, ledger: undefined };
  };
