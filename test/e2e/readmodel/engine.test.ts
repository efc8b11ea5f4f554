import { expect } from "chai";
import pg from "pg";
import { projections } from "../../../projections/all.js";
import { paymentProjection } from "../../../projections/payment.js";
import { UnreadableEvent } from "../../../src/application/ports/event-log.js";
import { type Position, StoreUnavailable } from "../../../src/application/ports/event-store.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { auditEntries, journal, journalEvents, writesOf } from "../../support/journal.js";
import { type Fault, ListedLog } from "../../support/listed-log.js";
import { payoutsOf } from "../../support/payouts.js";
import { PATIENCE_MS, runnersOfEachTest } from "../../support/runners.js";
import { until } from "../../support/until.js";

describe("a projection's runner", () => {
  const { transact, reports, start, ended, stop, applied, isRight, query, url } = runnersOfEachTest();

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
    const paid = await query("SELECT count(*)::int AS n FROM payment WHERE result = 'paid'");
    const settings = await query("SELECT mode FROM settings");
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
    const admin = new pg.Client({ connectionString: url() });
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
    await stop();
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
    await query("CREATE ROLE reader; GRANT USAGE ON SCHEMA read TO reader");
    const asReader: Transact = (work) =>
      transact(async (session) => {
        await session.query("SET LOCAL ROLE reader");
        return work(session);
      });
    start(journal, new ListedLog(events), asReader);
    await ended();
    await query("DROP OWNED BY reader; DROP ROLE reader");
    await applied(start(journal, new ListedLog(events)), events);
    await stop();
    await query("CREATE VIEW public.report AS SELECT * FROM read.entries");
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

  it("holds still where its rows are pinned under it, and goes on when they are let go", async () => {
    const events = journalEvents(20);
    const log = new ListedLog(events.slice(0, 10));
    const runner = start(journal, log);
    await applied(runner, events.slice(0, 10));
    await query("UPDATE read.checkpoint SET pinned = true");
    log.push(...events.slice(10));
    await until(() => runner.state.at === "pinned");
    await isRight(journal, events.slice(0, 10));
    await query("UPDATE read.checkpoint SET pinned = false");
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
