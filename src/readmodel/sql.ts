// Statements for the steps of a batch. Names come from projections' tables alone, values are always bound.
import { type RowChange, type Step } from "./collapse.js";
import { type Names } from "./names.js";
import { type Change, type Row, type Table, type Value } from "./projection.js";

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export const quoted = (name: string): string => `"${name}"`;
export const qualified = (name: string): string => `read.${quoted(name)}`;
export const list = (columns: readonly string[]): string => columns.map(quoted).join(", ");

const typeOf = (table: Table, column: string): string => {
  const known = table.columns[column];
  if (!known) throw new Error(`table ${table.name} has no column ${column}`);
  return known.type;
};

/** A value as the driver is to send it. */
export const bound = (table: Table, column: string, value: Value | undefined): string | null => {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  const isJson = typeof value === "object" || typeOf(table, column) === "jsonb";
  return isJson ? JSON.stringify(value) : String(value);
};

/** What stands in the row `t` of a table joined with what is said. */
const assignment = (table: Table, column: string, said: string): string => {
  const name = quoted(column);
  const held = `t.${name}`;
  switch (table.columns[column]?.joins) {
    case "sum":
      return `${name} = ${held} + ${said}`;
    case "lowest":
      return `${name} = LEAST(${held}, ${said})`;
    case "highest":
      return `${name} = GREATEST(${held}, ${said})`;
    case undefined:
      return `${name} = ${said}`;
  }
};

/** Bound values of one statement, and how each is named in its text. */
class Bindings {
  readonly values: unknown[] = [];

  one(table: Table, column: string, value: Value | undefined): string {
    this.values.push(bound(table, column, value));
    return `$${this.values.length}::${typeOf(table, column)}`;
  }

  /** One array a column. */
  rows(table: Table, columns: readonly string[], rows: readonly Row[]): string {
    const arrays = columns.map((column) => {
      this.values.push(rows.map((row) => bound(table, column, row[column])));
      return `$${this.values.length}::${typeOf(table, column)}[]`;
    });
    return `unnest(${arrays.join(", ")})`;
  }

  matching(table: Table, match: Row): string {
    const conditions = Object.entries(match).map(([column, value]) =>
      value === null
        ? `t.${quoted(column)} IS NULL`
        : `t.${quoted(column)} = ${this.one(table, column, value)}`,
    );
    return ["true", ...conditions].join(" AND ");
  }

  assignments(table: Table, set: Row): string {
    return Object.entries(set)
      .map(([column, value]) => assignment(table, column, this.one(table, column, value)))
      .join(", ");
  }
}

const notKey = (table: Table, columns: readonly string[]): string[] =>
  columns.filter((column) => !table.key.includes(column));

const onConflict = (table: Table, changed: readonly string[]): string => {
  const assignments = changed.map((column) => assignment(table, column, `excluded.${quoted(column)}`));
  const action = changed.length === 0 ? "NOTHING" : `UPDATE SET ${assignments.join(", ")}`;
  return `ON CONFLICT (${list(table.key)}) DO ${action}`;
};

const upsertRows = (
  names: Names,
  table: Table,
  columns: readonly string[],
  rows: readonly Row[],
): Statement => {
  const bindings = new Bindings();
  const text =
    `INSERT INTO ${qualified(names(table))} AS t (${list(columns)}) ` +
    `SELECT * FROM ${bindings.rows(table, columns, rows)} ${onConflict(table, notKey(table, columns))}`;
  return { text, values: bindings.values };
};

const isNull = (row: Row, column: string): boolean => (row[column] ?? null) === null;

/**
 * Every part of the key is joined, so that the planner has one good way: a row at a time by the key's index, in
 * the partition that the row's value names. A constant would look to it like few rows in any other index.
 */
const patchRows = (
  names: Names,
  table: Table,
  columns: readonly string[],
  rows: readonly Row[],
): Statement => {
  const bindings = new Bindings();
  const joined = table.key.map((column) => {
    const name = quoted(column);
    const isAlwaysNull = rows.every((row) => isNull(row, column));
    return isAlwaysNull ? `t.${name} IS NOT DISTINCT FROM v.${name}` : `t.${name} = v.${name}`;
  });
  const assignments = notKey(table, columns).map((column) =>
    assignment(table, column, `v.${quoted(column)}`),
  );
  const text =
    `UPDATE ${qualified(names(table))} AS t SET ${assignments.join(", ")} ` +
    `FROM ${bindings.rows(table, columns, rows)} AS v(${list(columns)}) WHERE ${joined.join(" AND ")}`;
  return { text, values: bindings.values };
};

/** Changes that one statement can carry together: same kind, same columns, null in the same parts of the key. */
const alike = (table: Table, changes: readonly RowChange[]): Map<string, RowChange[]> => {
  const groups = new Map<string, RowChange[]>();
  for (const change of changes) {
    const { kind, row } = change;
    const nulls = table.key.map((column) => isNull(row, column));
    const group = JSON.stringify([kind, Object.keys(row).sort(), nulls]);
    const members = groups.get(group);
    if (members) members.push(change);
    else groups.set(group, [change]);
  }
  return groups;
};

const rowStatements = (names: Names, table: Table, changes: readonly RowChange[]): Statement[] =>
  [...alike(table, changes).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const columns = Object.keys(first.row);
    const rows = group.map(({ row }) => row);
    if (first.kind === "upsert") return [upsertRows(names, table, columns, rows)];
    return notKey(table, columns).length === 0 ? [] : [patchRows(names, table, columns, rows)];
  });

type Copy = Extract<Change, { kind: "copy" }>;

const aggregate = (table: Table, column: string, value: string): string => {
  switch (table.columns[column]?.joins) {
    case "sum":
      return `sum(${value})::${typeOf(table, column)}`;
    case "lowest":
      return `min(${value})`;
    case "highest":
      return `max(${value})`;
    case undefined:
      return value;
  }
};

/** Rows that go into one are joined before: an upsert may not meet the same row twice. */
const copyStatement = (names: Names, { from, to, match, set, derive }: Copy): Statement => {
  const bindings = new Bindings();
  const where = bindings.matching(from, match);
  const given = [...Object.keys(set), ...derive.map(({ into }) => into)];
  const common = Object.keys(to.columns).filter((c) => c in from.columns && !given.includes(c));
  const read = [
    ...common.map((c) => [c, `t.${quoted(c)}`] as const),
    ...derive.map(({ column, into, negated }) => [into, `${negated ? "-" : ""}t.${quoted(column)}`] as const),
  ];
  const chosen = [...read, ...Object.keys(set).map((c) => [c, bindings.one(to, c, set[c])] as const)];
  const columns = chosen.map(([c]) => c);
  const plain = read.filter(([c]) => to.columns[c]?.joins === undefined).map(([, value]) => value);
  const isJoined = columns.some((c) => to.columns[c]?.joins !== undefined);
  const grouped = isJoined ? ` GROUP BY (${plain.join(", ")}) HAVING count(*) > 0` : "";
  const text =
    `INSERT INTO ${qualified(names(to))} AS t (${list(columns)}) ` +
    `SELECT ${chosen.map(([c, value]) => aggregate(to, c, value)).join(", ")} ` +
    `FROM ${qualified(names(from))} AS t WHERE ${where}${grouped} ${onConflict(to, notKey(to, columns))}`;
  return { text, values: bindings.values };
};

const matchingStatement = (names: Names, { change }: Extract<Step, { kind: "matching" }>): Statement => {
  const bindings = new Bindings();
  switch (change.kind) {
    case "patch": {
      const set = bindings.assignments(change.table, change.set);
      const where = bindings.matching(change.table, change.match);
      const text = `UPDATE ${qualified(names(change.table))} AS t SET ${set} WHERE ${where}`;
      return { text, values: bindings.values };
    }
    case "delete": {
      const where = bindings.matching(change.table, change.match);
      return {
        text: `DELETE FROM ${qualified(names(change.table))} AS t WHERE ${where}`,
        values: bindings.values,
      };
    }
    case "move": {
      const { from, to, match, set } = change;
      const where = bindings.matching(from, match);
      const given = Object.keys(set);
      const common = Object.keys(to.columns).filter((c) => c in from.columns && !given.includes(c));
      const chosen = [...common.map(quoted), ...given.map((c) => bindings.one(to, c, set[c]))];
      const text =
        `WITH moved AS (DELETE FROM ${qualified(names(from))} AS t WHERE ${where} RETURNING *) ` +
        `INSERT INTO ${qualified(names(to))} AS t (${list([...common, ...given])}) ` +
        `SELECT ${chosen.join(", ")} FROM moved ${onConflict(to, notKey(to, Object.keys(to.columns)))}`;
      return { text, values: bindings.values };
    }
    case "copy":
      return copyStatement(names, change);
  }
};

/** The statements of one step, in order, on the tables of one set. */
export const statementsOf = (step: Step, names: Names): readonly Statement[] =>
  step.kind === "rows" ? rowStatements(names, step.table, step.changes) : [matchingStatement(names, step)];
