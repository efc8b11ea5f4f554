// The rows of a table that a batch touches: loaded, changed in memory by every change in its order, written once.
import { joinRows, type Row, type Table, type Value } from "./projection.js";

type MutableRow = Record<string, Value | undefined>;

interface Touched {
  /** Whether the database has a row of this key; undefined: nobody has looked. */
  existed: boolean | undefined;
  /** As the changes leave it; undefined: there is none. */
  now: MutableRow | undefined;
  /** What it was before it was taken out. */
  last: MutableRow | undefined;
  isChanged: boolean;
}

/** A row that is to be written, or a key of one that is to go. */
export interface Outcome {
  readonly inserted: readonly Row[];
  readonly updated: readonly Row[];
  readonly deleted: readonly Row[];
}

/** Rows by the values of some columns. */
class Index {
  private readonly keys = new Map<string, Set<string>>();

  constructor(readonly columns: readonly string[]) {}

  add(key: string, row: Row): void {
    const value = valuesOf(this.columns, row);
    const found = this.keys.get(value);
    if (found) found.add(key);
    else this.keys.set(value, new Set([key]));
  }

  remove(key: string, row: Row): void {
    this.keys.get(valuesOf(this.columns, row))?.delete(key);
  }

  find(match: Row): readonly string[] {
    return [...(this.keys.get(valuesOf(this.columns, match)) ?? [])];
  }
}

/** Equal for equal values of these columns. No text in PostgreSQL has the symbol 0, so none is taken for a null. */
export const valuesOf = (columns: readonly string[], row: Row): string => {
  let values = "";
  for (const column of columns) {
    const value = row[column] ?? null;
    values += `\u0000${value === null ? "\u0000" : textOf(value)}`;
  }
  return values;
};

const textOf = (value: Value): string => {
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

/** The columns of a condition, in an order of their own; undefined: it names a row by its key. */
export const signatureOf = (table: Table, match: Row): readonly string[] | undefined =>
  table.key.every((column) => column in match) ? undefined : Object.keys(match).sort();

export class TouchedRows {
  private readonly rows = new Map<string, Touched>();
  private readonly indexes = new Map<string, Index>();
  private readonly blank: MutableRow;

  /** `signatures`: of all conditions that will be asked. */
  constructor(
    readonly table: Table,
    signatures: Iterable<readonly string[]>,
  ) {
    for (const columns of signatures) this.indexes.set(columns.join(), new Index(columns));
    this.blank = Object.fromEntries(
      Object.entries(table.columns).map(([name, column]) => [name, column.default ?? null]),
    );
  }

  /** A row as the database has it. */
  load(row: Row): void {
    const key = valuesOf(this.table.key, row);
    if (this.rows.has(key)) return;
    this.rows.set(key, { existed: true, now: undefined, last: undefined, isChanged: false });
    this.set(key, { ...row });
  }

  /** The database has no row of this key unless it was loaded. */
  looked(row: Row): void {
    const key = valuesOf(this.table.key, row);
    const found = this.rows.get(key);
    if (found === undefined)
      this.rows.set(key, { existed: false, now: undefined, last: undefined, isChanged: false });
    else found.existed ??= false;
  }

  /** Whether it is known what the database has of this key. */
  knows(row: Row): boolean {
    return this.rows.get(valuesOf(this.table.key, row))?.existed !== undefined;
  }

  /** The database has a row of this key, whatever is in it. */
  found(row: Row): void {
    const touched = this.rows.get(valuesOf(this.table.key, row));
    if (touched) touched.existed = true;
  }

  upsert(row: Row): void {
    const key = valuesOf(this.table.key, row);
    const touched = this.rows.get(key);
    if (touched === undefined) throw new Error(`a row of ${this.table.name} was not loaded`);
    if (touched.now) this.change(key, touched.now, row);
    else this.set(key, { ...this.blank, ...row });
    touched.isChanged = true;
  }

  patch(match: Row, set: Row): void {
    for (const key of this.matching(match)) {
      const touched = this.rows.get(key);
      if (touched?.now === undefined) continue;
      this.change(key, touched.now, set);
      touched.isChanged = true;
    }
  }

  /** Takes the rows out that match. */
  take(match: Row): readonly Row[] {
    const taken: Row[] = [];
    for (const key of this.matching(match)) {
      const touched = this.rows.get(key);
      if (touched?.now === undefined) continue;
      taken.push(touched.now);
      for (const index of this.indexes.values()) index.remove(key, touched.now);
      touched.last = touched.now;
      touched.now = undefined;
      touched.isChanged = true;
    }
    return taken;
  }

  /** The rows that match. */
  find(match: Row): readonly Row[] {
    return this.matching(match)
      .map((key) => this.rows.get(key)?.now)
      .filter((row) => row !== undefined);
  }

  /** A whole row, in place of one that may be there. Not for a table whose rows are joined. */
  put(row: Row): void {
    const key = valuesOf(this.table.key, row);
    const touched = this.rows.get(key) ?? {
      existed: undefined,
      now: undefined,
      last: undefined,
      isChanged: true,
    };
    if (touched.now) for (const index of this.indexes.values()) index.remove(key, touched.now);
    touched.isChanged = true;
    this.rows.set(key, touched);
    this.set(key, { ...this.blank, ...row });
  }

  /** Rows of which nobody has looked whether the database has one of their key. */
  unknown(): readonly Row[] {
    const rows: Row[] = [];
    for (const { existed, now } of this.rows.values()) if (existed === undefined && now) rows.push(now);
    return rows;
  }

  outcome(): Outcome {
    const outcome = { inserted: [] as Row[], updated: [] as Row[], deleted: [] as Row[] };
    for (const { existed, now, last, isChanged } of this.rows.values()) {
      if (!isChanged) continue;
      if (now) (existed ? outcome.updated : outcome.inserted).push(now);
      else if (existed && last) outcome.deleted.push(last);
    }
    return outcome;
  }

  private set(key: string, row: MutableRow): void {
    const touched = this.rows.get(key);
    if (touched) touched.now = row;
    for (const index of this.indexes.values()) index.add(key, row);
  }

  private change(key: string, row: MutableRow, set: Row): void {
    const concerned = [...this.indexes.values()].filter(({ columns }) =>
      columns.some((column) => column in set),
    );
    for (const index of concerned) index.remove(key, row);
    Object.assign(row, joinRows(this.table, row, set));
    for (const index of concerned) index.add(key, row);
  }

  private matching(match: Row): readonly string[] {
    const columns = signatureOf(this.table, match);
    if (columns === undefined) {
      const key = valuesOf(this.table.key, match);
      const now = this.rows.get(key)?.now;
      const asked = Object.keys(match);
      return now && valuesOf(asked, now) === valuesOf(asked, match) ? [key] : [];
    }
    const index = this.indexes.get(columns.join());
    if (index === undefined) throw new Error(`${columns.join()} of ${this.table.name} was not asked for`);
    return index.find(match);
  }
}
