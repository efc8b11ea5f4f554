import { type EventLog, type LoggedEvent, type LogMessage } from "../../application/ports/event-log.js";
import {
  type AppendOutcome,
  type EventMetadata,
  type EventStore,
  MAX_APPEND_BYTES,
  type NewEvent,
  type Position,
  type ReadOptions,
  type RecordedEvent,
  type Revision,
} from "../../application/ports/event-store.js";
import { type DomainEvent } from "../../domain/events.js";
import { type StreamName } from "../../domain/identifiers.js";
import {
  assertKnown,
  decodeEvent,
  type EncodedEvent,
  encodeEvent,
  eventId,
  operationEventId,
  operationHashOf,
} from "./codec.js";

/** What an event's metadata is taken to need; whose own length must not move the cuts. */
const METADATA_ALLOWANCE = 1_024;

/** Cuts a list of events where one append would grow over the limit; the same list always in the same places. */
const portions = (events: readonly EncodedEvent[]): EncodedEvent[][] => {
  const result: EncodedEvent[][] = [];
  let bytes = Infinity;
  for (const event of events) {
    const size = Buffer.byteLength(event.data) + METADATA_ALLOWANCE;
    if (bytes + size > MAX_APPEND_BYTES) {
      result.push([]);
      bytes = 0;
    }
    result.at(-1)?.push(event);
    bytes += size;
  }
  return result;
};

/** Events kept decoded, and how large one may be: the readers of a process follow each other closely. */
const KEPT = 128;
const KEPT_BYTES = 64 * 1_024;

/** Domain events over any event store: encodes, gives ids, decodes. */
export class CodedEventLog implements EventLog {
  private readonly decoded = new Map<string, { readonly from: RecordedEvent; readonly event: DomainEvent }>();

  constructor(private readonly store: EventStore) {}

  async append(
    stream: StreamName,
    expected: Revision,
    events: readonly DomainEvent[],
    metadata: EventMetadata,
  ): Promise<AppendOutcome> {
    let revision = expected;
    for (const portion of portions(events.map(encodeEvent))) {
      const identified = portion.map((content, index): NewEvent => {
        const hash = content.type === "OperationSigned" ? operationHashOf(content.data) : undefined;
        const id = hash === undefined ? eventId(stream, revision, index, content) : operationEventId(hash);
        return { id, ...content, metadata };
      });
      const outcome = await this.store.append(stream, revision, identified);
      if (!outcome.appended) return outcome;
      if (revision + portion.length === expected + events.length) return outcome;
      revision = outcome.revision;
    }
    throw new RangeError("an empty append");
  }

  async *read(stream: StreamName, options?: ReadOptions): AsyncIterable<LoggedEvent> {
    for await (const recorded of this.store.read(stream, options)) yield this.logged(recorded);
  }

  async *subscribeAll(options: { after: Position; signal: AbortSignal }): AsyncIterable<LogMessage> {
    for await (const message of this.store.subscribeAll(options)) {
      yield message.kind === "event" ? { kind: "event", event: this.passing(message.event) } : message;
    }
  }

  private logged(recorded: RecordedEvent): LoggedEvent {
    const { id, stream, revision, position, recordedAt } = recorded;
    return { event: this.eventOf(recorded), id, stream, revision, position, recordedAt };
  }

  /** Of all that passes by, most is of no concern to who listens: data is decoded for who looks at it. */
  private passing(recorded: RecordedEvent): LoggedEvent {
    assertKnown(recorded);
    const { type, id, stream, revision, position, recordedAt } = recorded;
    let decoded: DomainEvent | undefined;
    const decode = () => (decoded ??= this.eventOf(recorded)).data;
    // Type and data belong together as the decoder finds them; until then the type is known alone.
    const event = {
      type,
      get data() {
        return decode();
      },
    } as DomainEvent;
    return { event, id, stream, revision, position, recordedAt };
  }

  /** What was decoded before serves only for the very same bytes. */
  private eventOf(recorded: RecordedEvent): DomainEvent {
    const { id, type, schemaVersion, data } = recorded;
    const known = this.decoded.get(id);
    const isSame =
      known?.from.data === data && known.from.type === type && known.from.schemaVersion === schemaVersion;
    if (isSame) return known.event;
    const event = decodeEvent(recorded);
    if (data.length > KEPT_BYTES) return event;
    this.decoded.set(id, { from: recorded, event });
    const [oldest] = this.decoded.keys();
    if (this.decoded.size > KEPT && oldest !== undefined) this.decoded.delete(oldest);
    return event;
  }

  head(): Promise<Position> {
    return this.store.head();
  }

  storeId(): Promise<string> {
    return this.store.storeId();
  }
}
