// The order of the whole log, as its readers see it while many write.
import { expect } from "chai";
import pg from "pg";
import { NO_STREAM, START } from "../../src/application/ports/event-store.js";
import { type StreamName } from "../../src/domain/identifiers.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { collect, newEvent, newEvents, newStream } from "../support/events.js";
import { freshDatabase, type TestDatabase } from "../support/postgres.js";
import { until } from "../support/until.js";

describe("the order of the PostgreSQL log", () => {
  let database: TestDatabase;
  let store: PostgresLog;
  let clients: pg.Client[];
  beforeEach(async () => {
    database = await freshDatabase();
    store = new PostgresLog({ url: database.url, applicationName: "order" });
    clients = [];
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await store.close();
    await database.drop();
  });

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    clients.push(client);
    return client;
  };

  /** Appends one event inside a transaction that is held by hand. */
  const appendBy = async (client: pg.Client, stream: StreamName, expected: number): Promise<string> => {
    const { id, type, schemaVersion, data, metadata } = newEvent();
    const { rows } = await client.query<{ outcome: string }>(
      "SELECT outcome FROM log.append($1, $2, $3, $4, $5, $6, $7, $8)",
      [[stream], [expected], [1], [id], [type], [schemaVersion], [data], [JSON.stringify(metadata)]],
    );
    expect(rows).to.deep.equal([{ outcome: "appended" }]);
    return id;
  };

  const places = async () =>
    (await collect(store.readAll({ after: START }))).map(({ id, position }) => ({ id, position }));

  const someoneWaitsForTheLock = async (): Promise<boolean> => {
    const watcher = clients[0] ?? (await connect());
    const { rows } = await watcher.query<{ waiting: boolean }>(
      `SELECT count(*) > 0 AS waiting FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows[0]?.waiting === true;
  };

  it("would be lost on a plain sequence: a reader of `position > last` never sees the slower writer", async () => {
    const [slow, fast] = [await connect(), await connect()];
    await fast.query("CREATE TABLE public.naive (position bigint GENERATED ALWAYS AS IDENTITY, who text)");
    let last = 0;
    const seen: string[] = [];
    const poll = async () => {
      const { rows } = await fast.query<{ position: string; who: string }>(
        "SELECT position, who FROM public.naive WHERE position > $1 ORDER BY position",
        [last],
      );
      seen.push(...rows.map((row) => row.who));
      last = Math.max(last, ...rows.map((row) => Number(row.position)));
    };

    await slow.query("BEGIN");
    await slow.query("INSERT INTO public.naive (who) VALUES ('slow')");
    await fast.query("INSERT INTO public.naive (who) VALUES ('fast')");
    await poll();
    await slow.query("COMMIT");
    await poll();
    expect(seen).to.deep.equal(["fast"]);
    expect((await fast.query("SELECT 1 FROM public.naive")).rowCount).to.equal(2);
  });

  for (const [ending, survives] of [
    ["COMMIT", true],
    ["ROLLBACK", false],
  ] as const)
    it(`makes the faster writer wait for the slower one's ${ending}`, async () => {
      await connect();
      const slow = await connect();
      await slow.query("BEGIN");
      const slowId = await appendBy(slow, newStream(), NO_STREAM);
      const [event] = newEvents(1);
      if (!event) throw new Error("no event");
      let answered = false;
      const fast = store.append(newStream(), NO_STREAM, [event]).finally(() => (answered = true));
      await until(async () => answered || (await someoneWaitsForTheLock()));
      expect(answered).to.equal(false);
      expect(await places()).to.deep.equal([]);

      await slow.query(ending);
      await fast;
      const expected = survives ? [slowId, event.id] : [event.id];
      expect(await places()).to.deep.equal(expected.map((id, i) => ({ id, position: BigInt(i) })));
    });

  it("shows a reader no gap and no reordering under 16 writers of which some roll back", async () => {
    const stop = new AbortController();
    const seen: { id: string; position: bigint }[] = [];
    const reading = (async () => {
      for await (const message of store.subscribeAll({ after: START, signal: stop.signal }))
        if (message.kind === "event") seen.push({ id: message.event.id, position: message.event.position });
    })();

    const write = async (writer: number): Promise<string[]> => {
      const client = await connect();
      const stream = newStream();
      const committed: string[] = [];
      for (let round = 0; round < 25; round += 1) {
        await client.query("BEGIN");
        const id = await appendBy(client, stream, committed.length - 1);
        const rollsBack = (round * 7 + writer) % 4 === 0;
        await client.query(rollsBack ? "ROLLBACK" : "COMMIT");
        if (!rollsBack) committed.push(id);
      }
      return committed;
    };
    const committed = (await Promise.all(Array.from({ length: 16 }, (_, i) => write(i)))).flat();
    await until(() => seen.length >= committed.length);
    stop.abort();
    await reading;

    expect(seen.map((event) => event.position)).to.deep.equal(committed.map((_, i) => BigInt(i)));
    expect(seen.map((event) => event.id).sort()).to.deep.equal([...committed].sort());
    expect(await places()).to.deep.equal(seen);
  });

  it("never goes back in time when the clock does", async () => {
    const client = await connect();
    await client.query(
      `INSERT INTO log.events VALUES (0, 'payment-future', 0, gen_random_uuid(), 'T', 1, '{}', '{}',
        '2999-01-01T00:00:00Z')`,
    );
    await store.append(newStream(), NO_STREAM, newEvents(1));
    const times = (await collect(store.readAll({ after: START }))).map((event) => event.recordedAt);
    expect(times).to.deep.equal([new Date("2999-01-01T00:00:00Z"), new Date("2999-01-01T00:00:00Z")]);
  });
});
