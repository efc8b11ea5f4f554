// What the PostgreSQL log promises beyond the contract of event stores.
import { expect } from "chai";
import pg from "pg";
import {
  NO_STREAM,
  type Position,
  START,
  StoreUnavailable,
  type SubscriptionMessage,
} from "../../src/application/ports/event-store.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { collect, newEvent, newEvents, newStream } from "../support/events.js";
import { freshDatabase, type TestDatabase } from "../support/postgres.js";
import { until } from "../support/until.js";

describe("the PostgreSQL log", () => {
  let database: TestDatabase;
  let client: pg.Client;
  let opened: PostgresLog[];
  beforeEach(async () => {
    database = await freshDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await client.end();
    await database.drop();
  });

  const open = (options: { pollMs?: number } = {}): PostgresLog => {
    const store = new PostgresLog({ url: database.url, applicationName: "log-test", ...options });
    opened.push(store);
    return store;
  };
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("refuses every UPDATE, DELETE and TRUNCATE, by whatever way", async () => {
    const store = open();
    await store.append(newStream(), NO_STREAM, newEvents(2));
    const before = await collect(store.readAll({ after: START }));
    const attacks = [
      "UPDATE log.events SET data = '{}' WHERE position = 0",
      "UPDATE log.events SET data = '{}' WHERE false",
      "DELETE FROM log.events WHERE position = 1",
      "TRUNCATE log.events",
      "INSERT INTO log.events SELECT * FROM log.events ON CONFLICT (position) DO UPDATE SET data = '{}'",
      "UPDATE log.store SET id = gen_random_uuid()",
      "DELETE FROM log.store",
    ];
    for (const role of ["origin", "replica"]) {
      await client.query(`SET session_replication_role = ${role}`);
      for (const attack of attacks)
        expect(await failure(client.query(attack)), attack)
          .to.have.property("message")
          .that.includes("the log is immutable");
    }
    expect(await collect(store.readAll({ after: START }))).to.deep.equal(before);
  });

  it("is one log for every process, and another one in another database", async () => {
    const [one, other] = [open(), open()];
    const stream = newStream();
    await one.append(stream, NO_STREAM, newEvents(1));
    expect(await collect(other.read(stream))).to.have.length(1);
    expect(await other.storeId()).to.equal(await one.storeId());

    const elsewhere = await freshDatabase();
    const stranger = new PostgresLog({ url: elsewhere.url, applicationName: "log-test" });
    await stranger.append(newStream(), NO_STREAM, newEvents(1));
    const { rows } = await client.query<{ id: string }>("SELECT id FROM log.store");
    expect(rows).to.deep.equal([{ id: await one.storeId() }]);
    await stranger.close();
    await elsewhere.drop();
  });

  it("lets one of the writers of several processes win a revision", async () => {
    const stream = newStream();
    const race = (store: PostgresLog) =>
      Promise.all(Array.from({ length: 5 }, () => store.append(stream, NO_STREAM, newEvents(1))));
    const outcomes = (await Promise.all([open(), open(), open(), open()].map(race))).flat();
    expect(outcomes.filter((outcome) => outcome.appended)).to.have.length(1);
    expect(await collect(open().read(stream))).to.have.length(1);
  });

  describe("group commit", () => {
    it("takes what arrives while it writes into one transaction, each with an outcome of its own", async () => {
      const store = open();
      const [stream, taken] = [newStream(), newStream()];
      const first = newEvents(1);
      await store.append(taken, NO_STREAM, newEvents(1));
      const outcomes = await Promise.all([
        store.append(newStream(), NO_STREAM, newEvents(1)),
        store.append(stream, NO_STREAM, first),
        store.append(taken, NO_STREAM, newEvents(1)),
        store.append(stream, 0, newEvents(2)),
        store.append(stream, 2, first),
        store.append(stream, NO_STREAM, first),
      ]);
      expect(outcomes).to.deep.equal([
        { appended: true, revision: 0, position: 1n },
        { appended: true, revision: 0, position: 2n },
        { appended: false, conflict: "wrong-revision", actual: 0 },
        { appended: true, revision: 2, position: 4n },
        { appended: false, conflict: "known-id", actual: 2 },
        { appended: true, revision: 0, position: 2n },
      ]);
      const { rows } = await client.query<{ transactions: string }>(
        "SELECT count(DISTINCT xmin::text) AS transactions FROM log.events",
      );
      expect(rows).to.deep.equal([{ transactions: "3" }]);
    });

    it("does not let an append that cannot be written fail its neighbours", async () => {
      const store = open();
      const good = Array.from({ length: 5 }, () => newStream());
      const results = await Promise.allSettled([
        store.append(newStream(), NO_STREAM, newEvents(1)),
        ...good.map((stream) => store.append(stream, NO_STREAM, newEvents(1))),
        store.append(newStream(), NO_STREAM, [newEvent({ id: "not a uuid" })]),
        store.append(newStream(), NO_STREAM, [newEvent({ data: "\u0000" })]),
        store.append(newStream(), NO_STREAM, newEvents(1)),
      ]);
      expect(results.map((result) => result.status)).to.deep.equal([
        ...Array.from({ length: 6 }, () => "fulfilled"),
        "rejected",
        "rejected",
        "fulfilled",
      ]);
      expect(await collect(store.readAll({ after: START }))).to.have.length(7);
    });
  });

  describe("a subscription", () => {
    /** Follows the log from a position; `ids` grows as events arrive. */
    const follow = (store: PostgresLog, after: Position) => {
      const stop = new AbortController();
      const messages: SubscriptionMessage[] = [];
      const reading = (async () => {
        for await (const message of store.subscribeAll({ after, signal: stop.signal }))
          messages.push(message);
      })();
      return {
        ids: () => messages.flatMap((message) => (message.kind === "event" ? [message.event.id] : [])),
        caughtUp: () => messages.filter((message) => message.kind === "caught-up").length,
        end: async () => {
          stop.abort();
          await reading;
        },
      };
    };
    const NEVER_MS = 2 ** 31 - 1;
    const listeners = async (): Promise<number[]> => {
      const { rows } = await client.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN taps_log'",
      );
      return rows.map((row) => row.pid);
    };

    it("is woken by a notification, also of another process", async () => {
      const reader = follow(open({ pollMs: NEVER_MS }), START);
      await until(async () => reader.caughtUp() > 0 && (await listeners()).length > 0);
      const events = newEvents(1);
      await open().append(newStream(), NO_STREAM, events);
      await until(() => reader.ids().length > 0);
      expect(reader.ids()).to.deep.equal(events.map((event) => event.id));
      await reader.end();
      await until(async () => (await listeners()).length === 0);
    });

    it("needs no notification: it looks now and then", async () => {
      const reader = follow(open({ pollMs: 20 }), START);
      await until(() => reader.caughtUp() > 0);
      await client.query(
        "INSERT INTO log.events VALUES (0, 'payment-silent', 0, gen_random_uuid(), 'T', 1, '{}', '{}', now())",
      );
      await until(() => reader.ids().length === 1);
      await reader.end();
    });

    it("misses nothing when its listening connection is cut", async () => {
      const store = open({ pollMs: NEVER_MS });
      const reader = follow(store, START);
      await until(async () => reader.caughtUp() > 0 && (await listeners()).length > 0);
      const [cut] = await listeners();
      await client.query("SELECT pg_terminate_backend($1)", [cut]);
      const events = newEvents(3);
      await store.append(newStream(), NO_STREAM, events);
      await until(() => reader.ids().length === 3);
      expect(reader.ids()).to.deep.equal(events.map((event) => event.id));
      await until(async () => (await listeners()).some((pid) => pid !== cut));
      await reader.end();
    });

    it("ends when its store is closed", async () => {
      const store = open();
      const reader = follow(store, START);
      await until(() => reader.caughtUp() > 0);
      await store.close();
      opened = [];
      await reader.end();
    });
  });

  it("says that it is unavailable once it is closed", async () => {
    const store = open();
    await store.close();
    opened = [];
    expect(await failure(store.head())).to.be.instanceOf(StoreUnavailable);
  });
});
