import { type Address, type Cycle as CycleNumber } from "../../domain/identifiers.js";
import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { obligationId } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, paymentOf, walletOf } from "../aggregates.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** Holds one delegator's payment; a batch of it that is not signed is voided and dissolved first. */
export const holdPayment = async (
  acts: Acts,
  cycle: CycleNumber,
  delegator: Address,
  reason: string,
): Promise<void> => {
  const { baker, repository, actor } = acts;
  const { payer } = await ensureRegistered(acts);
  const obligation = obligationId("delegator", delegator);
  const { state } = await repository.load(paymentOf(baker, cycle));
  const found = state.obligations.get(obligation) ?? refuseAct("unknown-obligation", { delegator });
  if (found.status.at === "batched") {
    const { batchId } = found.status;
    if (payer === undefined) return refuseAct("no-payer");
    await act(acts, walletOf(payer), Wallet.voidBatch({ batchId, reason: `${obligation} held` }));
    await act(acts, paymentOf(baker, cycle), Payment.dissolve(batchId));
  }
  await act(acts, paymentOf(baker, cycle), Payment.hold({ obligation, reason, actor }));
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
