// Random histories through the engine's own SQL, cut into batches as chance has it, each batch delivered twice.
import { expect } from "chai";
import fc from "fast-check";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { createPool, endPool, transact } from "../../../src/infrastructure/postgres/pool.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { projections } from "../../../projections/all.js";
import { foldProjection, readTables } from "../fold.js";
import { naive, sideBySide } from "../naive/all.js";
import { freshDatabase } from "../postgres.js";
import { histories } from "./histories.js";

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });

const cut = (events: readonly LoggedEvent[], lengths: readonly number[]): LoggedEvent[][] => {
  const batches: LoggedEvent[][] = [];
  for (let from = 0; from < events.length;) {
    const length = lengths[batches.length % lengths.length] ?? 1;
    batches.push(events.slice(from, from + length));
    from += length;
  }
  return batches;
};

/** Throws where the rows of a read model are not the fold of the log, or not what the domain's own folds tell. */
export const applyHistories = async (runs: number, steps: number): Promise<void> => {
  const database = await freshDatabase();
  const pool = createPool({ url: database.url, applicationName: "test" });
  let made = 0;
  const apply = async (projection: Projection, batches: readonly (readonly LoggedEvent[])[]) => {
    const store = new ProjectionStore((work) => transact(pool, work), projection);
    let checkpoint = await store.open(`store-${made}`);
    for (const events of batches) {
      const last = events.at(-1);
      if (last === undefined) continue;
      const changes = events.flatMap((event) => projection.apply(event));
      expect(await store.commit(checkpoint, last, changes)).to.equal(true);
      expect(await store.commit(checkpoint, last, changes)).to.equal(false);
      checkpoint = { ...checkpoint, position: last.position };
    }
    return readTables(pool, projection);
  };
  try {
    await fc.assert(
      fc.asyncProperty(histories(steps), sizes, async ({ events }, lengths) => {
        made += 1;
        for (const projection of projections) {
          const rows = await apply(projection, cut(events, lengths));
          expect(rows, projection.name).to.deep.equal(foldProjection(projection, events));
          const { shown, told } = sideBySide(naive[projection.name]?.(events) ?? {}, rows);
          expect(shown, projection.name).to.deep.equal(told);
        }
      }),
      { numRuns: runs, endOnFailure: true },
    );
  } finally {
    await endPool(pool);
    await database.drop();
  }
};
