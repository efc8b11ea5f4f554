import { expect } from "chai";
import { type Position } from "../../src/application/ports/event-store.js";
import { type ReadModels, ReadModelRefused } from "../../src/application/ports/read-models.js";
import { ProjectionStore } from "../../src/readmodel/store.js";
import { Crash, crashing } from "./crashing.js";
import { foldProjection, readTables } from "./fold.js";
import { journal, journalEvents } from "./journal.js";
import { ListedLog } from "./listed-log.js";
import { ReadModelsUnderTest, telling } from "./read-models.js";

const EVENTS = 12;
const END = BigInt(10 * (EVENTS - 1)) as Position;
const TARGET = 70n as Position;
const names = [journal.name];
const KEPT = new Set(["build", "checkpoint", "retired", "entries", "streams"]);

/** What is done, and where the rows must stand once it is, with whether they are pinned there. */
interface Deed {
  readonly name: string;
  readonly prepare: (service: ReadModels) => Promise<unknown>;
  readonly act: (service: ReadModels) => Promise<unknown>;
  readonly end: { readonly position: Position; readonly pinned: boolean };
}

const all = { to: "head" } as const;
const back = { to: "position", position: TARGET } as const;
const nothing = async () => undefined;
const deeds: readonly Deed[] = [
  {
    name: "a rebuild",
    prepare: nothing,
    act: (service) => service.rebuild(names, telling().how),
    end: { position: END, pinned: false },
  },
  {
    name: "a rollback from zero",
    prepare: nothing,
    act: (service) => service.rollback(names, back, telling().how),
    end: { position: TARGET, pinned: true },
  },
  {
    name: "a rollback from a snapshot",
    prepare: (service) =>
      service
        .rollback(names, { to: "position", position: 50n as Position }, telling().how)
        .then(() => service.snapshot(names)),
    act: (service) => service.rollback(names, back, telling().how),
    end: { position: TARGET, pinned: true },
  },
  {
    name: "a way back to the head",
    prepare: (service) => service.rollback(names, back, telling().how).then(() => service.snapshot(names)),
    act: (service) => service.rollback(names, all, telling().how),
    end: { position: END, pinned: false },
  },
  {
    name: "a snapshot",
    prepare: nothing,
    act: (service) => service.snapshot(names),
    end: { position: END, pinned: false },
  },
];

/** Does every deed again and again, each time with a death one statement later; only every so many of these deaths. */
export const killEverywhere = (every: number): void => {
  describe("read models whose process dies at any statement of", function () {
    this.timeout(300_000);
    const events = journalEvents(EVENTS);
    const log = new ListedLog(events);
    let models: ReadModelsUnderTest;

    before(async () => {
      models = await ReadModelsUnderTest.make([journal]);
    });
    after(() => models.end());

    /** Where the rows in service stand; they are those of exactly the events up to there. */
    const standing = async () => {
      const checkpoint = await new ProjectionStore(models.transact, journal).read();
      if (checkpoint === undefined) throw new Error("no checkpoint");
      const { position, pinned } = checkpoint;
      const applied = events.filter((event) => event.position <= position);
      expect(await readTables(models.pool, journal)).to.deep.equal(foldProjection(journal, applied));
      return { position, pinned };
    };

    /** The server takes a moment to see that a process is gone. */
    const finish = async (act: Deed["act"]): Promise<void> => {
      const isRefused = await act(models.service(log)).then(
        () => false,
        (error: unknown) => {
          if (error instanceof ReadModelRefused) return true;
          throw error;
        },
      );
      if (isRefused) await finish(act);
    };

    const leftovers = async () => {
      const { rows } = await models.pool.query<{ tablename: string }>(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'read' ORDER BY 1",
      );
      const { rows: builds } = await models.pool.query<{ name: string }>("SELECT name FROM read.build");
      return [
        ...builds.map(({ name }) => name),
        ...rows.map(({ tablename }) => tablename).filter((name) => !KEPT.has(name)),
      ];
    };

    /** With a death before one statement; whether there were so many. */
    const dies = async ({ prepare, act, end }: Deed, crashAt: number): Promise<boolean> => {
      await models.pool.query("DROP SCHEMA read CASCADE; CREATE SCHEMA read");
      const store = new ProjectionStore(models.transact, journal);
      const last = events.at(-1);
      if (last) await store.commit(await store.open("store-a"), last, events.flatMap(journal.apply));
      await prepare(models.service(log));
      const begin = await standing();
      let statements = 0;
      const transact = crashing(models.pool, () => {
        statements += 1;
        if (statements >= crashAt) throw new Crash();
      });
      const died = await act(models.service(log, { transact })).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Crash) return true;
          throw error;
        },
      );
      expect(await standing(), `died at ${crashAt}`).to.deep.be.oneOf([begin, end]);
      await finish(act);
      expect(await standing()).to.deep.equal(end);
      expect(await leftovers()).to.deep.equal([]);
      return died;
    };

    for (const deed of deeds)
      it(`${deed.name} agree with their position, and it is finished when asked for again`, async () => {
        let at = 1;
        while (await dies(deed, at)) at += every;
        expect(at).to.be.greaterThan(5);
      });
  });
};
