import { type Pool, type QueryResultRow } from "pg";
import {
  type AppendOutcome,
  type EventStore,
  type NewEvent,
  type Position,
  type ReadOptions,
  type RecordedEvent,
  type Revision,
  START,
  StoreUnavailable,
  type SubscriptionMessage,
} from "../../application/ports/event-store.js";
import { type StreamName } from "../../domain/identifiers.js";
import { asking } from "../postgres/errors.js";
import { clientConfig, createPool, endPool, type PoolOptions } from "../postgres/pool.js";
import { assertAppendable } from "./append-limits.js";
import { type Append, AppendQueue } from "./postgres/append-queue.js";
import { backOff, LogChanges } from "./postgres/log-changes.js";
import {
  ALL,
  APPEND,
  BACKWARDS,
  type EventRow,
  FORWARDS,
  HEAD,
  LAST_BY_POSITION,
  LAST_BY_TIME,
  paged,
  PageSize,
  recordedEvent,
  STORE_ID,
  type Statement,
} from "./postgres/rows.js";

export interface PostgresLogOptions extends PoolOptions {
  /** A notification may be lost with its connection: the log is read at least this often. */
  readonly pollMs?: number;
}

const POLL_MS = 1_000;
/** One writes for all appends of this process; the others read. */
const CONNECTIONS = 4;
const LAST_REVISION = 2 ** 31 - 1;
const LAST_POSITION = 2n ** 63n - 1n;

interface OutcomeRow {
  readonly outcome: "appended" | "wrong-revision" | "known-id";
  readonly revision_at: number;
  readonly position_at: bigint | null;
}

const toOutcome = ({ outcome, revision_at: revision, position_at: position }: OutcomeRow): AppendOutcome =>
  outcome === "appended"
    ? { appended: true, revision, position: (position ?? START) as Position }
    : { appended: false, conflict: outcome, actual: revision };

/** The event log in PostgreSQL (`migrations/0001_log.sql`). Any number of processes may write and read it. */
export class PostgresLog implements EventStore {
  private readonly pool: Pool;
  private readonly changes: LogChanges;
  private readonly queue = new AppendQueue((appends) => this.write(appends));
  private readonly closing = new AbortController();
  private id: string | undefined;

  constructor(options: PostgresLogOptions) {
    this.pool = createPool({ max: CONNECTIONS, ...options });
    this.changes = new LogChanges(clientConfig(options), options.pollMs ?? POLL_MS);
  }

  async storeId(): Promise<string> {
    if (this.id !== undefined) return this.id;
    const [row] = await this.query<{ id: string }>("storeId", STORE_ID, []);
    if (!row) throw new Error("the log has no identity");
    return (this.id = row.id);
  }

  async append(stream: StreamName, expected: Revision, events: readonly NewEvent[]): Promise<AppendOutcome> {
    assertAppendable(events);
    if (new Set(events.map((event) => event.id)).size < events.length)
      return { appended: false, conflict: "known-id", actual: await this.lastRevision(stream) };
    return this.queue.add({ stream, expected, events });
  }

  read(stream: StreamName, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    const { direction = "forwards", limit = Infinity } = options;
    const forwards = direction === "forwards";
    const first = options.from ?? (forwards ? 0 : LAST_REVISION);
    return paged(limit, (last, rows) => {
      const from = last ? last.revision + (forwards ? 1 : -1) : first;
      return this.page(`read ${stream}`, forwards ? FORWARDS : BACKWARDS, [stream, from, rows]);
    });
  }

  async *readAll(options: { after: Position; limit?: number }): AsyncIterable<RecordedEvent> {
    const head = await this.head();
    yield* paged(options.limit ?? Infinity, (last, rows) =>
      this.page("readAll", ALL, [last?.position ?? options.after, head, rows]),
    );
  }

  async *subscribeAll(options: { after: Position; signal: AbortSignal }): AsyncIterable<SubscriptionMessage> {
    const signal = AbortSignal.any([options.signal, this.closing.signal]);
    this.changes.follow();
    try {
      yield* this.followAll(options.after, signal);
    } finally {
      this.changes.unfollow();
    }
  }

  async head(): Promise<Position> {
    const [row] = await this.query<{ head: bigint | null }>("head", HEAD, []);
    return (row?.head ?? START) as Position;
  }

  async lastUpTo(limit: Position | Date): Promise<Position> {
    const statement = limit instanceof Date ? LAST_BY_TIME : LAST_BY_POSITION;
    const [row] = await this.query<{ head: bigint | null }>("lastUpTo", statement, [limit]);
    return (row?.head ?? START) as Position;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await endPool(this.pool);
  }

  private async *followAll(after: Position, signal: AbortSignal): AsyncIterable<SubscriptionMessage> {
    const size = new PageSize();
    let position = after;
    let caughtUp = false;
    let failures = 0;
    const ask = (after: Position, rows: number) => ({
      rows,
      page: this.page("subscribeAll", ALL, [after, LAST_POSITION, rows]),
    });
    let ahead: ReturnType<typeof ask> | undefined;
    while (!signal.aborted) {
      const seen = this.changes.count;
      const asked = ahead ?? ask(position, size.rows);
      ahead = undefined;
      let page;
      try {
        page = await asked.page;
        failures = 0;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        caughtUp = false;
        yield { kind: "interrupted", error };
        await backOff(failures++, signal);
        continue;
      }
      size.learn(page);
      const last = page.at(-1);
      const isFull = page.length === asked.rows;
      if (last && isFull) {
        // A reader of much works on one page while the next is on its way.
        ahead = ask(last.position, size.rows);
        ahead.page.catch(() => undefined); // it is awaited in its turn, unless the reader leaves
      }
      for (const event of page) {
        if (signal.aborted) return;
        position = event.position;
        yield { kind: "event", event };
      }
      if (isFull || signal.aborted) continue;
      if (!caughtUp) yield { kind: "caught-up" };
      caughtUp = true;
      await this.changes.next(seen, signal);
    }
  }

  private async write(appends: readonly Append[]): Promise<AppendOutcome[]> {
    const events = appends.flatMap((append) => append.events);
    const rows = await this.query<OutcomeRow>("append", APPEND, [
      appends.map((append) => append.stream),
      appends.map((append) => append.expected),
      appends.map((append) => append.events.length),
      events.map((event) => event.id),
      events.map((event) => event.type),
      events.map((event) => event.schemaVersion),
      events.map((event) => event.data),
      events.map((event) => JSON.stringify(event.metadata)),
      events.map((event) => event.firstRecordedAt ?? null),
    ]);
    return rows.map(toOutcome);
  }

  private async lastRevision(stream: StreamName): Promise<Revision> {
    const [last] = await this.page(`read ${stream}`, BACKWARDS, [stream, LAST_REVISION, 1]);
    return last?.revision ?? -1;
  }

  private async page(operation: string, statement: Statement, values: unknown[]): Promise<RecordedEvent[]> {
    return (await this.query<EventRow>(operation, statement, values)).map(recordedEvent);
  }

  private async query<Row extends QueryResultRow>(
    operation: string,
    statement: Statement,
    values: unknown[],
  ): Promise<Row[]> {
    const ask = () => this.pool.query<Row>({ ...statement, values });
    return (await asking(operation, ask)).rows;
  }
}
