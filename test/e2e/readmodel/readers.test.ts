import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import pg from "pg";
import { paymentProjection } from "../../../projections/payment.js";
import { settingsProjection } from "../../../projections/settings.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { ListedLog } from "../../support/listed-log.js";
import { payoutsOf } from "../../support/payouts.js";
import { PATIENCE_MS, ReadModelsUnderTest, telling } from "../../support/read-models.js";

const COUNT = "SELECT count(*)::int AS n FROM payment";

/** Asks on connections of its own, again and again; answers how many payments it saw each time. */
type Ask = (client: pg.Client) => Promise<number>;

const one = async (client: pg.Client, query: pg.QueryConfig | string): Promise<number> =>
  ((await client.query<{ n: number }>(query)).rows[0] ?? { n: -1 }).n;

/** Ways to read that hold on to a table: by name, by a plan, by a lock over some statements, by a slow statement. */
const asks: Readonly<Record<string, Ask>> = {
  "one query": (client) => one(client, COUNT),
  "a prepared statement": (client) => one(client, { name: "count", text: COUNT }),
  "a join": (client) =>
    one(client, "SELECT count(*)::int AS n FROM payment p LEFT JOIN settings s ON s.baker = p.baker"),
  "a slow query": (client) => one(client, `SELECT pg_sleep(0.15), n FROM (${COUNT}) AS counted`),
  "a transaction that is idle in between": async (client) => {
    await client.query("BEGIN");
    const first = await one(client, COUNT);
    await sleep(20);
    const second = await one(client, COUNT);
    await client.query("COMMIT");
    if (second < first) throw new Error(`${second} after ${first}`);
    return second;
  },
};

describe("readers of a read model that is rebuilt under them", () => {
  const projections = [paymentProjection, settingsProjection];
  const names = projections.map(({ name }) => name);
  const { events } = payoutsOf({ seed: 11, cycles: [201, 202, 203, 204], delegators: 20, batchSize: 6 });
  let models: ReadModelsUnderTest;

  beforeEach(async () => {
    models = await ReadModelsUnderTest.make(projections);
  });
  afterEach(() => models.end());

  it("are never refused, wait for nobody long, and see no payment less than before", async function () {
    this.timeout(60_000);
    const half = Math.floor(events.length / 2);
    const log = new ListedLog(events.slice(0, half));
    const runners = models.start(log);
    const shows = async (count: number) => {
      const position = events[count - 1]?.position ?? (-1n as never);
      await Promise.all(runners.map((runner) => runner.whenProcessed(position, PATIENCE_MS)));
    };
    await shows(half);
    const stop = new AbortController();
    const seen = new Map<string, number[]>();
    const reading = Object.entries(asks).map(async ([name, ask]) => {
      const client = new pg.Client({ connectionString: models.database.url, options: "-c search_path=read" });
      await client.connect();
      const counts: number[] = [];
      seen.set(name, counts);
      try {
        while (!stop.signal.aborted) counts.push(await ask(client));
      } finally {
        await client.end();
      }
    });
    const service = models.service(log);
    for (let next = half; next < events.length; next += Math.ceil(half / 4)) {
      const pushed = events.slice(next, next + Math.ceil(half / 4));
      log.push(...pushed.slice(0, pushed.length / 2));
      const built = service.rebuild(names, telling().how);
      log.push(...pushed.slice(pushed.length / 2));
      for (const { failure } of await built) expect(failure).to.equal(null);
    }
    await shows(events.length);
    stop.abort();
    await Promise.all(reading);
    const { epoch } = (
      await models.pool.query<{ epoch: number }>("SELECT epoch FROM read.checkpoint WHERE name = 'payment'")
    ).rows[0] ?? { epoch: 0 };
    expect(epoch).to.be.greaterThan(4);
    for (const [name, counts] of seen) {
      expect(counts.length, name).to.be.greaterThan(4);
      expect(counts[0], name).to.be.greaterThan(0);
      expect(counts, name).to.deep.equal(counts.toSorted((a, b) => a - b));
    }
    for (const projection of projections)
      expect(await readTables(models.pool, projection)).to.deep.equal(foldProjection(projection, events));
  });

  it("that hold a table for long delay the switch, not other readers", async function () {
    this.timeout(60_000);
    const log = new ListedLog(events);
    await models.project(log, events.at(-1)?.position ?? (-1n as never));
    const holder = new pg.Client({ connectionString: models.database.url });
    await holder.connect();
    await holder.query("BEGIN; SELECT count(*) FROM read.payment");
    const { how, doing } = telling();
    const building = models.service(log).rebuild(["payment"], how);
    while (!doing.has("waiting-for-readers")) await sleep(5);
    for (let n = 0; n < 20; n += 1) await models.pool.query("SELECT count(*) FROM read.payment");
    const current = await models.pool.query("SELECT epoch FROM read.checkpoint WHERE name = 'payment'");
    expect(current.rows).to.deep.equal([{ epoch: 1 }]);
    await holder.query("COMMIT");
    await holder.end();
    expect((await building).map(({ failure }) => failure)).to.deep.equal([null]);
    const switched = await models.pool.query("SELECT epoch FROM read.checkpoint WHERE name = 'payment'");
    expect(switched.rows).to.deep.equal([{ epoch: 2 }]);
  });
});
