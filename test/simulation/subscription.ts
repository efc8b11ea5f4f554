// The log as one reader follows it: a subscription that dies, stays away, or says things again.
import {
  type EventStore,
  type Position,
  START,
  StoreUnavailable,
  type SubscriptionMessage,
} from "../../src/application/ports/event-store.js";
import { type Chance } from "./chance.js";

export type SubscriptionFault =
  /** Ends, as none should that nobody has left. */
  | { readonly is: "ends" }
  /** The store does not answer. */
  | { readonly is: "interrupted" }
  /** Says nothing for so many rounds, and only then that the store did not answer: how an adapter finds it dead. */
  | { readonly is: "silent"; readonly rounds: number }
  /** What comes comes so many rounds later. */
  | { readonly is: "late"; readonly rounds: number }
  /** The last events come again. */
  | { readonly is: "repeats"; readonly events: number };

export const drawSubscriptionFault = (chance: Chance): SubscriptionFault =>
  chance.oneOf<SubscriptionFault>([
    { is: "ends" },
    { is: "interrupted" },
    { is: "silent", rounds: chance.between(1, 8) },
    { is: "late", rounds: chance.between(1, 4) },
    { is: "repeats", events: chance.between(1, 20) },
  ]);

export class Subscription {
  private fault: SubscriptionFault | undefined;
  private cut = new AbortController();

  constructor(
    private readonly store: EventStore,
    private readonly idle: (rounds: number, signal: AbortSignal) => Promise<void>,
  ) {}

  /** Befalls what is subscribed now. */
  breakDown(fault: SubscriptionFault): void {
    this.fault = fault;
    this.cut.abort();
  }

  async *follow({
    after,
    signal,
  }: {
    readonly after: Position;
    readonly signal: AbortSignal;
  }): AsyncIterable<SubscriptionMessage> {
    let position = after;
    while (!signal.aborted) {
      this.fault = undefined;
      this.cut = new AbortController();
      const options = { after: position, signal: AbortSignal.any([signal, this.cut.signal]) };
      for await (const message of this.store.subscribeAll(options)) {
        if (this.cut.signal.aborted) break; // what was on its way is lost
        if (message.kind === "event") position = message.event.position;
        yield message;
      }
      const fault = this.breakdown();
      if (fault?.is === "ends") return;
      if (fault?.is === "silent" || fault?.is === "late") await this.idle(fault.rounds, signal);
      if (fault?.is === "interrupted" || fault?.is === "silent")
        yield { kind: "interrupted", error: new StoreUnavailable("subscribeAll", { cause: "no answer" }) };
      if (fault?.is === "repeats") position = back(position, fault.events);
    }
  }

  private breakdown(): SubscriptionFault | undefined {
    return this.fault;
  }
}

/** Positions of the store in memory are 0, 1, 2 ... */
const back = (position: Position, events: number): Position => {
  const earlier = position - BigInt(events);
  return (earlier > START ? earlier : START) as Position;
};
