import { type Decision, isRefused, type Refused } from "../domain/decision.js";
import { type DomainEvent } from "../domain/events.js";
import { type StreamName } from "../domain/identifiers.js";
import { type EventLog, type LoggedEvent } from "./ports/event-log.js";
import { type EventMetadata, NO_STREAM, type Position, type Revision } from "./ports/event-store.js";

/** A stream's fold and how to get it. */
export interface Aggregate<State, Event extends DomainEvent> {
  readonly stream: StreamName;
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly owns: (event: DomainEvent) => event is Event;
  /**
   * Looks for a later place to start from than the stream's beginning: is shown the events from the newest backwards,
   * and answers the fold up to one of them.
   */
  readonly findStart?: () => (event: Event) => State | undefined;
}

export interface Loaded<State> {
  readonly state: State;
  /** Revision of the last event folded. */
  readonly revision: Revision;
}

/** The log is not the one that this process has read: it was put back behind it, or a stream was cut short. */
export class LogBroken extends Error {
  override readonly name = "LogBroken";
}

/** A fold kept, and what its last event is known by: one that is written again has the same id. */
interface Kept<State> extends Loaded<State> {
  readonly id: string;
  readonly recordedAt: Date | undefined;
}

const nothing = <State>(state: State): Kept<State> => ({
  state,
  revision: NO_STREAM,
  id: "",
  recordedAt: undefined,
});

const wentBack = (stream: StreamName, revision: Revision): LogBroken =>
  new LogBroken(
    `event ${revision} of ${stream}, which this process has read, is not in the log any more: the log was put back ` +
      `while TAPS ran. Start TAPS again`,
  );

export type Appended =
  | { readonly appended: true; readonly revision: Revision; readonly position: Position }
  | { readonly appended: false };

/**
 * Folds of streams, kept by revision: loading reads only the tail, and the last event known again, to see that it still
 * stands in the log. One per process; not a source of truth.
 */
export class Repository {
  private readonly folds = new Map<StreamName, Kept<unknown>>();

  constructor(private readonly log: EventLog) {}

  /** Throws `LogBroken` if the log went back behind this process, or lacks events of the stream. */
  async load<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>): Promise<Loaded<State>> {
    const { stream } = aggregate;
    const known = this.folds.get(stream) as Kept<State> | undefined;
    let fold: Kept<State> = known ?? (await this.newestStart(aggregate)) ?? nothing(aggregate.initial);
    for await (const { event, revision, id, recordedAt } of this.tail(stream, fold)) {
      if (!aggregate.owns(event)) throw new Error(`${event.type} does not belong into ${stream}`);
      fold = { state: aggregate.evolve(fold.state, event), revision, id, recordedAt };
    }
    this.folds.set(stream, fold);
    return { state: fold.state, revision: fold.revision };
  }

  /** The events behind a fold's last one, without a gap. */
  private async *tail(
    stream: StreamName,
    { revision: last, id, recordedAt }: Omit<Kept<unknown>, "state">,
  ): AsyncIterable<LoggedEvent> {
    let read = last === NO_STREAM ? last : last - 1;
    for await (const logged of this.log.read(stream, { from: read + 1 })) {
      read += 1;
      if (logged.revision !== read)
        throw new LogBroken(`the log lacks event ${read} of ${stream}: a part of it was deleted`);
      if (read > last) yield logged;
      else if (logged.id !== id || logged.recordedAt.getTime() !== recordedAt?.getTime())
        throw wentBack(stream, last);
    }
    if (read < last) throw wentBack(stream, last);
  }

  /** Appends at an exact revision. A conflict is a value: load again, decide again. */
  async append(
    stream: StreamName,
    expected: Revision,
    events: readonly DomainEvent[],
    metadata: EventMetadata,
  ): Promise<Appended> {
    const outcome = await this.log.append(stream, expected, events, metadata);
    return outcome.appended ? outcome : { appended: false };
  }

  /** Forgets the folds of streams that are no longer needed. */
  forget(stream: StreamName): void {
    this.folds.delete(stream);
  }

  private async newestStart<State, Event extends DomainEvent>(
    aggregate: Aggregate<State, Event>,
  ): Promise<Kept<State> | undefined> {
    const startAt = aggregate.findStart?.();
    if (!startAt) return undefined;
    for await (const logged of this.log.read(aggregate.stream, { direction: "backwards" })) {
      const state = aggregate.owns(logged.event) ? startAt(logged.event) : undefined;
      if (state !== undefined)
        return { state, revision: logged.revision, id: logged.id, recordedAt: logged.recordedAt };
    }
    return undefined;
  }
}

export type Outcome<Code extends string> =
  | { readonly done: true; readonly revision: Revision; readonly position: Position | undefined }
  | { readonly done: false; readonly refused: Refused<Code> };

const MAX_RETRIES = 10;

/**
 * Loads, decides and appends; decides again on a conflict. A decision may look at other streams: it does so after this
 * one was loaded. For people's commands; the payer acts at the
 * revision it looked at and never decides again blindly.
 */
export const execute = async <State, Event extends DomainEvent, Code extends string>(
  repository: Repository,
  aggregate: Aggregate<State, Event>,
  decide: (state: State) => Decision<Event, Code> | Promise<Decision<Event, Code>>,
  metadata: EventMetadata,
): Promise<Outcome<Code>> => {
  for (let attempt = 0; attempt < MAX_RETRIES; attempt += 1) {
    const { state, revision } = await repository.load(aggregate);
    const decision = await decide(state);
    if (isRefused(decision)) return { done: false, refused: decision };
    if (decision.length === 0) return { done: true, revision, position: undefined };
    const appended = await repository.append(aggregate.stream, revision, decision, metadata);
    if (appended.appended) return { done: true, revision: appended.revision, position: appended.position };
  }
  throw new Error(`${aggregate.stream} changed ${MAX_RETRIES} times while a command was being decided`);
};
