// The event store of simulations: in memory, deterministic, cut and copied at will.
import {
  type AppendOutcome,
  type EventStore,
  type NewEvent,
  NO_STREAM,
  type Position,
  type ReadOptions,
  type RecordedEvent,
  type Revision,
  START,
  type SubscriptionMessage,
} from "../../src/application/ports/event-store.js";
import { type StreamName } from "../../src/domain/identifiers.js";
import { assertAppendable } from "../../src/infrastructure/eventstore/append-limits.js";

const sameContent = (a: NewEvent, b: NewEvent): boolean =>
  a.type === b.type && a.schemaVersion === b.schemaVersion && a.data === b.data;

/** How many events have a lower revision: that many, unless some were taken out of the stream. */
const before = (recorded: readonly RecordedEvent[], revision: Revision): number => {
  let count = Math.min(revision, recorded.length);
  while (count > 0 && (recorded[count - 1]?.revision ?? 0) >= revision) count -= 1;
  return count;
};

export class MemoryEventStore implements EventStore {
  private log: RecordedEvent[] = [];
  private readonly streams = new Map<StreamName, RecordedEvent[]>();
  private readonly waiting = new Set<() => void>();

  /** Continues a log from a snapshot: events of positions 0, 1, 2 ... as `snapshot` gave them. */
  constructor(
    private readonly now: () => Date,
    events: readonly RecordedEvent[] = [],
    private readonly id = "memory",
  ) {
    this.restore(events);
  }

  /** Puts back what the log was at the moment of a snapshot, behind everybody who has read on. */
  restore(events: readonly RecordedEvent[]): void {
    this.log = [...events];
    this.streams.clear();
    for (const event of events) this.streamOf(event.stream).push(event);
  }

  /** The whole log at this moment; a prefix of it is the log of an earlier moment. */
  snapshot(): readonly RecordedEvent[] {
    return [...this.log];
  }

  /** How many events there are. */
  get size(): number {
    return this.log.length;
  }

  async storeId(): Promise<string> {
    return this.id;
  }

  async append(stream: StreamName, expected: Revision, events: readonly NewEvent[]): Promise<AppendOutcome> {
    assertAppendable(events);
    const recorded = this.streams.get(stream) ?? [];
    const actual = recorded.length + NO_STREAM;
    const known = events.map((event) => recorded.findIndex(({ id }) => id === event.id));

    const isWritten = (event: NewEvent, i: number): boolean => {
      const original = recorded[expected + 1 + i];
      return original?.id === event.id && sameContent(original, event);
    };
    const last = recorded[expected + events.length];
    if (last && events.every(isWritten))
      return { appended: true, revision: last.revision, position: last.position };

    const isTwice = new Set(events.map((event) => event.id)).size < events.length;
    const isKnown = events.some((event, i) => known[i] !== -1 && !isWritten(event, i));
    if (isTwice || isKnown) return { appended: false, conflict: "known-id", actual };
    if (expected !== actual) return { appended: false, conflict: "wrong-revision", actual };
    return this.write(stream, expected, events);
  }

  private write(stream: StreamName, expected: Revision, events: readonly NewEvent[]): AppendOutcome {
    const now = this.now();
    const target = this.streamOf(stream);
    for (const [i, { firstRecordedAt: recordedAt = now, ...event }] of events.entries()) {
      const position = BigInt(this.log.length) as Position;
      const recorded = { ...event, stream, revision: expected + 1 + i, position, recordedAt };
      this.log.push(recorded);
      target.push(recorded);
    }
    for (const wake of [...this.waiting]) wake();
    return { appended: true, revision: expected + events.length, position: this.headPosition() };
  }

  async *read(stream: StreamName, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    const recorded = [...(this.streams.get(stream) ?? [])];
    const { from, direction = "forwards", limit = Infinity } = options;
    const ordered =
      direction === "forwards"
        ? recorded.slice(before(recorded, from ?? 0))
        : recorded.slice(0, from === undefined ? undefined : before(recorded, from + 1)).reverse();
    yield* ordered.slice(0, limit);
  }

  async *readAll(options: { after: Position; limit?: number }): AsyncIterable<RecordedEvent> {
    const first = Number(options.after) + 1;
    yield* this.log.slice(first, first + (options.limit ?? this.log.length));
  }

  async *subscribeAll(options: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    const { signal } = options;
    let next = Number(options.after) + 1;
    let caughtUp = false;
    while (!signal.aborted) {
      const event = this.log[next];
      if (event) {
        next += 1;
        yield { kind: "event", event };
      } else if (!caughtUp) {
        caughtUp = true;
        yield { kind: "caught-up" };
      } else await this.appended(signal);
    }
  }

  async head(): Promise<Position> {
    return this.headPosition();
  }

  async lastUpTo(limit: Position | Date): Promise<Position> {
    const isWithin = ({ position, recordedAt }: RecordedEvent) =>
      limit instanceof Date ? recordedAt <= limit : position <= limit;
    return this.log.findLast(isWithin)?.position ?? START;
  }

  async close(): Promise<void> {}

  private headPosition(): Position {
    return this.log.at(-1)?.position ?? START;
  }

  private streamOf(stream: StreamName): RecordedEvent[] {
    const known = this.streams.get(stream);
    if (known) return known;
    const created: RecordedEvent[] = [];
    this.streams.set(stream, created);
    return created;
  }

  /** Resolves at the next append, or when the signal is aborted. */
  private appended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
