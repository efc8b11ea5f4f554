// given(aggregate, events).when(decision).then(events): exact, ordered, and never silent.
import { expect } from "chai";
import { type Decision, isRefused } from "../../src/domain/decision.js";
import { type DomainEvent } from "../../src/domain/events.js";
import { streamName } from "../../src/domain/identifiers.js";
import { decodeEvent, encodeEvent } from "../../src/infrastructure/eventstore/codec.js";

interface Folding<State, Event extends DomainEvent> {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
}
type Decide<State, Event, Code extends string> = (state: State) => Decision<Event, Code>;
type Facts = Readonly<Record<string, string | number | bigint>>;

/** Where each `given` stands that has not come to a `then` yet. */
const unsaid = new Map<object, Error>();

/** Throws if a `given` since the last call asserted nothing. A root hook calls it after every test. */
export const assertAllSaid = (): void => {
  const [first] = unsaid.values();
  unsaid.clear();
  if (first !== undefined) throw first;
};
afterEach(function () {
  if (this.currentTest?.state === "failed") unsaid.clear();
  else assertAllSaid();
});

/** What stands in a stream must come out of it again. */
const throughTheLog = (event: DomainEvent): void => {
  const place = { stream: streamName("test", "given"), revision: 0 };
  expect(decodeEvent({ ...encodeEvent(event), ...place })).to.deep.equal(event);
};

class Given<State, Event extends DomainEvent> {
  constructor(
    private readonly aggregate: Folding<State, Event>,
    private readonly events: readonly Event[],
  ) {
    events.forEach(throughTheLog);
    unsaid.set(this, new Error("given(...) without a when(...) and a then"));
  }

  /** Decides on the fold of the given events. */
  when<Code extends string>(decide: Decide<State, Event, Code>): When<State, Event, Code> {
    unsaid.delete(this);
    return new When(
      this.aggregate,
      this.events.reduce(this.aggregate.evolve, this.aggregate.initial),
      decide,
    );
  }

  /** The fold of the given events. */
  thenState(): State {
    unsaid.delete(this);
    return this.events.reduce(this.aggregate.evolve, this.aggregate.initial);
  }
}

class When<State, Event extends DomainEvent, Code extends string> {
  private readonly decision: Decision<Event, Code>;

  constructor(
    private readonly aggregate: Folding<State, Event>,
    private readonly state: State,
    private readonly decide: Decide<State, Event, Code>,
  ) {
    this.decision = decide(state);
    unsaid.set(this, new Error("when(...) without a then"));
  }

  /** Exactly these events, at least one; the same command afterwards then says what `again` says. */
  then(...expected: readonly [Event, ...Event[]]): { readonly again: When<State, Event, Code> } {
    unsaid.delete(this);
    if (expected.length === 0) throw new Error("then() names no event; say thenNothing()");
    expect(this.decision).to.deep.equal(expected);
    expected.forEach(throughTheLog);
    const { aggregate, decide } = this;
    const after = expected.reduce(aggregate.evolve, this.state);
    return {
      get again() {
        return new When(aggregate, after, decide);
      },
    };
  }

  /** Already done. */
  thenNothing(): void {
    unsaid.delete(this);
    expect(this.decision).to.deep.equal([]);
  }

  /** Refused by this code with exactly these facts. */
  thenRefused(code: Code, facts: Facts = {}): void {
    unsaid.delete(this);
    expect(isRefused(this.decision), "refused").to.equal(true);
    expect(this.decision).to.deep.equal({ refused: code, facts });
  }
}

export const given = <State, Event extends DomainEvent>(
  aggregate: Folding<State, Event>,
  events: readonly NoInfer<Event>[] = [],
): Given<State, Event> => new Given(aggregate, events);
