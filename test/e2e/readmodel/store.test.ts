import { expect } from "chai";
import type pg from "pg";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { createPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { type Checkpoint } from "../../../src/readmodel/checkpoint.js";
import { NewerVersion, ProjectionStore } from "../../../src/readmodel/store.js";
import { Crash, crashing } from "../../support/crashing.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { auditEntries, journal, journalEvents, writesOf } from "../../support/journal.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";

const isCheckpoint = (text: string): boolean => text.startsWith("UPDATE read.checkpoint");

/** Canary: moves the checkpoint in a transaction of its own, before that of the rows. */
const checkpointFirst =
  (pool: pg.Pool, inner: Transact): Transact =>
  (work) =>
    inner((session) =>
      work({
        query: (text, values) =>
          isCheckpoint(text) ? pool.query(text, [...(values ?? [])]) : session.query(text, values),
      }),
    );

/** Canary: moves the checkpoint in a transaction of its own, after that of the rows. */
const checkpointLast =
  (pool: pg.Pool, inner: Transact): Transact =>
  async (work) => {
    let advance: (() => Promise<unknown>) | undefined;
    const result = await inner((session) =>
      work({
        query: async (text, values) => {
          if (!isCheckpoint(text)) return session.query(text, values);
          advance = () => pool.query(text, [...(values ?? [])]);
          return { rows: [], rowCount: 1 };
        },
      }),
    );
    await advance?.();
    return result;
  };

describe("a projection's rows and checkpoint", () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const events = journalEvents(12);
  const batches = [events.slice(0, 5), events.slice(5, 6), events.slice(6)];

  beforeEach(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "test" });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const plain: Transact = (work) => transactIn(pool, work);

  /** Applies the batches after the checkpoint, as a process does that has just started. */
  const process = async (transact: Transact): Promise<void> => {
    const store = new ProjectionStore(transact, journal);
    let checkpoint = await store.open("store-a");
    for (const batch of batches) {
      const rest = batch.filter(({ position }) => position > checkpoint.position);
      const to = rest.at(-1);
      if (to === undefined) continue;
      const changes = rest.flatMap((event: LoggedEvent) => journal.apply(event));
      expect(await store.commit(checkpoint, to, changes)).to.equal(true);
      checkpoint = { ...checkpoint, position: to.position };
    }
  };

  /** Whether rows and writes are right after a crash at the given statement, and how many there were. */
  const survives = async (crashAt: number, wrap: (inner: Transact) => Transact) => {
    await new ProjectionStore(plain, journal).open("store-a");
    await pool.query("DROP TABLE IF EXISTS public.writes; DROP FUNCTION IF EXISTS public.write_down CASCADE");
    await pool.query("TRUNCATE read.entries, read.streams; UPDATE read.checkpoint SET position = -1");
    await auditEntries(plain);
    let statements = 0;
    const crash = crashing(pool, () => {
      statements += 1;
      if (statements === crashAt) throw new Crash();
    });
    const crashed = await process(wrap(crash)).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Crash) return true;
        throw error;
      },
    );
    if (crashed) await process(plain);
    const right = JSON.stringify(foldProjection(journal, events), (_, v: unknown) => String(v));
    const found = JSON.stringify(await readTables(pool, journal), (_, v: unknown) => String(v));
    const once = (await writesOf(plain)).join() === events.map(({ position }) => position).join();
    return { isRight: found === right && once, crashed };
  };

  /** Crashes at every statement in turn; answers the numbers of those that did harm. */
  const crashEverywhere = async (wrap: (inner: Transact) => Transact) => {
    const harmful: number[] = [];
    for (let at = 1; ; at += 1) {
      const { isRight, crashed } = await survives(at, wrap);
      if (!isRight) harmful.push(at);
      if (!crashed) return { harmful, statements: at - 1 };
    }
  };

  it("stay together whatever statement the process dies before", async () => {
    const { harmful, statements } = await crashEverywhere((inner) => inner);
    expect(harmful).to.deep.equal([]);
    expect(statements).to.be.greaterThan(20);
  });

  it("come apart, and this is seen, if the checkpoint is written outside the transaction", async () => {
    const first = await crashEverywhere((inner) => checkpointFirst(pool, inner));
    const last = await crashEverywhere((inner) => checkpointLast(pool, inner));
    expect(first.harmful).not.to.be.empty;
    expect(last.harmful).not.to.be.empty;
  });

  it("begin again under another epoch for another store, a higher version, or tables that are gone", async () => {
    const store = new ProjectionStore(plain, journal);
    const first = await store.open("store-a");
    const fields = { name: "journal", storeId: "store-a", version: 1, tables: ["entries", "streams"] };
    const nothing = { position: -1n, last: null, settled: null, pinned: false };
    expect(first).to.deep.equal({ ...fields, epoch: 1, ...nothing });
    const [event] = journalEvents(1) as [LoggedEvent];
    const fill = async (checkpoint: Checkpoint) => {
      expect(await store.commit(checkpoint, event, journal.apply(event))).to.equal(true);
    };
    await fill(first);
    const { position, event: _, ...last } = event;
    expect(await store.open("store-a")).to.deep.equal({ ...first, position, last });
    const empty = { entries: [], streams: [] };

    const second = await store.open("store-b");
    expect(second).to.deep.equal({ ...first, storeId: "store-b", epoch: 2 });
    expect(await readTables(pool, journal)).to.deep.equal(empty);
    expect(await store.commit(first, event, [])).to.equal(false);

    await fill(second);
    const later = { ...journal, version: 2, tables: journal.tables.slice(0, 1) };
    const third = await new ProjectionStore(plain, later).open("store-b");
    expect(third).to.deep.equal({ ...second, version: 2, epoch: 3, tables: ["entries"] });
    const { rows } = await pool.query("SELECT tablename FROM pg_tables WHERE schemaname = 'read' ORDER BY 1");
    const left = ["build", "checkpoint", "entries", "retired"].map((tablename) => ({ tablename }));
    expect(rows).to.deep.equal(left);
    const refused = await store.open("store-b").catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(NewerVersion);
    expect(refused).to.include({ projection: "journal", found: 2, known: 1 });

    await pool.query("DROP TABLE read.entries");
    expect(await new ProjectionStore(plain, later).open("store-b")).to.deep.equal({ ...third, epoch: 4 });
    await pool.query("DROP SCHEMA read CASCADE");
    expect(await store.open("store-a")).to.deep.equal(first);
    expect(await readTables(pool, journal)).to.deep.equal(empty);
  });
});
