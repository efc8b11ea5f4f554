// What a projection's tables hold in PostgreSQL, and what they must hold.
import { type Tables } from "../../src/readmodel/memory-tables.js";
import { keyOf, type Projection, type Row, type Table, type Value } from "../../src/readmodel/projection.js";

export { foldProjection, MemoryTables, type Tables } from "../../src/readmodel/memory-tables.js";

interface Queryable {
  query(text: string): Promise<{ rows: unknown[] }>;
}

const parsed = (value: unknown, type: string): Value => {
  if (value === null) return null;
  if (typeof value !== "string") throw new Error("not read as text");
  if (type === "bigint") return BigInt(value);
  if (type === "integer") return Number(value);
  if (type === "boolean") return value === "true";
  if (type === "jsonb") return JSON.parse(value) as Value;
  return type === "timestamptz" ? new Date(value) : value;
};

/** The rows of a projection's tables as they stand in PostgreSQL: equal to `foldProjection`'s when right. */
export const readTables = async (
  database: Queryable,
  projection: Pick<Projection, "tables">,
): Promise<Tables> => {
  const read = async (table: Table) => {
    const columns = Object.entries(table.columns);
    const list = columns.map(([name]) => `"${name}"::text`).join(", ");
    const { rows } = await database.query(`SELECT ${list} FROM read."${table.name}"`);
    const found = rows.map((row) => {
      const values = Object.entries(row as Record<string, unknown>);
      return Object.fromEntries(
        values.map(([name, value]) => [name, parsed(value, table.columns[name]?.type ?? "text")]),
      );
    });
    const byKey = found.map((row) => [keyOf(table, row), row] as const).sort(([a], [b]) => (a < b ? -1 : 1));
    return [table.name, byKey.map(([, row]) => row)] as const;
  };
  const tables: (readonly [string, readonly Row[]])[] = [];
  for (const table of projection.tables) tables.push(await read(table));
  return Object.fromEntries(tables);
};
