// A projection's tables in memory: what PostgreSQL's must hold, computed without a database.
import {
  type Change,
  joinRows,
  keyOf,
  type ProjectedEvent,
  type Projection,
  type Row,
  type Table,
  type Value,
} from "./projection.js";

type Rows = Map<string, Row>;
/** Rows of every table by its name, in the order of their keys. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

const newRow = (table: Table, row: Row): Row => ({
  ...Object.fromEntries(
    Object.entries(table.columns).map(([name, column]) => [name, column.default ?? null]),
  ),
  ...row,
});

const text = (value: Value | undefined): string =>
  JSON.stringify(typeof value === "bigint" ? value.toString() : (value ?? null));

const matches = (row: Row, match: Row): boolean =>
  Object.entries(match).every(([column, value]) => text(row[column]) === text(value));

/** Tables in memory that take changes as the engine's SQL must. */
export class MemoryTables {
  private readonly tables: Map<string, { readonly table: Table; readonly rows: Rows }>;

  constructor(tables: readonly Table[]) {
    this.tables = new Map(tables.map((table) => [table.name, { table, rows: new Map<string, Row>() }]));
  }

  /** The same rows; what changes one of the two does not change the other. */
  copy(): MemoryTables {
    const copied = new MemoryTables([]);
    for (const [name, { table, rows }] of this.tables)
      copied.tables.set(name, { table, rows: new Map(rows) });
    return copied;
  }

  apply(change: Change): void {
    switch (change.kind) {
      case "upsert":
        this.put(change.table, change.row);
        return;
      case "patch": {
        const rows = this.rowsOf(change.table);
        for (const [key, row] of this.matching(change.table, change.match)) {
          rows.set(key, joinRows(change.table, row, change.set));
        }
        return;
      }
      case "delete":
        this.take(change.table, change.match);
        return;
      case "move":
        for (const row of this.take(change.from, change.match)) {
          const common = Object.entries(row).filter(([column]) => column in change.to.columns);
          this.put(change.to, newRow(change.to, { ...Object.fromEntries(common), ...change.set }));
        }
        return;
      case "copy":
        for (const [, row] of this.matching(change.from, change.match)) {
          const common = Object.entries(row).filter(([column]) => column in change.to.columns);
          const derived = change.derive.map(({ column, into, negated }) => {
            const value = row[column] ?? null;
            return [into, negated && typeof value === "bigint" ? -value : value] as const;
          });
          this.put(change.to, {
            ...Object.fromEntries(common),
            ...Object.fromEntries(derived),
            ...change.set,
          });
        }
    }
  }

  private put(table: Table, row: Row): void {
    const rows = this.rowsOf(table);
    const key = keyOf(table, row);
    const before = rows.get(key);
    rows.set(key, before ? joinRows(table, before, row) : newRow(table, row));
  }

  snapshot(): Tables {
    const sorted = [...this.tables].map(([name, { rows }]) => {
      const byKey = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
      return [name, byKey.map(([, row]) => row)] as const;
    });
    return Object.fromEntries(sorted);
  }

  private take(table: Table, match: Row): Row[] {
    const rows = this.rowsOf(table);
    const taken = this.matching(table, match);
    for (const [key] of taken) rows.delete(key);
    return taken.map(([, row]) => row);
  }

  private matching(table: Table, match: Row): (readonly [string, Row])[] {
    const rows = this.rowsOf(table);
    if (table.key.every((column) => column in match)) {
      const key = keyOf(table, match);
      const row = rows.get(key);
      return row && matches(row, match) ? [[key, row]] : [];
    }
    return [...rows].filter(([, row]) => matches(row, match));
  }

  private rowsOf(table: Table): Rows {
    const known = this.tables.get(table.name);
    if (known?.table !== table) throw new Error(`${table.name} is not a table of this projection`);
    return known.rows;
  }
}

/**
 * The rows that a projection makes of events. As in the engine, an event at or before the last position is not
 * applied again.
 */
export const foldProjection = (projection: Projection, events: Iterable<ProjectedEvent>): Tables => {
  const tables = new MemoryTables(projection.tables);
  let last: bigint | undefined;
  for (const event of events) {
    if (last !== undefined && event.position <= last) continue;
    for (const change of projection.apply(event)) tables.apply(change);
    last = event.position;
  }
  return tables.snapshot();
};
