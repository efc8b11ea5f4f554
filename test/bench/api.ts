// How fast the API answers on read models of years: each kind of question, and a table of all payments.
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool, transact } from "../../src/infrastructure/postgres/pool.js";
import { fillTables, type Size } from "../support/million-rows.js";
import { groupsOf } from "./api-groups.js";
import { percentile, print, say } from "./figure.js";
import { load, rateOf } from "./load.js";
import { secondsSince } from "./read-models.js";
import { serve, type Served } from "./served.js";

const HOUR_MS = 3_600_000;
const SECONDS_A_GROUP = 10;
/** With its indexes and its share of the rewards, as measured; and what all else needs, PostgreSQL's own log included. */
const BYTES_A_PAYMENT = 1_100;
const BYTES_BESIDE = 4 * 2 ** 30;

const benchQuestions = async (served: Served, size: Size, seconds: number): Promise<void> => {
  const { etag } = await served.ask("/cycles");
  if (etag === undefined) throw new Error("an answer has no ETag");
  for (const group of groupsOf(size, etag)) {
    say(`${group.name} ...`);
    const times = await load(served, group, seconds);
    const name = `${rateOf(group)} requests a second for ${group.name}, ${size.cycles * size.paid} payments`;
    print({ name: `${name}: p50`, value: percentile(times, 0.5), unit: "ms" });
    print({ name: `${name}: p99`, value: percentile(times, 0.99), unit: "ms", aim: { below: 50 } });
  }
};

const NEWLINE = 10;
const linesIn = (part: Buffer): number => {
  let count = 0;
  for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
};

/** All payments of all cycles, taken as fast as they come. Throws if one is missing. */
const benchTable = async (served: Served, { cycles, paid }: Size): Promise<void> => {
  const rows = cycles * paid;
  const name = `a table of ${rows} payments`;
  say(`${name} ...`);
  let [lines, early, whole] = [0, 0, 0];
  const forget = served.watchMemory((bytes) => {
    if (lines < rows / 10) early = Math.max(early, bytes);
    whole = Math.max(whole, bytes);
  });
  const began = performance.now();
  const response = await served.open("/reports/payments.csv?fromCycle=0&toCycle=999999999");
  for await (const part of response as AsyncIterable<Buffer>) lines += linesIn(part);
  const seconds = secondsSince(began);
  forget();
  if (response.statusCode !== 200 || lines !== rows + 1)
    throw new Error(`${response.statusCode} with ${lines} lines for ${name}`);
  print({ name, value: Math.round(rows / seconds), unit: "rows/s" });
  print({ name: `${name}: memory over the first tenth`, value: Math.round(early / 2 ** 20), unit: "MB" });
  print({ name: `${name}: memory at most`, value: Math.round(whole / 2 ** 20), unit: "MB" });
  const ratio = Math.round((whole / early) * 100) / 100;
  print({
    name: `${name}: memory at most / over the first tenth`,
    value: ratio,
    unit: "",
    aim: { below: 1.25 },
  });
};

/** Tables of a size on a server of their own. They are swept once: what autovacuum would do meanwhile is done. */
const withTables = async (size: Size, work: (url: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const { url } = postgres;
  try {
    await migrate(url);
    const timeouts = { connect: 5_000, statement: HOUR_MS };
    const pool = createPool({ url, applicationName: "bench", timeouts });
    const began = performance.now();
    try {
      await fillTables(pool, (inner) => transact(pool, inner), size);
      await pool.query("VACUUM ANALYZE");
      await pool.query("CHECKPOINT");
      const { rows } = await pool.query<{ size: bigint }>(
        "SELECT sum(pg_database_size(oid))::bigint AS size FROM pg_database",
      );
      say(`${rows[0]?.size} bytes written in ${secondsSince(began)} s`);
    } finally {
      await endPool(pool);
    }
    await work(url);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
};

export const benchApi = async (size: Size, seconds = SECONDS_A_GROUP): Promise<void> => {
  const payments = size.cycles * size.paid;
  const { bavail, bsize } = await statfs(tmpdir());
  const [room, needed] = [bavail * bsize, payments * BYTES_A_PAYMENT + BYTES_BESIDE];
  if (room < needed) {
    say(`${payments} payments need ${needed} bytes in ${tmpdir()}, which has ${room}: left out`);
    return;
  }
  say(`writing ${payments} payments ...`);
  await withTables(size, async (url) => {
    const served = await serve(url);
    try {
      await benchQuestions(served, size, seconds);
      await benchTable(served, size);
    } finally {
      await served.stop();
    }
  });
};
