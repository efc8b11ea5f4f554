// A log written by the domain's own decisions, for tests of what reads it.
import { type Aggregate } from "../../src/application/repository.js";
import { type Position } from "../../src/application/ports/event-store.js";
import { type LoggedEvent } from "../../src/application/ports/event-log.js";
import { type Decision, isRefused } from "../../src/domain/decision.js";
import { sha256 } from "../../src/domain/digest.js";
import { type DomainEvent } from "../../src/domain/events.js";
import { type StreamName } from "../../src/domain/identifiers.js";

/** Positions have gaps, as those of EventStoreDB do. */
const GAP = 3n;
const BEGINNING = Date.parse("2026-01-01T00:00:00Z");

export class RecordedLog {
  readonly events: LoggedEvent[] = [];
  private readonly states = new Map<StreamName, unknown>();
  private readonly revisions = new Map<StreamName, number>();

  /** Records events as they are, whatever the stream's state. */
  record(stream: StreamName, events: readonly DomainEvent[]): void {
    for (const event of events) {
      const revision = (this.revisions.get(stream) ?? -1) + 1;
      const position = (BigInt(this.events.length) * GAP) as Position;
      const recordedAt = new Date(BEGINNING + this.events.length * 1_000);
      const id = sha256(`${stream} ${revision}`);
      this.events.push({ event, id, stream, revision, position, recordedAt });
      this.revisions.set(stream, revision);
    }
  }

  /** Decides and records. Throws on a refusal. */
  act<State, Event extends DomainEvent, Code extends string>(
    aggregate: Aggregate<State, Event>,
    ...decisions: readonly ((state: State) => Decision<Event, Code>)[]
  ): void {
    for (const decide of decisions) {
      const decision = decide(this.stateOf(aggregate));
      if (isRefused(decision)) throw new Error(`${aggregate.stream} refused: ${decision.refused}`);
      this.record(aggregate.stream, decision);
      this.states.set(aggregate.stream, decision.reduce(aggregate.evolve, this.stateOf(aggregate)));
    }
  }

  stateOf<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>): State {
    return (this.states.get(aggregate.stream) as State | undefined) ?? aggregate.initial;
  }
}
