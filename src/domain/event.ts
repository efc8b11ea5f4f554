import { z } from "zod";
import { type Digest } from "./identifiers.js";

/** The schema version that this release writes, per event codec. */
export const schemaVersions = z.registry<{ schemaVersion: number }>();

/** Codec of one event type: `{type, data}` in memory, decimal strings for amounts in JSON. */
export const defineEvent = <T extends string, S extends z.ZodRawShape>(
  type: T,
  schemaVersion: number,
  shape: S,
) =>
  z
    .strictObject({ type: z.literal(type), data: z.strictObject(shape) })
    .register(schemaVersions, { schemaVersion });

/** Rows an event may carry at most: one append is limited to 1 MiB in sum. */
export const CHUNK_ROWS = 500;

/** Rows of a list that no closing event has closed yet; `attempt` is the digest of the list's input. */
export interface OpenList<Row> {
  readonly attempt: Digest;
  readonly rows: readonly Row[];
}

/** An open list with a chunk more; a chunk of another attempt begins anew, so that two are never mixed. */
export const withChunk = <Row>(open: OpenList<Row> | undefined, chunk: OpenList<Row>): OpenList<Row> => ({
  attempt: chunk.attempt,
  rows: open?.attempt === chunk.attempt ? [...open.rows, ...chunk.rows] : chunk.rows,
});

/**
 * The rows that a closing event closes. Throws when they are not as many as it says: that log is damaged, and a
 * shorter list would silently forget what is owed.
 */
export const closedRows = <Row>(
  open: OpenList<Row> | undefined,
  closing: { readonly attempt: Digest; readonly count: number },
): readonly Row[] => {
  const rows = open?.attempt === closing.attempt ? open.rows : [];
  if (rows.length === closing.count) return rows;
  throw new Error(`a list of ${closing.count} rows is closed with ${rows.length}: the log is damaged`);
};

/** Cuts rows into chunks of at most `CHUNK_ROWS`, in order. */
export const chunksOf = <T>(rows: readonly T[], size: number = CHUNK_ROWS): T[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
