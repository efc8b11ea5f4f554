import { type Decision, isRefused } from "../../domain/decision.js";
import {
  type Address,
  type Cycle as CycleNumber,
  type StreamName,
  type TzAddress,
} from "../../domain/identifiers.js";
import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { obligationId } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, paymentIn, paymentOf, walletOf } from "../aggregates.js";
import { execute } from "../repository.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** The payer writes between two steps: so often is it tried again. */
const ATTEMPTS = 10;

/**
 * Decides on an obligation; a batch of it that is not signed is voided and dissolved first. Run again after an
 * interruption it goes on where it stopped.
 */
export const unbatched = async (
  acts: Acts,
  payer: TzAddress | undefined,
  payment: StreamName,
  obligation: string,
  decide: (state: Payment.State) => Decision<Payment.Event, Payment.Refusal>,
): Promise<void> => {
  const { repository, metadata } = acts;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await execute(repository, paymentIn(payment), decide, metadata());
    if (outcome.done) return;
    if (outcome.refused.refused !== "in-batch") throw new ActRefused(outcome.refused);
    if (payer !== undefined) await breakUp(acts, payer, payment, obligation);
  }
  refuseAct("changing");
};

/** Holds one delegator's payment of a cycle. */
export const holdPayment = async (
  acts: Acts,
  cycle: CycleNumber,
  delegator: Address,
  reason: string,
): Promise<void> => {
  const { payer } = await ensureRegistered(acts);
  const obligation = obligationId("delegator", delegator);
  const hold = Payment.hold({ obligation, reason, actor: acts.actor });
  await unbatched(acts, payer, Payment.cycleStream(acts.baker, cycle), obligation, hold);
};

/**
 * Voids and dissolves the batch that an obligation is in. Refused once it is signed; what has changed meanwhile is
 * left to the next look. The payment is read after the wallet, at whose revision the batch is voided: one that is
 * formed there cannot be one that the wallet has seen paid and forgotten.
 */
const breakUp = async (
  acts: Acts,
  payer: TzAddress,
  payment: StreamName,
  obligation: string,
): Promise<void> => {
  const { repository, metadata } = acts;
  const { stream } = walletOf(payer);
  const wallet = await repository.load(walletOf(payer));
  const { state } = await repository.load(paymentIn(payment));
  const status = state.obligations.get(obligation)?.status;
  if (status?.at !== "batched") return;
  const { batchId } = status;
  const voided = Wallet.voidBatch({ batchId, reason: `${obligation} is taken out` })(wallet.state);
  if (isRefused(voided)) throw new ActRefused(voided);
  if (voided.length > 0) {
    const { appended } = await repository.append(stream, wallet.revision, voided, metadata());
    if (!appended) return;
  }
  await act(acts, paymentIn(payment), Payment.dissolve(batchId));
};

/**
 * Lets a held payment go, alone, to the recipient that the delegator's terms name now. Then the request makes the
 * process look at the cycle again, and the reopening meets whoever settles it on an older look. A cycle that was left
 * behind with more than this to pay is not asked for by it: that is "cycle pay". Run again after an interruption it goes
 * on where it stopped.
 */
export const releasePayment = async (acts: Acts, cycle: CycleNumber, delegator: Address): Promise<void> => {
  const { baker, repository, actor } = acts;
  const { terms, payer } = await ensureRegistered(acts);
  const recipient = terms.get(delegator)?.recipient ?? delegator;
  if (recipient === payer) refuseAct("recipient-is-payer");
  const obligation = obligationId("delegator", delegator);
  const payment = paymentOf(baker, cycle);
  const { obligations } = (await repository.load(payment)).state;
  const life = (await repository.load(cycleOf(baker, cycle))).state;
  const isLeftOpen = obligations.get(obligation)?.status.at === "open" && life.at === "settled";
  if (!isLeftOpen) await act(acts, payment, Payment.release({ obligation, recipient, actor }));
  const request = Baker.requestPayment({ cycle, actor });
  const isAlone = Cycle.isFinished(life);
  await act(acts, bakerOf(baker), (state) => (isAlone || Baker.pays(state, cycle) ? request(state) : []));
  await act(acts, cycleOf(baker, cycle), Cycle.reopen(actor));
};
