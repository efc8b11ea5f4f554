// Many rows of a table at once: read by values of some columns, deleted by key, copied in.
import { type CopySession, type Session } from "./database.js";
import { type Names } from "./names.js";
import { type Column, type Row, type Table, type Value } from "./projection.js";
import { bound, list, qualified, quoted } from "./sql.js";

const parsed = (text: string | null, { type }: Column): Value => {
  if (text === null) return null;
  switch (type) {
    case "text":
      return text;
    case "integer":
      return Number(text);
    case "bigint":
      return BigInt(text);
    case "boolean":
      return text === "true";
    case "timestamptz":
      return new Date(text);
    case "jsonb":
      return JSON.parse(text) as Value;
  }
};

/** The same columns are null in all of them: these are conditions, the others are joined. */
const alike = (columns: readonly string[], rows: readonly Row[]): readonly (readonly Row[])[] => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const nulls = columns.map((column) => ((row[column] ?? null) === null ? 1 : 0)).join("");
    const group = groups.get(nulls);
    if (group) group.push(row);
    else groups.set(nulls, [row]);
  }
  return [...groups.values()];
};

/** `v`, and the condition under which a row `t` has the values of one of these rows. */
const joined = (table: Table, columns: readonly string[], rows: readonly Row[]) => {
  const isNull = (column: string) => (rows[0]?.[column] ?? null) === null;
  const given = columns.filter((column) => !isNull(column));
  const values = given.map((column) => rows.map((row) => bound(table, column, row[column])));
  const arrays = given.map((column, n) => `$${n + 1}::${table.columns[column]?.type ?? "text"}[]`);
  const from = given.length === 0 ? "(SELECT 1) AS v" : `unnest(${arrays.join(", ")}) AS v(${list(given)})`;
  const conditions = columns.map((column) =>
    isNull(column) ? `t.${quoted(column)} IS NULL` : `t.${quoted(column)} = v.${quoted(column)}`,
  );
  return { from, condition: conditions.join(" AND "), values };
};

/** Every row that has the values of one of these in the given columns. */
export const readRows = async (
  session: Session,
  names: Names,
  table: Table,
  columns: readonly string[],
  asked: readonly Row[],
): Promise<readonly Row[]> => {
  const found: Row[] = [];
  const known = Object.entries(table.columns);
  const selected = known.map(([column]) => `t.${quoted(column)}::text`).join(", ");
  for (const group of alike(columns, asked)) {
    const { from, condition, values } = joined(table, columns, group);
    const text = `SELECT ${selected} FROM ${from} JOIN ${qualified(names(table))} AS t ON ${condition}`;
    const { rows } = await session.query(text, values);
    for (const row of rows as Record<string, string | null>[])
      found.push(
        Object.fromEntries(known.map(([name, column]) => [name, parsed(row[name] ?? null, column)])),
      );
  }
  return found;
};

/** The largest value of an integer column; undefined if the table is empty, null if no row has one. */
export const lastValue = async (
  session: Session,
  names: Names,
  table: Table,
  column: string | undefined,
): Promise<number | null | undefined> => {
  const name = qualified(names(table));
  const last = column === undefined ? "NULL::integer" : `(SELECT max(${quoted(column)}) FROM ${name})`;
  const { rows } = await session.query(`SELECT ${last} AS last WHERE EXISTS (SELECT 1 FROM ${name})`);
  return (rows[0] as { last: number | null } | undefined)?.last;
};

export const deleteRows = async (
  session: Session,
  names: Names,
  table: Table,
  keys: readonly Row[],
): Promise<void> => {
  for (const group of alike(table.key, keys)) {
    const { from, condition, values } = joined(table, table.key, group);
    await session.query(
      `DELETE FROM ${qualified(names(table))} AS t USING ${from} WHERE ${condition}`,
      values,
    );
  }
};

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escaped = (text: string): string => text.replace(/[\\\n\r\t]/g, (symbol) => ESCAPES[symbol] ?? symbol);

/** A value as a field of COPY's text format. */
const field = (value: Value | undefined, isJson: boolean): string => {
  if (value === null || value === undefined) return "\\N";
  if (value instanceof Date) return value.toISOString();
  if (isJson || typeof value === "object") return escaped(JSON.stringify(value));
  return typeof value === "string" ? escaped(value) : String(value);
};

/** Rows sent at once. */
const PORTION = 500;

/** Rows whose keys are not in the table. */
export const copyRows = async (
  session: CopySession,
  names: Names,
  table: Table,
  rows: readonly Row[],
): Promise<void> => {
  const columns = Object.entries(table.columns).map(([name, { type }]) => ({
    name,
    isJson: type === "jsonb",
  }));
  const lineOf = (row: Row): string =>
    `${columns.map(({ name, isJson }) => field(row[name], isJson)).join("\t")}\n`;
  async function* portions(): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < rows.length; from += PORTION)
      yield Buffer.from(
        rows
          .slice(from, from + PORTION)
          .map(lineOf)
          .join(""),
      );
  }
  const named = list(columns.map(({ name }) => name));
  await session.copyFrom(`COPY ${qualified(names(table))} (${named}) FROM STDIN`, portions());
};
