// One embedded PostgreSQL for all tests of this process, started when the first one needs it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";

const TEMPLATE = "migrated";

interface Server {
  readonly postgres: EmbeddedPostgres;
  readonly folder: string;
}

let starting: Promise<Server> | undefined;
let databases = 0;

/** The same server's connection string, of another of its databases. */
const urlOf = (server: Server, database: string): string =>
  server.postgres.url.replace(/\/[^/?]*\?/, `/${database}?`);

const administer = async (server: Server, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server.postgres.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

const start = async (): Promise<Server> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-postgres-"));
  const server = { postgres: await startEmbeddedPostgres({ dataDir: folder }), folder };
  await administer(server, `CREATE DATABASE ${TEMPLATE}`);
  await migrate(urlOf(server, TEMPLATE));
  return server;
};

/** Of the root suite: whichever file asks first, the server goes when the last test is done. */
after(async () => {
  const server = await starting;
  await server?.postgres.stop();
  if (server) await rm(server.folder, { recursive: true });
});

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

const create = async (template: string): Promise<TestDatabase> => {
  const server = await (starting ??= start());
  const name = `test_${(databases += 1)}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return { url: urlOf(server, name), drop: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`) };
};

/** A database of the caller's own with all migrations applied. */
export const freshDatabase = (): Promise<TestDatabase> => create(TEMPLATE);

/** A database of the caller's own with nothing in it. */
export const emptyDatabase = (): Promise<TestDatabase> => create("template1");
