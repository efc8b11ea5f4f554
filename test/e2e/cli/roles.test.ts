import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { until } from "../../support/until.js";
import { createPool, endPool } from "../../../src/infrastructure/postgres/pool.js";
import { emptyDatabase, type TestDatabase } from "../../support/postgres.js";
import { transfersOf } from "../../support/whole/payments.js";
import { type SandboxProcess, startSandboxProcess } from "../../support/whole/sandbox.js";
import { bakerOn, type Environment, killWhatRuns, Running, taps } from "../../support/whole/taps.js";

const BLOCK_TIME_MS = 80;

describe("an installation whose role does not migrate", function () {
  this.timeout(90_000);
  let folder: string;
  let database: TestDatabase;
  let admin: pg.Pool;
  let runner: pg.Pool;
  let sandbox: SandboxProcess;
  let env: Environment;
  const urlAs = (role: string) => database.url.replace("taps@", `${role}@`);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-roles-"));
    database = await emptyDatabase();
    admin = createPool({ url: database.url, applicationName: "admin" });
    const name = pg.escapeIdentifier(new URL(database.url).pathname.slice(1));
    await admin.query(
      `CREATE ROLE migrator LOGIN; CREATE ROLE "the runner" LOGIN; ALTER DATABASE ${name} OWNER TO migrator`,
    );
    runner = createPool({ url: urlAs("the%20runner"), applicationName: "runner" });
    sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
    env = {
      TAPS_DATA_DIR: join(folder, "taps"),
      ...bakerOn(sandbox.url, sandbox.baker),
      DATABASE_URL: urlAs("the%20runner"),
      MIGRATION_DATABASE_URL: urlAs("migrator"),
    };
  });
  after(async () => {
    await killWhatRuns();
    await endPool(runner);
    const roles = 'migrator, "the runner"';
    await admin.query(`REASSIGN OWNED BY ${roles} TO taps; DROP OWNED BY ${roles}; DROP ROLE ${roles}`);
    await endPool(admin);
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("pays, projects, signs the log and proves what it paid", async () => {
    await taps(env, ["migrate", "up"]);
    await taps(env, ["wallet", "import"], sandbox.secretKey);
    await taps(env, ["mode", "on"]);
    const paying = Running.start(env, ["start"]);
    await sandbox.pace(BLOCK_TIME_MS);
    await paying.prints(/cycle 0 +SETTLED/);
    const paid = async () =>
      (await runner.query("SELECT 1 FROM payment WHERE result = 'paid' AND cycle = 0")).rowCount;
    await until(async () => (await paid()) === 650);
    expect(await paying.stop("SIGTERM")).to.equal(0);
    const first = (await transfersOf(sandbox.url, sandbox.payer)).slice(0, 650);
    expect(new Set(first.map(({ target }) => target.address))).to.have.property("size", 650);

    const [target] = first;
    if (target === undefined) throw new Error("nobody is paid");
    const proof = join(folder, "proof.json");
    const key = (await taps(env, ["audit", "key"])).trim();
    expect(await taps(env, ["audit", "verify"])).to.match(
      /^\d+ events, root [0-9a-f]{64}\n[1-9]\d* checkpoints/,
    );
    await taps(env, ["audit", "prove", "0", target.target.address, "--out", proof]);
    // Nothing else is needed to check it.
    const shown = JSON.parse(await taps({}, ["audit", "check", proof, "--key", key, "--json"])) as {
      payment: unknown;
    };
    expect(shown.payment).to.deep.include({
      operation: target.hash,
      recipient: target.target.address,
      sent: `${target.amount}`,
    });
  });

  it("cannot change, remove or add anything of the log but by what appends", async () => {
    const { rows: before } = await admin.query("SELECT * FROM log.events ORDER BY position");
    for (const attack of [
      "UPDATE log.events SET data = data",
      "DELETE FROM log.events",
      "TRUNCATE log.events",
      "INSERT INTO log.events SELECT * FROM log.events",
      "MERGE INTO log.events USING log.store ON true WHEN MATCHED THEN DELETE",
      "COPY log.events FROM STDIN",
      "SELECT * FROM log.events FOR UPDATE",
      "DO $$ BEGIN LOCK TABLE log.events IN ACCESS EXCLUSIVE MODE; END $$",
      "UPDATE log.store SET id = id",
      "INSERT INTO log.store DEFAULT VALUES",
      "DELETE FROM log.store",
      "TRUNCATE log.store",
      "ALTER TABLE log.events DISABLE TRIGGER immutable",
      "ALTER TABLE log.store DISABLE TRIGGER ALL",
      "DROP TRIGGER immutable ON log.events",
      "CREATE TRIGGER mine BEFORE INSERT ON log.events FOR EACH ROW EXECUTE FUNCTION log.refuse_change()",
      "CREATE RULE mine AS ON INSERT TO log.events DO INSTEAD NOTHING",
      "ALTER TABLE log.events ALTER COLUMN data SET DEFAULT ''",
      "ALTER TABLE log.events RENAME TO other",
      "ALTER TABLE log.events OWNER TO CURRENT_USER",
      "ALTER TABLE log.events SET SCHEMA read",
      "DROP TABLE log.events",
      "DROP SCHEMA log CASCADE",
      "CREATE TABLE log.mine (x int)",
      "CREATE INDEX ON log.events (type)",
      "CREATE OR REPLACE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
      "ALTER FUNCTION log.refuse_change() RESET ALL",
      "DROP FUNCTION log.refuse_change() CASCADE",
      "SET session_replication_role = replica",
      "SET ROLE migrator",
      "DELETE FROM ops.migrations",
      "INSERT INTO ops.migrations (name, checksum) VALUES ('x', 'x')",
    ])
      expect(await runner.query(attack).catch((error: unknown) => error), attack).to.have.property(
        "code",
        "42501",
      );
    // What it may not grant is left out with a warning, and nobody has it.
    await runner.query("GRANT DELETE ON log.events TO CURRENT_USER");
    const granted =
      "SELECT has_table_privilege(rolname, 'log.events', 'DELETE') AS may FROM pg_roles WHERE rolname = $1";
    expect((await admin.query(granted, ["the runner"])).rows).to.deep.equal([{ may: false }]);
    const { rows: after } = await admin.query("SELECT * FROM log.events ORDER BY position");
    expect(after).to.deep.equal(before);
  });

  it("appends where the log is, whatever it has beside it under the same names, and not ahead of time", async () => {
    const session = await runner.connect();
    const append = `SELECT outcome FROM log.append(ARRAY['roles-tested'], ARRAY[-1], ARRAY[1],
      ARRAY['00000000-0000-4000-8000-000000000001']::uuid[], ARRAY['Tested'], ARRAY[1], ARRAY['{}'],
      ARRAY['{}']::jsonb[], ARRAY['9999-01-01']::timestamptz[])`;
    try {
      await session.query("CREATE TABLE read.events (LIKE log.events); SET search_path = read, pg_temp, log");
      await session.query("CREATE FUNCTION read.hashtext(text) RETURNS int LANGUAGE sql AS 'SELECT 1 / 0'");
      expect((await session.query(append)).rows).to.deep.equal([{ outcome: "appended" }]);
    } finally {
      await session.query("DROP FUNCTION read.hashtext; DROP TABLE read.events");
      session.release(true);
    }
    const found =
      "SELECT recorded_at <= clock_timestamp() AS past FROM log.events WHERE stream = 'roles-tested'";
    expect((await admin.query(found)).rows).to.deep.equal([{ past: true }]);
  });

  it("is the only one that may append, beside who migrates", async () => {
    await admin.query("CREATE ROLE stranger LOGIN");
    const stranger = createPool({ url: urlAs("stranger"), applicationName: "stranger" });
    try {
      for (const attack of [
        "SELECT * FROM log.append('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
        "SELECT * FROM log.append('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
        "SELECT * FROM log.events",
        "SELECT * FROM ops.audit_key",
      ])
        expect(await stranger.query(attack).catch((error: unknown) => error), attack).to.have.property(
          "code",
          "42501",
        );
    } finally {
      await endPool(stranger);
      await admin.query("DROP ROLE stranger");
    }
  });
});
