import { type BinaryEventData } from "@eventstore/db-client";
import {
  type AppendOutcome,
  type NewEvent,
  type Position,
  type Revision,
  StoreUnavailable,
} from "../../../application/ports/event-store.js";
import { type StreamName } from "../../../domain/identifiers.js";
import { type KnownIds, KnownStreams } from "./known-ids.js";
import { type StoredEvent, toEventData } from "./records.js";

/** What became of an append that was sent. */
export type Sent =
  | { readonly kind: "written"; readonly position: Position }
  | { readonly kind: "wrong-revision" }
  | { readonly kind: "unanswered"; readonly cause: unknown };

/** The two calls that appending needs. */
export interface AppendCalls {
  /** Sends an append once. One that is unanswered may have been written, or may be written later. */
  send(stream: StreamName, expected: Revision, events: readonly BinaryEventData[]): Promise<Sent>;
  /** A stream from a revision to its end. */
  read(stream: StreamName, from: Revision): AsyncIterable<StoredEvent>;
}

interface Append {
  readonly stream: StreamName;
  readonly expected: Revision;
  readonly events: readonly { readonly id: string; readonly data: BinaryEventData }[];
  readonly known: KnownIds;
}

const ATTEMPTS = 2;

/**
 * Appends as the port promises, where EventStoreDB promises less:
 * - It does not say whether an append without an answer was written. The stream is read back; if nothing came
 *   after the expected revision, the same append is sent again, which is harmless: at an exact revision the same
 *   ids are written once.
 * - It takes an id that stands elsewhere in the stream. So the ids of a stream are kept, and its tail is read
 *   before an append beyond what is known. The first append to a stream reads all of it, for the server gives ids
 *   only with the events. Nothing is missed by a race: an append lands only if the stream ends at the expected
 *   revision, and up to there every id is known.
 */
export class Appending {
  private readonly streams = new KnownStreams();

  constructor(private readonly calls: AppendCalls) {}

  async append(stream: StreamName, expected: Revision, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const append: Append = {
      stream,
      expected,
      events: events.map((event) => ({ id: event.id, data: toEventData(event) })),
      known: this.streams.of(stream),
    };
    if (append.known.head < expected) await this.lookUp(append);
    if (repeatsItself(append) || standsBefore(append)) {
      await this.lookUp(append);
      return { appended: false, conflict: "known-id", actual: append.known.head };
    }
    return this.send(append);
  }

  private async send(append: Append): Promise<AppendOutcome> {
    const { stream, expected, events, known } = append;
    let cause: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const sent = await this.calls.send(
        stream,
        expected,
        events.map((event) => event.data),
      );
      if (sent.kind === "written") {
        events.forEach((event, i) => known.note(event.id, expected + 1 + i));
        return { appended: true, revision: expected + events.length, position: sent.position };
      }
      const found = await this.lookUp(append);
      if (found !== undefined) return found;
      if (sent.kind === "wrong-revision")
        return { appended: false, conflict: "wrong-revision", actual: known.head };
      cause = sent.cause;
    }
    throw new StoreUnavailable("append", { cause });
  }

  /** Reads what is not known yet, and what the stream says about the append; undefined: nothing came after it. */
  private async lookUp({ stream, expected, events, known }: Append): Promise<AppendOutcome | undefined> {
    const places: StoredEvent[] = [];
    for await (const stored of this.calls.read(stream, Math.min(known.head, expected) + 1)) {
      known.note(stored.event.id, stored.event.revision);
      if (stored.event.revision > expected && places.length < events.length) places.push(stored);
    }
    if (known.head <= expected) return undefined;
    const isAtPlace = events.map((event, i) => places[i]?.contentId === event.data.id);
    const last = places[events.length - 1]?.event;
    if (last !== undefined && !isAtPlace.includes(false))
      return { appended: true, revision: last.revision, position: last.position };
    const isElsewhere = events.some((event, i) => known.placeOf(event.id) !== undefined && !isAtPlace[i]);
    return { appended: false, conflict: isElsewhere ? "known-id" : "wrong-revision", actual: known.head };
  }
}

const repeatsItself = ({ events }: Append): boolean =>
  new Set(events.map((event) => event.id)).size < events.length;

/** Whether an id stands at or before the expected revision: behind the append's own place in any case. */
const standsBefore = ({ events, expected, known }: Append): boolean =>
  events.some((event) => (known.placeOf(event.id) ?? Infinity) <= expected);
