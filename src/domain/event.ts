import { z } from "zod";

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

/** Cuts rows into chunks of at most `CHUNK_ROWS`, in order. */
export const chunksOf = <T>(rows: readonly T[], size: number = CHUNK_ROWS): T[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
