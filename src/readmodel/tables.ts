// A projection's tables in schema `read`: how they are created, and their partitions as rows come.
import { type Step } from "./collapse.js";
import { type Session } from "./database.js";
import { type Names } from "./names.js";
import { type Column, type Index, type Projection, type Row, type Table } from "./projection.js";
import { qualified, quoted } from "./sql.js";

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Texts are names: compared byte by byte, an index serves what begins with a prefix too, wherever the server stands. */
const typeSql = ({ type }: Column): string => (type === "text" ? 'text COLLATE "C"' : type);

const columnSql = (name: string, column: Column): string =>
  [
    quoted(name),
    typeSql(column),
    ...(column.nullable ? [] : ["NOT NULL"]),
    ...(column.default === undefined ? [] : [`DEFAULT ${literal(String(column.default))}`]),
    ...(column.values === undefined
      ? []
      : [`CHECK (${quoted(name)} IN (${column.values.map(literal).join(", ")}))`]),
  ].join(" ");

const keySql = (table: Table): string => {
  const columns = table.key.map(quoted).join(", ");
  const isNullable = table.key.some((column) => table.columns[column]?.nullable === true);
  return isNullable ? `UNIQUE NULLS NOT DISTINCT (${columns})` : `PRIMARY KEY (${columns})`;
};

/** Partitions carry the epoch: those of a second set of tables stand beside them under other names. */
const partitionName = (table: Table, epoch: number, from: number | "default"): string =>
  `${table.name}_e${epoch}_${from}`;

const createIndex = (name: string, index: Index): string => {
  const columns = "on" in index ? index.on : index;
  const rows = "on" in index ? ` WHERE ${quoted(index.except.column)} <> ${literal(index.except.value)}` : "";
  return `CREATE INDEX ON ${name} (${columns.map(quoted).join(", ")})${rows}`;
};

const createTable = (table: Table, epoch: number, names: Names): string[] => {
  const columns = Object.entries(table.columns).map(([name, column]) => columnSql(name, column));
  const { partition } = table;
  const byRange = partition ? ` PARTITION BY RANGE (${quoted(partition.column)})` : "";
  const name = qualified(names(table));
  const rest = qualified(partitionName(table, epoch, "default"));
  return [
    `CREATE TABLE ${name} (${[...columns, keySql(table)].join(", ")})${byRange}`,
    ...(partition ? [`CREATE TABLE ${rest} PARTITION OF ${name} DEFAULT`] : []),
  ];
};

/** The statements that make one set of a projection's tables, but for their indexes. */
export const createTables = (projection: Projection, epoch: number, names: Names): string[] =>
  projection.tables.flatMap((table) => createTable(table, epoch, names));

/** The statements that make the indexes of a set of tables: over many rows at once faster than with each row. */
export const createIndexes = (projection: Projection, names: Names): string[] =>
  projection.tables.flatMap((table) =>
    table.indexes.map((index) => createIndex(qualified(names(table)), index)),
  );

/** Rows that a step may make in a table. */
const rowsInto = (step: Step): { table: Table; rows: readonly Row[] } | undefined => {
  if (step.kind === "rows") {
    const made = step.changes.filter(({ kind }) => kind === "upsert");
    return { table: step.table, rows: made.map(({ row }) => row) };
  }
  const { change } = step;
  return change.kind === "move" || change.kind === "copy"
    ? { table: change.to, rows: [{ ...change.match, ...change.set }] }
    : undefined;
};

/** Creates, unless they are there, the partitions that new rows need. A move or copy names its in `match` or `set`. */
export const createPartitions = (step: Step, epoch: number, names: Names): readonly string[] => {
  const into = rowsInto(step);
  const partition = into?.table.partition;
  if (!into || !partition) return [];
  const { table, rows } = into;
  const starts = new Set<number>();
  for (const row of rows) {
    const value = row[partition.column];
    if (value === undefined) throw new Error(`no ${partition.column} in a row for ${table.name}`);
    if (typeof value === "number") starts.add(Math.floor(value / partition.width) * partition.width);
  }
  return [...starts].flatMap((from) => createPartition(table, epoch, names, from));
};

/** Creates, unless it is there, the partition that begins with a value. */
export const createPartition = (
  table: Table,
  epoch: number,
  names: Names,
  from: number,
): readonly string[] => {
  if (table.partition === undefined) return [];
  const name = qualified(partitionName(table, epoch, from));
  const range = `FROM (${from}) TO (${from + table.partition.width})`;
  return [`CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${qualified(names(table))} FOR VALUES ${range}`];
};

/** What the partitions of a table begin with, besides the one for all others. */
export const partitionsOf = async (
  session: Session,
  table: Table,
  names: Names,
): Promise<readonly number[]> => {
  if (table.partition === undefined) return [];
  const { rows } = await session.query(
    `SELECT relname::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
      WHERE inhparent = to_regclass($1) ORDER BY relname`,
    [qualified(names(table))],
  );
  const starts = rows.map((row) => /_e\d+_(-?\d+)$/.exec((row as { relname: string }).relname)?.[1]);
  return starts.filter((start) => start !== undefined).map(Number);
};
