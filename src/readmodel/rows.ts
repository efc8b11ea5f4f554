// The rows of a table as bytes: the same rows give the same bytes, on every machine and in whatever order they lie.
import { createHash } from "node:crypto";
import { type Bytes, type CopySession, type Session } from "./database.js";
import { type Names } from "./names.js";
import { type Projection, type Table } from "./projection.js";
import { qualified, quoted } from "./sql.js";

/** What the text of a value depends on, beside the value. */
const CANONICAL =
  "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; " +
  "SET LOCAL client_encoding = 'UTF8'";

/** A digest takes as long as it takes; only a server that is gone ends it. */
const NO_LIMIT = "SET LOCAL statement_timeout = 0";

const columnsOf = (table: Table): string => Object.keys(table.columns).map(quoted).join(", ");

const orderOf = (table: Table): string =>
  table.key
    .map((column) => {
      const collation = table.columns[column]?.type === "text" ? ' COLLATE "C"' : "";
      return `${quoted(column)}${collation} NULLS FIRST`;
    })
    .join(", ");

/** In the order of their keys. */
const copyOut = (table: Table, names: Names): string =>
  `COPY (SELECT ${columnsOf(table)} FROM ${qualified(names(table))} ORDER BY ${orderOf(table)}) TO STDOUT`;

/** Begins a session in which what is read is of one moment, and is written as everywhere. */
export const readAsOfNow = async (session: Session): Promise<void> => {
  await session.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  await session.query(`${CANONICAL}; ${NO_LIMIT}`);
};

/** Keeps the tables of a set from being replaced while they are read. Before the first read of the session. */
export const holdTables = async (session: Session, projection: Projection, names: Names): Promise<void> => {
  const tables = projection.tables.map((table) => qualified(names(table)));
  await session.query(`LOCK TABLE ${tables.join(", ")} IN ACCESS SHARE MODE`);
};

/** The rows of one table, in the order of their keys. */
export const rowsOf = (session: CopySession, table: Table, names: Names): Bytes =>
  session.copyTo(copyOut(table, names));

/** Puts rows, as `rowsOf` gives them, into an empty table. */
export const fillTable = async (
  session: CopySession,
  table: Table,
  names: Names,
  rows: Bytes,
): Promise<void> => {
  await session.query(`${CANONICAL}; ${NO_LIMIT}`);
  await session.copyFrom(`COPY ${qualified(names(table))} (${columnsOf(table)}) FROM STDIN`, rows);
};

export interface TableDigest {
  readonly table: string;
  /** SHA-256 of the rows in the order of their keys, as PostgreSQL's COPY writes them. */
  readonly digest: string;
  readonly bytes: number;
}

/** Passes rows on, and tells their digest once all have passed. */
export async function* digesting(
  table: string,
  rows: Bytes,
  tell: (digest: TableDigest) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of rows) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  tell({ table, digest: hash.digest("hex"), bytes });
}

const digestTable = async (session: CopySession, table: Table, names: Names): Promise<TableDigest> => {
  const told: TableDigest[] = [];
  for await (const _ of digesting(table.name, rowsOf(session, table, names), (digest) => told.push(digest)));
  const [digest] = told;
  if (digest === undefined) throw new Error(`no digest of ${table.name}`);
  return digest;
};

/** One digest a table of a set; flat in memory. The session is one of `readAsOfNow`. */
export const digestTables = async (
  session: CopySession,
  projection: Projection,
  names: Names,
): Promise<readonly TableDigest[]> => {
  const digests: TableDigest[] = [];
  for (const table of projection.tables) digests.push(await digestTable(session, table, names));
  return digests;
};

/** One digest of all tables of a projection, by name. */
export const digestOf = (tables: readonly TableDigest[]): string => {
  const lines = tables.map(({ table, digest }) => `${table} ${digest}\n`);
  return createHash("sha256").update(lines.join("")).digest("hex");
};

/** Describes the tables, so that rows of another layout are not taken for theirs. */
export const layoutOf = ({ tables }: Projection): string => {
  const described = tables.map(({ name, columns, key, partition }) => [
    name,
    Object.entries(columns).map(([column, { type, nullable }]) => [column, type, nullable]),
    key,
    partition ?? null,
  ]);
  return createHash("sha256").update(JSON.stringify(described)).digest("hex");
};
