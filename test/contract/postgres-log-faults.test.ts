// The PostgreSQL log when its server is killed, hangs, or is cut off between commit and answer.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { NO_STREAM, START, StoreUnavailable } from "../../src/application/ports/event-store.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { CuttingProxy } from "../support/cutting-proxy.js";
import { collect, newEvents, newStream } from "../support/events.js";
import { until } from "../support/until.js";

describe("the PostgreSQL log with a server that is not well", function () {
  this.timeout(60_000);
  let folder: string;
  let server: EmbeddedPostgres;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-faults-"));
    server = await startEmbeddedPostgres({ dataDir: join(folder, "pg") });
    await migrate(server.url);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const postmaster = async (): Promise<number> =>
    Number((await readFile(join(folder, "pg/data/postmaster.pid"), "utf8")).split("\n")[0]);
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("was written although the connection broke before the answer: the same append again succeeds", async () => {
    const proxy = await CuttingProxy.open(folder, server.url);
    const store = new PostgresLog({ url: proxy.url, applicationName: "cut" });
    const [stream, other] = [newStream(), newStream()];
    const [events, more] = [newEvents(2), newEvents(1)];
    const before = await store.head();

    proxy.cutNextAnswer = true;
    const errors = await Promise.all([
      failure(store.append(stream, NO_STREAM, events)),
      failure(store.append(other, NO_STREAM, more)),
    ]);
    for (const error of errors) expect(error).to.be.instanceOf(StoreUnavailable);
    await until(async () => (await store.head()) > before);

    expect(await store.append(stream, NO_STREAM, events)).to.deep.equal({
      appended: true,
      revision: 1,
      position: before + 2n,
    });
    expect(await store.append(other, NO_STREAM, more)).to.deep.equal({
      appended: true,
      revision: 0,
      position: before + 3n,
    });
    await store.close();
    await proxy.close();
  });

  it("is unavailable, and does not wait for ever, while the server hangs", async () => {
    const timeouts = { connect: 1_000, statement: 1_000 };
    const store = new PostgresLog({ url: server.url, applicationName: "hang", timeouts });
    const stream = newStream();
    const events = newEvents(1);
    const head = await store.head();
    const watcher = new pg.Client({ connectionString: server.url });
    await watcher.connect();
    const { rows } = await watcher.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'hang'",
    );
    const pids = [await postmaster(), ...rows.map((row) => row.pid)];
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    try {
      const calls = [
        store.append(stream, NO_STREAM, events),
        store.append(newStream(), NO_STREAM, newEvents(1)),
        store.head(),
        collect(store.read(stream)),
        collect(store.readAll({ after: START })),
      ];
      for (const error of await Promise.all(calls.map(failure)))
        expect(error).to.be.instanceOf(StoreUnavailable);
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    }
    await watcher.end();
    await store.close();

    const after = new PostgresLog({ url: server.url, applicationName: "after" });
    const outcome = await after.append(stream, NO_STREAM, events);
    expect(outcome).to.include({ appended: true, revision: 0 });
    expect(await collect(after.read(stream))).to.have.length(1);
    expect((await after.head()) > head).to.equal(true);
    await after.close();
  });

  it("listens anew however often its connection breaks, and leaves nothing behind of those before", async () => {
    const applicationName = "listen";
    const store = new PostgresLog({ url: server.url, applicationName });
    const stop = new AbortController();
    const reading = collect(store.subscribeAll({ after: await store.head(), signal: stop.signal }));
    const warnings: string[] = [];
    const heed = ({ name }: Error) => warnings.push(name);
    process.on("warning", heed);
    const watcher = new pg.Client({ connectionString: server.url });
    await watcher.connect();
    const listening =
      "FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle' AND query LIKE 'LISTEN%'";
    for (let broken = 0; broken < 12; broken += 1)
      await until(async () => {
        const { rowCount } = await watcher.query(`SELECT pg_terminate_backend(pid) ${listening}`, [
          applicationName,
        ]);
        return rowCount === 1;
      });
    await until(async () => (await watcher.query(`SELECT ${listening}`, [applicationName])).rowCount === 1);
    stop.abort();
    await reading;
    await watcher.end();
    await store.close();
    process.off("warning", heed);
    expect(warnings).to.deep.equal([]);
  });

  it("is unavailable while the server is down, and goes on when it is back, subscriptions too", async () => {
    const store = new PostgresLog({ url: server.url, applicationName: "restart", pollMs: 50 });
    const stop = new AbortController();
    const ids: string[] = [];
    const kinds: string[] = [];
    const after = await store.head();
    const reading = (async () => {
      for await (const message of store.subscribeAll({ after, signal: stop.signal })) {
        if (message.kind === "event") ids.push(message.event.id);
        if (message.kind !== kinds.at(-1)) kinds.push(message.kind);
      }
    })();
    const stream = newStream();
    const events = newEvents(3);
    await store.append(stream, NO_STREAM, events.slice(0, 1));
    await until(() => ids.length === 1 && kinds.includes("caught-up"));

    process.kill(await postmaster(), "SIGKILL");
    await until(async () => (await failure(store.head())) instanceof StoreUnavailable);
    await until(() => kinds.at(-1) === "interrupted");
    expect(await failure(store.append(stream, 0, events.slice(1)))).to.be.instanceOf(StoreUnavailable);
    await server.stop();
    server = await startEmbeddedPostgres({ dataDir: join(folder, "pg") });

    await until(() => kinds.at(-1) === "caught-up");
    expect(await store.append(stream, 0, events.slice(1))).to.include({ appended: true, revision: 2 });
    await until(() => ids.length >= 3);
    stop.abort();
    await reading;
    expect(kinds.slice(kinds.indexOf("interrupted"))).to.deep.equal(["interrupted", "caught-up", "event"]);
    expect(ids).to.deep.equal(events.map((event) => event.id));
    await store.close();
  });
});
