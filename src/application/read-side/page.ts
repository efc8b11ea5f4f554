// Lists of the read side, a page at a time.

export type Direction = "ascending" | "descending";

/** Which page of a list. `after`: the page before has named it as `next`. */
export interface PageRequest {
  readonly limit: number;
  readonly direction: Direction;
  readonly after?: string | undefined;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** Where the next page begins; null: there is none. */
  readonly next: string | null;
}

/** A cursor that no page of this list has given. */
export class BadCursor extends Error {
  override readonly name = "BadCursor";
  constructor() {
    super("this cursor is not of this list: begin again without one");
  }
}

/** A list that no index gives in this order: it would be read whole. */
export class TooWide extends Error {
  override readonly name = "TooWide";
}

export const MOST_ROWS = 500;
