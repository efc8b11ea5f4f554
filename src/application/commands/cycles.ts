import * as Cycle from "../../domain/cycle/cycle.js";
import { isRefused, refuse } from "../../domain/decision.js";
import { type Cycle as CycleNumber, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Reward from "../../domain/reward/reward.js";
import { cycleOf, ledgerOf, paymentOf, rewardOf } from "../aggregates.js";
import { decidePlan } from "../process/payer/planning.js";
import { execute } from "../repository.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** Stops new batches of a cycle and all later cycles; the payer voids what is formed and not signed. */
export const holdCycle = async (acts: Acts, cycle: CycleNumber, detail: string): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, cycleOf(acts.baker, cycle), Cycle.hold({ reason: "person", detail, actor: acts.actor }));
};

/** Lets a held cycle go on; answers whether it was held. */
export const releaseCycle = async (acts: Acts, cycle: CycleNumber): Promise<boolean> => {
  await ensureRegistered(acts);
  let isHeld = false;
  await act(acts, cycleOf(acts.baker, cycle), (life) => {
    isHeld = life.held !== undefined;
    if (Cycle.isFinished(life) && !isHeld) return refuse("finished");
    return Cycle.release({ actor: acts.actor })(life);
  });
  return isHeld;
};

/**
 * Has the source asked again for a cycle's rewards, for what is recorded is wrong. Refused once a payout is planned
 * from it, also while somebody is about to reject that plan.
 */
export const recomputeCycle = async (acts: Acts, cycle: CycleNumber, reason: string): Promise<void> => {
  await ensureRegistered(acts);
  const { state: life } = await acts.repository.load(cycleOf(acts.baker, cycle));
  if (life.at === "unknown") refuseAct("never-opened");
  if (life.at === "open") refuseAct("not-ended");
  if (Cycle.isFinished(life)) refuseAct("finished");
  await act(acts, rewardOf(acts.baker, cycle), async (reward) => {
    const { plan } = (await acts.repository.load(paymentOf(acts.baker, cycle))).state;
    return plan ? refuse("allocation-fixed") : Reward.supersedeInputs({ reason, actor: acts.actor })(reward);
  });
};

/**
 * Gives a cycle up for good; refused once a batch of it is formed. A plan is voided and what it took from the ledger
 * goes back to the mutez. Run again after an interruption it goes on where it stopped.
 */
export const skipCycle = async (acts: Acts, cycle: CycleNumber, reason: string): Promise<void> => {
  const { repository, actor, metadata } = acts;
  const { payer } = await ensureRegistered(acts);
  const unplanned = Cycle.skip({ reason, actor, planUndone: false });
  const skipped = await execute(repository, cycleOf(acts.baker, cycle), unplanned, metadata());
  if (!skipped.done && skipped.refused.refused !== "batch-formed") throw new ActRefused(skipped.refused);
  if (!skipped.done) return skipPlanned(acts, cycle, reason, payer ?? refuseAct("no-payer"));
  // Of two who skipped it at once, one may have died with the balances taken.
  if (payer === undefined || !(await takes(acts, cycle))) return;
  await voidPlan(acts, cycle, reason, payer);
  await returnTake(acts, cycle);
};

/**
 * The payer may be planning this very cycle on an older look at the log. It is held first, and a plan that was begun
 * is finished here before it is voided: so no append of that older look can come through afterwards, neither the
 * take (the ledger has moved on) nor the plan (it exists). Whoever releases it meanwhile lets the payer plan anew:
 * it is skipped only if it was held all the while.
 */
const skipPlanned = async (
  acts: Acts,
  cycle: CycleNumber,
  reason: string,
  payer: TzAddress,
): Promise<void> => {
  const { baker, repository, actor, metadata } = acts;
  const life = cycleOf(baker, cycle);
  const wasHeld = (await repository.load(life)).state.held !== undefined;
  const hold = { reason: "person" as const, detail: `to be skipped: ${reason}`, actor };
  if (!wasHeld) await act(acts, life, Cycle.hold(hold));
  const { state, revision } = await repository.load(life);
  if (state.at === "skipped") return;
  if (!state.held) refuseAct("changing");
  try {
    await voidPlan(acts, cycle, reason, payer);
  } catch (error) {
    // Another's hold that came meanwhile stays.
    if (error instanceof ActRefused && !wasHeld) await act(acts, life, Cycle.release({ actor, only: hold }));
    throw error;
  }
  await returnTake(acts, cycle);
  await act(acts, rewardOf(baker, cycle), Reward.reopen(actor));
  const decision = Cycle.skip({ reason, actor, planUndone: true })(state);
  if (isRefused(decision)) throw new ActRefused(decision);
  const { appended } = await repository.append(life.stream, revision, decision, metadata());
  if (!appended && (await repository.load(life)).state.at !== "skipped") refuseAct("changing");
};

const voidPlan = async (acts: Acts, cycle: CycleNumber, reason: string, payer: TzAddress): Promise<void> => {
  const payment = paymentOf(acts.baker, cycle);
  await finishPlanning(acts, cycle, payer);
  const { plan } = (await acts.repository.load(payment)).state;
  if (!plan) return;
  await act(acts, payment, Payment.reject({ planDigest: plan.digest, reason, actor: acts.actor }));
};

const finishPlanning = async (acts: Acts, cycle: CycleNumber, payer: TzAddress): Promise<void> => {
  const { baker, repository } = acts;
  const { allocation, fixed } = (await repository.load(rewardOf(baker, cycle))).state;
  const { state } = await repository.load(paymentOf(baker, cycle));
  if (!allocation || state.plan) return;
  const number = { payment: Payment.cycleStream(baker, cycle), plan: state.plans + 1 };
  const before = (await repository.load(ledgerOf(baker))).state;
  const isAnothers = before.take !== undefined && !Ledger.isTaken(number)(before);
  const isBegun = fixed || before.take !== undefined;
  if (isAnothers || !isBegun) return;
  await act(acts, ledgerOf(baker), Ledger.take(number));
  const { take } = (await repository.load(ledgerOf(baker))).state;
  const taken = take?.balances ?? new Map();
  const decide = await decidePlan(acts, { baker, payer, cycle }, allocation, taken);
  // A plan that came meanwhile is void already: another would stand on what nobody has taken.
  await act(acts, paymentOf(baker, cycle), (now) => (now.plans === state.plans ? decide(now) : []));
};

const takes = async ({ repository, baker }: Acts, cycle: CycleNumber): Promise<boolean> =>
  (await repository.load(ledgerOf(baker))).state.take?.payment === Payment.cycleStream(baker, cycle);

/** Gives back exactly what the newest plan took, which must be void: a plan that stands pays it out. */
export const returnTake = async (acts: Acts, cycle: CycleNumber): Promise<void> => {
  const { baker, repository } = acts;
  const { plan, plans } = (await repository.load(paymentOf(baker, cycle))).state;
  if (plan) refuseAct("changing");
  if (plans === 0) return;
  const number = { payment: Payment.cycleStream(baker, cycle), plan: plans };
  await act(acts, ledgerOf(baker), Ledger.giveBack(number));
};
