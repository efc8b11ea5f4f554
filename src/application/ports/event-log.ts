import { type DomainEvent } from "../../domain/events.js";
import { type StreamName } from "../../domain/identifiers.js";
import {
  type AppendOutcome,
  type EventMetadata,
  type Position,
  type ReadOptions,
  type Revision,
  type SubscriptionMessage,
} from "./event-store.js";

export interface LoggedEvent {
  readonly event: DomainEvent;
  readonly id: string;
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly position: Position;
  readonly recordedAt: Date;
}

export type LogMessage =
  | { readonly kind: "event"; readonly event: LoggedEvent }
  | Exclude<SubscriptionMessage, { readonly kind: "event" }>;

/**
 * The event store in terms of the domain's events. An event it cannot read throws `UnreadableEvent`. Of a subscription's
 * event the data is read when it is first looked at, and throws then if it does not fit its schema.
 */
export interface EventLog {
  /**
   * Appends at an exact revision. What fits into one append is written all or not at all; a longer list is
   * written in several appends, in order, and may be cut short by a conflict or a crash: its readers wait for
   * the list's closing event.
   */
  append(
    stream: StreamName,
    expected: Revision,
    events: readonly DomainEvent[],
    metadata: EventMetadata,
  ): Promise<AppendOutcome>;
  read(stream: StreamName, options?: ReadOptions): AsyncIterable<LoggedEvent>;
  subscribeAll(options: {
    readonly after: Position;
    readonly signal: AbortSignal;
  }): AsyncIterable<LogMessage>;
  head(): Promise<Position>;
  storeId(): Promise<string>;
}

/** An event of a type or version that this release does not know, or whose data does not fit its schema. */
export class UnreadableEvent extends Error {
  override readonly name = "UnreadableEvent";
  constructor(
    readonly place: { readonly stream: string; readonly revision: Revision },
    readonly eventType: string,
    readonly schemaVersion: number,
    options?: ErrorOptions,
  ) {
    super(
      `cannot read event ${place.revision} of ${place.stream} (${eventType} version ${schemaVersion}): ` +
        `it was written by another release of TAPS, or damaged`,
      options,
    );
  }
}
