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

  it("pays and projects, and can write the log by its function alone", async () => {
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

    for (const attack of [
      "UPDATE log.events SET data = data",
      "DELETE FROM log.events",
      "TRUNCATE log.events",
      "INSERT INTO log.events SELECT * FROM log.events",
      "UPDATE log.store SET id = id",
      "ALTER TABLE log.events DISABLE TRIGGER immutable",
      "CREATE OR REPLACE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
      "DELETE FROM ops.migrations",
    ])
      expect(await runner.query(attack).catch((error: unknown) => error), attack).to.have.property(
        "code",
        "42501",
      );
  });
});
