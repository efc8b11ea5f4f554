import { expect } from "chai";
import { START } from "../../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { migrate } from "../../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool, transact } from "../../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../../src/infrastructure/system-clock.js";
import { projections } from "../../../projections/all.js";
import { ProjectionRunner } from "../../../src/readmodel/engine.js";
import { type ProjectedEvent } from "../../../src/readmodel/projection.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { freshDatabase } from "../../support/postgres.js";
import { referenceWorld, runReference } from "../../support/world/scenario.js";

describe("read models of the reference run", function () {
  this.timeout(60_000);

  for (const projection of projections) {
    it(`${projection.name}: the rows in PostgreSQL equal the fold of the log`, async () => {
      const world = referenceWorld();
      await runReference(world);
      const log = new CodedEventLog(world.store);
      const events: ProjectedEvent[] = [];
      const reading = new AbortController();
      for await (const message of log.subscribeAll({ after: START, signal: reading.signal })) {
        if (message.kind === "caught-up") break;
        events.push(message.event);
      }
      const database = await freshDatabase();
      await migrate(database.url);
      const pool = createPool({ url: database.url, applicationName: "test" });
      const stopping = new AbortController();
      try {
        const store = new ProjectionStore((work) => transact(pool, work), projection);
        const runner = new ProjectionRunner(projection, log, store, systemClock);
        const running = runner.run(stopping.signal);
        expect(await runner.whenProcessed(await log.head(), 30_000)).to.equal(true);
        stopping.abort();
        await running;
        expect(await readTables(pool, projection)).to.deep.equal(foldProjection(projection, events));
      } finally {
        stopping.abort();
        await endPool(pool);
        await database.drop();
      }
    });
  }
});
