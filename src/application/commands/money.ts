// Money that a person sends through the paying wallet, beside what cycles owe. PAYMENT section 9.
import { type StreamName, type TzAddress } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import { planTransfers, type TransferRow } from "../../domain/payment/transfers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { paymentIn, walletOf } from "../aggregates.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** The wallet that pays, in mode *on*: outside of it nothing is signed, and what is asked for would wait unseen. */
export const payingWallet = async (acts: Acts): Promise<TzAddress> => {
  const { payer, mode } = await ensureRegistered(acts);
  if (mode !== "on") refuseAct("not-on", { mode });
  return payer ?? refuseAct("no-payer");
};

/** Asks the payer for a payment whose plan stands, unless it is asked for already or nothing of it is left to do. */
export const request = async (acts: Acts, payer: TzAddress, stream: StreamName): Promise<void> => {
  const { state } = await acts.repository.load(paymentIn(stream));
  if (state.completed !== undefined && Payment.totalsOf(state).pending === 0) return;
  await act(acts, walletOf(payer), (wallet) =>
    wallet.requests.includes(stream)
      ? []
      : Wallet.requestPayment({ payment: stream, actor: acts.actor })(wallet),
  );
};

/**
 * Sends these amounts to these receivers, once for an id: said again it goes on where it was interrupted. Other rows
 * under a known id are refused.
 */
export const sendTransfers = async (
  acts: Acts,
  id: string,
  rows: readonly TransferRow[],
): Promise<{ readonly payment: StreamName }> => {
  if (Payment.isSettlementId(id)) refuseAct("reserved-id");
  const payer = await payingWallet(acts);
  const payment = Payment.batchStream(acts.baker, id);
  await act(acts, paymentIn(payment), Payment.plan(planTransfers(rows, payer, "receiver")));
  await request(acts, payer, payment);
  return { payment };
};

/** Asks again for a payment that leaving *on* has withdrawn. A cycle is asked for by its number. */
export const resumePayment = async (acts: Acts, payment: StreamName): Promise<void> => {
  const cycle = Payment.cycleOfStream(payment);
  if (cycle !== undefined) refuseAct("cycle-payment", { cycle });
  const payer = await payingWallet(acts);
  const { state } = await acts.repository.load(paymentIn(payment));
  if (!state.plan) refuseAct("no-plan");
  await request(acts, payer, payment);
};

/** Delegates the paying wallet, or withdraws its delegation (`to` null), once for an id. */
export const delegateWallet = async (acts: Acts, id: string, to: TzAddress | null): Promise<void> => {
  const payer = await payingWallet(acts);
  const command = { id: `delegation/${id}`, to, actor: acts.actor };
  await act(acts, walletOf(payer), Wallet.requestDelegation(command));
};
