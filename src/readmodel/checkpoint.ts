// How far a set of tables has come. It stands beside the rows: whoever drops them drops it too.
import { z } from "zod";
import { type Position } from "../application/ports/event-store.js";
import { type Session } from "./database.js";

const asPosition = (text: string): Position => BigInt(text) as Position;

const row = z.object({
  name: z.string(),
  epoch: z.number().int(),
  version: z.number().int(),
  store_id: z.string(),
  position: z.string().transform(asPosition),
  tables: z.array(z.string()),
});

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
  /** Names of the tables. */
  readonly tables: readonly string[];
}

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
       tables text[] NOT NULL,
       changed_at timestamptz NOT NULL DEFAULT now(),
       PRIMARY KEY (name, epoch))`,
  );
};

/** The newest checkpoint of a projection. */
export const readCheckpoint = async (
  session: Session,
  name: string,
  lock: "" | "FOR UPDATE" = "",
): Promise<Checkpoint | undefined> => {
  const { rows } = await session.query(
    `SELECT name, epoch, version, store_id, position::text, tables
       FROM read.checkpoint WHERE name = $1 ORDER BY epoch DESC LIMIT 1 ${lock}`,
    [name],
  );
  if (rows[0] === undefined) return undefined;
  const { store_id: storeId, ...rest } = row.parse(rows[0]);
  return { ...rest, storeId };
};

/** Puts a new checkpoint into the place of all others of its projection. */
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
  to: Position,
): Promise<boolean> => {
  const { rowCount } = await session.query(
    `UPDATE read.checkpoint SET position = $5, changed_at = now()
      WHERE name = $1 AND epoch = $2 AND store_id = $3 AND position = $4 AND position < $5`,
    [name, epoch, storeId, String(position), String(to)],
  );
  return rowCount === 1;
};
