import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import pg from "pg";
import { projections } from "../../../projections/all.js";
import { paymentProjection } from "../../../projections/payment.js";
import { type LoggedEvent, UnreadableEvent } from "../../../src/application/ports/event-log.js";
import { type Position, StoreUnavailable } from "../../../src/application/ports/event-store.js";
import { type Clock } from "../../../src/application/ports/system.js";
import { createPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { ProjectionRunner, type RunnerState } from "../../../src/readmodel/engine.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { auditEntries, journal, journalEvents, writesOf } from "../../support/journal.js";
import { type Fault, ListedLog } from "../../support/listed-log.js";
import { until } from "../../support/until.js";
import { payoutsOf } from "../../support/payouts.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";

const PATIENCE_MS = 15_000;

/** Waits as long as a test does, but shortly before it tries again: that it does is tested, not when. */
const clock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    sleep(ms >= PATIENCE_MS ? ms : Math.min(ms, 5), undefined, signal ? { signal } : {}).catch(
      () => undefined,
    ),
};

describe("a projection's runner", () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let stop: AbortController;
  let running: Promise<void>[];
  let reports: RunnerState[];
  const transact: Transact = (work) => transactIn(pool, work);

  beforeEach(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "test" });
    stop = new AbortController();
    running = [];
    reports = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
    await pool.end();
    await database.drop();
  });

  const start = (projection: Projection, log: ListedLog, through: Transact = transact, by: Clock = clock) => {
    const store = new ProjectionStore(through, projection);
    const runner = new ProjectionRunner(projection, log, store, by, (state) => reports.push(state));
    running.push(runner.run(stop.signal));
    return runner;
  };
  const lastOf = (events: readonly LoggedEvent[]): Position => {
    const last = events.at(-1);
    if (!last) throw new Error("no events");
    return last.position;
  };
  const applied = async (runner: ProjectionRunner, events: readonly LoggedEvent[]) => {
    const processed = await runner.whenProcessed(lastOf(events), PATIENCE_MS);
    expect(processed, JSON.stringify(runner.state)).to.equal(true);
  };
  const isRight = async (projection: Projection, events: readonly LoggedEvent[]) =>
    expect(await readTables(pool, projection)).to.deep.equal(foldProjection(projection, events));
  const ended = async () => {
    await Promise.all(running);
    running = [];
  };

  it("makes the rows that the fold of the log makes, of what is there and of what comes", async () => {
    const { events } = payoutsOf({ seed: 7, cycles: [198, 199, 200, 201], delegators: 40, batchSize: 8 });
    const half = events.length / 2;
    const log = new ListedLog(events.slice(0, half));
    const runners = projections.map((projection) => start(projection, log));
    await Promise.all(runners.map((runner) => applied(runner, events.slice(0, half))));
    for (const projection of projections) await isRight(projection, events.slice(0, half));
    for (const event of events.slice(half)) log.push(event);
    await Promise.all(runners.map((runner) => applied(runner, events)));
    for (const projection of projections) await isRight(projection, events);
    expect(runners.map(({ state }) => state)).to.deep.equal(runners.map(() => ({ at: "live" })));
    const paid = await pool.query("SELECT count(*)::int AS n FROM payment WHERE result = 'paid'");
    const settings = await pool.query("SELECT mode FROM settings");
    expect(paid.rows).not.to.deep.equal([{ n: 0 }]);
    expect(settings.rows).to.deep.equal([{ mode: "on" }]);
  });

  it("shares its tables with other runners: each event is applied once and in order", async () => {
    const events = journalEvents(600);
    await new ProjectionStore(transact, journal).open("store-a");
    await auditEntries(transact);
    const logs = [1, 2, 3].map(() => new ListedLog(events.slice(0, 100)));
    const runners = logs.map((log) => start(journal, log));
    for (let next = 100; next < events.length; next += 7) {
      for (const log of logs) log.push(...events.slice(next, next + 7));
      await applied(runners[next % 3] ?? start(journal, new ListedLog([])), events.slice(0, next + 7));
    }
    await Promise.all(runners.map((runner) => applied(runner, events)));
    await isRight(journal, events);
    expect(await writesOf(transact)).to.deep.equal(events.map(({ position }) => position));
    expect(logs.map(({ subscriptions }) => subscriptions)).to.deep.equal([1, 1, 1]);
  });

  it("goes on where it was when its subscription ends, fails, or repeats events", async () => {
    const { events } = payoutsOf({ seed: 3, cycles: [201, 202], delegators: 9, batchSize: 4 });
    const seen = new Set<Position>();
    const fault: Fault = ({ position }) => {
      if (position % 7n !== 0n || seen.has(position)) return undefined;
      seen.add(position);
      return position % 2n === 0n ? "end" : new Error("the store went away");
    };
    const repeated = events.flatMap((event, i) => [event, ...events.slice(Math.max(0, i - 2), i + 1)]);
    const log = new ListedLog(repeated, { fault });
    await applied(start(paymentProjection, log), events);
    await isRight(paymentProjection, events);
    expect(log.subscriptions).to.equal(seen.size + 1);
  });

  it("goes on when its connections are cut, again and again", async () => {
    const events = journalEvents(400);
    await new ProjectionStore(transact, journal).open("store-a");
    await auditEntries(transact);
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    let statements = 0;
    const cutting: Transact = (work) =>
      transact((session) =>
        work({
          query: async (text, values) => {
            statements += 1;
            if (statements % 17 === 0)
              await admin.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test'",
              );
            return session.query(text, values);
          },
        }),
      );
    const log = new ListedLog([]);
    const runner = start(journal, log, cutting);
    for (let next = 0; next < events.length; next += 40) {
      log.push(...events.slice(next, next + 40));
      await applied(runner, events.slice(0, next + 40));
    }
    stop.abort();
    await ended();
    await admin.end();
    await isRight(journal, events);
    expect(await writesOf(transact)).to.deep.equal(events.map(({ position }) => position));
  });

  it("stops at an event that it cannot read, with all before it applied, and never passes it", async () => {
    const events = journalEvents(10);
    const unreadable = new UnreadableEvent({ stream: "cycle-s1", revision: 2 }, "CycleMoved", 9);
    const fault: Fault = ({ position }) => (position === 70n ? unreadable : undefined);
    const log = new ListedLog(events, { fault });
    const runner = start(journal, log);
    const waited = runner.whenProcessed(70n as Position, PATIENCE_MS);
    await ended();
    const finding = { kind: "unreadable-event", message: unreadable.message };
    expect(runner.state).to.deep.equal({ at: "stopped", finding });
    expect(await waited).to.equal(false);
    expect(runner.position).to.equal(60n);
    await isRight(journal, events.slice(0, 7));
    const again = start(journal, log);
    await ended();
    expect(again.state).to.deep.equal({ at: "stopped", finding });
    expect(await again.whenProcessed(60n as Position, 0)).to.equal(true);
    await isRight(journal, events.slice(0, 7));
  });

  it("stops when the projection throws, or makes rows that the database refuses", async () => {
    const events = journalEvents(5);
    const at = (position: bigint, harm: Projection["apply"]): Projection => ({
      ...journal,
      apply: (event) => (event.position === position ? harm(event) : journal.apply(event)),
    });
    const defect = at(30n, () => {
      throw new Error("a mistake");
    });
    const thrower = start(defect, new ListedLog(events));
    await ended();
    expect(thrower.state).to.deep.equal({
      at: "stopped",
      finding: { kind: "projection-defect", message: "journal cannot apply event 1 of cycle-s0" },
    });
    await isRight(journal, events.slice(0, 3));
    const tooLarge = at(40n, (event) => journal.apply({ ...event, position: 2n ** 63n }));
    const refused = start(tooLarge, new ListedLog(events));
    await ended();
    const state = refused.state;
    expect(state.at === "stopped" ? state.finding.kind : state).to.equal("refused-by-database");
    await isRight(journal, events.slice(0, 3));
  });

  it("says once what it tries again for, and again when it has got on since", async () => {
    const events = journalEvents(20);
    const log = new ListedLog(events.slice(0, 10));
    const failures = ["no disk", "no disk", "no memory", "no memory", "no memory"];
    const failing: Transact = (work) => {
      const message = failures.shift();
      return message === undefined ? transact(work) : Promise.reject(new Error(message));
    };
    const runner = start(journal, log, failing);
    await applied(runner, events.slice(0, 10));
    await until(() => runner.state.at === "live");
    failures.push("no memory", "no memory");
    log.push(...events.slice(10));
    await applied(runner, events);
    await until(() => runner.state.at === "live");
    expect(reports).to.deep.equal([
      { at: "retrying", failures: 1, message: "no disk" },
      { at: "retrying", failures: 3, message: "no memory" },
      { at: "catching-up" },
      { at: "live" },
      { at: "retrying", failures: 1, message: "no memory" },
      { at: "catching-up" },
      { at: "live" },
    ]);
  });

  it("says that the log does not answer, with all before it applied, and goes on", async () => {
    const events = journalEvents(20);
    const faults = [new StoreUnavailable("subscribeAll", { cause: "down" })];
    const log = new ListedLog(events, {
      fault: ({ position }) => (position === 100n ? faults.shift() : undefined),
    });
    const runner = start(journal, log);
    await applied(runner, events);
    await until(() => runner.state.at === "live");
    expect(reports).to.deep.equal([
      { at: "catching-up" },
      { at: "retrying", failures: 1, message: "the event store did not answer (subscribeAll)" },
      { at: "catching-up" },
      { at: "live" },
    ]);
    await isRight(journal, events);
    expect(log.subscriptions).to.equal(2);
  });

  it("stops where it has no right, and where others' views hold its tables", async () => {
    const events = journalEvents(3);
    await pool.query("CREATE ROLE reader; GRANT USAGE ON SCHEMA read TO reader");
    const asReader: Transact = (work) =>
      transact(async (session) => {
        await session.query("SET LOCAL ROLE reader");
        return work(session);
      });
    start(journal, new ListedLog(events), asReader);
    await ended();
    await pool.query("DROP OWNED BY reader; DROP ROLE reader");
    await applied(start(journal, new ListedLog(events)), events);
    stop.abort();
    await ended();
    stop = new AbortController();
    await pool.query("CREATE VIEW public.report AS SELECT * FROM read.entries");
    start({ ...journal, version: 2 }, new ListedLog(events));
    await ended();
    expect(reports.filter(({ at }) => at === "stopped")).to.deep.equal(
      [
        "permission denied for schema read",
        "cannot drop table entries because other objects depend on it",
      ].map((message) => ({ at: "stopped", finding: { kind: "refused-by-database", message } })),
    );
    await isRight(journal, events);
  });

  it("projects another store's events, or those of a new version, from the beginning", async () => {
    const [first, second] = [journalEvents(9), journalEvents(4)];
    await applied(start(journal, new ListedLog(first)), first);
    stop.abort();
    await ended();
    stop = new AbortController();
    await applied(start(journal, new ListedLog(second, { storeId: "store-b" })), second);
    await isRight(journal, second);
    stop.abort();
    await ended();
    stop = new AbortController();
    const version2 = {
      ...journal,
      version: 2,
      apply: (event) => journal.apply(event).slice(0, 1),
    } as Projection;
    await applied(start(version2, new ListedLog(second, { storeId: "store-b" })), second);
    await isRight(version2, second);
    const older = start(journal, new ListedLog(second, { storeId: "store-b" }));
    await running.at(-1);
    const message = "the tables of journal are of version 2; this release writes version 1";
    expect(older.state).to.deep.equal({ at: "stopped", finding: { kind: "newer-version", message } });
  });

  it("makes its tables anew when the log was put back, also when that has grown past them since", async () => {
    const [before, other] = [journalEvents(20), journalEvents(20)];
    await applied(start(journal, new ListedLog(before)), before);
    for (const id of ["", "other "]) {
      stop.abort();
      await ended();
      stop = new AbortController();
      reports = [];
      const put =
        id === "" ? before.slice(0, 10) : other.map((event, i) => ({ ...event, id: i < 5 ? event.id : id }));
      await pool.query("UPDATE read.entries SET stream = 'not so'");
      await applied(start(journal, new ListedLog(put)), put);
      await until(() => reports.at(-1)?.at === "live");
      await isRight(journal, put);
      const message = "the log was put back: it lacks the last event applied; all tables are made anew";
      expect(reports[0]).to.deep.equal({ at: "retrying", failures: 1, message });
    }
  });

  it("makes tables anew of whose last event an earlier release kept nothing", async () => {
    const events = journalEvents(20);
    await applied(start(journal, new ListedLog(events)), events);
    stop.abort();
    await ended();
    stop = new AbortController();
    await pool.query("ALTER TABLE read.checkpoint DROP COLUMN last; UPDATE read.entries SET stream = 'x'");
    await applied(start(journal, new ListedLog(events)), events);
    await isRight(journal, events);
    expect((await new ProjectionStore(transact, journal).read())?.epoch).to.equal(2);
  });

  it("makes its tables anew when the log was put back while it ran", async () => {
    const events = journalEvents(20);
    let isPutBack = false;
    const fault: Fault = ({ position }) => {
      if (isPutBack || position !== 100n) return undefined;
      isPutBack = true;
      log.putBack(5);
      return new StoreUnavailable("subscribeAll", { cause: "down" });
    };
    const log = new ListedLog(events, { fault });
    const left = events.slice(0, 5);
    const runner = start(journal, log);
    await until(() => isPutBack && runner.state.at === "live" && runner.position === lastOf(left));
    await isRight(journal, left);
  });

  it("makes its tables anew when the last event applied was written again, after others than before", async () => {
    const events = journalEvents(20);
    const before = new ListedLog(events);
    await applied(start(journal, before), events);
    stop.abort();
    await ended();
    stop = new AbortController();
    const again = events.map((event, n) => (n < 10 ? event : { ...event, recordedAt: new Date(1_000 + n) }));
    await applied(start(journal, new ListedLog(again)), again);
    await until(async () => (await new ProjectionStore(transact, journal).read())?.epoch === 2);
    await until(
      async () => (await new ProjectionStore(transact, journal).read())?.position === lastOf(again),
    );
    await isRight(journal, again);
  });

  it("makes dropped tables anew, also while it runs", async () => {
    const events = journalEvents(30);
    const log = new ListedLog(events.slice(0, 20));
    const runner = start(journal, log);
    await applied(runner, events.slice(0, 20));
    await pool.query("DROP SCHEMA read CASCADE");
    log.push(...events.slice(20));
    await applied(runner, events);
    await isRight(journal, events);
  });

  it("makes dropped tables anew, and commits lost, when the log says nothing", async () => {
    const looking: Clock = {
      ...clock,
      sleep: (ms, signal) => clock.sleep(ms === PATIENCE_MS ? ms : 1, signal),
    };
    const events = journalEvents(20);
    const runner = start(journal, new ListedLog(events), transact, looking);
    await applied(runner, events);
    const isThereAgain = async () => {
      const { rows } = await pool.query("SELECT to_regclass('read.checkpoint') AS there");
      if ((rows[0] as { there: unknown }).there === null) return false;
      const { rowCount } = await pool.query("SELECT 1 FROM read.checkpoint WHERE position = 190");
      return rowCount === 1;
    };
    await pool.query("DROP SCHEMA read CASCADE");
    await until(isThereAgain);
    await isRight(journal, events);
    await pool.query(
      "BEGIN; DELETE FROM read.entries WHERE position > 90; UPDATE read.checkpoint SET position = 90, last = jsonb_set(jsonb_set(last, '{id}', '\"9\"'), '{revision}', '3') || '{\"stream\": \"cycle-s0\"}'; COMMIT",
    );
    await until(isThereAgain);
    await isRight(journal, events);
  });

  it("reads events again that the database has lost with its last commits", async () => {
    const events = journalEvents(30);
    const log = new ListedLog(events.slice(0, 10));
    const runner = start(journal, log);
    await applied(runner, events.slice(0, 10));
    await pool.query("CREATE TABLE public.kept AS SELECT * FROM read.entries");
    log.push(...events.slice(10, 20));
    await applied(runner, events.slice(0, 20));
    await pool.query(
      `BEGIN;
       TRUNCATE read.entries; INSERT INTO read.entries SELECT * FROM public.kept;
       UPDATE read.checkpoint SET position = 90;
       COMMIT`,
    );
    log.push(...events.slice(20));
    await applied(runner, events);
    await isRight(journal, events);
    expect(log.subscriptions).to.equal(2);
  });

  it("holds still where its rows are pinned under it, and goes on when they are let go", async () => {
    const events = journalEvents(20);
    const log = new ListedLog(events.slice(0, 10));
    const runner = start(journal, log);
    await applied(runner, events.slice(0, 10));
    await pool.query("UPDATE read.checkpoint SET pinned = true");
    log.push(...events.slice(10));
    await until(() => runner.state.at === "pinned");
    await isRight(journal, events.slice(0, 10));
    await pool.query("UPDATE read.checkpoint SET pinned = false");
    await until(() => runner.state.at === "live");
    await applied(runner, events);
    await isRight(journal, events);
  });

  it("says whether an event is applied, as soon as it is or when the time is over", async () => {
    const events = journalEvents(10);
    const log = new ListedLog(events);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isHeld = false;
    const slow: Transact = (work) =>
      transact(async (session) => {
        if (isHeld) await held;
        return work(session);
      });
    const runner = start(journal, log, slow);
    await applied(runner, events);
    isHeld = true;
    log.push(...journalEvents(1, 10));
    expect(await runner.whenProcessed(100n as Position, 1)).to.equal(false);
    expect([runner.position, runner.eventsApplied]).to.deep.equal([90n, 10]);
    release();
    expect(await runner.whenProcessed(100n as Position, PATIENCE_MS)).to.equal(true);
    expect([runner.position, runner.eventsApplied]).to.deep.equal([100n, 11]);
  });
});
