// One baker's log as it comes about: what a decision refuses does not happen.
import { bakerOf, ledgerOf, walletOf } from "../../../src/application/aggregates.js";
import { type Aggregate } from "../../../src/application/repository.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import { type Decision, isRefused } from "../../../src/domain/decision.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCounter, asCycle, asLevel, chainId, type StreamName } from "../../../src/domain/identifiers.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { addressOf } from "../identifiers.js";
import { BAKER, PAYER } from "../payouts.js";
import { RecordedLog } from "../recorded-log.js";

/** On both sides of a partition's end. */
export const CYCLES = [198, 199, 200, 201].map(asCycle);
/** The payer is a delegator too. */
export const DELEGATORS = [PAYER, ...["ann", "bob", "eve", "joe", "kim"].map(addressOf)];
const CHAIN = chainId.parse("NetXdQprcVkpaWU");
export const TOKEN = 1n;
export const PEOPLE = ["cli:ann", "cli:bob"];

export class History {
  readonly log = new RecordedLog();
  readonly baker = bakerOf(BAKER);
  readonly ledger = ledgerOf(BAKER);
  readonly wallet = walletOf(PAYER);
  made = 0;
  private seen = 0;
  private readonly begun = new Set(CYCLES.map((cycle) => Payment.cycleStream(BAKER, cycle)));

  constructor() {
    const identity = { systemIdentifier: "7", timeline: 1, databaseOid: 5 };
    this.act(this.baker, Baker.register({ chainId: CHAIN, firstCycle: asCycle(198), startCycle: undefined }));
    this.act(this.baker, Baker.setPayer({ payer: PAYER, actor: "cli:ann" }));
    this.act(this.wallet, Wallet.adopt({ chainId: CHAIN, level: asLevel(9), counter: asCounter(5n) }));
    this.act(this.wallet, Wallet.startTerm({ token: TOKEN, lease: TOKEN, identity, nonce: "1" }));
  }

  /** False: refused, or done already. */
  act<State, Event extends DomainEvent, Code extends string>(
    aggregate: Aggregate<State, Event>,
    decide: (state: State) => Decision<Event, Code>,
    /** As when the process dies on the way: a list lacks its closing event. */
    onlyPart = false,
  ): boolean {
    const decision = decide(this.state(aggregate));
    if (isRefused(decision) || decision.length === 0) return false;
    const events = onlyPart ? decision.slice(0, -1) : decision;
    this.log.act(aggregate, () => events);
    return true;
  }

  state<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>): State {
    return this.log.stateOf(aggregate);
  }

  /** Streams of the cycles' payments, and of all others that have begun. */
  payments(): readonly StreamName[] {
    for (; this.seen < this.log.events.length; this.seen += 1) {
      const stream = this.log.events[this.seen]?.stream;
      if (stream?.startsWith("payment-")) this.begun.add(stream);
    }
    return [...this.begun];
  }

  next(): number {
    return (this.made += 1);
  }
}

export const pick = <T>(list: readonly T[], n: number): T => {
  const found = list[n % list.length];
  if (found === undefined) throw new RangeError("nothing to pick from");
  return found;
};
