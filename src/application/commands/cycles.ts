import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { type Cycle as CycleNumber } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Reward from "../../domain/reward/reward.js";
import { bakerOf, cycleOf, ledgerOf, paymentOf, rewardOf } from "../aggregates.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** A person's word that a cycle is to be paid; lifts the hold of cycles that were missed. */
export const payCycle = async (acts: Acts, cycle: CycleNumber): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, bakerOf(acts.baker), Baker.requestPayment({ cycle, actor: acts.actor }));
  const life = await acts.repository.load(cycleOf(acts.baker, cycle));
  if (life.state.held?.reason === "missed-cycles") await releaseCycle(acts, cycle);
};

export const holdCycle = async (acts: Acts, cycle: CycleNumber, detail: string): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, cycleOf(acts.baker, cycle), Cycle.hold({ reason: "person", detail, actor: acts.actor }));
};

export const releaseCycle = async (acts: Acts, cycle: CycleNumber): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, cycleOf(acts.baker, cycle), Cycle.release({ actor: acts.actor }));
};

/**
 * Gives a cycle up. It is held first, so that nothing plans it anew; a plan without a batch is voided and what it
 * took from the ledger goes back to the mutez. Run again after an interruption it goes on where it stopped.
 */
export const skipCycle = async (acts: Acts, cycle: CycleNumber, reason: string): Promise<void> => {
  const { baker, repository, actor } = acts;
  await ensureRegistered(acts);
  const life = await repository.load(cycleOf(baker, cycle));
  const payment = await repository.load(paymentOf(baker, cycle));
  if (payment.state.batches.size > 0) refuseAct("batch-formed");
  if (life.state.at === "paying") {
    if (!life.state.held) await holdCycle(acts, cycle, `to be skipped: ${reason}`);
    const { plan, plans } = payment.state;
    if (plan) {
      await act(acts, paymentOf(baker, cycle), Payment.reject({ planDigest: plan.digest, reason, actor }));
    } else if (plans === 0) refuseAct("planning");
    await returnTake(acts, cycle, plan?.plan ?? plans);
    await act(acts, rewardOf(baker, cycle), Reward.reopen(actor));
  }
  await act(acts, cycleOf(baker, cycle), Cycle.skip({ reason, actor, planUndone: true }));
};

const returnTake = async (acts: Acts, cycle: CycleNumber, plan: number): Promise<void> => {
  const number = { payment: Payment.cycleStream(acts.baker, cycle), plan };
  await act(acts, ledgerOf(acts.baker), (ledger) => {
    const rows = [...(ledger.take?.balances ?? [])].map(([delegator, amount]) => ({ delegator, amount }));
    return Ledger.carry({ ...number, rows })(ledger);
  });
};
