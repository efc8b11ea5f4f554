// What a read model is: tables, and a pure function from an event to changes of their rows.
import { type Json } from "../domain/digest.js";
import { type DomainEvent } from "../domain/events.js";
import { type StreamName } from "../domain/identifiers.js";

/** An event as a projection sees it. */
export interface ProjectedEvent {
  readonly event: DomainEvent;
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: bigint;
  /** By the store's clock. */
  readonly recordedAt: Date;
}

export type Value = Json | bigint | Date;
/** Values by column; the builders below see to it that they fit the table. */
export type Row = Readonly<Record<string, Value | undefined>>;

export interface Column<T extends Value = Value> {
  readonly type: "text" | "integer" | "bigint" | "boolean" | "timestamptz" | "jsonb";
  readonly nullable: boolean;
  /** Of a text: the only values it may have. */
  readonly values?: readonly string[];
  /** What a new row has here when nothing else is said; without it, null. */
  readonly default?: T & (string | bigint);
  /** How what a change says here is joined with what stands in the row; without it, it takes its place. */
  readonly joins?: "sum" | "lowest" | "highest";
  /** Never set: carries the type of the values. */
  readonly holds?: T;
}
type Columns = Readonly<Record<string, Column>>;

export const text: Column<string> = { type: "text", nullable: false };
export const integer: Column<number> = { type: "integer", nullable: false };
/** Mutez, counters: 64 bits, exact. */
export const bigint: Column<bigint> = { type: "bigint", nullable: false };
export const boolean: Column<boolean> = { type: "boolean", nullable: false };
export const instant: Column<Date> = { type: "timestamptz", nullable: false };
export const json: Column<Json> = { type: "jsonb", nullable: false };
export const oneOf = <const T extends string>(...values: readonly T[]): Column<T> => ({
  type: "text",
  nullable: false,
  values,
});
/** The first of the values stands in a row until another is said. */
export const oneOfFrom = <const T extends string>(first: T, ...others: readonly T[]): Defaulted<T> => ({
  ...oneOf(first, ...others),
  default: first,
});
/** What changes say is added up, from 0: mutez, counts. */
export const total: Defaulted<bigint> = { ...bigint, default: 0n, joins: "sum" };
/** The lowest, or highest, that a change has said. */
export const lowest = <T extends number | Date>(column: Column<T>): Column<T | null> => ({
  ...nullable(column),
  joins: "lowest",
});
export const highest = <T extends number | Date>(column: Column<T>): Column<T | null> => ({
  ...nullable(column),
  joins: "highest",
});
export const nullable = <T extends Value>(column: Column<T>): Column<T | null> => {
  const { type, values } = column;
  return { type, nullable: true, ...(values === undefined ? {} : { values }) };
};
type Defaulted<T extends string | bigint> = Column<T> & { readonly default: T };

/** Columns in their order; of a partial one, the rows that have another value than this. */
export type Index<N extends string = string> =
  | readonly N[]
  | { readonly on: readonly N[]; readonly except: { readonly column: N; readonly value: string } };

export interface Table<C extends Columns = Columns, K extends string = string> {
  readonly name: string;
  readonly columns: C;
  /** Identifies a row; null equals null. */
  readonly key: readonly K[];
  readonly indexes: readonly Index[];
  /** One table a range of `width` values of an integer column of the key, and one for all others. */
  readonly partition?: { readonly column: string; readonly width: number };
}

/** Describes a table of schema `read`. The engine alone creates it and writes to it. */
export const defineTable = <const C extends Columns, const K extends keyof C & string>(
  name: string,
  columns: C,
  layout: {
    readonly key: readonly K[];
    readonly indexes?: readonly Index<keyof C & string>[];
    readonly partition?: { readonly column: K; readonly width: number };
  },
): Table<C, K> => ({ name, columns, indexes: [], ...layout });

type ValueOf<C> = C extends { readonly holds?: infer T } ? Exclude<T, undefined> : never;
type RowOf<C extends Columns> = { readonly [N in keyof C]: ValueOf<C[N]> };
type Optional<C extends Columns> = {
  [N in keyof C]: null extends ValueOf<C[N]>
    ? N
    : C[N] extends { readonly default: string | bigint }
      ? N
      : never;
}[keyof C];
type NewRow<C extends Columns> = Omit<RowOf<C>, Optional<C>> & Partial<Pick<RowOf<C>, Optional<C>>>;

/** What a copy has in `into`: a column of the row that is copied, or of numbers what makes 0 with it. */
interface Derived<N extends string = string, I extends string = string> {
  readonly column: N;
  readonly into: I;
  readonly negated: boolean;
}

/**
 * Changes of rows. Those of one event, and of one event after another, take effect in order, each event's once: a sum
 * would not bear it twice.
 */
export type Change =
  /** Makes the row, or changes the named columns of the row with this key; the others keep their values. */
  | { readonly kind: "upsert"; readonly table: Table; readonly row: Row }
  /** Changes every row that matches; none is no mistake. */
  | { readonly kind: "patch"; readonly table: Table; readonly match: Row; readonly set: Row }
  | { readonly kind: "delete"; readonly table: Table; readonly match: Row }
  /** Takes every row that matches out of `from` and puts what both tables have, and `set`, into `to`. */
  | {
      readonly kind: "move";
      readonly from: Table;
      readonly to: Table;
      readonly match: Row;
      readonly set: Row;
    }
  /**
   * Makes or changes a row of `to` for each row of `from` that matches, with what both tables have, `set`, and
   * `derive`. What several of them say of one row is joined.
   */
  | {
      readonly kind: "copy";
      readonly from: Table;
      readonly to: Table;
      readonly match: Row;
      readonly set: Row;
      readonly derive: readonly Derived[];
    };

export const upsert = <C extends Columns, K extends string>(table: Table<C, K>, row: NewRow<C>): Change => ({
  kind: "upsert",
  table,
  row,
});

export const patch = <C extends Columns, K extends string>(
  table: Table<C, K>,
  match: Partial<RowOf<C>>,
  set: Partial<Omit<RowOf<C>, K>>,
): Change => ({ kind: "patch", table, match, set });

export const remove = <C extends Columns, K extends string>(
  table: Table<C, K>,
  match: Partial<RowOf<C>>,
): Change => ({ kind: "delete", table, match });

export const move = <F extends Columns, T extends Columns, K extends string, L extends string>(
  from: Table<F, K>,
  to: Table<T, L>,
  match: Partial<RowOf<F>>,
  set: Partial<Omit<RowOf<T>, L>>,
): Change => ({ kind: "move", from, to, match, set });

export const copy = <F extends Columns, T extends Columns, K extends string, L extends string>(
  from: Table<F, K>,
  to: Table<T, L>,
  match: Partial<RowOf<F>>,
  set: Partial<RowOf<T>> = {},
  derive: readonly Derived<keyof F & string, keyof T & string>[] = [],
): Change => ({ kind: "copy", from, to, match, set, derive });

export const as = <N extends string, I extends string>(column: N, into: I): Derived<N, I> => ({
  column,
  into,
  negated: false,
});
export const minus = <N extends string, I extends string>(column: N, into: I): Derived<N, I> => ({
  column,
  into,
  negated: true,
});

/** A read model. A change of its tables or of what it makes of an event needs a higher version. */
export interface Projection {
  readonly name: string;
  readonly version: number;
  readonly tables: readonly Table[];
  /** Pure: the same event gives the same changes. An event that does not concern it gives none. */
  readonly apply: (event: ProjectedEvent) => readonly Change[];
}

/** The values of a row's key as one text: equal for equal keys. */
export const keyOf = (table: Table, row: Row): string =>
  JSON.stringify(
    table.key.map((column) => {
      const value = row[column] ?? null;
      return typeof value === "bigint" ? value.toString() : value;
    }),
  );

const isBefore = (a: Value, b: Value): boolean => {
  if (a instanceof Date && b instanceof Date) return a.getTime() < b.getTime();
  if (typeof a === "number" && typeof b === "number") return a < b;
  throw new TypeError("neither times nor numbers");
};

const join = (how: Column["joins"], held: Value | undefined, said: Value | undefined): Value | undefined => {
  if (how === undefined) return said;
  if (held === undefined || held === null) return said;
  if (said === undefined || said === null) return held;
  if (how === "sum") {
    if (typeof held !== "bigint" || typeof said !== "bigint") throw new TypeError("no amounts");
    return held + said;
  }
  return isBefore(held, said) === (how === "lowest") ? held : said;
};

/** What a copy says of the row that it makes or changes. */
export const copied = ({ to, set, derive }: Extract<Change, { kind: "copy" }>, row: Row): Row => ({
  ...Object.fromEntries(Object.entries(row).filter(([column]) => column in to.columns)),
  ...Object.fromEntries(
    derive.map(({ column, into, negated }) => {
      const value = row[column] ?? null;
      return [into, negated && typeof value === "bigint" ? 0n - value : value];
    }),
  ),
  ...set,
});

/** Values by column of a row that is still being changed. */
export type MutableRow = Record<string, Value | undefined>;

/** Changes a row by what a change says of some of its columns. */
export const joinInto = (table: Table, row: MutableRow, said: Row): void => {
  for (const name of Object.keys(said)) row[name] = join(table.columns[name]?.joins, row[name], said[name]);
};

/** A row after a change says `said` of some of its columns. */
export const joinRows = (table: Table, held: Row, said: Row): Row => {
  const row = { ...held };
  joinInto(table, row, said);
  return row;
};
