import { type Address, type Cycle as CycleNumber } from "../../domain/identifiers.js";
import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { obligationId } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, paymentOf, walletOf } from "../aggregates.js";
import { execute } from "../repository.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** The payer may form another batch between two steps: so often is it tried again. */
const ATTEMPTS = 5;

/**
 * Holds one delegator's payment; a batch of it that is not signed is voided and dissolved first. Run again after an
 * interruption it goes on where it stopped.
 */
export const holdPayment = async (
  acts: Acts,
  cycle: CycleNumber,
  delegator: Address,
  reason: string,
): Promise<void> => {
  const { baker, repository, actor, metadata } = acts;
  await ensureRegistered(acts);
  const obligation = obligationId("delegator", delegator);
  const hold = Payment.hold({ obligation, reason, actor });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await execute(repository, paymentOf(baker, cycle), hold, metadata());
    if (outcome.done) return;
    if (outcome.refused.refused !== "in-batch") throw new ActRefused(outcome.refused);
    await breakUp(acts, cycle, obligation);
  }
  refuseAct("changing");
};

/**
 * Voids and dissolves the batch that an obligation is in. Refused once it is signed. One that was settled meanwhile
 * is left: the next look says what became of the obligation.
 */
const breakUp = async (acts: Acts, cycle: CycleNumber, obligation: string): Promise<void> => {
  const { baker, repository } = acts;
  const { payer } = await ensureRegistered(acts);
  const { state } = await repository.load(paymentOf(baker, cycle));
  const status = state.obligations.get(obligation)?.status;
  if (status?.at !== "batched" || payer === undefined) return;
  const { batchId } = status;
  await act(acts, walletOf(payer), Wallet.voidBatch({ batchId, reason: `${obligation} is to be held` }));
  const dissolve = Payment.dissolve(batchId);
  const dissolved = await execute(repository, paymentOf(baker, cycle), dissolve, acts.metadata());
  if (!dissolved.done && dissolved.refused.refused !== "batch-settled")
    throw new ActRefused(dissolved.refused);
};

/**
 * Lets a held payment go, alone, to the recipient that the delegator's terms name now. The request makes the process
 * look at the cycle again if it had settled.
 */
export const releasePayment = async (acts: Acts, cycle: CycleNumber, delegator: Address): Promise<void> => {
  const { baker, repository, actor } = acts;
  const { terms } = await ensureRegistered(acts);
  const recipient = terms.get(delegator)?.recipient ?? delegator;
  const obligation = obligationId("delegator", delegator);
  const payment = paymentOf(baker, cycle);
  const { obligations } = (await repository.load(payment)).state;
  if (obligations.get(obligation)?.status.at === "held") {
    await act(acts, bakerOf(baker), Baker.requestPayment({ cycle, actor }));
    await act(acts, cycleOf(baker, cycle), Cycle.reopen(actor));
  }
  await act(acts, payment, Payment.release({ obligation, recipient, actor }));
};
