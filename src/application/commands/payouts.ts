// A person's word on a plan that waits for it (PAYMENT section 1).
import * as Cycle from "../../domain/cycle/cycle.js";
import { isRefused } from "../../domain/decision.js";
import { type Cycle as CycleNumber, type Digest, type StreamName } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Reward from "../../domain/reward/reward.js";
import { cycleOf, paymentIn, paymentOf, rewardOf } from "../aggregates.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { returnTake } from "./cycles.js";
import { returnSettlement } from "./settle.js";
import { ensureRegistered } from "./registration.js";

/** Lets a plan be paid that is above a ceiling; `planDigest`: the plan that the person has looked at. */
export const approvePayout = async (acts: Acts, payment: StreamName, planDigest: Digest): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, paymentIn(payment), Payment.approve({ planDigest, actor: acts.actor }));
};

/**
 * Voids a cycle's plan of which no batch is formed, returns to the mutez what it took, lets the rewards be allocated
 * anew, and leaves the cycle held: once released it is planned again. The hold comes first, so that nobody plans
 * meanwhile, and the reopening while the plan stands, so that nobody who plans afterwards can have missed it. Run
 * again after an interruption it goes on where it stopped.
 */
export const rejectPayout = async (
  acts: Acts,
  payment: StreamName,
  planDigest: Digest,
  reason: string,
): Promise<void> => {
  await ensureRegistered(acts);
  const cycle = Payment.cycleOfStream(payment);
  if (cycle === undefined) return rejectOther(acts, payment, planDigest, reason);
  const { state } = await acts.repository.load(paymentOf(acts.baker, cycle));
  const reject = Payment.reject({ planDigest, reason, actor: acts.actor });
  const checked = reject(state);
  if (isRefused(checked)) throw new ActRefused(checked);
  if (!state.plan && state.rejected?.planDigest !== planDigest) refuseAct("no-plan");
  const life = cycleOf(acts.baker, cycle);
  const { held } = (await acts.repository.load(life)).state;
  const hold = { reason: "payout-rejected" as const, detail: reason, actor: acts.actor };
  await act(acts, life, Cycle.hold(hold));
  try {
    await reopenAllocation(acts, cycle, planDigest);
    await act(acts, paymentOf(acts.baker, cycle), reject);
  } catch (error) {
    // Another's hold that came meanwhile stays.
    if (error instanceof ActRefused && !held)
      await act(acts, life, Cycle.release({ actor: acts.actor, only: hold }));
    throw error;
  }
  await returnTake(acts, cycle);
  // Whoever released it meanwhile did not know of the rejection.
  await act(acts, life, Cycle.hold(hold));
};

/**
 * Voids the plan of a settlement, whose amount goes back into the ledger, or of a bond pool's payment, whose base stays
 * with the baker. What a person has asked for in so many words has no ceiling, and is withdrawn otherwise.
 */
const rejectOther = async (
  acts: Acts,
  payment: StreamName,
  planDigest: Digest,
  reason: string,
): Promise<void> => {
  if (Payment.isOwnWord(payment)) refuseAct("no-cycle");
  const { state } = await acts.repository.load(paymentIn(payment));
  if (!state.plan && state.rejected?.planDigest !== planDigest) refuseAct("no-plan");
  await act(acts, paymentIn(payment), Payment.reject({ planDigest, reason, actor: acts.actor }));
  await returnSettlement(acts, payment);
};

/** Reopens the allocation of a plan that stands. Of one that is void nothing is said: it may be planned from anew. */
const reopenAllocation = (acts: Acts, cycle: CycleNumber, planDigest: Digest): Promise<void> =>
  act(acts, rewardOf(acts.baker, cycle), async (state) => {
    const { plan } = (await acts.repository.load(paymentOf(acts.baker, cycle))).state;
    return plan?.digest === planDigest ? Reward.reopen(acts.actor)(state) : [];
  });
