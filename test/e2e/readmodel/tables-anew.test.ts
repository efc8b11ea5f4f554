import { expect } from "chai";
import { StoreUnavailable } from "../../../src/application/ports/event-store.js";
import { type Clock } from "../../../src/application/ports/system.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { journal, journalEvents } from "../../support/journal.js";
import { type Fault, ListedLog } from "../../support/listed-log.js";
import { clock, lastOf, PATIENCE_MS, runnersOfEachTest } from "../../support/runners.js";
import { until } from "../../support/until.js";

describe("a runner whose tables are not those that it left, or whose log is another one", () => {
  const { transact, reports, start, stop, applied, isRight, query } = runnersOfEachTest();

  it("projects another store's events, or those of a new version, from the beginning", async () => {
    const [first, second] = [journalEvents(9), journalEvents(4)];
    await applied(start(journal, new ListedLog(first)), first);
    await stop();
    await applied(start(journal, new ListedLog(second, { storeId: "store-b" })), second);
    await isRight(journal, second);
    await stop();
    const version2 = {
      ...journal,
      version: 2,
      apply: (event) => journal.apply(event).slice(0, 1),
    } as Projection;
    await applied(start(version2, new ListedLog(second, { storeId: "store-b" })), second);
    await isRight(version2, second);
    const older = start(journal, new ListedLog(second, { storeId: "store-b" }));
    await until(() => older.state.at === "stopped");
    const message = "the tables of journal are of version 2; this release writes version 1";
    expect(older.state).to.deep.equal({ at: "stopped", finding: { kind: "newer-version", message } });
  });

  it("makes its tables anew when the log was put back, also when that has grown past them since", async () => {
    const [before, other] = [journalEvents(20), journalEvents(20)];
    await applied(start(journal, new ListedLog(before)), before);
    for (const id of ["", "other "]) {
      await stop();
      reports.length = 0;
      const put =
        id === "" ? before.slice(0, 10) : other.map((event, i) => ({ ...event, id: i < 5 ? event.id : id }));
      await query("UPDATE read.entries SET stream = 'not so'");
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
    await stop();
    await query("ALTER TABLE read.checkpoint DROP COLUMN last; UPDATE read.entries SET stream = 'x'");
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
    await stop();
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
    await query("DROP SCHEMA read CASCADE");
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
      const { rows } = await query("SELECT to_regclass('read.checkpoint') AS there");
      if ((rows[0] as { there: unknown }).there === null) return false;
      const { rowCount } = await query("SELECT 1 FROM read.checkpoint WHERE position = 190");
      return rowCount === 1;
    };
    await query("DROP SCHEMA read CASCADE");
    await until(isThereAgain);
    await isRight(journal, events);
    await query(
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
    await query("CREATE TABLE public.kept AS SELECT * FROM read.entries");
    log.push(...events.slice(10, 20));
    await applied(runner, events.slice(0, 20));
    await query(
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
});
