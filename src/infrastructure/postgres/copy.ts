// Whole tables in and out of PostgreSQL, within a transaction.
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import * as copy from "pg-copy-streams";
import { transact } from "./pool.js";

type Bytes = AsyncIterable<Uint8Array>;

/**
 * The rows that a `COPY ... TO STDOUT` sends. A reader who leaves early waits for the rest: the connection can do
 * nothing else before it has sent all.
 */
async function* copyTo(client: pg.PoolClient, text: string): Bytes {
  const stream = client.query(copy.to(text));
  stream.on("error", () => undefined); // it is thrown by the iterator; after that nobody listens
  let ended = false;
  stream.once("end", () => (ended = true)).once("error", () => (ended = true));
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } finally {
    if (!ended) {
      stream.resume();
      await once(stream, "end").catch(() => undefined);
    }
  }
}

/** A session that copies, on one connection. */
export const copying = (client: pg.PoolClient) => ({
  query: (text: string, values?: readonly unknown[]) =>
    client.query(text, values === undefined ? undefined : [...values]),
  copyTo: (text: string) => copyTo(client, text),
  copyFrom: (text: string, bytes: Bytes): Promise<void> =>
    pipeline(Readable.from(bytes), client.query(copy.from(text))),
});

/** Runs `work` in a transaction whose session also copies tables: committed when it resolves, rolled back when it throws. */
export const transactCopying = <T>(
  pool: pg.Pool,
  work: (session: ReturnType<typeof copying>) => Promise<T>,
): Promise<T> => transact(pool, (client) => work(copying(client)));
