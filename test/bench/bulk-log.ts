// Writes long logs fast: decides in memory, appends many events at a time.
import { type EventLog } from "../../src/application/ports/event-log.js";
import { NO_STREAM, type Revision } from "../../src/application/ports/event-store.js";
import { type Aggregate } from "../../src/application/repository.js";
import { type Decision, isRefused } from "../../src/domain/decision.js";
import { type DomainEvent } from "../../src/domain/events.js";
import { type StreamName } from "../../src/domain/identifiers.js";

/** Events that are decided and not yet handed to the log. */
const MOST_PENDING = 500;
const METADATA = { correlationId: "past", causationId: "past", actor: "taps" };

export class BulkLog {
  private readonly states = new Map<StreamName, unknown>();
  private readonly revisions = new Map<StreamName, Revision>();
  private pending = new Map<StreamName, DomainEvent[]>();
  private count = 0;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(private readonly log: EventLog) {}

  /** Decides each on what the ones before have left. Throws on a refusal. */
  act<State, Event extends DomainEvent, Code extends string>(
    aggregate: Aggregate<State, Event>,
    ...decisions: readonly ((state: State) => Decision<Event, Code>)[]
  ): void {
    for (const decide of decisions) {
      const decision = decide(this.stateOf(aggregate));
      if (isRefused(decision)) throw new Error(`${aggregate.stream} refused: ${decision.refused}`);
      this.record(aggregate, decision);
    }
  }

  /** Takes over what was decided elsewhere. */
  record<State, Event extends DomainEvent>(
    aggregate: Aggregate<State, Event>,
    events: readonly Event[],
  ): void {
    if (events.length === 0) return;
    const { stream, evolve } = aggregate;
    this.states.set(stream, events.reduce(evolve, this.stateOf(aggregate)));
    const waiting = this.pending.get(stream);
    if (waiting) waiting.push(...events);
    else this.pending.set(stream, [...events]);
    this.count += events.length;
  }

  stateOf<State, Event extends DomainEvent>({ stream, initial }: Aggregate<State, Event>): State {
    return (this.states.get(stream) as State | undefined) ?? initial;
  }

  /** Nothing is decided in this stream any more. */
  forget({ stream }: { readonly stream: StreamName }): void {
    this.states.delete(stream);
  }

  /** Hands on what is pending, if that is much; the log writes while more is decided. */
  async breathe(): Promise<void> {
    if (this.count >= MOST_PENDING) await this.write();
  }

  /** All is in the log. */
  async end(): Promise<void> {
    await this.write();
    await this.writing;
  }

  private async write(): Promise<void> {
    await this.writing;
    const { pending } = this;
    this.pending = new Map();
    this.count = 0;
    this.writing = Promise.all([...pending].map(([stream, events]) => this.append(stream, events)));
  }

  private async append(stream: StreamName, events: readonly DomainEvent[]): Promise<void> {
    const expected = this.revisions.get(stream) ?? NO_STREAM;
    const outcome = await this.log.append(stream, expected, events, METADATA);
    if (!outcome.appended) throw new Error(`${stream}: ${outcome.conflict}`);
    this.revisions.set(stream, outcome.revision);
  }
}
