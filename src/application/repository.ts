import { type Decision, isRefused, type Refused } from "../domain/decision.js";
import { type DomainEvent } from "../domain/events.js";
import { type StreamName } from "../domain/identifiers.js";
import { type EventLog } from "./ports/event-log.js";
import { type EventMetadata, NO_STREAM, type Position, type Revision } from "./ports/event-store.js";

/** A stream's fold and how to get it. */
export interface Aggregate<State, Event extends DomainEvent> {
  readonly stream: StreamName;
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly owns: (event: DomainEvent) => event is Event;
  /** A newer fold to start from than the stream's beginning, if its events carry one. */
  readonly checkpointed?: (event: Event) => State | undefined;
}

export interface Loaded<State> {
  readonly state: State;
  /** Revision of the last event folded. */
  readonly revision: Revision;
}

export type Appended =
  | { readonly appended: true; readonly revision: Revision; readonly position: Position }
  | { readonly appended: false };

/** Folds of streams, kept by revision: loading reads only the tail. One per process; not a source of truth. */
export class Repository {
  private readonly folds = new Map<StreamName, Loaded<unknown>>();

  constructor(private readonly log: EventLog) {}

  async load<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>): Promise<Loaded<State>> {
    const known = this.folds.get(aggregate.stream) as Loaded<State> | undefined;
    const start = known ??
      (await this.newestCheckpoint(aggregate)) ?? { state: aggregate.initial, revision: NO_STREAM };
    let { state, revision } = start;
    for await (const logged of this.log.read(aggregate.stream, { from: revision + 1 })) {
      if (!aggregate.owns(logged.event))
        throw new Error(`${logged.event.type} does not belong into ${aggregate.stream}`);
      state = aggregate.evolve(state, logged.event);
      revision = logged.revision;
    }
    const loaded = { state, revision };
    this.folds.set(aggregate.stream, loaded);
    return loaded;
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

  /** Forgets all folds, as when the log behind them is no longer the same. */
  forgetAll(): void {
    this.folds.clear();
  }

  private async newestCheckpoint<State, Event extends DomainEvent>(
    aggregate: Aggregate<State, Event>,
  ): Promise<Loaded<State> | undefined> {
    if (!aggregate.checkpointed) return undefined;
    for await (const logged of this.log.read(aggregate.stream, { direction: "backwards" })) {
      const state = aggregate.owns(logged.event) ? aggregate.checkpointed(logged.event) : undefined;
      if (state !== undefined) return { state, revision: logged.revision };
    }
    return undefined;
  }
}

export type Outcome<Code extends string> =
  | { readonly done: true; readonly revision: Revision; readonly position: Position | undefined }
  | { readonly done: false; readonly refused: Refused<Code> };

const MAX_RETRIES = 10;

/**
 * Loads, decides and appends; decides again on a conflict. For people's commands; the payer acts at the
 * revision it looked at and never decides again blindly.
 */
export const execute = async <State, Event extends DomainEvent, Code extends string>(
  repository: Repository,
  aggregate: Aggregate<State, Event>,
  decide: (state: State) => Decision<Event, Code>,
  metadata: EventMetadata,
): Promise<Outcome<Code>> => {
  for (let attempt = 0; attempt < MAX_RETRIES; attempt += 1) {
    const { state, revision } = await repository.load(aggregate);
    const decision = decide(state);
    if (isRefused(decision)) return { done: false, refused: decision };
    if (decision.length === 0) return { done: true, revision, position: undefined };
    const appended = await repository.append(aggregate.stream, revision, decision, metadata);
    if (appended.appended) return { done: true, revision: appended.revision, position: appended.position };
  }
  throw new Error(`${aggregate.stream} changed ${MAX_RETRIES} times while a command was being decided`);
};
