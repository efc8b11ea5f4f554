// What the payer's acts share: appending at the revisions that were looked at, and saying why nothing was done.
import { type Decision, isRefused } from "../../../domain/decision.js";
import { type DomainEvent } from "../../../domain/events.js";
import { type Cycle, type StreamName } from "../../../domain/identifiers.js";
import * as Payment from "../../../domain/payment/payment.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { type Mutez, mutez, sumOf } from "../../../domain/money.js";
import { cycleOf, ledgerOf, paymentIn, rewardOf, walletOf } from "../../aggregates.js";
import { type Revision } from "../../ports/event-store.js";
import { type Target, type Waiting } from "./action.js";
import { type Candidate, type Transfer } from "./batch.js";
import { type Memory } from "./memory.js";
import { type PayerPorts } from "./ports.js";
import { type Examination, type SimulationContext } from "./simulate.js";
import { type LogView, type PaymentView, type PayoutView } from "./view.js";
import { type Situation } from "./watch.js";

/** One look at log and chain, and the means to act on it. */
export interface Acting extends Situation {
  readonly ports: PayerPorts;
  readonly memory: Memory;
}

/** Undefined: look again at once. Otherwise nothing more can be done before something changes. */
export type Done = Waiting | undefined;

export type Fault = Exclude<Examination, { readonly verdict: "fine" }>;

/** Of any payment stream that is in view. */
export const paymentOf = (view: LogView, stream: StreamName): PaymentView => {
  const bonds = view.payouts.flatMap(({ bond }) => bond ?? []);
  const payment = [...view.payouts, ...view.others, ...bonds].find(
    (candidate) => candidate.stream === stream,
  );
  if (payment === undefined) throw new Error(`${stream} is not in view`);
  return payment;
};

export const payoutOf = (view: LogView, cycle: Cycle): PayoutView => {
  const payout = view.payouts.find((candidate) => candidate.cycle === cycle);
  if (payout === undefined) throw new Error(`cycle ${cycle} is not in view`);
  return payout;
};

const placeOf = (view: LogView, to: Target): readonly [StreamName, Revision] => {
  const { bakerAddress: baker, payer } = view;
  switch (to.stream) {
    case "wallet":
      return [walletOf(payer).stream, view.wallet.revision];
    case "ledger":
      return [ledgerOf(baker).stream, view.ledger.revision];
    case "life":
      return [cycleOf(baker, to.cycle).stream, payoutOf(view, to.cycle).life.revision];
    case "reward":
      return [rewardOf(baker, to.cycle).stream, payoutOf(view, to.cycle).reward.revision];
    case "payment":
      return [to.payment, paymentOf(view, to.payment).payment.revision];
  }
};

/** Appends at the revision that was looked at; a conflict is left to the next look. */
export const append = async (
  { ports, view }: Acting,
  to: Target,
  events: readonly DomainEvent[],
): Promise<Done> => {
  const [stream, revision] = placeOf(view, to);
  await ports.repository.append(stream, revision, events, ports.metadata());
  return undefined;
};

/** Appends what was decided; a refusal is left to the next look. */
export const appendDecided = async <Code extends string>(
  acting: Acting,
  to: Target,
  decision: Decision<DomainEvent, Code>,
): Promise<Done> => (isRefused(decision) || decision.length === 0 ? undefined : append(acting, to, decision));

/** Remembers until the next head that the wallet cannot pay for this; `needed` in mutez. */
export const lackFunds = ({ facts, memory }: Acting, what: string, needed: bigint): Waiting => {
  const short = needed - facts.atHead.balance;
  const missing = mutez(short > 0n ? short : 1n);
  memory.funds.set(what, { missing, at: facts.head.hash });
  return { reason: "funds", missing };
};

/** Stops the wallet until a person has looked. */
export const find = (acting: Acting, detail: string): Promise<Done> => {
  const pause = { reason: "finding" as const, detail, actor: "taps", untilLevel: null };
  return appendDecided(acting, { stream: "wallet" }, Wallet.pause(pause)(acting.view.wallet.state));
};

/** A fault that is not a receiver's: said, or written down as a finding. */
export const handleFault = async (
  acting: Acting,
  what: string,
  candidates: readonly Candidate[],
  fault: Exclude<Fault, { readonly verdict: "receiver" }>,
): Promise<Done> => {
  switch (fault.verdict) {
    case "payer":
      return lackFunds(
        acting,
        what,
        candidates.reduce((total, { due }) => total + due, 0n),
      );
    case "later":
      return { reason: "node-lags" };
    case "finding":
      return find(acting, `nothing can be signed: ${fault.error}`);
  }
};

/** Fees above the policy's ceiling stop the wallet: a node may ask for anything. Undefined: they are below it. */
export const overFeeCeiling = (
  acting: Acting,
  what: string,
  fees: readonly Mutez[],
): Promise<Done> | undefined => {
  const ceiling = acting.view.baker.state.ceilings.operationFee;
  const sum = sumOf(fees, (fee) => fee);
  if (sum <= ceiling) return undefined;
  return find(acting, `the fees of ${what} would be ${sum} mutez, above the ceiling of ${ceiling}`);
};

/** Keeps a receiver from being paid until a person has looked. */
export const holdReceiver = (
  acting: Acting,
  { stream, payment }: PaymentView,
  obligation: string,
  error: string,
): Promise<Done> => {
  const held = Payment.hold({ obligation, reason: error, actor: "taps" })(payment.state);
  return appendDecided(acting, { stream: "payment", payment: stream }, held);
};

export const simulationContext = ({ ports, view, facts }: Acting): SimulationContext => ({
  chain: ports.chain,
  source: view.payer,
  branch: facts.final.hash,
  counter: facts.atHead.counter,
  constants: facts.constants,
  head: facts.head,
});

export const asTransfers = (candidates: readonly Candidate[]): readonly Transfer[] =>
  candidates.map(({ recipient, due }) => ({ recipient, amount: due }));

/**
 * Forgets a payment that is complete. Read again after the wallet: who releases an obligation of it asks for it anew,
 * and that meets this append.
 */
export const closePayment = async (acting: Acting, stream: StreamName): Promise<Done> => {
  const { ports, view, memory } = acting;
  const { state } = await ports.repository.load(paymentIn(stream));
  if (memory.token === undefined || Payment.totalsOf(state).pending > 0) return undefined;
  const closing = Wallet.closePayments({ payments: [stream], token: memory.token })(view.wallet.state);
  return appendDecided(acting, { stream: "wallet" }, closing);
};
