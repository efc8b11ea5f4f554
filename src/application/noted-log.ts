import { type DomainEvent } from "../domain/events.js";
import { type StreamName } from "../domain/identifiers.js";
import { type EventLog } from "./ports/event-log.js";
import { type AppendOutcome, type EventMetadata, type Position, type Revision } from "./ports/event-store.js";

/** A log that remembers where it was last written to through it. */
export class NotedLog implements EventLog {
  private last: Position | undefined;

  constructor(private readonly log: EventLog) {}

  /** Of the last event that was appended; undefined: nothing was. */
  get written(): Position | undefined {
    return this.last;
  }

  async append(
    stream: StreamName,
    expected: Revision,
    events: readonly DomainEvent[],
    metadata: EventMetadata,
  ): Promise<AppendOutcome> {
    const outcome = await this.log.append(stream, expected, events, metadata);
    if (outcome.appended && (this.last === undefined || outcome.position > this.last))
      this.last = outcome.position;
    return outcome;
  }

  read(...asked: Parameters<EventLog["read"]>): ReturnType<EventLog["read"]> {
    return this.log.read(...asked);
  }

  subscribeAll(...asked: Parameters<EventLog["subscribeAll"]>): ReturnType<EventLog["subscribeAll"]> {
    return this.log.subscribeAll(...asked);
  }

  head(): Promise<Position> {
    return this.log.head();
  }

  storeId(): Promise<string> {
    return this.log.storeId();
  }
}
