// What people's commands share: who acts, on what, and how a refusal reaches them.
import { type Decision, type Refused } from "../../domain/decision.js";
import { type DomainEvent } from "../../domain/events.js";
import { type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type Chain } from "../ports/chain.js";
import { type EventMetadata } from "../ports/event-store.js";
import { type Aggregate, execute, type Repository } from "../repository.js";

export interface Acts {
  readonly baker: TzAddress;
  /** From `PAYER`; undefined: the wallet that is imported. */
  readonly payer: TzAddress | undefined;
  /** From `START_CYCLE`. */
  readonly startCycle: Cycle | undefined;
  readonly repository: Repository;
  readonly chain: Chain;
  readonly actor: string;
  readonly metadata: () => EventMetadata;
}

/** A command is not carried out; the message says why and what to do. */
export class ActRefused extends Error {
  override readonly name = "ActRefused";
  constructor(readonly refusal: Refused<string>) {
    super(explain(refusal));
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  "not-registered": "no baker is registered: run a command that writes with BAKER set",
  "other-chain": "BAKER is registered on another chain",
  "other-first-cycle": "START_CYCLE differs from the cycle that is registered",
  "other-payer": "another wallet is registered as the payer",
  "no-payer": 'no wallet pays yet: run "taps wallet import", or set PAYER with SIGNER_URL',
  "too-many-terms": "too many delegators with terms of their own",
  "never-opened": "TAPS has not seen this cycle",
  finished: "the cycle is settled or skipped",
  "batch-formed": "a batch of this cycle is formed: hold the cycle instead",
  "unknown-obligation": "no such obligation in this cycle's plan",
  "not-open": "the obligation is not open",
  "not-held": "the obligation is not held",
  "in-batch": "the obligation is in a batch",
  "batch-has-operation": "the obligation's batch is signed: wait until its operation is final",
  "not-adopted": "the wallet is not adopted yet: switch the mode to on first",
  "no-plan": "the cycle has no plan yet",
  planning: "the cycle is being planned right now: try again",
};

/** A refusal in words. */
const explain = ({ refused, facts }: Refused<string>): string => {
  const details = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return [ADVICE[refused] ?? refused, ...(details.length > 0 ? [`(${details.join(", ")})`] : [])].join(" ");
};

export const refuseAct = (refused: string, facts: Refused<string>["facts"] = {}): never => {
  throw new ActRefused({ refused, facts });
};

/** Decides on a stream and appends. Throws `ActRefused`. */
export const act = async <State, Event extends DomainEvent, Code extends string>(
  { repository, metadata }: Acts,
  aggregate: Aggregate<State, Event>,
  decide: (state: State) => Decision<Event, Code>,
): Promise<void> => {
  const outcome = await execute(repository, aggregate, decide, metadata());
  if (!outcome.done) throw new ActRefused(outcome.refused);
};
