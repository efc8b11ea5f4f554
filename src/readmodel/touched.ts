// The rows of a table that a batch touches: loaded, changed in memory by every change in its order, written once.
import { joinInto, type MutableRow, type Row, type Table, type Value } from "./projection.js";

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

/** Rows are named by the text of their key (`valuesOf`), which whoever asks knows by then. */
export class TouchedRows {
  private readonly rows = new Map<string, Touched>();
  private readonly indexes: readonly Index[];
  private readonly bySignature: ReadonlyMap<string, Index>;
  private readonly blank: MutableRow;

  /** `signatures`: of all conditions that will be asked. */
  constructor(
    readonly table: Table,
    signatures: Iterable<readonly string[]>,
  ) {
    this.bySignature = new Map([...signatures].map((columns) => [columns.join(), new Index(columns)]));
    this.indexes = [...this.bySignature.values()];
    this.blank = Object.fromEntries(
      Object.entries(table.columns).map(([name, column]) => [name, column.default ?? null]),
    );
  }

  keyOf(row: Row): string {
    return valuesOf(this.table.key, row);
  }

  /** A row as the database has it. */
  load(row: Row): void {
    const key = this.keyOf(row);
    if (this.rows.has(key)) return;
    const touched: Touched = { existed: true, now: undefined, last: undefined, isChanged: false };
    this.rows.set(key, touched);
    this.set(key, touched, { ...row });
  }

  /** The database has no row of this key unless it was loaded. */
  looked(key: string): void {
    const found = this.rows.get(key);
    if (found === undefined)
      this.rows.set(key, { existed: false, now: undefined, last: undefined, isChanged: false });
    else found.existed ??= false;
  }

  /** Whether it is known what the database has of this key. */
  knows(key: string): boolean {
    return this.rows.get(key)?.existed !== undefined;
  }

  /** The database has a row of this key, whatever is in it. */
  found(key: string): void {
    const touched = this.rows.get(key);
    if (touched) touched.existed = true;
  }

  upsert(key: string, row: Row): void {
    const touched = this.rows.get(key);
    if (touched === undefined) throw new Error(`a row of ${this.table.name} was not loaded`);
    if (touched.now) this.change(key, touched.now, row);
    else this.set(key, touched, { ...this.blank, ...row });
    touched.isChanged = true;
  }

  /** `key`: of a condition that names a row by it. */
  patch(match: Row, set: Row, key: string | undefined): void {
    for (const each of this.matching(match, key)) {
      const touched = this.rows.get(each);
      if (touched?.now === undefined) continue;
      this.change(each, touched.now, set);
      touched.isChanged = true;
    }
  }

  /** Takes the rows out that match. */
  take(match: Row, key: string | undefined): readonly Row[] {
    const taken: Row[] = [];
    for (const each of this.matching(match, key)) {
      const touched = this.rows.get(each);
      if (touched?.now === undefined) continue;
      taken.push(touched.now);
      for (const index of this.indexes) index.remove(each, touched.now);
      touched.last = touched.now;
      touched.now = undefined;
      touched.isChanged = true;
    }
    return taken;
  }

  /** The rows that match. */
  find(match: Row, key: string | undefined): readonly Row[] {
    return this.matching(match, key)
      .map((each) => this.rows.get(each)?.now)
      .filter((row) => row !== undefined);
  }

  /** A whole row, in place of one that may be there. Not for a table whose rows are joined. */
  put(row: Row): void {
    const key = this.keyOf(row);
    const touched = this.rows.get(key) ?? {
      existed: undefined,
      now: undefined,
      last: undefined,
      isChanged: true,
    };
    if (touched.now) for (const index of this.indexes) index.remove(key, touched.now);
    touched.isChanged = true;
    this.rows.set(key, touched);
    this.set(key, touched, { ...this.blank, ...row });
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

  private set(key: string, touched: Touched, row: MutableRow): void {
    touched.now = row;
    for (const index of this.indexes) index.add(key, row);
  }

  private change(key: string, row: MutableRow, set: Row): void {
    const moves = ({ columns }: Index) => columns.some((column) => column in set);
    if (!this.indexes.some(moves)) return joinInto(this.table, row, set);
    const concerned = this.indexes.filter(moves);
    for (const index of concerned) index.remove(key, row);
    joinInto(this.table, row, set);
    for (const index of concerned) index.add(key, row);
  }

  private matching(match: Row, key: string | undefined): readonly string[] {
    if (key !== undefined) {
      const now = this.rows.get(key)?.now;
      const asked = Object.keys(match);
      const isNamed = asked.length === this.table.key.length;
      return now && (isNamed || valuesOf(asked, now) === valuesOf(asked, match)) ? [key] : [];
    }
    const columns = Object.keys(match).sort().join();
    const index = this.bySignature.get(columns);
    if (index === undefined) throw new Error(`${columns} of ${this.table.name} was not asked for`);
    return index.find(match);
  }
}
