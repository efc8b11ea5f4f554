// A person's word on an operation of the wallet that TAPS did not sign (PAYMENT section 3).
import * as Cycle from "../../domain/cycle/cycle.js";
import { isRefused } from "../../domain/decision.js";
import { type OperationHash, type StreamName, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import { mutez, type Mutez } from "../../domain/money.js";
import { isDelegators } from "../../domain/payment/events.js";
import { type Standing } from "../../domain/payment/obligations.js";
import * as Payment from "../../domain/payment/payment.js";
import { type PaidOutside } from "../../domain/wallet/events.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, ledgerOf, paymentIn, walletOf } from "../aggregates.js";
import { findMatches } from "../queries/reconcile.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { unbatched } from "./payments.js";
import { ensureRegistered } from "./registration.js";

type Foreign = Wallet.State["foreign"][number];

/** Content `content` of the operation paid `obligation` of the payment stream `payment`. */
export type Claim = Omit<PaidOutside, "payment"> & { readonly payment: StreamName };

/** What a claim came to, in mutez. */
export interface PaidClaim extends Claim {
  readonly due: Mutez;
  readonly sent: Mutez;
  /** Whether a difference stands in the ledger now. */
  readonly isLedgers: boolean;
}

/**
 * Says what a foreign operation was: nothing of ours (`pays` empty), or which content paid which obligation. All of it
 * is checked, then claimed in the wallet's stream, where nobody can say otherwise from then on; then the payments are
 * written, then what was paid too much or too little into the ledger, and the classification last: it alone lets the
 * wallet sign again. Run again after an interruption it goes on where it stopped.
 */
export const classifyOperation = async (
  acts: Acts,
  hash: OperationHash,
  claims: readonly Claim[],
  reason: string,
): Promise<readonly PaidClaim[]> => {
  const { payer = refuseAct("no-payer") } = await ensureRegistered(acts);
  const pays = [...claims];
  const { actor } = acts;
  let settled: readonly Settled[] = [];
  // The payments are looked at after the wallet: what another operation paid is written before that one leaves it.
  await act(acts, walletOf(payer), async (state) => {
    const operation = foreignIn(state, hash);
    settled = await Promise.all(pays.map((claim) => checkClaim(acts, operation, claim)));
    return Wallet.claim({ hash, pays, actor }, await impossible(acts, operation))(state);
  });
  for (const payment of settled) await payOutside(acts, payer, hash, payment);
  await act(acts, walletOf(payer), Wallet.classify({ hash, pays, reason, actor }));
  return settled.map(({ content, payment, obligation, amount, owed: { due } }) => {
    const isLedgers = isDelegators(obligation);
    return { content, payment, obligation, due, sent: amount, isLedgers };
  });
};

/** For each transfer of a foreign operation the one open obligation of exactly its receiver and amount. */
export const exactClaims = async (acts: Acts, hash: OperationHash): Promise<readonly Claim[]> => {
  const { payer = refuseAct("no-payer") } = (await acts.repository.load(bakerOf(acts.baker))).state;
  const { level, contents } = foreignIn((await acts.repository.load(walletOf(payer))).state, hash);
  const matching = await findMatches(acts, payer);
  const claims: Claim[] = [];
  const unclear: Record<string, string> = {};
  for (const [content, { amount, destination, status }] of contents.entries()) {
    if (status !== "applied" || amount === null) continue;
    const exact = matching({ target: destination, amount, status, level }).filter(({ isExact }) => isExact);
    const [match] = exact;
    if (match && exact.length === 1) claims.push({ content, ...match.claim });
    else unclear[`content ${content}`] = exact.map(({ name }) => name).join(" or ") || "nothing";
  }
  if (Object.keys(unclear).length > 0 || claims.length === 0) refuseAct("not-exact", unclear);
  return claims;
};

const foreignIn = ({ foreign }: Wallet.State, hash: OperationHash): Foreign =>
  foreign.find((found) => found.hash === hash) ?? refuseAct("not-foreign", { hash });

/** What was said of an operation and can never be written: it was paid or carried otherwise, or is owed no more. */
const impossible = async (acts: Acts, { hash, pays }: Foreign): Promise<readonly PaidOutside[]> => {
  const never: PaidOutside[] = [];
  for (const claim of pays) {
    const stream = Payment.streamOfBatch(`${claim.payment}/`);
    if (stream === undefined) continue;
    const { state } = await acts.repository.load(paymentIn(stream));
    const status = state.obligations.get(claim.obligation)?.status;
    const isPaidOtherwise =
      status?.at === "paid" && !(status.operation === hash && status.content === claim.content);
    const cycle = Payment.cycleOfStream(stream);
    const isOver =
      status === undefined &&
      (cycle === undefined ||
        Cycle.isFinished((await acts.repository.load(cycleOf(acts.baker, cycle))).state));
    if (isPaidOtherwise || isOver || status?.at === "carried") never.push(claim);
  }
  return never;
};

interface Settled extends Claim {
  /** What the content sent and what it cost, in mutez. */
  readonly amount: Mutez;
  readonly fee: Mutez;
  readonly burn: Mutez;
  readonly owed: Standing;
}

const checkClaim = async (acts: Acts, operation: Foreign, claim: Claim): Promise<Settled> => {
  const { content, payment, obligation } = claim;
  const sent = operation.contents[content];
  const { amount = null, destination } = sent ?? {};
  if (sent === undefined || amount === null)
    return refuseAct("inconsistent", { content, wrong: "this content sends nothing" });
  const { state } = await acts.repository.load(paymentIn(payment));
  if (state.plans === 0 && Payment.cycleOfStream(payment) === undefined) refuseAct("no-plan", { content });
  const owed = state.obligations.get(obligation) ?? refuseAct("unknown-obligation", { obligation });
  if (destination !== owed.recipient && destination !== owed.delegator)
    refuseAct("inconsistent", { content, wrong: `it was sent to ${destination}` });
  // What a person asked for in so many words nobody is owed: the rest is that person's to send.
  const isOwed = !isDelegators(obligation) && !Payment.isOwnWord(payment);
  if (amount < owed.due && isOwed) refuseAct("pays-less", { due: owed.due, sent: amount });
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
