// Lists, a page at a time: each page begins behind the last row of the one before, wherever that now stands.
import { z } from "zod";
import {
  BadCursor,
  type Direction,
  MOST_ROWS,
  type Page,
  type PageRequest,
} from "../../application/read-side/page.js";
import { type Session } from "../database.js";
import { columnsOf, Parameters, rowsOf } from "./answer.js";

const key = z.array(z.union([z.string(), z.number(), z.null()]));
const cursorText = z.strictObject({ list: z.string(), direction: z.string(), key });
export type Key = z.infer<typeof key>;

/** `list` names the list and its order: a cursor of one is none of another. */
export const writeCursor = (list: string, { direction }: PageRequest, values: Key): string =>
  Buffer.from(JSON.stringify({ list, direction, key: values })).toString("base64url");

export const readCursor = (list: string, { direction, after }: PageRequest): Key | undefined => {
  if (after === undefined) return undefined;
  try {
    const read = cursorText.parse(JSON.parse(Buffer.from(after, "base64url").toString("utf8")));
    if (read.list === list && read.direction === direction) return read.key;
  } catch {
    // It was not written here.
  }
  throw new BadCursor();
};

/** One part of the key that a list is ordered by; together they name one row. */
export interface OrderedBy {
  /** As readers know it. */
  readonly name: string;
  readonly column: string;
  readonly type: "text" | "integer" | "bigint";
}

export interface Listed<S extends z.ZodObject> {
  /** Name of list and order, for cursors. */
  readonly list: string;
  readonly shape: S;
  /** What stands behind FROM: the table is `t`. */
  readonly from: string;
  /** What is selected; default: the shape's columns of `t`. */
  readonly columns?: string;
  /** Conditions, whose values are added to the parameters. */
  readonly where: (parameters: Parameters) => readonly string[];
  readonly order: readonly OrderedBy[];
  /** A column that is null in every row: named in the order, an index that begins with it gives that order. */
  readonly nowhere?: string;
}

const asKey = (value: unknown): string | number => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string" || typeof value === "number") return value;
  throw new TypeError("this is no part of a key");
};

/** Throws RangeError unless it is a page's. */
export const checkedLimit = ({ limit }: Pick<PageRequest, "limit">): number => {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS)
    throw new RangeError(`a page has 1 to ${MOST_ROWS} rows`);
  return limit;
};

const LARGEST = 2n ** 63n;
/** What the database takes as a value of a type. */
const taken = {
  text: z.string().refine((text) => !text.includes("\0")),
  integer: z.int32(),
  bigint: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .refine((text) => BigInt(text) < LARGEST && BigInt(text) >= -LARGEST),
};

/** The values of an order's parts in a cursor. */
const fitting = (order: readonly OrderedBy[], values: Key): readonly (string | number)[] => {
  const parsed = order.map(({ type }, n) => taken[type].safeParse(values[n]));
  if (values.length !== order.length || parsed.some(({ success }) => !success)) throw new BadCursor();
  return parsed.map(({ data }) => asKey(data));
};

/** Rows behind a key, in order, at most so many. */
export const rowsAfter = async <S extends z.ZodObject>(
  session: Session,
  { shape, from, columns = columnsOf(shape), where, order, nowhere }: Omit<Listed<S>, "list">,
  { direction, after, limit }: { direction: Direction; after: Key | undefined; limit: number },
): Promise<readonly z.infer<S>[]> => {
  const parameters = new Parameters();
  const conditions = [...where(parameters)];
  if (after !== undefined) {
    const values = fitting(order, after).map((value, n) => parameters.add(value, order[n]?.type ?? "text"));
    const place = `(${order.map(({ column }) => column).join(", ")})`;
    conditions.push(`${place} ${direction === "ascending" ? ">" : "<"} (${values.join(", ")})`);
  }
  const ordered = [...(nowhere === undefined ? [] : [nowhere]), ...order.map(({ column }) => column)];
  const by = ordered.map((column) => `${column} ${direction === "ascending" ? "ASC" : "DESC"}`);
  const text =
    `SELECT ${columns} FROM ${from} WHERE ${["true", ...conditions].join(" AND ")} ` +
    `ORDER BY ${by.join(", ")} LIMIT ${parameters.add(limit, "integer")}`;
  return rowsOf(session, shape, text, parameters.values);
};

export const keyOfRow = (order: readonly Pick<OrderedBy, "name">[], row: object): Key => {
  const values = new Map<string, unknown>(Object.entries(row));
  return order.map(({ name }) => asKey(values.get(name)));
};

/** The page that was asked for. Throws `BadCursor`, or RangeError for a wrong limit. */
export const pageOf = async <S extends z.ZodObject>(
  session: Session,
  listed: Listed<S>,
  request: PageRequest,
): Promise<Page<z.infer<S>>> => {
  const { list, order } = listed;
  const limit = checkedLimit(request);
  const after = readCursor(list, request);
  const { direction } = request;
  const rows = await rowsAfter(session, listed, { direction, after, limit: limit + 1 });
  return pageFrom(rows, limit, (last) => writeCursor(list, request, keyOfRow(order, last)));
};

/** A page of rows of which one more was read than it holds, to see whether there are more. */
export const pageFrom = <T>(rows: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
};
