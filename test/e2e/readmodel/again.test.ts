import { expect } from "chai";
import fc from "fast-check";
import { projections } from "../../../projections/all.js";
import { type LoggedEvent, type LogMessage } from "../../../src/application/ports/event-log.js";
import { START } from "../../../src/application/ports/event-store.js";
import { readCheckpoint } from "../../../src/readmodel/checkpoint.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { histories } from "../../support/history/histories.js";
import { ListedLog } from "../../support/listed-log.js";
import { PATIENCE_MS, ReadModelsUnderTest } from "../../support/read-models.js";
import { until } from "../../support/until.js";

/** Delivers every event again to whoever subscribes, wherever it had come. */
class RepeatingLog extends ListedLog {
  override subscribeAll({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<LogMessage> {
    return super.subscribeAll({ after: START, signal });
  }
}

describe("every projection that is given events again", function () {
  this.timeout(60_000);
  let models: ReadModelsUnderTest;
  let events: readonly LoggedEvent[];

  before(async () => {
    models = await ReadModelsUnderTest.make(projections);
    const [told] = fc.sample(histories(300), { numRuns: 1, seed: 5 });
    events = told?.events ?? [];
    const last = events.at(-1);
    if (last === undefined) throw new Error("nothing happened");
    await models.project(new ListedLog(events), last.position);
  });
  after(() => models.end());

  /** Rows, checkpoint, and by which transaction that was written last. */
  const standing = async () => {
    const found = await Promise.all(
      projections.map(async (projection) => {
        const { name } = projection;
        const checkpoint = await models.transact((session) => readCheckpoint(session, name));
        const { rows } = await models.pool.query("SELECT xmin::text FROM read.checkpoint WHERE name = $1", [
          name,
        ]);
        return [
          name,
          { rows: await readTables(models.pool, projection), checkpoint, written: rows },
        ] as const;
      }),
    );
    return Object.fromEntries(found);
  };

  it("changes neither its rows nor its checkpoint, and goes on with what is new", async () => {
    const before = await standing();
    for (const projection of projections)
      expect(before[projection.name]?.rows, projection.name).to.deep.equal(
        foldProjection(projection, events),
      );
    const log = new RepeatingLog(events);
    const runners = models.start(log);
    const areLive = () => runners.every(({ state }) => state.at === "live");
    await until(areLive);
    expect(await standing()).to.deep.equal(before);
    const last = events.at(-1);
    if (last === undefined) throw new Error("nothing happened");
    const further = {
      ...last,
      revision: last.revision + 1,
      position: (last.position + 1n) as typeof last.position,
    };
    log.push(...events, further);
    for (const runner of runners)
      expect(await runner.whenProcessed(further.position, PATIENCE_MS)).to.equal(true);
    for (const projection of projections)
      expect(await readTables(models.pool, projection), projection.name).to.deep.equal(
        foldProjection(projection, [...events, further]),
      );
    expect(runners.map(({ eventsApplied }) => eventsApplied)).to.deep.equal(projections.map(() => 1));
  });
});
