// Writes long logs fast: decides in memory, appends many events at a time, in the order in which they were decided.
import { type EventLog } from "../../src/application/ports/event-log.js";
import { NO_STREAM, type Revision } from "../../src/application/ports/event-store.js";
import { type Aggregate } from "../../src/application/repository.js";
import { type Decision, isRefused } from "../../src/domain/decision.js";
import { type DomainEvent } from "../../src/domain/events.js";
import { type StreamName } from "../../src/domain/identifiers.js";

/** Events that are decided and not yet handed to the log. */
const MOST_PENDING = 2_000;
/** Bytes that a row of a list takes at most, and what certainly fits into one append together. */
const ROW_BYTES = 1_000;
const FITTING_BYTES = 500_000;

/** At most, and for what is no list not exactly. */
const bytesOf = ({ data }: DomainEvent): number => {
  if ("rows" in data) return data.rows.length * ROW_BYTES;
  if ("items" in data) return data.items.length * ROW_BYTES;
  if ("results" in data) return data.results.length * ROW_BYTES;
  if ("bytes" in data) return 2 * data.bytes.length;
  return "gzip" in data ? data.gzip.length : ROW_BYTES;
};

/** Whether more than one append may be needed for them. */
const areLong = (events: readonly DomainEvent[]): boolean =>
  events.reduce((sum, event) => sum + bytesOf(event), 0) > FITTING_BYTES;

const METADATA = { correlationId: "past", causationId: "past", actor: "taps" };

interface Run {
  readonly stream: StreamName;
  readonly events: DomainEvent[];
}

export class BulkLog {
  private readonly states = new Map<StreamName, unknown>();
  private readonly revisions = new Map<StreamName, Revision>();
  /** In the order decided; what follows each other in one stream is one append. */
  private pending: Run[] = [];
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
    const last = this.pending.at(-1);
    if (last?.stream === stream) last.events.push(...events);
    else this.pending.push({ stream, events: [...events] });
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
    this.pending = [];
    this.count = 0;
    this.writing = this.appendAll(pending);
  }

  /** Hands over one after the other without waiting: the log keeps their order. Long lists are waited for. */
  private async appendAll(runs: readonly Run[]): Promise<void> {
    const underWay: Promise<void>[] = [];
    for (const run of runs) {
      const isWaitedFor = areLong(run.events);
      if (isWaitedFor) await Promise.all(underWay.splice(0));
      const appended = this.append(run);
      if (isWaitedFor) await appended;
      else underWay.push(appended);
    }
    await Promise.all(underWay);
  }

  private append({ stream, events }: Run): Promise<void> {
    const expected = this.revisions.get(stream) ?? NO_STREAM;
    this.revisions.set(stream, expected + events.length);
    return this.log.append(stream, expected, events, METADATA).then((outcome) => {
      if (!outcome.appended) throw new Error(`${stream}: ${outcome.conflict}`);
    });
  }
}
