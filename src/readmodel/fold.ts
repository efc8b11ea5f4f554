// A large batch of changes, folded in memory: each row that it touches is read once and written once.
import { type CopySession } from "./database.js";
import { copyRows, deleteRows, lastValue, readRows } from "./bulk-sql.js";
import { type Names } from "./names.js";
import { type Change, copied, type MutableRow, type Projection, type Row, type Table } from "./projection.js";
import { statementsOf } from "./sql.js";
import { createPartition } from "./tables.js";
import { signatureOf, TouchedRows, valuesOf } from "./touched.js";

/** Rows that changes ask for: by key, and by the values of other columns. */
interface Asked {
  readonly keys: Map<string, Row>;
  readonly matches: Map<string, { readonly columns: readonly string[]; readonly rows: Map<string, Row> }>;
}

/** Small numbers of rows, many indexes: there is one good way, and no statistics to find it by. */
const BY_INDEX =
  "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/** Writes the changes, in their order, to the tables of one set. Nobody else writes to them. */
export const writeFolded = async (
  session: CopySession,
  { tables }: Projection,
  changes: readonly Change[],
  epoch: number,
  names: Names,
): Promise<void> => {
  if (changes.length === 0) return;
  await session.query(BY_INDEX);
  const keys = changes.map(keyNamedBy);
  const loaded = new Map<Table, Loaded>();
  for (const table of tables)
    loaded.set(table, await load(session, names, table, askedOf(table, changes, keys)));
  const of = (table: Table): Loaded => {
    const found = loaded.get(table);
    if (found === undefined) throw new Error(`${table.name} is not a table of this projection`);
    return found;
  };
  for (const [n, change] of changes.entries()) {
    if (change.kind === "copy") await copy(session, names, change, keys[n], of);
    else apply(change, keys[n], (table) => of(table).rows);
  }
  for (const { rows } of loaded.values()) await write(session, rows, epoch, names);
};

interface Loaded {
  readonly rows: TouchedRows;
  readonly mayBeThere: (row: Row) => boolean;
}

/** The key of the row that a change names by it; undefined: it names rows by other columns. */
const keyNamedBy = (change: Change): string | undefined => {
  if (change.kind === "upsert") return valuesOf(change.table.key, change.row);
  const table = change.kind === "move" || change.kind === "copy" ? change.from : change.table;
  return signatureOf(table, change.match) === undefined ? valuesOf(table.key, change.match) : undefined;
};

const askedOf = (table: Table, changes: readonly Change[], keys: readonly (string | undefined)[]): Asked => {
  const asked: Asked = { keys: new Map(), matches: new Map() };
  const ask = (match: Row, key: string | undefined): void => {
    if (key !== undefined) {
      if (!asked.keys.has(key)) asked.keys.set(key, match);
      return;
    }
    const columns = Object.keys(match).sort();
    const signature = columns.join();
    const matches = asked.matches.get(signature) ?? { columns, rows: new Map<string, Row>() };
    asked.matches.set(signature, matches);
    matches.rows.set(valuesOf(columns, match), match);
  };
  for (const [n, change] of changes.entries()) {
    if (change.kind === "move" || change.kind === "copy") {
      if (change.from === table) ask(change.match, keys[n]);
    } else if (change.table === table) ask(change.kind === "upsert" ? change.row : change.match, keys[n]);
  }
  return asked;
};

const load = async (
  session: CopySession,
  names: Names,
  table: Table,
  { keys, matches }: Asked,
): Promise<Loaded> => {
  const rows = new TouchedRows(
    table,
    [...matches.values()].map(({ columns }) => columns),
  );
  const asked = [...keys.values()];
  const mayBeThere = await bounds(session, names, table);
  for (const row of await readRows(session, names, table, table.key, asked.filter(mayBeThere)))
    rows.load(row);
  for (const { columns, rows: some } of matches.values())
    for (const row of await readRows(session, names, table, columns, [...some.values()])) rows.load(row);
  for (const key of keys.keys()) rows.looked(key);
  return { rows, mayBeThere };
};

/**
 * Which rows the table may have, by what is cheap to know: none if it is empty, none of a partition's range that is
 * beyond all rows. So what is new is not looked for row by row.
 */
const bounds = async (session: CopySession, names: Names, table: Table): Promise<(row: Row) => boolean> => {
  const column = table.partition?.column;
  const last = await lastValue(session, names, table, column);
  if (last === undefined) return () => false;
  if (column === undefined || last === null) return () => true;
  return (row) => {
    const value = row[column];
    return typeof value !== "number" || value <= last;
  };
};

/** What it makes is joined with what is there: rows that only the rows it copies name are looked for now. */
const copy = async (
  session: CopySession,
  names: Names,
  change: Extract<Change, { kind: "copy" }>,
  named: string | undefined,
  of: (table: Table) => Loaded,
): Promise<void> => {
  const { rows, mayBeThere } = of(change.to);
  const said = of(change.from)
    .rows.find(change.match, named)
    .map((from) => copied(change, from))
    .map((row) => ({ row, key: rows.keyOf(row) }));
  const strange = said.filter(({ key }) => !rows.knows(key));
  const sought = strange.map(({ row }) => row).filter(mayBeThere);
  for (const row of await readRows(session, names, change.to, change.to.key, sought)) rows.load(row);
  for (const { key } of strange) rows.looked(key);
  for (const { key, row } of said) rows.upsert(key, row);
};

const apply = (
  change: Exclude<Change, { kind: "copy" }>,
  key: string | undefined,
  rowsOf: (table: Table) => TouchedRows,
): void => {
  switch (change.kind) {
    case "upsert":
      return rowsOf(change.table).upsert(key ?? valuesOf(change.table.key, change.row), change.row);
    case "patch":
      return rowsOf(change.table).patch(change.match, change.set, key);
    case "delete":
      rowsOf(change.table).take(change.match, key);
      return;
    case "move": {
      const { from, to, match, set } = change;
      const common = Object.keys(from.columns).filter((column) => column in to.columns);
      for (const row of rowsOf(from).take(match, key)) {
        const moved: MutableRow = {};
        for (const column of common) moved[column] = row[column];
        rowsOf(to).put(Object.assign(moved, set));
      }
    }
  }
};

/** What is written was joined in memory: it takes the place of what is there. */
const asItIs = (table: Table): Table => ({
  ...table,
  columns: Object.fromEntries(
    Object.entries(table.columns).map(([name, { joins: _joins, ...column }]) => [name, column]),
  ),
});

const write = async (session: CopySession, rows: TouchedRows, epoch: number, names: Names): Promise<void> => {
  const { table } = rows;
  const unknown = rows.unknown().filter(await bounds(session, names, table));
  for (const row of await readRows(session, names, table, table.key, unknown)) rows.found(rows.keyOf(row));
  const { inserted, updated, deleted } = rows.outcome();
  if (deleted.length > 0) await deleteRows(session, names, table, deleted);
  const patches = updated.map((row) => ({ kind: "patch" as const, row }));
  for (const { text, values } of statementsOf(
    { kind: "rows", table: asItIs(table), changes: patches },
    names,
  ))
    await session.query(text, values);
  if (inserted.length === 0) return;
  for (const statement of partitionsFor(table, inserted, epoch, names)) await session.query(statement);
  await copyRows(session, names, table, inserted);
};

const partitionsFor = (
  table: Table,
  rows: readonly Row[],
  epoch: number,
  names: Names,
): readonly string[] => {
  const { partition } = table;
  if (partition === undefined) return [];
  const starts = new Set<number>();
  for (const row of rows) {
    const value = row[partition.column];
    if (typeof value === "number") starts.add(Math.floor(value / partition.width) * partition.width);
  }
  return [...starts].flatMap((from) => createPartition(table, epoch, names, from));
};
