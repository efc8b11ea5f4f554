import { expect } from "chai";
import { projections } from "../../../projections/all.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type EventStore } from "../../../src/application/ports/event-store.js";
import { EventStoreDbStore } from "../../../src/infrastructure/eventstore/eventstoredb.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { StandIn } from "../../support/esdb/stand-in.js";
import { payoutsOf } from "../../support/payouts.js";
import { ReadModelsUnderTest, telling } from "../../support/read-models.js";
import { storeEvents } from "../../support/stored-log.js";

const names = projections.map(({ name }) => name);

/** Columns of times differ between two stores: everything else must not. */
const TIMES = /\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?\+00(:00)?\b/g;

describe("read models of one history on both event stores", function () {
  this.timeout(60_000);
  const { events } = payoutsOf({ seed: 21, cycles: [200, 201], delegators: 15, batchSize: 5 });

  /** Rows without times, after live projection, a rebuild, and a rollback from a snapshot and back to the head. */
  const rowsIn = async (store: EventStore): Promise<readonly string[]> => {
    const models = await ReadModelsUnderTest.make(projections);
    try {
      const { log, events: recorded } = await storeEvents(store, events);
      const places = Object.assign(log, {
        readAll: store.readAll.bind(store),
        lastUpTo: store.lastUpTo.bind(store),
      });
      const service = models.service(places);
      const digests = async () => {
        const found: string[] = [];
        for (const projection of projections) found.push(await models.digest(projection));
        return found;
      };
      const positionOf = (n: number) => (recorded.at(n) as LoggedEvent).position;
      await models.project(log, positionOf(-1));
      const live = await digests();
      const built = await service.rebuild(names, telling().how);
      expect(built.map(({ differing, failure }) => [differing, failure])).to.deep.equal(
        names.map(() => [[], null]),
      );
      expect(await digests()).to.deep.equal(live);
      const middle = positionOf(Math.floor(recorded.length / 2));
      await service.rollback(names, { to: "position", position: middle }, telling().how);
      await service.snapshot(names);
      const status = await service.status();
      expect(status.map(({ state, position }) => [state, position])).to.deep.equal(
        names.map(() => ["pinned", middle]),
      );
      expect(
        status.every(({ lag }) => lag.events === recorded.length - 1 - Math.floor(recorded.length / 2)),
      ).to.equal(true);
      const back = await service.rollback(names, { to: "head" }, telling().how);
      expect(back.every(({ base }) => base !== null)).to.equal(true);
      expect(await digests()).to.deep.equal(live);
      return await textsOf(models);
    } finally {
      await models.end();
    }
  };

  /** Times and positions are a store's own. */
  const textsOf = async (models: ReadModelsUnderTest): Promise<readonly string[]> => {
    const texts: string[] = [];
    for (const { tables } of projections)
      for (const { name, key } of tables) {
        const { rows } = await models.pool.query<{ row: string }>(
          `SELECT (to_jsonb(t) - 'position' - 'wallet_position')::text AS row FROM read."${name}" AS t ORDER BY ${key.map((column) => `"${column}"`).join(", ")}`,
        );
        texts.push(...rows.map(({ row }) => `${name} ${row.replaceAll(TIMES, "TIME")}`));
      }
    return texts;
  };

  it("are the same live, from zero and from a snapshot, and on the other store but for times and places", async () => {
    const database = await ReadModelsUnderTest.make([]);
    const standIn = await StandIn.start();
    const postgres = new PostgresLog({ url: database.database.url, applicationName: "test" });
    const eventStoreDb = new EventStoreDbStore({ url: standIn.url });
    try {
      const here = await rowsIn(postgres);
      const there = await rowsIn(eventStoreDb);
      expect(there).to.deep.equal(here);
      expect(here.length).to.be.greaterThan(40);
    } finally {
      await Promise.all([postgres.close(), eventStoreDb.close()]);
      await standIn.stop();
      await database.end();
    }
  });
});
