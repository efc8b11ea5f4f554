// Any edit before a checkpoint that was kept elsewhere is found, in a file and in the database.
import { expect } from "chai";
import pg from "pg";
import { copyEvents, eventsOf } from "../../../src/application/log/copy.js";
import { type Verdict } from "../../../src/application/audit/verifier.js";
import { verifyExport, verifyStore } from "../../../src/application/audit/verify.js";
import { eventReading } from "../../../src/infrastructure/eventstore/codec.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { Chance } from "../../simulation/chance.js";
import { realEditOf } from "../../support/audit/edits.js";
import { asRead, exportOf, keptFrom } from "../../support/audit/examine.js";
import { type SignedLog, signedLog } from "../../support/audit/signed-log.js";
import { MemoryEventStore } from "../../support/memory-event-store.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";

const EXPORT_EDITS = 10_000;
const DATABASE_EDITS = 600;
const ignore = () => undefined;
/** Of a signed log that is cut after its first checkpoint: small, and all that is in a log is in it. */
const BEHIND = 2;

const firstCycle = async (): Promise<SignedLog & { readonly size: number }> => {
  const log = await signedLog();
  const size = Math.min(...log.notes.keys());
  const notes = new Map([...log.notes].filter(([each]) => each === size));
  return { ...log, events: log.events.slice(0, size + BEHIND), notes, size };
};

const keptOf = ({ notes }: SignedLog) => [...notes.values()].map((note) => keptFrom(note));

/** Changes one character or line of a file, beyond what any event's members are. */
const spoil = (lines: readonly string[], size: number, chance: Chance) => {
  const at = chance.below(size);
  const line = lines[at] ?? "";
  // The leaf ends where what is a store's own begins.
  const end = line.indexOf(',"position":');
  const place = chance.below(end);
  const other = String.fromCharCode(32 + chance.below(95));
  const changed = `${line.slice(0, place)}${other}${line.slice(place + 1)}`;
  return changed === line
    ? undefined
    : { lines: lines.with(at, changed), told: `character ${place} of line ${at}` };
};

describe("edits of the log", function () {
  this.timeout(600_000);
  let log: SignedLog & { readonly size: number };
  before(async () => {
    log = await firstCycle();
  });

  it(`of an export are found, ${EXPORT_EDITS} of ${EXPORT_EDITS}`, async () => {
    const chance = new Chance(20_260_101);
    const whole = await exportOf(new MemoryEventStore(() => new Date(), log.events));
    const verify = (lines: Iterable<string>): Promise<Verdict> =>
      verifyExport(asRead(lines), { reading: eventReading, kept: keptOf(log) }, ignore);
    expect((await verify(whole)).findings).to.deep.equal([]);
    let found = 0;
    const missed: string[] = [];
    while (found + missed.length < EXPORT_EDITS) {
      const spoilt = chance.happens(0.5) ? spoil(whole, log.size, chance) : undefined;
      const edited = spoilt ? undefined : realEditOf(log.events, log.size, chance);
      const lines = spoilt?.lines ?? (await exportOf(new MemoryEventStore(() => new Date(), edited?.events)));
      if ((await verify(lines)).findings.length > 0) found += 1;
      else missed.push(spoilt?.told ?? edited?.told ?? "");
    }
    expect({ found, missed }).to.deep.equal({ found: EXPORT_EDITS, missed: [] });
  });

  describe("in the database", () => {
    let database: TestDatabase;
    let store: PostgresLog;
    let root: pg.Client;

    before(async () => {
      database = await freshDatabase();
      store = new PostgresLog({ url: database.url, applicationName: "edits" });
      const source = new MemoryEventStore(() => new Date(), log.events);
      await copyEvents(eventsOf(source), { store, inFlight: 64 }, ignore);
      root = new pg.Client({ connectionString: database.url });
      await root.connect();
      // What a superuser can do, and nobody else.
      await root.query(
        "ALTER TABLE log.events DISABLE TRIGGER ALL; CREATE TABLE public.whole AS TABLE log.events",
      );
      await root.query("ALTER TABLE log.events DROP CONSTRAINT events_stream_revision_key");
      await root.query("ALTER TABLE log.events DROP CONSTRAINT events_stream_id_key");
      await root.query("ALTER TABLE log.events DROP CONSTRAINT events_revision_check");
    });
    after(async () => {
      await root.end();
      await store.close();
      await database.drop();
    });

    const verify = (): Promise<Verdict> =>
      verifyStore(store, { reading: eventReading, kept: keptOf(log) }, ignore);

    /** One statement that changes something of the first `size` events; what it leaves may be the same. */
    const statement = (chance: Chance): string => {
      const [at, other] = [chance.below(log.size), chance.below(log.size)];
      const set = (change: string) => `UPDATE log.events SET ${change} WHERE position = ${at}`;
      return chance.oneOf([
        set("stream = stream || 'x'"),
        set(`revision = revision + ${chance.oneOf([1, -1])}`),
        set("id = gen_random_uuid()"),
        set("type = lower(type)"),
        set("schema_version = schema_version + 1"),
        set(`data = overlay(data placing '~' from ${1 + chance.below(200)})`),
        set("data = data || ' '"),
        set('metadata = metadata || \'{"actor": "mallory"}\''),
        set("metadata = metadata || '{\"more\": 1}'"),
        `DELETE FROM log.events WHERE position = ${at}`,
        `DELETE FROM log.events WHERE position >= ${at}`,
        `DELETE FROM log.events WHERE position = ${at}; UPDATE log.events SET position = position - 1000001 WHERE position > ${at};
         UPDATE log.events SET position = position + 1000000 WHERE position < 0`,
        `UPDATE log.events SET position = CASE position WHEN ${at} THEN ${other} ELSE ${at} END + 1000000
           WHERE position IN (${at}, ${other}); UPDATE log.events SET position = position - 1000000 WHERE position >= 1000000`,
        `UPDATE log.events SET position = position + 1000001 WHERE position >= ${at};
         INSERT INTO log.events SELECT ${at}, stream, revision, id, type, schema_version, data, metadata, recorded_at
           FROM public.whole WHERE position = ${other};
         UPDATE log.events SET position = position - 1000000 WHERE position >= 1000000`,
      ]);
    };

    it(`are found, ${DATABASE_EDITS} of ${DATABASE_EDITS}, whoever makes them`, async () => {
      await root.query("ALTER TABLE log.events DROP CONSTRAINT IF EXISTS events_position_check");
      expect((await verify()).findings).to.deep.equal([]);
      const chance = new Chance(7);
      const missed: string[] = [];
      let found = 0;
      while (found + missed.length < DATABASE_EDITS) {
        const edit = statement(chance);
        await root.query(edit);
        const { rows } = await root.query(
          `SELECT 1 FROM (TABLE log.events EXCEPT TABLE public.whole) AS a
           UNION ALL SELECT 1 FROM (TABLE public.whole EXCEPT TABLE log.events) AS b LIMIT 1`,
        );
        if (rows.length > 0) {
          if ((await verify()).findings.length > 0) found += 1;
          else missed.push(edit);
        }
        await root.query("TRUNCATE log.events; INSERT INTO log.events TABLE public.whole");
      }
      expect({ found, missed }).to.deep.equal({ found: DATABASE_EDITS, missed: [] });
      expect((await verify()).findings).to.deep.equal([]);
    });
  });
});
