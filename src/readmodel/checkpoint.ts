// How far a set of tables has come. It stands beside the rows: whoever drops them drops it too.
import { z } from "zod";
import { type LoggedEvent } from "../application/ports/event-log.js";
import { type Position } from "../application/ports/event-store.js";
import { type StreamName } from "../domain/identifiers.js";
import { type Session } from "./database.js";

export const asPosition = (text: string): Position => BigInt(text) as Position;

/** An event that was applied, as it is written down. */
export const appliedPlace = z.object({
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
  last: appliedPlace.nullable().catch(null),
  tables: z.array(z.string()),
  settled: z.string().transform(asPosition).nullable(),
  pinned: z.boolean(),
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
  /** Of the last settlement of a cycle that is applied; null before the first. */
  readonly settled: Position | null;
  /** A person holds the rows at this position: no runner moves them until sent to the head. */
  readonly pinned: boolean;
}

/** Why a projection stands still, as a runner has written it down. */
export interface StoredFinding {
  readonly kind: string;
  readonly message: string;
}

export const placeOf = ({ stream, revision, id, recordedAt }: AppliedEvent) => ({
  stream,
  revision,
  id,
  recordedAt,
});

/** The checkpoint of the tables that serve. */
export const readCheckpoint = async (
  session: Session,
  name: string,
  lock: "" | "FOR UPDATE" = "",
): Promise<Checkpoint | undefined> => {
  const { rows } = await session.query(
    `SELECT name, epoch, version, store_id, position::text, last, tables, settled::text, pinned
       FROM read.checkpoint WHERE name = $1 ORDER BY epoch DESC LIMIT 1 ${lock}`,
    [name],
  );
  if (rows[0] === undefined) return undefined;
  const { store_id: storeId, ...rest } = row.parse(rows[0]);
  return { ...rest, storeId };
};

/** What stopped the projection that a checkpoint belongs to, if it still stands there. */
export const readFinding = async (session: Session, name: string): Promise<StoredFinding | null> => {
  const { rows } = await session.query("SELECT finding FROM read.checkpoint WHERE name = $1", [name]);
  return findingRow.parse(rows)[0]?.finding ?? null;
};

const findingRow = z.array(
  z.object({ finding: z.object({ kind: z.string(), message: z.string() }).nullable() }),
);

/** Puts a checkpoint into the place of all others of its projection. */
export const replaceCheckpoint = async (session: Session, checkpoint: Checkpoint): Promise<void> => {
  const { name, epoch, version, storeId, position, last, tables, settled, pinned } = checkpoint;
  await session.query("DELETE FROM read.checkpoint WHERE name = $1", [name]);
  await session.query(
    `INSERT INTO read.checkpoint (name, epoch, version, store_id, position, last, tables, settled, pinned)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[name, epoch, version, storeId, String(position), last && JSON.stringify(last), tables],
      ...[settled === null ? null : String(settled), pinned],
    ],
  );
};

/** The last event of a batch, and the last settlement of a cycle in it if there is one. */
export interface Reached extends AppliedEvent {
  readonly settled?: Position;
}

/** Where events bring a checkpoint; undefined for none. */
export const reachedBy = (
  events: readonly (AppliedEvent & { readonly settles: boolean })[],
): Reached | undefined => {
  const last = events.at(-1);
  const settled = events.findLast(({ settles }) => settles);
  return last && settled ? { ...last, settled: settled.position } : last;
};

/** The checkpoint once these events are applied. */
export const movedTo = <C extends Checkpoint>(checkpoint: C, to: Reached): C => ({
  ...checkpoint,
  position: to.position,
  last: placeOf(to),
  settled: to.settled ?? checkpoint.settled,
});

/**
 * Moves a checkpoint on if it still stands where the caller believes, and keeps others from moving it until the
 * transaction ends. False: another runner was here, or a person has pinned it.
 */
export const advanceCheckpoint = async (
  session: Session,
  { name, epoch, storeId, position }: Checkpoint,
  to: Reached,
): Promise<boolean> => {
  const { rowCount } = await session.query(
    `UPDATE read.checkpoint
        SET position = $5, last = $6, settled = coalesce($7, settled), finding = NULL, changed_at = now()
      WHERE name = $1 AND epoch = $2 AND store_id = $3 AND position = $4 AND position < $5 AND NOT pinned`,
    [
      ...[name, epoch, storeId, String(position), String(to.position), JSON.stringify(placeOf(to))],
      to.settled === undefined ? null : String(to.settled),
    ],
  );
  return rowCount === 1;
};

/** Writes down why the projection stands still; rows of a newer version are left to a newer release. */
export const writeFinding = async (
  session: Session,
  { name, version }: { readonly name: string; readonly version: number },
  finding: StoredFinding,
): Promise<void> => {
  await session.query("UPDATE read.checkpoint SET finding = $3 WHERE name = $1 AND version <= $2", [
    name,
    version,
    JSON.stringify(finding),
  ]);
};
