// A person's word on an obligation of a payment that is no cycle's: the bond pool's, a settlement, a batch.
import { type Address, type StreamName } from "../../domain/identifiers.js";
import { obligationId } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, paymentIn, walletOf } from "../aggregates.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { payingWallet } from "./money.js";
import { unbatched } from "./payments.js";
import { ensureRegistered } from "./registration.js";

/**
 * What is owed to an address and stands as asked; one address may be owed more than once. None of it does: all of it,
 * for the refusal that says where it stands.
 */
const owedTo = async (
  { repository }: Acts,
  payment: StreamName,
  owed: Address,
  ...standing: readonly Payment.Status["at"][]
) => {
  const { obligations, plans } = (await repository.load(paymentIn(payment))).state;
  if (plans === 0) refuseAct("no-plan");
  const all = [...obligations.values()].filter(({ delegator }) => delegator === owed);
  if (all.length === 0) refuseAct("unknown-obligation", { obligation: owed });
  const found = all.filter(({ status }) => standing.includes(status.at));
  return found.length > 0 ? found : all;
};

/** Holds what a payment owes to an address. */
export const holdOther = async (
  acts: Acts,
  payment: StreamName,
  owed: Address,
  reason: string,
): Promise<void> => {
  const { payer } = await ensureRegistered(acts);
  for (const { id } of await owedTo(acts, payment, owed, "open", "batched", "held"))
    await unbatched(acts, payer, payment, id, Payment.hold({ obligation: id, reason, actor: acts.actor }));
};

/**
 * Lets what is held go, alone: to where it was planned to, or where a delegator's terms name another recipient now, to
 * that. Then it is asked for anew, which meets whoever forgets a payment that seemed to be complete. Run again after an
 * interruption it goes on where it stopped.
 */
export const releaseOther = async (acts: Acts, payment: StreamName, owed: Address): Promise<void> => {
  const { repository, baker, actor } = acts;
  const payer = await payingWallet(acts);
  const { terms } = (await repository.load(bakerOf(baker))).state;
  const isAsked = (await repository.load(walletOf(payer))).state.requests.includes(payment);
  const released = isAsked ? [] : (["open"] as const);
  for (const { id, status, recipient: planned } of await owedTo(acts, payment, owed, "held", ...released)) {
    if (status.at === "open" && !isAsked) continue;
    const own = id === obligationId("delegator", owed) ? terms.get(owed)?.recipient : undefined;
    const release = Payment.release({ obligation: id, recipient: own ?? planned, actor });
    await act(acts, paymentIn(payment), release);
  }
  await act(acts, walletOf(payer), Wallet.requestPayment({ payment, actor }));
};
