// Plain SQL files, run once each, in order: by `taps migrate up`, outside production also by `taps start`.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { sha256 } from "../../domain/digest.js";
import { asking } from "./errors.js";
import { clientConfig } from "./pool.js";

export interface Migration {
  readonly name: string;
  readonly checksum: string;
  readonly sql: string;
}

export interface MigrationStatus {
  readonly applied: readonly { readonly name: string; readonly appliedAt: Date }[];
  readonly pending: readonly string[];
  /** Applied by a later release; this one runs beside it. */
  readonly unknownLater: readonly string[];
}

/** The database is not at this release's schema; the message says what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

const FILE = /^\d{4}_[a-z0-9_]+\.sql$/;
const LOCK_TIMEOUT = "30s";
/** Long enough for an index over a log of years. */
const STATEMENT_MS = 60 * 60 * 1_000;

/** `migrations/` of this package, wherever the compiled file stands in it. */
const findFolder = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, "migrations");
    if (existsSync(join(folder, "package.json")) && existsSync(candidate)) return candidate;
    if (folder === dirname(folder))
      throw new MigrationError("the folder migrations/ of the package is missing");
  }
};

/** The migrations that this release knows, in order. */
export const knownMigrations = async (folder: string = findFolder()): Promise<Migration[]> => {
  const names = (await readdir(folder)).filter((name) => FILE.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = (await readFile(join(folder, name), "utf8")).replaceAll("\r\n", "\n");
      return { name, checksum: sha256(sql), sql };
    }),
  );
};

type Session = Pick<pg.ClientBase, "query">;

interface Applied {
  readonly name: string;
  readonly checksum: string;
  readonly applied_at: Date;
}

const readApplied = async (session: Session): Promise<Applied[]> => {
  const table = await session.query<{ found: boolean }>(
    "SELECT to_regclass('ops.migrations') IS NOT NULL AS found",
  );
  if (table.rows[0]?.found !== true) return [];
  const { rows } = await session.query<Applied>(
    "SELECT name, checksum, applied_at FROM ops.migrations ORDER BY name",
  );
  return rows;
};

/** Compares what was applied with what this release knows. Throws `MigrationError` where they contradict. */
const compare = (known: readonly Migration[], applied: readonly Applied[]): MigrationStatus => {
  const checksums = new Map(known.map(({ name, checksum }) => [name, checksum]));
  const newest = known.at(-1)?.name ?? "";
  const changed = applied.filter(({ name, checksum }) => (checksums.get(name) ?? checksum) !== checksum);
  if (changed.length > 0)
    throw new MigrationError(
      `migrations were changed after they were applied: ${changed.map(({ name }) => name).join(", ")}. ` +
        "Put the original files back; a change is a new migration",
    );
  const unknown = applied.map(({ name }) => name).filter((name) => !checksums.has(name));
  const strange = unknown.filter((name) => name < newest);
  if (strange.length > 0)
    throw new MigrationError(`the database has migrations of another release: ${strange.join(", ")}`);
  const done = new Set(applied.map(({ name }) => name));
  return {
    applied: applied.map(({ name, applied_at: appliedAt }) => ({ name, appliedAt })),
    pending: known.map(({ name }) => name).filter((name) => !done.has(name)),
    unknownLater: unknown,
  };
};

/** What was applied and what was not. Changes nothing. */
export const migrationStatus = (session: Session): Promise<MigrationStatus> =>
  asking("PostgreSQL: migrations", async () => compare(await knownMigrations(), await readApplied(session)));

/** Throws `MigrationError` unless every migration of this release was applied. */
export const checkMigrations = async (session: Session): Promise<void> => {
  const { applied, pending } = await migrationStatus(session);
  if (pending.length === 0) return;
  const found = applied.length === 0 ? "is not set up" : `lacks ${pending.join(", ")}`;
  throw new MigrationError(`the database ${found}: run "npx --no-install taps migrate up"`);
};

const apply = async (client: pg.Client, { name, checksum, sql }: Migration): Promise<void> => {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query("INSERT INTO ops.migrations (name, checksum) VALUES ($1, $2)", [name, checksum]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
};

const inOrder = async (client: pg.Client, migrations: readonly Migration[]): Promise<string[]> => {
  // One at a time, however many processes start at once; the lock goes with the connection.
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
  await client.query("SELECT pg_advisory_lock(hashtext('taps.migrate'))");
  await client.query("CREATE SCHEMA IF NOT EXISTS ops");
  await client.query(
    `CREATE TABLE IF NOT EXISTS ops.migrations (
       name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const { pending } = compare(migrations, await readApplied(client));
  for (const migration of migrations) if (pending.includes(migration.name)) await apply(client, migration);
  return [...pending];
};

/**
 * What a role of its own may do that runs TAPS but does not migrate. It inserts into the log by the function that
 * appends alone: positions without gaps, revisions and times are not its own to choose. Accounts and API tokens it does
 * not remove, and of a token that was given out it changes neither whose it is nor what for.
 */
const grants = (role: string): string => {
  const grantee = pg.escapeIdentifier(role);
  return `
    GRANT USAGE ON SCHEMA log, ops TO ${grantee};
    GRANT USAGE, CREATE ON SCHEMA read TO ${grantee};
    GRANT SELECT ON ALL TABLES IN SCHEMA log TO ${grantee};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA log TO ${grantee};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ops TO ${grantee};
    REVOKE INSERT, UPDATE, DELETE ON ops.migrations FROM ${grantee};
    REVOKE DELETE ON ops.account, ops.api_token FROM ${grantee};
    REVOKE UPDATE ON ops.session, ops.refresh_token, ops.api_token FROM ${grantee};
    GRANT UPDATE (revoked_at, revoked_for) ON ops.session TO ${grantee};
    GRANT UPDATE (used_at) ON ops.refresh_token TO ${grantee};
    GRANT UPDATE (last_used_at, revoked_at) ON ops.api_token TO ${grantee};`;
};

/** The role that a connection string, or what it leaves to the environment, connects as. */
export const roleOf = (url: string): string | undefined =>
  new pg.Client(clientConfig({ url, applicationName: "taps-migrate" })).user;

export interface MigrateOptions {
  /** The role that runs TAPS, when it is not the one that migrates. */
  readonly grantTo?: string;
  /** Default: those of this release. */
  readonly migrations?: readonly Migration[];
}

/**
 * Applies what is pending, each migration in a transaction of its own, and answers their names. Any number of
 * processes may do so at the same time.
 */
export const migrate = async (url: string, options: MigrateOptions = {}): Promise<string[]> => {
  const { grantTo, migrations = await knownMigrations() } = options;
  const timeouts = { connect: 5_000, statement: STATEMENT_MS };
  const client = new pg.Client(clientConfig({ url, applicationName: "taps-migrate", timeouts }));
  client.on("error", () => undefined);
  return asking("PostgreSQL: migrations", async () => {
    try {
      await client.connect();
      const applied = await inOrder(client, migrations);
      if (grantTo !== undefined) await client.query(grants(grantTo));
      return applied;
    } finally {
      await client.end();
    }
  });
};
