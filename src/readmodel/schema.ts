// What schema `read` has beside the read models' own tables.
import { type Session } from "./database.js";

/** Columns that checkpoints got in later releases. */
const LATER: Readonly<Record<string, string>> = {
  last: "jsonb",
  settled: "bigint",
  pinned: "boolean NOT NULL DEFAULT false",
  finding: "jsonb",
};

/** One session at a time changes what sets of tables there are: CREATE ... IF NOT EXISTS alone is no protection. */
export const lockSchema = async (session: Session): Promise<void> => {
  await session.query("SELECT pg_advisory_xact_lock(hashtextextended('taps.read', 0))");
};

/** Creates what is not there. To be called under `lockSchema`. */
export const createSchema = async (session: Session): Promise<void> => {
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
  await addColumns(session);
  // At most one set of tables a projection is being built; `filled`: they are there, with what they begin with.
  await session.query(
    `CREATE TABLE IF NOT EXISTS read.build (
       name text PRIMARY KEY,
       epoch integer NOT NULL,
       version integer NOT NULL,
       store_id text NOT NULL,
       position bigint NOT NULL,
       last jsonb,
       settled bigint,
       tables text[] NOT NULL,
       target bigint,
       pinned boolean NOT NULL,
       base text,
       filled boolean NOT NULL DEFAULT false,
       differing text[])`,
  );
  await session.query(
    `CREATE TABLE IF NOT EXISTS read.retired (
       tablename text PRIMARY KEY,
       name text NOT NULL,
       epoch integer NOT NULL)`,
  );
};

/** Looked for first: ALTER waits for every reader. */
const addColumns = async (session: Session): Promise<void> => {
  const { rows } = await session.query(
    "SELECT attname::text FROM pg_attribute WHERE attrelid = 'read.checkpoint'::regclass AND attnum > 0",
  );
  const found = new Set(rows.map((row) => (row as { attname: string }).attname));
  const missing = Object.entries(LATER).filter(([column]) => !found.has(column));
  if (missing.length === 0) return;
  const added = missing.map(([column, type]) => `ADD COLUMN ${column} ${type}`);
  await session.query(`ALTER TABLE read.checkpoint ${added.join(", ")}`);
};

/** The number of a projection's next set of tables: no set that is left has it. */
export const nextEpoch = async (session: Session, name: string): Promise<number> => {
  const { rows } = await session.query(
    `SELECT coalesce(max(epoch), 0) + 1 AS epoch FROM (
       SELECT epoch FROM read.checkpoint WHERE name = $1
       UNION ALL SELECT epoch FROM read.build WHERE name = $1
       UNION ALL SELECT epoch FROM read.retired WHERE name = $1) AS sets`,
    [name],
  );
  return (rows[0] as { epoch: number }).epoch;
};
