import { expect } from "chai";
import { projections } from "../../../projections/all.js";
import { paymentProjection } from "../../../projections/payment.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type Position } from "../../../src/application/ports/event-store.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { ListedLog } from "../../support/listed-log.js";
import { payoutsOf } from "../../support/payouts.js";
import { PATIENCE_MS, ReadModelsUnderTest, telling } from "../../support/read-models.js";

const positionOf = (events: readonly LoggedEvent[], n: number): Position => {
  const found = events.at(n);
  if (!found) throw new Error(`no event ${n}`);
  return found.position;
};

describe("rebuilding read models", () => {
  const { events } = payoutsOf({ seed: 5, cycles: [198, 199, 200, 201], delegators: 20, batchSize: 6 });
  const names = projections.map(({ name }) => name);
  let models: ReadModelsUnderTest;

  beforeEach(async () => {
    models = await ReadModelsUnderTest.make(projections);
  });
  afterEach(() => models.end());

  const areRight = async (upTo: readonly LoggedEvent[]) => {
    for (const projection of projections)
      expect(await readTables(models.pool, projection), projection.name).to.deep.equal(
        foldProjection(projection, upTo),
      );
  };
  const tablesIn = async () => {
    const { rows } = await models.pool.query<{ tablename: string }>(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'read' AND tablename !~ '_e[0-9]+_'",
    );
    return rows.map(({ tablename }) => tablename).sort();
  };

  it("leaves the rows as they were, on other tables, and the runners go on with those", async () => {
    const half = Math.floor(events.length / 2);
    const log = new ListedLog(events.slice(0, half));
    const runners = models.start(log);
    await Promise.all(
      runners.map((runner) => runner.whenProcessed(positionOf(events, half - 1), PATIENCE_MS)),
    );
    const before = await tablesIn();
    const built = await models.service(log).rebuild(names, telling().how);
    expect(built).to.deep.equal(
      names.map((name) => ({
        name,
        position: positionOf(events, half - 1),
        pinned: false,
        base: null,
        differing: [],
        failure: null,
      })),
    );
    expect(await tablesIn()).to.deep.equal(before);
    await areRight(events.slice(0, half));
    log.push(...events.slice(half));
    await Promise.all(runners.map((runner) => runner.whenProcessed(positionOf(events, -1), PATIENCE_MS)));
    await areRight(events);
    expect(runners.map(({ state }) => state.at)).to.deep.equal(names.map(() => "live"));
  });

  it("names the tables whose rows were wrong, and puts right ones into their place", async () => {
    const log = new ListedLog(events);
    await models.project(log, positionOf(events, -1));
    await models.pool.query(
      "UPDATE read.payment SET due = due + 1 WHERE ctid = (SELECT ctid FROM read.payment LIMIT 1)",
    );
    const built = await models.service(log).rebuild(names, telling().how);
    expect(built.map(({ name, differing }) => [name, differing])).to.deep.equal(
      names.map((name) => [name, name === "payment" ? ["payment"] : []]),
    );
    await areRight(events);
  });

  it("keeps the grants of the tables in service, and is refused where a view would keep the former ones", async () => {
    const log = new ListedLog(events);
    await models.project(log, positionOf(events, -1));
    await models.pool.query("CREATE ROLE reporter; GRANT SELECT ON read.payment TO reporter");
    try {
      await models.service(log).rebuild(["payment"], telling().how);
      const { rows } = await models.pool.query(
        "SELECT has_table_privilege('reporter', 'read.payment', 'SELECT') AS may",
      );
      expect(rows).to.deep.equal([{ may: true }]);
    } finally {
      await models.pool.query("DROP OWNED BY reporter; DROP ROLE reporter");
    }
    await models.pool.query("CREATE VIEW public.report AS SELECT * FROM read.payment");
    const [refused] = await models.service(log).rebuild(["payment"], telling().how);
    expect(refused?.failure).to.equal(
      "the tables of payment cannot be replaced: report stand on them. Drop these first, and create them again afterwards",
    );
    await models.pool.query("DROP VIEW public.report");
    const [built] = await models.service(log).rebuild(["payment"], telling().how);
    expect(built?.failure).to.equal(null);
    await areRight(events);
  });

  it("goes on where a process that was told to stop has left it", async () => {
    const log = new ListedLog(events);
    await models.project(log, positionOf(events, -1));
    const stop = new AbortController();
    const cut = Math.floor(events.length / 3);
    let read = 0;
    const cutting = new ListedLog(events, {
      fault: () => {
        read += 1;
        if (read === cut) stop.abort();
        return undefined;
      },
    });
    const stopped = await models
      .service(cutting)
      .rebuild(["payment"], telling(stop.signal).how)
      .catch((error: unknown) => error);
    expect(stopped).to.be.instanceOf(Error);
    const [left] = (await models.service(log).status()).filter(({ name }) => name === "payment");
    expect(left?.building).to.deep.equal({ position: positionOf(events, cut - 1), target: null });
    read = 0;
    const [built] = await models.service(cutting).rebuild(["payment"], telling().how);
    expect(built).to.include({ position: positionOf(events, -1), failure: null });
    expect(read).to.equal(events.length - cut);
    await areRight(events);
  });

  it("is done by one process at a time", async () => {
    const log = new ListedLog(events);
    await models.project(log, positionOf(events, -1), [paymentProjection]);
    const both = await Promise.allSettled(
      [1, 2].map(() => models.service(log).rebuild(["payment"], telling().how)),
    );
    expect(both.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
    const refused = both.find((outcome) => outcome.status === "rejected");
    expect(refused?.reason).to.have.property("message", "another process builds payment: wait for its end");
    expect(await readTables(models.pool, paymentProjection)).to.deep.equal(
      foldProjection(paymentProjection, events),
    );
  });
});
