// Tables that nobody needs any more. They are dropped later: that takes long, and waits for who still reads them.
import { type Session, type Transact } from "./database.js";
import { qualified } from "./sql.js";
import { PATIENCE } from "./write.js";

/** Writes down that these tables are to be dropped. */
export const retire = async (
  session: Session,
  name: string,
  epoch: number,
  tables: readonly string[],
): Promise<void> => {
  await session.query(
    "INSERT INTO read.retired (tablename, name, epoch) SELECT t, $2, $3 FROM unnest($1::text[]) AS t",
    [tables, name, epoch],
  );
};

/** Drops what is retired of a projection, one table a transaction; answers what is still being read, or held by a view. */
export const dropRetired = async (transact: Transact, name: string): Promise<readonly string[]> => {
  const { rows } = await transact((session) =>
    session.query("SELECT tablename FROM read.retired WHERE name = $1 ORDER BY tablename", [name]),
  );
  const left: string[] = [];
  for (const { tablename } of rows as { tablename: string }[])
    await transact(async (session) => {
      await session.query(PATIENCE);
      await session.query(`DROP TABLE IF EXISTS ${qualified(tablename)}`);
      await session.query("DELETE FROM read.retired WHERE tablename = $1", [tablename]);
    }).catch((error: unknown) => {
      if (!isHeld(error)) throw error;
      left.push(tablename);
    });
  return left;
};

/** Lock timeout; objects that depend on it. */
const isHeld = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "55P03" || error.code === "2BP01");
