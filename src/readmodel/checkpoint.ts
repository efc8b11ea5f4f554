// How far a set of tables has come. It stands beside the rows: whoever drops them drops it too.
import { z } from "zod";
import { type LoggedEvent } from "../application/ports/event-log.js";
import { type Position } from "../application/ports/event-store.js";
import { type StreamName } from "../domain/identifiers.js";
import { type Session } from "./database.js";

const asPosition = (text: string): Position => BigInt(text) as Position;

const place = z.object({
  stream: z.string().transform((text) => text as StreamName),
  revision: z.number().int(),
  id: z.string(),
  recordedAt: z.iso.datetime().transform((text) => new Date(text)),
});

const row = z.object({
  name: z.string(),
  epoch: z.number().int(),
  version: z.number().int(),
  store_id: z.string(),
  position: z.string().transform(asPosition),
  // What an earlier release wrote of it says too little: as if nothing were known, the tables are made anew.
  last: place.nullable().catch(null),
  tables: z.array(z.string()),
});

/** An event, as one that was applied is known again: in a log that was put back the same one may be recorded again. */
export type AppliedEvent = Pick<LoggedEvent, "position" | "stream" | "revision" | "id" | "recordedAt">;

export interface Checkpoint {
  readonly name: string;
  /** Number of the set of tables: another one each time that a projection begins again. */
  readonly epoch: number;
  /** The projection's version that wrote the rows. */
  readonly version: number;
  /** The event store of whose events the rows are made: its positions mean nothing in another. */
  readonly storeId: string;
  /** Of the last event applied. */
  readonly position: Position;
  /** Where it stands in its stream, its id, and when it was recorded; null before the first. */
  readonly last: Omit<AppliedEvent, "position"> | null;
  /** Names of the tables. */
  readonly tables: readonly string[];
}

export const placeOf = ({ stream, revision, id, recordedAt }: AppliedEvent) => ({
  stream,
  revision,
  id,
  recordedAt,
});

/** Creates schema and table unless they are there. Only one session may do so at a time. */
export const createCheckpoints = async (session: Session): Promise<void> => {
  const { rows } = await session.query("SELECT 1 FROM pg_namespace WHERE nspname = 'read'");
  if (rows.length === 0) await session.query("CREATE SCHEMA read");
  await session.query(
    `CREATE TABLE IF NOT EXISTS read.checkpoint (
       name text NOT NULL,
       epoch integer NOT NULL,
       version integer NOT NULL,
       store_id text NOT NULL,
       position bigint NOT NULL,
       last jsonb,
       tables text[] NOT NULL,
       changed_at timestamptz NOT NULL DEFAULT now(),
       PRIMARY KEY (name, epoch))`,
  );
  // One that an earlier release created has no such column. Looked for first: ALTER waits for every reader.
  const { rows: columns } = await session.query(
    "SELECT 1 FROM pg_attribute WHERE attrelid = 'read.checkpoint'::regclass AND attname = 'last'",
  );
  if (columns.length === 0) await session.query("ALTER TABLE read.checkpoint ADD COLUMN last jsonb");
};

/** The newest checkpoint of a projection. */
export const readCheckpoint = async (
  session: Session,
  name: string,
  lock: "" | "FOR UPDATE" = "",
): Promise<Checkpoint | undefined> => {
  const { rows } = await session.query(
    `SELECT name, epoch, version, store_id, position::text, last, tables
       FROM read.checkpoint WHERE name = $1 ORDER BY epoch DESC LIMIT 1 ${lock}`,
    [name],
  );
  if (rows[0] === undefined) return undefined;
  const { store_id: storeId, ...rest } = row.parse(rows[0]);
  return { ...rest, storeId };
};

/** Puts a new checkpoint, before the first event, into the place of all others of its projection. */
export const replaceCheckpoint = async (session: Session, checkpoint: Checkpoint): Promise<void> => {
  const { name, epoch, version, storeId, position, tables } = checkpoint;
  await session.query("DELETE FROM read.checkpoint WHERE name = $1", [name]);
  await session.query(
    `INSERT INTO read.checkpoint (name, epoch, version, store_id, position, tables)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [name, epoch, version, storeId, String(position), tables],
  );
};

/**
 * Moves a checkpoint on if it still stands where the caller believes, and keeps others from moving it until the
 * transaction ends. False: another runner was here.
 */
export const advanceCheckpoint = async (
  session: Session,
  { name, epoch, storeId, position }: Checkpoint,
  to: AppliedEvent,
): Promise<boolean> => {
  const { rowCount } = await session.query(
    `UPDATE read.checkpoint SET position = $5, last = $6, changed_at = now()
      WHERE name = $1 AND epoch = $2 AND store_id = $3 AND position = $4 AND position < $5`,
    [name, epoch, storeId, String(position), String(to.position), JSON.stringify(placeOf(to))],
  );
  return rowCount === 1;
};
