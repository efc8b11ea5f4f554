// A person's word on an operation of the wallet that TAPS did not sign (PAYMENT section 3).
import { isRefused } from "../../domain/decision.js";
import { type OperationHash, type StreamName, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import { mutez, type Mutez } from "../../domain/money.js";
import { isDelegators } from "../../domain/payment/events.js";
import { type Standing } from "../../domain/payment/obligations.js";
import * as Payment from "../../domain/payment/payment.js";
import { type ForeignOperation, type PaidOutside } from "../../domain/wallet/events.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { ledgerOf, paymentIn, walletOf } from "../aggregates.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { unbatched } from "./payments.js";
import { ensureRegistered } from "./registration.js";

/** Content `content` of the operation paid `obligation` of the payment stream `payment`. */
export type Claim = Omit<PaidOutside, "payment"> & { readonly payment: StreamName };

/**
 * Says what a foreign operation was: nothing of ours (`pays` empty), or which content paid which obligation. All of it
 * is checked before any of it is written; the payments are written first, then what was paid too much or too little
 * into the ledger, and the classification last: it alone lets the wallet sign again. Run again after an interruption it
 * goes on where it stopped.
 */
export const classifyOperation = async (
  acts: Acts,
  hash: OperationHash,
  pays: readonly Claim[],
  reason: string,
): Promise<void> => {
  const { payer = refuseAct("no-payer") } = await ensureRegistered(acts);
  const { state } = await acts.repository.load(walletOf(payer));
  const operation = state.foreign.find((found) => found.hash === hash);
  if (operation === undefined) return refuseAct("not-foreign", { hash });
  const decision = { hash, pays: [...pays], reason, actor: acts.actor };
  const checked = Wallet.classify(decision)(state);
  if (isRefused(checked)) refuseAct(checked.refused, checked.facts);
  const settled = await Promise.all(pays.map((claim) => checkClaim(acts, operation, claim)));
  for (const payment of settled) await payOutside(acts, payer, hash, payment);
  await act(acts, walletOf(payer), Wallet.classify(decision));
};

interface Settled extends Claim {
  /** What the content sent and what it cost, in mutez. */
  readonly amount: Mutez;
  readonly fee: Mutez;
  readonly burn: Mutez;
  readonly owed: Standing;
}

const checkClaim = async (acts: Acts, operation: ForeignOperation, claim: Claim): Promise<Settled> => {
  const { content, payment, obligation } = claim;
  const sent = operation.contents[content];
  const { amount = null, destination } = sent ?? {};
  if (sent === undefined || amount === null)
    return refuseAct("inconsistent", { content, wrong: "this content sends nothing" });
  const { state } = await acts.repository.load(paymentIn(payment));
  const owed = state.obligations.get(obligation) ?? refuseAct("unknown-obligation", { obligation });
  if (destination !== owed.recipient && destination !== owed.delegator)
    refuseAct("inconsistent", { content, wrong: `it was sent to ${destination}` });
  const { fee, burn } = sent;
  const settled = { ...claim, amount, fee, burn, owed };
  const decision = Payment.payOutside(outside(acts, operation.hash, settled))(state);
  if (isRefused(decision) && decision.refused !== "in-batch") throw new ActRefused(decision);
  return settled;
};

const outside = (
  { actor }: Acts,
  operation: OperationHash,
  { content, obligation, amount, fee, burn }: Settled,
) => ({ obligation, operation, content, amount, fee, burn, actor });

/** What a delegator got too much or too little is the ledger's; a share of the bond pool, or of a file, is not. */
const payOutside = async (
  acts: Acts,
  payer: TzAddress,
  hash: OperationHash,
  settled: Settled,
): Promise<void> => {
  const { payment, obligation, content, owed, amount } = settled;
  await unbatched(acts, payer, payment, obligation, Payment.payOutside(outside(acts, hash, settled)));
  const difference = mutez(owed.due - amount);
  if (difference === 0n || !isDelegators(obligation)) return;
  const adjustment = {
    delegator: owed.delegator,
    amount: difference,
    reason: difference < 0n ? ("overpaid" as const) : ("correction" as const),
    reference: `${hash}/${content}`,
    actor: acts.actor,
  };
  await act(acts, ledgerOf(acts.baker), Ledger.adjust({ ...adjustment, allowNegative: true }));
};
