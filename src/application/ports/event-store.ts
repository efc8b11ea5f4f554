import { type StreamName } from "../../domain/identifiers.js";

/** Number of an event within its stream, from 0. */
export type Revision = number;
/** The expected revision of a stream that does not exist yet. */
export const NO_STREAM: Revision = -1;

/** Place of an event in the whole log; only to be compared and stored. Events have positions > `START`. */
export type Position = bigint & { readonly __brand: "Position" };
export const START = -1n as Position;

export interface EventMetadata {
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: string;
  readonly traceparent?: string;
}

/** One event as bytes: `data` is JSON text, kept byte for byte. Identity is `id`; metadata is no part of it. */
export interface NewEvent {
  /** uuid; see `eventId` for how it derives from the place and the content. */
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  readonly metadata: EventMetadata;
  /** When another log recorded it; it is copied from there, and keeps that time. */
  readonly firstRecordedAt?: Date;
}

export interface RecordedEvent extends Omit<NewEvent, "firstRecordedAt"> {
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly position: Position;
  /** By the clock of the store that recorded it first. */
  readonly recordedAt: Date;
}

export type AppendOutcome =
  /** Revision and position of the last event; the original ones if these events were appended before. */
  | { readonly appended: true; readonly revision: Revision; readonly position: Position }
  /**
   * `wrong-revision`: another append came first. `known-id`: an id is already in this stream anywhere but at
   * its expected place, or there with other content. Nothing was written. `actual` is the stream's last revision.
   */
  | { readonly appended: false; readonly conflict: "wrong-revision" | "known-id"; readonly actual: Revision };

export interface ReadOptions {
  /** First revision to read (inclusive); default: the start, or the end when reading backwards. */
  readonly from?: Revision;
  readonly direction?: "forwards" | "backwards";
  readonly limit?: number;
}

export type SubscriptionMessage =
  | { readonly kind: "event"; readonly event: RecordedEvent }
  /** All events that were in the log have been delivered; sent at least once after each (re)subscription. */
  | { readonly kind: "caught-up" }
  /** The store does not answer; it is asked again, and "caught-up" follows once it has answered. */
  | { readonly kind: "interrupted"; readonly error: StoreUnavailable };

/** The append-only log. A call that cannot be answered throws `StoreUnavailable`. */
export interface EventStore {
  /** Identity of this log: positions of one store mean nothing in another. */
  storeId(): Promise<string>;
  /**
   * Appends all events or none, at exactly `expected`. The same call again succeeds with the original
   * revision. At most `MAX_APPEND_BYTES` in sum and never empty (throws RangeError).
   */
  append(stream: StreamName, expected: Revision, events: readonly NewEvent[]): Promise<AppendOutcome>;
  /** Events of one stream, paged; nothing for a stream that does not exist. */
  read(stream: StreamName, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /** Events of all streams after a position, in order and without gaps, up to the end at the time of asking. */
  readAll(options: { readonly after: Position; readonly limit?: number }): AsyncIterable<RecordedEvent>;
  /**
   * Events of all streams after a position, then live ones, each once and in order. Reconnects by itself with
   * backoff and jitter; ends when `signal` is aborted.
   */
  subscribeAll(options: {
    readonly after: Position;
    readonly signal: AbortSignal;
  }): AsyncIterable<SubscriptionMessage>;
  /** Position of the last event in the log, `START` when empty. */
  head(): Promise<Position>;
  /**
   * Position of the last event at or before a position, or recorded at or before a time by the store's clock;
   * `START` if there is none. Looked for from the end.
   */
  lastUpTo(limit: Position | Date): Promise<Position>;
  close(): Promise<void>;
}

/** EventStoreDB refuses appends of more than 1 MiB in sum (data and metadata); ours stay below on every store. */
export const MAX_APPEND_BYTES = 900 * 1024;

/** What an event counts for in that limit: bytes of its data and of its metadata's JSON text. */
export const appendBytes = (event: Pick<NewEvent, "data" | "metadata">): number =>
  Buffer.byteLength(event.data) + Buffer.byteLength(JSON.stringify(event.metadata));

const isCode = (code: unknown): code is string | number =>
  typeof code === "string" || typeof code === "number";

/** Why there was no answer: a client's own code, or what it says unless that names an address, which may hold a password. */
const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return "";
  if ("type" in cause && typeof cause.type === "string") return `: ${cause.type}`;
  if ("code" in cause && isCode(cause.code)) return `: ${cause.code}`;
  return cause.message.includes("://") ? "" : `: ${cause.message}`;
};

/** The store gave no usable answer; for an append, whether it was written is not known. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  constructor(
    readonly operation: string,
    options: { cause: unknown },
  ) {
    super(`the event store did not answer (${operation})${reasonOf(options.cause)}`, options);
  }
}
