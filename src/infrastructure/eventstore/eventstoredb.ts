import { getDefaultHighWaterMark } from "node:stream";
import {
  type AllStreamResolvedEvent,
  type AppendExpectedRevision,
  type BinaryEventData,
  END,
  ErrorType,
  EventStoreDBClient,
  excludeSystemEvents,
  FORWARDS,
  NO_STREAM as NOT_THERE,
  type ResolvedEvent,
  START as BEGINNING,
  type StreamingRead,
} from "@eventstore/db-client";
import { bulkhead } from "cockatiel";
import { v4 as uuidV4 } from "uuid";
import { z } from "zod";
import {
  type AppendOutcome,
  type EventStore,
  type NewEvent,
  NO_STREAM,
  type Position,
  type ReadOptions,
  type RecordedEvent,
  type Revision,
  StoreUnavailable,
  type SubscriptionMessage,
} from "../../application/ports/event-store.js";
import { type StreamName } from "../../domain/identifiers.js";
import { assertAppendable } from "./append-limits.js";
import {
  isNotFound,
  isUnavailable,
  NoAnswer,
  StoreRefused,
  toError,
  typeOf,
  within,
} from "./eventstoredb/answers.js";
import { Appending, type Sent } from "./eventstoredb/appending.js";
import { follow, type LiveSource } from "./eventstoredb/following.js";
import { Inbox } from "./eventstoredb/inbox.js";
import { fromPosition, IDENTITY_STREAM, type StoredEvent, toStoredEvent } from "./eventstoredb/records.js";
import { type ReadPage, WholeLog } from "./eventstoredb/whole-log.js";

export interface EventStoreDbOptions {
  /** `esdb://...`; `throwOnAppendFailure=false` in it changes nothing. */
  readonly url: string;
  /** How long one call may stay without an answer. */
  readonly timeoutMs?: number;
  /** How long a subscription may be silent before it is looked after. */
  readonly heartbeatMs?: number;
}

const TIMEOUT_MS = 5_000;
const HEARTBEAT_MS = 5_000;

/**
 * Appends in flight. From 16 messages on (Node's default for objects) the client queues, and when the connection
 * breaks it rejects what is queued with nobody to hear it, which ends the process.
 */
const IN_FLIGHT = getDefaultHighWaterMark(true) - 1;

/** All calls go to the leader: a follower may be behind, and what is missing there is not proven missing. */
const LEADER = { requiresLeader: true };

interface Writer {
  readonly client: EventStoreDBClient;
  /** Resolves when what the client did before has ended. */
  readonly ready: Promise<void>;
}

const identity = z.object({ storeId: z.string() });

/** The event log in EventStoreDB 23.10, through its client 6.2.1, whose faults are dealt with here. */
export class EventStoreDbStore implements EventStore {
  private readonly timeoutMs: number;
  private readonly heartbeatMs: number;
  private readonly reader: EventStoreDBClient;
  /** Appends have a client of their own, so that it can be given up without cutting reads short. */
  private writer: Writer;
  private readonly inFlight = bulkhead(IN_FLIGHT, Infinity);
  private readonly appending = new Appending({
    send: (stream, expected, events) => this.inFlight.execute(() => this.send(stream, expected, events)),
    read: (stream, from) => this.readStored(stream, { from }),
  });
  private readonly log = new WholeLog((direction, from, maxCount) =>
    this.readPage(direction, from, maxCount),
  );
  private readonly closing = new AbortController();
  private id: string | undefined;

  constructor(private readonly options: EventStoreDbOptions) {
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.reader = this.connect();
    this.writer = { client: this.connect(), ready: Promise.resolve() };
  }

  /** A uuid in a stream of its own, written by whoever asks first. */
  async storeId(): Promise<string> {
    this.id ??= (await this.readIdentity()) ?? (await this.writeIdentity());
    return this.id;
  }

  async append(stream: StreamName, expected: Revision, events: readonly NewEvent[]): Promise<AppendOutcome> {
    assertAppendable(events);
    return this.appending.append(stream, expected, events);
  }

  async *read(stream: StreamName, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    for await (const stored of this.readStored(stream, options)) yield stored.event;
  }

  readAll(options: { after: Position; limit?: number }): AsyncIterable<RecordedEvent> {
    return this.log.read(options);
  }

  subscribeAll(options: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    const calls = {
      open: (after: Position, alive: () => void) => this.subscribe(after, alive),
      head: () => this.head(),
      heartbeatMs: this.heartbeatMs,
    };
    return follow(calls, options.after, AbortSignal.any([options.signal, this.closing.signal]));
  }

  head(): Promise<Position> {
    return this.log.head();
  }

  lastUpTo(limit: Position | Date): Promise<Position> {
    return this.log.lastUpTo(limit);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([this.dispose(this.reader), this.dispose(this.writer.client)]);
  }

  /** Ends all calls of a client; those that do not end in time are dead all the same. */
  private async dispose(client: EventStoreDBClient): Promise<void> {
    await within(this.timeoutMs, client.dispose()).catch(() => undefined);
  }

  private assertOpen(operation: string): void {
    if (this.closing.signal.aborted)
      throw new StoreUnavailable(operation, { cause: new Error("the store was closed") });
  }

  private connect(): EventStoreDBClient {
    try {
      return EventStoreDBClient.connectionString(this.options.url);
    } catch {
      // The client's error repeats the whole text, password included.
      throw new RangeError("not a connection string of EventStoreDB (esdb://host:2113?tls=...)");
    }
  }

  private async send(
    stream: StreamName,
    expected: Revision,
    events: readonly BinaryEventData[],
  ): Promise<Sent> {
    const writer = await this.readyWriter();
    this.assertOpen("append");
    const expectedRevision: AppendExpectedRevision = expected === NO_STREAM ? NOT_THERE : BigInt(expected);
    const answer = await within(
      this.timeoutMs,
      writer.client.appendToStream(stream, [...events], { ...LEADER, expectedRevision }),
    ).catch((error: unknown) => this.unwritten(writer, error));
    if ("kind" in answer) return answer;
    if (!answer.success) return { kind: "wrong-revision" };
    // The numbering of a stream that was deleted goes on: what was written is not where it should be.
    if (answer.nextExpectedRevision !== BigInt(expected + events.length) || answer.position === undefined)
      throw new StoreRefused("append", ErrorType.STREAM_DELETED);
    return { kind: "written", position: answer.position.commit as Position };
  }

  private async readyWriter(): Promise<Writer> {
    const { writer } = this;
    await writer.ready;
    return writer === this.writer ? writer : this.readyWriter();
  }

  private unwritten(writer: Writer, error: unknown): Sent {
    const type = typeOf(error);
    if (type === ErrorType.WRONG_EXPECTED_VERSION) return { kind: "wrong-revision" };
    if (type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED)
      throw new RangeError("an append larger than this server takes", { cause: error });
    const failure = toError("append", error);
    if (failure instanceof StoreRefused) throw failure;
    this.giveUp(writer, error);
    return { kind: "unanswered", cause: error };
  }

  /**
   * Ends the connection of appends after one without an answer, before the next append is sent: the client keeps the
   * appends in flight of all clients of a process in one table, an error of one rejects those of all, and an answer
   * that finds its entry gone is an unhandled rejection, after which that connection answers nothing any more.
   * Without a connection the client itself makes a new one. Otherwise a new client is taken, for one whose question
   * for the server's features failed or stays open keeps that as long as it lives. It is the exception because a
   * client cannot close its channel: each new one leaks 28 KB.
   */
  private giveUp(writer: Writer, error: unknown): void {
    if (this.writer !== writer || this.closing.signal.aborted) return;
    const client = isUnavailable(error) ? writer.client : this.connect();
    this.writer = { client, ready: this.dispose(writer.client) };
  }

  private async *readStored(stream: StreamName, options: ReadOptions): AsyncIterable<StoredEvent> {
    const { direction = FORWARDS, from, limit = Infinity } = options;
    if (limit <= 0) return;
    const start = direction === FORWARDS ? BEGINNING : END;
    const source = this.reader.readStream(stream, {
      ...LEADER,
      direction,
      fromRevision: from === undefined ? start : BigInt(from),
      maxCount: Math.min(limit, Number.MAX_SAFE_INTEGER),
    });
    try {
      for await (const resolved of this.pull<ResolvedEvent>(source, `read ${stream}`)) {
        const stored = toStoredEvent(resolved);
        if (stored !== undefined) yield stored;
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private readPage(
    ...[direction, from, maxCount]: Parameters<ReadPage>
  ): AsyncIterable<AllStreamResolvedEvent> {
    const source = this.reader.readAll({ ...LEADER, direction, fromPosition: from, maxCount });
    return this.pull<AllStreamResolvedEvent>(source, "read all");
  }

  /** The items of a read, each of which must come in time. */
  private async *pull<T>(source: StreamingRead<T>, operation: string): AsyncIterable<T> {
    const inbox = new Inbox<T>(source, operation);
    try {
      this.assertOpen(operation);
      for (let item = inbox.take(); item !== undefined; item = inbox.take()) {
        if (item !== null) yield item;
        else if (!(await inbox.wait(this.timeoutMs)))
          throw new StoreUnavailable(operation, { cause: new NoAnswer(this.timeoutMs) });
      }
      // A read that is cut short because the client is disposed of ends as if it were complete.
      this.assertOpen(operation);
    } finally {
      inbox.discard();
      // It rejects if the read could not be opened: then there is nothing to end, and the inbox has the error.
      source.cancel().catch(() => undefined);
    }
  }

  private subscribe(after: Position, alive: () => void): LiveSource {
    // The callback is a sign of life and nothing more: the position it gives runs ahead of what was delivered.
    const filter = excludeSystemEvents({ checkpointReached: alive });
    return this.reader.subscribeToAll({ ...LEADER, filter, fromPosition: fromPosition(after) });
  }

  private async readIdentity(): Promise<string | undefined> {
    for await (const { event } of this.readStored(IDENTITY_STREAM, { limit: 1 }))
      return identity.parse(JSON.parse(event.data)).storeId;
    return undefined;
  }

  private async writeIdentity(): Promise<string> {
    const storeId = uuidV4();
    const metadata = { correlationId: storeId, causationId: storeId, actor: "taps" };
    const data = JSON.stringify({ storeId });
    const event = { id: storeId, type: "StoreIdentified", schemaVersion: 1, data, metadata };
    const outcome = await this.append(IDENTITY_STREAM, NO_STREAM, [event]);
    return outcome.appended ? storeId : this.storeId();
  }
}
