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
  | "ceilings"
  | "other-baker"
  | "not-on"
  | "changing"
  | "inputs-refused"
  | "not-begun";

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
  "other-payer": "another wallet is registered as the one that pays",
  "no-payer": 'no wallet pays yet: run "taps wallet import", or set PAYER and SIGNER_URL',
  "too-many-terms": "too many delegators with terms of their own",
  ceilings: "this release has no ceilings: nothing would wait for approval. Take the key out of the file",
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
  "unknown-obligation": "nothing is planned for this delegator in this cycle",
  "not-open": "the payment cannot be held any more",
  "not-held": "the payment is not held",
  "in-batch": "the payment is in a batch: try again",
  "batch-has-operation": "the payment is signed: it is watched to its end",
  changing: "the cycle is changing right now: try again",
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
  decide: (state: State) => Decision<Event, C>,
): Promise<void> => {
  const outcome = await execute(repository, aggregate, decide, metadata());
  if (!outcome.done) throw new ActRefused(outcome.refused);
};
