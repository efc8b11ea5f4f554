// What every query has in common: one moment of one read model, and how far that model has come.
import { z } from "zod";
import { type Answer, NotProjected } from "../../application/read-side/answer.js";
import { readCheckpoint } from "../checkpoint.js";
import { type Session, type Transact } from "../database.js";
import { qualified } from "../sql.js";

/** A read model and the tables of it that a query reads. */
export interface Source {
  readonly model: string;
  readonly tables: readonly [string, ...string[]];
}

/** Undefined table, or schema. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "42P01" || error.code === "3F000");

/**
 * Runs a query on rows that belong to one position. The tables are locked against being replaced before the moment is
 * chosen: else rows could be those of one set, and the position another's. Throws `NotProjected`.
 */
export const answer = async <T>(
  transact: Transact,
  { model, tables }: Source,
  query: (session: Session) => Promise<T>,
): Promise<Answer<T>> => {
  try {
    return await transact(async (session) => {
      await session.query(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; " +
          tables.map((table) => `LOCK TABLE ONLY ${qualified(table)} IN ACCESS SHARE MODE`).join("; "),
      );
      const checkpoint = await readCheckpoint(session, model);
      if (checkpoint === undefined) throw new NotProjected(model);
      const { position, pinned } = checkpoint;
      return { value: await query(session), position, pinned };
    });
  } catch (error) {
    throw isMissing(error) ? new NotProjected(model) : error;
  }
};

/** A row with the revisions that make its version, and what of it readers are told. */
export interface Stored<S extends z.ZodObject, T> {
  readonly shape: S;
  readonly shown: (row: z.infer<S>) => { readonly value: T; readonly version: string };
}

/** The one row of a statement, if there is one, as `answer` answers it. */
export const answerRow = async <S extends z.ZodObject, T>(
  transact: Transact,
  source: Source,
  { shape, shown }: Stored<S, T>,
  statement: { readonly text: string; readonly values: readonly unknown[] },
): Promise<Answer<T | undefined>> => {
  const { value, ...rest } = await answer(transact, source, (session) =>
    rowsOf(session, shape, statement.text, statement.values),
  );
  const [row] = value;
  return row === undefined ? { ...rest, value: undefined } : { ...rest, ...shown(row) };
};

/** The value or the values of a row, by the names that readers know them under. */
type Shape = z.ZodObject;

export const columnOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A shape's columns of the table `t`: `feeBps` is `fee_bps` there. */
export const columnsOf = (shape: Shape, table = "t"): string =>
  Object.keys(shape.shape)
    .map((name) => `${table}.${columnOf(name)} AS "${name}"`)
    .join(", ");

/** Values of one statement, and how each is named in its text. */
export class Parameters {
  readonly values: unknown[] = [];

  add(value: string | number | bigint, type: "text" | "integer" | "bigint"): string {
    this.values.push(typeof value === "bigint" ? value.toString() : value);
    return `$${this.values.length}::${type}`;
  }
}

/** The rows of a statement, checked. */
export const rowsOf = async <S extends Shape>(
  session: Session,
  shape: S,
  text: string,
  values: readonly unknown[],
): Promise<readonly z.infer<S>[]> => {
  const { rows } = await session.query(text, values);
  return z.array(shape).parse(rows);
};
