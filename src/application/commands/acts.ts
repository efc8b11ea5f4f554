// What people's commands share: who acts, on what, and how a refusal reaches them.
import type * as Baker from "../../domain/baker/baker.js";
import type * as Cycle from "../../domain/cycle/cycle.js";
import { type Decision, type Refused } from "../../domain/decision.js";
import { type DomainEvent } from "../../domain/events.js";
import { type Cycle as CycleNumber, type TzAddress } from "../../domain/identifiers.js";
import type * as Ledger from "../../domain/ledger/ledger.js";
import type * as Payment from "../../domain/payment/payment.js";
import type * as Reward from "../../domain/reward/reward.js";
import type * as Wallet from "../../domain/wallet/wallet.js";
import { type Chain } from "../ports/chain.js";
import { type EventLog } from "../ports/event-log.js";
import { type EventMetadata } from "../ports/event-store.js";
import { type Aggregate, execute, type Repository } from "../repository.js";

export interface Acts {
  readonly baker: TzAddress;
  /** From `PAYER`; undefined: the wallet that is imported. */
  readonly payer: TzAddress | undefined;
  /** From `START_CYCLE`. */
  readonly startCycle: CycleNumber | undefined;
  readonly log: EventLog;
  readonly repository: Repository;
  readonly chain: Chain;
  /** Throws `SignerUnavailable` unless what is configured can sign for the payer. */
  readonly assertSigns: (payer: TzAddress) => Promise<void>;
  readonly actor: string;
  readonly metadata: () => EventMetadata;
}

type Code =
  | Baker.Refusal
  | Cycle.Refusal
  | Ledger.Refusal
  | Payment.Refusal
  | Reward.Refusal
  | Wallet.Refusal
  | "no-cycle"
  | "other-baker"
  | "not-on"
  | "being-paid"
  | "unexplained"
  | "changing"
  | "inputs-refused"
  | "not-begun"
  | "not-foreign"
  | "not-exact"
  | "pays-less"
  | "may-be-paid"
  | "paid-here"
  | "opens-later"
  | "imported-ahead"
  | "too-far-ahead"
  | "reserved-id"
  | "cycle-payment"
  | "recipient-is-own"
  | "in-payout"
  | "settlement-held"
  | "settled-elsewhere"
  | "imported"
  | "cycle-ended"
  | "planned-already"
  | "wallet-busy"
  | "source-lags"
  | "not-in-cycle"
  | "no-rewards"
  | "changed-since";

/** A command is not carried out; the message says why and what to do. */
export class ActRefused extends Error {
  override readonly name = "ActRefused";
  constructor(readonly refusal: Refused<Code>) {
    super(explain(refusal));
  }
}

/** What people can meet, and what to do about it; the other codes guard the process itself. */
const ADVICE: Partial<Record<Code, string>> = {
  "not-registered": "no baker is registered yet",
  "other-chain": "the baker is registered on another chain than the node's: check TEZOS_RPC_URL",
  "other-baker": "this log is another baker's: check BAKER, or give each baker a database of its own",
  "other-first-cycle": "START_CYCLE is not the first cycle that is registered: unset it",
  "pays-already": 'TAPS pays already: run "taps mode simulation" first',
  "cycle-ended":
    'of cycles that ended before the switch to on only those are paid that you name: "taps cycle pay"',
  "planned-already": "TAPS has planned a cycle of this baker: the first one stands",
  "too-far-ahead":
    "the first cycle that TAPS pays is the running one or one of the ten after it: until then it would pay nobody",
  "wallet-busy":
    "the wallet has sent an operation that is not final: stop the other tool, and try again two blocks later",
  "source-lags": "TzKT does not show yet what is final: try again in a minute",
  "other-payer":
    'another wallet is registered as the one that pays: "taps payer set <address>" lets this one pay, or unset PAYER',
  "mode-on": "somebody has switched to on meanwhile: try again",
  "being-paid": "a cycle is being paid: let it settle, or skip it",
  unexplained:
    'the chain shows operations of the wallet that the log does not know: let "taps start" run, then see "taps reconcile"',
  "operation-pending": "an operation of the wallet is not final yet: try again in a few blocks",
  "batch-open": 'a batch of the wallet is not closed yet: "taps start" does that; try again',
  "payment-open": "a payment that was asked for is not paid yet: try again when it is",
  "foreign-operations": 'operations of the wallet wait for a word of yours: see "taps reconcile"',
  "tz4-payer": "a tz4 wallet cannot pay: this release does not sign for one. Take a tz1, tz2 or tz3 wallet",
  "no-payer": 'no wallet pays yet: run "taps wallet import", or set PAYER and SIGNER_URL',
  "too-many-terms": "too many delegators with terms of their own",
  "baker-is-no-delegator": "the baker is no delegator of its own: its part is its own already",
  "recipient-is-baker":
    "a share that is sent to the baker is not paid to anybody else: --status suspend keeps it, --status ignore shares it among the others",
  "recipient-is-payer":
    "a share that is sent to the wallet that pays never leaves it: --status suspend keeps it, --status ignore shares it among the others",
  "payer-is-not-sent":
    "the wallet that pays keeps what it is owed as a delegator, without a transfer: it can have no recipient",
  "too-many-members": "the bond pool has too many members",
  "no-members": 'a bond pool that is on needs members: "taps bond-pool set" first, or switch it off',
  "nothing-put-in":
    'a bond pool that is on needs members who put something in: "taps bond-pool set" first, or switch it off',
  "no-manager":
    'a bond pool that is on needs a manager, who is paid the charges: "taps bond-pool set ... --manager" first, or switch it off',
  "no-cycle": 'what a person has asked for is not rejected: "taps mode off" withdraws what is not signed',
  "not-ended": "the cycle has not ended",
  "allocation-fixed":
    "a payout is planned from these rewards. Before anything is sent: taps payout reject, then recompute; afterwards only adjustments: taps ledger adjust",
  "plan-differs": "another plan stands: look at it (taps payout show), and give its digest",
  "not-awaited": "the plan waits for nobody's approval",
  "paid-outside":
    "some of it was paid outside of TAPS, and another plan would pay that again: let the rest be paid",
  "inputs-refused": "its delegators are not known",
  "not-on":
    'TAPS does not pay yet: run "taps mode on" first. What the wallet sends from then on is looked at before anything is paid',
  "already-adopted": "the wallet was taken over on another chain",
  "not-begun": "the cycle has not begun",
  "never-opened": "TAPS has not seen this cycle",
  finished: "the cycle is settled or skipped",
  "batch-formed": 'a batch of this cycle is formed: "taps cycle hold" stops what is not signed',
  "payout-completed": "the cycle is paid",
  "take-open": "another cycle is being paid: try again when it is settled",
  "unknown-obligation":
    'nothing is planned for this address in this payment. A cycle is planned when those before it are settled; what they still owe can be held: "taps payment hold"',
  "not-open": "the payment cannot be held any more",
  "plan-exists": "this id was used for another payment: take another one",
  "no-plan": "nothing is planned under this name: there is no such payment",
  "delegation-pending": "another delegation is under way: wait until it is final",
  paused: "the wallet is paused",
  "not-foreign":
    'this is no operation that waits for a word of yours: see "taps reconcile"; the running "taps start" finds it first',
  "not-exact":
    "not each of its transfers has one open payment of exactly its receiver and amount: say what it paid one by one, with <content>=<payout>/<delegator>; by content these come into question",
  "not-adopted": 'the wallet is not taken over yet: that is done by "taps adopt" or "taps mode on"',
  inconsistent: "the operation did not do that",
  claimed: "another operation is said to have paid this: see taps reconcile, and classify that one first",
  "claimed-otherwise":
    "somebody has said what this operation paid, and was interrupted: say the same again, with all that was named",
  "not-claimed": "somebody has said otherwise meanwhile: see taps reconcile, and try again",
  "pays-less":
    'this paid a part only, and no ledger keeps the rest: hold the payment ("taps payment hold"), classify the operation as unrelated, and send the rest with "taps transfer"',
  "paid-already":
    "this payment is paid already: if it was paid twice, take the excess off with taps ledger adjust",
  carried: "this amount was carried to a later cycle: take it off with taps ledger adjust",
  "not-held": "the payment is not held",
  "in-batch": "the payment is in a batch: try again",
  "batch-has-operation": "the payment is signed: it is watched to its end",
  "may-be-paid":
    "some of it may have been paid after all: look these rows up in the wallet's operations. If all of it is owed, add --yes; else import what is owed as a CSV of your own",
  "paid-here": "TAPS pays a cycle of this file itself, so what it owes would be paid twice",
  "opens-later":
    "a cycle of this file has not ended, so nobody can owe anything of it yet: is it this baker's, and this chain's?",
  "imported-ahead":
    'what this cycle left owing was imported into the ledger, so TAPS would pay it twice: let the first cycle be a later one ("taps adopt --confirm"), or wait until it has ended',
  imported:
    "what this cycle left owing was imported into the ledger, and would be paid twice. If the cycle is to be paid all the same, add --yes",
  "no-balances": "by this file nobody is owed anything",
  "same-balances": "another file with the very same balances was imported",
  "no-amount": "the amount is 0",
  "reference-used": "this reference stands for another adjustment: give each one a reference of its own",
  "not-taken-off":
    "slashing and overpayments take off: begin the amount with -, or give the reason correction",
  "below-zero":
    "that is more than the delegator has in the ledger: take off less, or add --allow-negative to take the rest off future payouts",
  "nothing-owed": "the ledger owes this delegator nothing that could be paid",
  "reserved-id": 'ids that begin with "settle." are those of settlements: take another one',
  "cycle-payment": 'a cycle is paid by "taps cycle pay <cycle>"',
  "recipient-is-own":
    "that would pay it to nobody else: what is owed no more is taken off with taps ledger adjust",
  "in-payout":
    "this delegator is in a cycle that is about to be paid, which pays what is carried as well: try again when it is settled",
  "settlement-held":
    'it left the ledger and could not be paid: see "taps payout show". Name another recipient with "taps delegator set", then "taps payment release"',
  "settled-elsewhere":
    'it is on its way to another recipient: see "taps payout show"; "taps payment hold" stops what is not signed',
  "not-in-cycle": "this delegator is not in it: nothing was allocated to it, planned or carried",
  "no-rewards": "nothing was allocated in these cycles",
  changing: "this is changing right now: try again",
  "changed-since": "somebody has changed it since you looked: look again",
};

const explain = ({ refused, facts }: Refused<Code>): string => {
  const details = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return [ADVICE[refused] ?? refused, ...(details.length > 0 ? [`(${details.join(", ")})`] : [])].join(" ");
};

export const refuseAct = (refused: Code, facts: Refused<Code>["facts"] = {}): never => {
  throw new ActRefused({ refused, facts });
};

/** Decides on a stream and appends. Throws `ActRefused`. */
export const act = async <State, Event extends DomainEvent, C extends Code>(
  { repository, metadata }: Acts,
  aggregate: Aggregate<State, Event>,
  decide: (state: State) => Decision<Event, C> | Promise<Decision<Event, C>>,
): Promise<void> => {
  const outcome = await execute(repository, aggregate, decide, metadata());
  if (!outcome.done) throw new ActRefused(outcome.refused);
};
