import { expect } from "chai";
import fc from "fast-check";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
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

  /** Builds each read model of these events beside, in batches of these sizes. */
  const build = async (name: string, events: readonly LoggedEvent[], sizes: readonly number[]) => {
    for (const projection of projections) {
      const store = new BuildStore(models.transact, projection);
      let build = await store.open(name, HEAD);
      for (let from = 0, n = 0; from < events.length; n += 1) {
        const size = sizes[n % sizes.length] ?? 1;
        const batch = events.slice(from, from + size).map((event) => projectedBy(projection, event));
        const to = reachedBy(batch);
        from += size;
        if (to === undefined) break;
        const changes = batch.flatMap((each) => each.changes);
        expect(await store.commit(build, to, changes)).to.equal(true);
        build = movedTo(build, to);
      }
      const rows = await rowsBeside(projection, build.epoch);
      expect(rows, projection.name).to.deep.equal(foldProjection(projection, events));
    }
  };
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });

  it("make the rows that the changes make one by one, wherever the batches are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000), sizes, async (seed, cuts) => {
        const { events } = payoutsOf({ seed, cycles: [199, 200, 201], delegators: 8, batchSize: 3 });
        await build(`store-${seed}-${cuts.join()}`, events, cuts);
      }),
      { numRuns: 8 },
    );
  });

  it("do so whatever people have done", async () => {
    await fc.assert(
      fc.asyncProperty(histories(120), fc.nat(), sizes, async ({ events }, name, cuts) => {
        await build(`history-${name}-${cuts.join()}`, events, cuts);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
