// What keeps a projection's rows and checkpoint must do, whatever stands behind it. One suite, run against each.
import { expect } from "chai";
import { type LoggedEvent } from "../../src/application/ports/event-log.js";
import { type Checkpoint, placeOf } from "../../src/readmodel/checkpoint.js";
import { patch, type Projection, remove, upsert } from "../../src/readmodel/projection.js";
import { NewerVersion, type RowStore } from "../../src/readmodel/store.js";
import { foldProjection, type Tables } from "../support/fold.js";
import { entries, journal, journalEvents, streams } from "../support/journal.js";

export interface DatabaseUnderTest {
  rowsOf(projection: Projection): RowStore;
  /** The rows of a projection that has some. */
  tablesOf(projection: Projection): Promise<Tables>;
  dropSchema(): Promise<void>;
  dispose(): Promise<void>;
}

/** Declares the suite for one database, made anew for each test. */
export const rowStoreContract = (name: string, make: () => Promise<DatabaseUnderTest>): void => {
  describe(`${name} keeps a projection's rows and checkpoint`, () => {
    let database: DatabaseUnderTest;
    beforeEach(async () => {
      database = await make();
    });
    afterEach(() => database.dispose());

    const [first, second] = journalEvents(2) as [LoggedEvent, LoggedEvent];
    const commit = (store: RowStore, believed: Checkpoint, event: LoggedEvent) =>
      store.commit(believed, event, journal.apply(event));
    const isAt = (checkpoint: Checkpoint, event: LoggedEvent): Checkpoint => ({
      ...checkpoint,
      position: event.position,
      last: placeOf(event),
    });

    it("writes both for one of two that believe the same, and neither for who believes what is past", async () => {
      const [one, other] = [database.rowsOf(journal), database.rowsOf(journal)];
      const checkpoint = await one.open("store-a");
      expect(await other.open("store-a")).to.deep.equal(checkpoint);
      const outcomes = await Promise.all([one, other].map((store) => commit(store, checkpoint, first)));
      expect(outcomes.sort()).to.deep.equal([false, true]);
      expect(await commit(one, checkpoint, second)).to.equal(false);
      expect(await database.tablesOf(journal)).to.deep.equal(foldProjection(journal, [first]));
      expect(await other.read()).to.deep.equal(isAt(checkpoint, first));
    });

    it("moves no checkpoint back, nor to where it stands", async () => {
      const store = database.rowsOf(journal);
      const checkpoint = await store.open("store-a");
      expect(await commit(store, checkpoint, second)).to.equal(true);
      const now = isAt(checkpoint, second);
      expect(await commit(store, now, second)).to.equal(false);
      expect(await commit(store, now, first)).to.equal(false);
      expect(await store.read()).to.deep.equal(now);
      expect(await database.tablesOf(journal)).to.deep.equal(foldProjection(journal, [second]));
    });

    it("writes changes in their order: of one row, of rows that match, of rows that are gone", async () => {
      const store = database.rowsOf(journal);
      const checkpoint = await store.open("store-a");
      const entry = (position: bigint, stream: string) => upsert(entries, { position, stream });
      const changes = [
        ...[entry(1n, "a"), entry(2n, "a"), entry(3n, "b")],
        patch(entries, { position: 4n }, { stream: "a" }),
        patch(entries, { stream: "a" }, { stream: "c" }),
        ...[entry(4n, "a"), remove(entries, { stream: "b" }), entry(3n, "d"), entry(1n, "a")],
        upsert(streams, { stream: "a", revision: 1 }),
        patch(streams, { stream: "a" }, { revision: 2 }),
        remove(entries, { position: 2n }),
      ];
      expect(await store.commit(checkpoint, first, changes)).to.equal(true);
      expect(await database.tablesOf(journal)).to.deep.equal({
        entries: [
          { position: 1n, stream: "a" },
          { position: 3n, stream: "d" },
          { position: 4n, stream: "a" },
        ],
        streams: [{ stream: "a", revision: 2 }],
      });
    });

    it("begins again under another epoch for another store, a higher version, or a log put back", async () => {
      const store = database.rowsOf(journal);
      const opened = await store.open("store-a");
      const fields = { name: "journal", storeId: "store-a", version: 1, tables: ["entries", "streams"] };
      const nothing = { position: -1n, last: null, settled: null, pinned: false };
      expect(opened).to.deep.equal({ ...fields, epoch: 1, ...nothing });
      expect(await commit(store, opened, first)).to.equal(true);
      expect(await store.open("store-a")).to.deep.equal(isAt(opened, first));

      const ofOther = await store.open("store-b");
      expect(ofOther).to.deep.equal({ ...opened, storeId: "store-b", epoch: 2 });
      expect(await database.tablesOf(journal)).to.deep.equal({ entries: [], streams: [] });
      expect(await commit(store, opened, first)).to.equal(false);

      expect(await commit(store, ofOther, first)).to.equal(true);
      const again = await store.open("store-b", isAt(ofOther, first));
      expect(again).to.deep.equal({ ...ofOther, epoch: 3 });
      expect(await store.open("store-b", isAt(ofOther, first))).to.deep.equal(again);

      const later = database.rowsOf({ ...journal, version: 2 });
      expect(await later.open("store-b")).to.deep.equal({ ...again, version: 2, epoch: 4 });
      const refused = await store.open("store-b").catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(NewerVersion);
      expect(refused).to.include({ projection: "journal", found: 2, known: 1 });
    });

    it("says that its schema was dropped, and makes it anew", async () => {
      const store = database.rowsOf(journal);
      const opened = await store.open("store-a");
      expect(await commit(store, opened, first)).to.equal(true);
      await database.dropSchema();
      for (const ask of [() => commit(store, isAt(opened, first), second), () => store.read()])
        expect(await ask().catch((error: unknown) => error)).to.include({ code: "42P01" });
      expect(await store.open("store-a")).to.deep.equal(opened);
      expect(await database.tablesOf(journal)).to.deep.equal({ entries: [], streams: [] });
    });
  });
};
