// Fewer statements for the same rows: changes of single rows are gathered, several of one row become one.
import { type Change, joinRows, keyOf, type Row, type Table } from "./projection.js";

export interface RowChange {
  /** An upsert makes the row if there is none. */
  readonly kind: "upsert" | "patch";
  /** Key and changed values. */
  readonly row: Row;
}

export type Step =
  | { readonly kind: "rows"; readonly table: Table; readonly changes: readonly RowChange[] }
  /** A change of many rows, or a deletion: takes effect after all steps before it. */
  | { readonly kind: "matching"; readonly change: Exclude<Change, { kind: "upsert" }> };

const isKey = (table: Table, match: Row): boolean => {
  const columns = Object.keys(match);
  return columns.length === table.key.length && table.key.every((column) => columns.includes(column));
};

const rowChange = (change: Change): (RowChange & { table: Table }) | undefined => {
  const { kind } = change;
  if (kind === "upsert") return { kind, table: change.table, row: change.row };
  if (kind === "patch" && isKey(change.table, change.match)) {
    return { kind, table: change.table, row: { ...change.match, ...change.set } };
  }
  return undefined;
};

const tablesOf = (change: Change): readonly Table[] =>
  change.kind === "move" || change.kind === "copy" ? [change.from, change.to] : [change.table];

/**
 * Steps with the same effect as the changes in their order. Changes of different tables commute; within one
 * table, gathered changes of single rows end where a change of matching rows begins.
 */
export const collapse = (changes: Iterable<Change>): readonly Step[] => {
  const steps: (() => Step)[] = [];
  const gathering = new Map<Table, Map<string, RowChange>>();

  const gather = (table: Table): Map<string, RowChange> => {
    const rows = new Map<string, RowChange>();
    gathering.set(table, rows);
    steps.push(() => ({ kind: "rows", table, changes: [...rows.values()] }));
    return rows;
  };

  const gatherRow = ({ table, kind, row }: RowChange & { table: Table }): void => {
    const key = keyOf(table, row);
    const rows = gathering.get(table) ?? gather(table);
    const before = rows.get(key);
    if (before === undefined) rows.set(key, { kind, row });
    // A patch does nothing to a row that only the upsert after it makes: the two cannot be one.
    else if (before.kind === "patch" && kind === "upsert") gather(table).set(key, { kind, row });
    else rows.set(key, { kind: before.kind, row: joinRows(table, before.row, row) });
  };

  for (const change of changes) {
    const single = rowChange(change);
    if (single) gatherRow(single);
    else if (change.kind !== "upsert") {
      for (const table of tablesOf(change)) gathering.delete(table);
      steps.push(() => ({ kind: "matching", change }));
    }
  }
  return steps.map((step) => step());
};
