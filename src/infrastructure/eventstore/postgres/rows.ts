import {
  type EventMetadata,
  type Position,
  type RecordedEvent,
} from "../../../application/ports/event-store.js";
import { type StreamName } from "../../../domain/identifiers.js";

/** A row of `log.events`, as our connections give it. */
export interface EventRow {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data: string;
  readonly metadata: EventMetadata;
  readonly recorded_at: Date;
}

const COLUMNS = "position, stream, revision, id, type, schema_version, data, metadata, recorded_at";

/** A statement that is prepared once a connection: planning it each time would cost as much as the work. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const STORE_ID: Statement = { name: "log_store_id", text: "SELECT id FROM log.store" };
export const HEAD: Statement = { name: "log_head", text: "SELECT max(position) AS head FROM log.events" };
/** By the primary key, from the end: times never go backwards, and most are asked for are not long ago. */
export const LAST_BY_TIME: Statement = {
  name: "log_last_by_time",
  text: "SELECT position AS head FROM log.events WHERE recorded_at <= $1 ORDER BY position DESC LIMIT 1",
};
export const LAST_BY_POSITION: Statement = {
  name: "log_last_by_position",
  text: "SELECT max(position) AS head FROM log.events WHERE position <= $1",
};
export const APPEND: Statement = {
  name: "log_append",
  text: "SELECT * FROM log.append($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
export const FORWARDS: Statement = {
  name: "log_forwards",
  text: `SELECT ${COLUMNS} FROM log.events WHERE stream = $1 AND revision >= $2 ORDER BY revision LIMIT $3`,
};
export const BACKWARDS: Statement = {
  name: "log_backwards",
  text: `SELECT ${COLUMNS} FROM log.events WHERE stream = $1 AND revision <= $2 ORDER BY revision DESC LIMIT $3`,
};
export const ALL: Statement = {
  name: "log_all",
  text: `SELECT ${COLUMNS} FROM log.events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3`,
};

export const recordedEvent = (row: EventRow): RecordedEvent => ({
  id: row.id,
  type: row.type,
  schemaVersion: row.schema_version,
  data: row.data,
  metadata: row.metadata,
  stream: row.stream as StreamName,
  revision: row.revision,
  position: row.position as Position,
  recordedAt: row.recorded_at,
});

const TARGET_BYTES = 4 * 1024 * 1024;
const MAX_ROWS = 2_000;
const MIN_ROWS = 8;

/**
 * How many rows the next page should have: many small ones, few large ones, since an event may carry 900 KiB
 * and a page is held in memory.
 */
export class PageSize {
  rows = 128;

  learn(page: readonly RecordedEvent[]): void {
    const bytes = page.reduce((sum, event) => sum + event.data.length, 1);
    const fitting = Math.floor((TARGET_BYTES * page.length) / bytes);
    this.rows = Math.max(MIN_ROWS, Math.min(MAX_ROWS, fitting, 2 * this.rows));
  }
}

/** Reads page after page until one is short or the limit is reached. */
export async function* paged(
  limit: number,
  fetch: (last: RecordedEvent | undefined, rows: number) => Promise<RecordedEvent[]>,
): AsyncIterable<RecordedEvent> {
  const size = new PageSize();
  let last: RecordedEvent | undefined;
  for (let left = limit; left > 0;) {
    const asked = Math.min(size.rows, left);
    const page = await fetch(last, asked);
    yield* page;
    if (page.length < asked) return;
    last = page.at(-1);
    left -= page.length;
    size.learn(page);
  }
}
