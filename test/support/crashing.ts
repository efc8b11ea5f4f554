// A process that dies before a statement, or after its commit and before it learns of it.
import type pg from "pg";
import { type Bytes, type CopySession, type Session, type Transact } from "../../src/readmodel/database.js";
import { copying } from "../../src/infrastructure/postgres/copy.js";

export class Crash extends Error {}

/** Gives each statement to `before` first, COMMIT included, which may throw; then the process is gone. */
export const crashing =
  (pool: pg.Pool, before: (text: string) => void): Transact<CopySession> =>
  async (work) => {
    const client = await pool.connect();
    const plain = copying(client);
    const session: CopySession = {
      query: (text: string, values?: readonly unknown[]): ReturnType<Session["query"]> => {
        before(text);
        return plain.query(text, values);
      },
      copyTo: (text: string): Bytes => {
        before(text);
        return plain.copyTo(text);
      },
      copyFrom: (text: string, bytes: Bytes): Promise<void> => {
        before(text);
        return plain.copyFrom(text, bytes);
      },
    };
    let isGone = true;
    try {
      await session.query("BEGIN");
      const result = await work(session);
      await session.query("COMMIT");
      before("after COMMIT");
      isGone = false;
      return result;
    } finally {
      client.release(isGone);
    }
  };
