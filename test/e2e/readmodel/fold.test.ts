import { expect } from "chai";
import fc from "fast-check";
import { projections } from "../../../projections/all.js";
import { projectedBy } from "../../../src/readmodel/batches.js";
import { BuildStore } from "../../../src/readmodel/build.js";
import { movedTo, reachedBy } from "../../../src/readmodel/checkpoint.js";
import { beside } from "../../../src/readmodel/names.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { foldProjection, readTables, type Tables } from "../../support/fold.js";
import { histories } from "../../support/history/histories.js";
import { payoutsOf } from "../../support/payouts.js";
import { ReadModelsUnderTest } from "../../support/read-models.js";

const HEAD = { target: null, pinned: false };

describe("large batches, folded in memory before they are written", function () {
  this.timeout(60_000);
  let models: ReadModelsUnderTest;
  let made = 0;

  before(async () => {
    models = await ReadModelsUnderTest.make(projections);
    await models
      .service({} as never)
      .status()
      .catch(() => undefined);
  });
  after(() => models.end());

  /** The rows of a set that is being built, under the names of the tables. */
  const rowsBeside = async (projection: Projection, epoch: number): Promise<Tables> => {
    const tables = projection.tables.map((table) => ({ ...table, name: beside(epoch)(table) }));
    const found = await readTables(models.pool, { tables });
    return Object.fromEntries(
      projection.tables.map((table) => [table.name, found[beside(epoch)(table)] ?? []]),
    );
  };

  it("make the rows that the changes make one by one, wherever the batches are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(1_000), histories(200)),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        async (told, sizes) => {
          made += 1;
          const { events } =
            typeof told === "number"
              ? payoutsOf({ seed: told, cycles: [199, 200, 201], delegators: 8, batchSize: 3 })
              : told;
          for (const projection of projections) {
            const store = new BuildStore(models.transact, projection);
            let build = await store.open(`store-${made}`, HEAD);
            for (let from = 0, n = 0; from < events.length; n += 1) {
              const size = sizes[n % sizes.length] ?? 1;
              const batch = events.slice(from, from + size).map((event) => projectedBy(projection, event));
              const to = reachedBy(batch);
              from += size;
              if (to === undefined) break;
              expect(
                await store.commit(
                  build,
                  to,
                  batch.flatMap(({ changes }) => changes),
                ),
              ).to.equal(true);
              build = movedTo(build, to);
            }
            expect(await rowsBeside(projection, build.epoch)).to.deep.equal(
              foldProjection(projection, events),
            );
          }
        },
      ),
      { numRuns: 8 },
    );
  });
});
