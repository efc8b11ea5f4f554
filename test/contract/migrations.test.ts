import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Pool } from "pg";
import { NO_STREAM } from "../../src/application/ports/event-store.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import {
  checkMigrations,
  knownMigrations,
  migrate,
  type Migration,
  MigrationError,
  migrationStatus,
} from "../../src/infrastructure/postgres/migrate.js";
import { PostgresLease } from "../../src/infrastructure/postgres/lease.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { collect, newEvents, newStream } from "../support/events.js";
import { emptyDatabase, freshDatabase, type TestDatabase } from "../support/postgres.js";

const migration = (name: string, sql: string, checksum = name): Migration => ({ name, sql, checksum });

describe("migrations", () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeEach(async () => {
    database = await emptyDatabase();
    pool = createPool({ url: database.url, applicationName: "migrations-test" });
  });
  afterEach(async () => {
    await endPool(pool);
    await database.drop();
  });

  const names = async () => (await knownMigrations()).map(({ name }) => name);
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  const columnsOf = async (table: string): Promise<string[]> => {
    const { rows } = await pool.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 ORDER BY attnum",
      [table],
    );
    return rows.map((row) => row.name);
  };

  it("are numbered without a gap, and found wherever the program is started", async () => {
    const numbers = (await names()).map((name) => Number(name.slice(0, 4)));
    expect(numbers).to.deep.equal(numbers.map((_, i) => i + 1));
    expect((await names()).slice(0, 3)).to.deep.equal(["0001_log.sql", "0002_ops.sql", "0003_read.sql"]);
  });

  it("are all pending in an empty database, which production refuses", async () => {
    expect(await migrationStatus(pool)).to.deep.equal({
      applied: [],
      pending: await names(),
      unknownLater: [],
    });
    const error = await failure(checkMigrations(pool));
    expect(error).to.be.instanceOf(MigrationError);
    expect(error)
      .to.have.property("message")
      .that.matches(/is not set up: run "npx --no-install taps migrate up"/);
  });

  it("are applied once, in order, by one of several processes that start together", async () => {
    const applied = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(applied.flat()).to.deep.equal(await names());
    expect(await migrate(database.url)).to.deep.equal([]);
    const status = await migrationStatus(pool);
    expect(status.applied.map(({ name }) => name)).to.deep.equal(await names());
    expect(status.pending).to.deep.equal([]);
    await checkMigrations(pool);
  });

  it("are each whole or not at all", async () => {
    const steps = [
      migration("0001_a.sql", "CREATE TABLE public.a (x int)"),
      migration("0002_b.sql", "CREATE TABLE public.b (x int); SELECT 1 / 0"),
      migration("0003_c.sql", "CREATE TABLE public.c (x int)"),
    ];
    expect(await failure(migrate(database.url, { migrations: steps })))
      .to.have.property("message")
      .that.includes("division by zero");
    expect(await Promise.all(["public.a", "public.b", "public.c"].map(columnsOf))).to.deep.equal([
      ["x"],
      [],
      [],
    ]);
    const repaired = [...steps.slice(0, 1), migration("0002_b.sql", "SELECT 1"), ...steps.slice(2)];
    expect(await migrate(database.url, { migrations: repaired })).to.deep.equal(["0002_b.sql", "0003_c.sql"]);
  });

  it("may not change once they are applied", async () => {
    await migrate(database.url, { migrations: [migration("0001_a.sql", "SELECT 1", "one")] });
    const error = await failure(
      migrate(database.url, { migrations: [migration("0001_a.sql", "SELECT 1", "other")] }),
    );
    expect(error).to.be.instanceOf(MigrationError);
    expect(error).to.have.property("message").that.includes("0001_a.sql");
  });

  it("of a later release are accepted, those of a foreign one are not", async () => {
    await migrate(database.url);
    await pool.query("INSERT INTO ops.migrations (name, checksum) VALUES ('9999_later.sql', 'x')");
    expect((await migrationStatus(pool)).unknownLater).to.deep.equal(["9999_later.sql"]);
    await checkMigrations(pool);
    expect(await migrate(database.url)).to.deep.equal([]);

    await pool.query("INSERT INTO ops.migrations (name, checksum) VALUES ('0002_foreign.sql', 'x')");
    expect(await failure(checkMigrations(pool)))
      .to.be.instanceOf(MigrationError)
      .with.property("message")
      .that.includes("0002_foreign.sql");
  });

  it("have one checksum on every system, and no other file is taken for one", async () => {
    const folders = await Promise.all(
      ["\n", "\r\n"].map(async (newline) => {
        const folder = await mkdtemp(join(tmpdir(), "taps-migrations-"));
        await writeFile(join(folder, "0001_a.sql"), `SELECT 1;${newline}SELECT 2;${newline}`);
        await writeFile(join(folder, "0001_a.sql~"), "SELECT 3");
        await writeFile(join(folder, "README.md"), "not SQL");
        return folder;
      }),
    );
    const [unix, windows] = await Promise.all(folders.map((folder) => knownMigrations(folder)));
    expect(unix).to.have.length(1);
    expect(windows).to.deep.equal(unix);
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  });

  it("make the read models' tables visible without their schema, for every session", async () => {
    const migrated = await freshDatabase();
    const other = createPool({
      url: `${migrated.url}&options=-c%20search_path%3Dpublic`,
      applicationName: "x",
    });
    await other.query("CREATE TABLE read.settings AS SELECT 5::int8 AS value");
    const { rows } = await other.query<{ value: bigint }>("SELECT value FROM settings");
    expect(rows).to.deep.equal([{ value: 5n }]);
    await endPool(other);
    await migrated.drop();
  });

  it("let a role that does not migrate append and read, and nothing else with the log", async () => {
    await migrate(database.url);
    await pool.query("CREATE ROLE app LOGIN");
    await migrate(database.url, { grantTo: "app" });
    const url = database.url.replace("taps@", "app@");
    const [store, app] = [
      new PostgresLog({ url, applicationName: "app" }),
      createPool({ url, applicationName: "app" }),
    ];
    const stream = newStream();
    await store.append(stream, NO_STREAM, newEvents(2));
    expect(await collect(store.read(stream))).to.have.length(2);
    expect(await new PostgresLease(app, { name: "x" }).hold()).to.deep.equal({ token: 1n });
    await app.query("CREATE TABLE read.settings (x int)");
    for (const attack of [
      "INSERT INTO log.events SELECT * FROM log.events",
      "ALTER TABLE log.events DISABLE TRIGGER immutable",
      "DELETE FROM ops.migrations",
    ])
      expect(await failure(app.query(attack)), attack).to.have.property("code", "42501");
    await checkMigrations(app);
    await store.close();
    await endPool(app);
    await pool.query("DROP OWNED BY app; DROP ROLE app");
  });
});
