import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { knownMigrations, migrate } from "../../../src/infrastructure/postgres/migrate.js";
import { BAKER } from "../../support/chain-model.js";
import { emptyDatabase, type TestDatabase } from "../../support/postgres.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

describe("the schema through the command line", function () {
  this.timeout(30_000);
  let folder: string;
  let database: TestDatabase;
  const env = () => ({
    TAPS_DATA_DIR: folder,
    DATABASE_URL: database.url,
    TEZOS_RPC_URL: "http://127.0.0.1:9",
    BAKER,
  });
  const applied = async (): Promise<number> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ count: number }>("SELECT count(*)::int FROM ops.migrations");
    await client.end();
    return rows[0]?.count ?? 0;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-migrate-"));
    database = await emptyDatabase();
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("is made by no command that only looks, and by the first that writes", async () => {
    const fresh = await emptyDatabase();
    const here = { ...env(), DATABASE_URL: fresh.url };
    try {
      for (const command of [["status"], ["policy", "show"], ["log", "read", `baker-${BAKER}`]]) {
        expect(await endWithin(here, command)).to.deep.equal({
          code: 1,
          out: "",
          err: 'the database is not set up: run "npx --no-install taps migrate up"\n',
        });
      }
      // No node answers here: nothing is registered, but there is a place for it.
      expect((await endWithin(here, ["policy", "preset", "tezpay"])).code).to.equal(4);
      expect((await endWithin(here, ["policy", "show"])).code).to.equal(0);
    } finally {
      await fresh.drop();
    }
  });

  it("is not touched by a command that runs beside an older release's processes", async () => {
    const known = await knownMigrations();
    await migrate(database.url, { migrations: known.slice(0, -1) });
    const { code, err } = await endWithin(env(), ["status"]);
    expect({ code, err }).to.deep.equal({
      code: 1,
      err: `the database lacks ${known.at(-1)?.name}: run "npx --no-install taps migrate up"\n`,
    });
    expect(await applied()).to.equal(known.length - 1);
    await tapsWithin(env(), ["migrate", "up"]);
    await tapsWithin(env(), ["status"]);
  });
});
