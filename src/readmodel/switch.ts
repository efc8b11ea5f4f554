// Puts a set of tables that was built into the place of the one in service, in one transaction, between two queries.
import { type Build, readBuild } from "./build.js";
import { type Checkpoint, readCheckpoint, replaceCheckpoint } from "./checkpoint.js";
import { type Session, type Transact } from "./database.js";
import { beside } from "./names.js";
import { type Projection } from "./projection.js";
import { retire } from "./retired.js";
import { lockSchema, nextEpoch } from "./schema.js";
import { qualified, quoted } from "./sql.js";
import { NewerVersion } from "./store.js";
import { PATIENCE } from "./write.js";

export type Switched =
  | "switched"
  /** The set in service shows more of the log: this one has to catch up first. */
  | "behind"
  /** Somebody reads the tables in service: to be tried again. */
  | "busy"
  /** Another process has moved the set, replaced it or put it into service. */
  | "gone";

/** Views and others that stand on a table would go on showing the replaced one. */
export class TablesHeld extends Error {
  override readonly name = "TablesHeld";
  constructor(
    readonly projection: string,
    readonly holders: readonly string[],
  ) {
    super(
      `the tables of ${projection} cannot be replaced: ${holders.join(", ")} stand on them. ` +
        `Drop these first, and create them again afterwards`,
    );
  }
}

/** Who comes while the tables are waited for waits too: so that is short, and tried again. */
const SHORT_WAIT = "SET LOCAL lock_timeout = '40ms'";

/**
 * The locks are taken in the order of all writers: what sets there are, the checkpoints, the tables. Queries come
 * to the new tables by name, those that wait as well: PostgreSQL looks the name up again once the lock is theirs.
 */
export const switchIn = async (
  transact: Transact,
  projection: Projection,
  believed: Build,
): Promise<Switched> => {
  try {
    return await transact((session) => switchWithin(session, projection, believed));
  } catch (error) {
    if (isBusy(error)) return "busy";
    throw error;
  }
};

/** Lock timeout, deadlock. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "55P03" || error.code === "40P01");

const switchWithin = async (session: Session, projection: Projection, believed: Build): Promise<Switched> => {
  const { name } = projection;
  await session.query(PATIENCE);
  await lockSchema(session);
  const build = (await readBuild(session, name, "FOR UPDATE"))?.build;
  if (build?.epoch !== believed.epoch || build.position !== believed.position) return "gone";
  const current = await readCheckpoint(session, name, "FOR UPDATE");
  if (current && current.version > build.version)
    throw new NewerVersion(name, current.version, build.version);
  if (current && isBehind(build, current)) return "behind";
  await takeOut(session, projection, current, build);
  for (const table of projection.tables) await rename(session, beside(build.epoch)(table), table.name);
  const { target: _, base: __, differing: ___, ...checkpoint } = build;
  await replaceCheckpoint(session, { ...checkpoint, tables: projection.tables.map((table) => table.name) });
  await session.query("DELETE FROM read.build WHERE name = $1", [name]);
  return "switched";
};

/** Sent to the head, it must not show less than was shown before. */
const isBehind = (build: Build, current: Checkpoint): boolean =>
  build.target === null &&
  current.version === build.version &&
  current.storeId === build.storeId &&
  current.position > build.position;

/** The tables in service give their names and grants to those that come. */
const takeOut = async (
  session: Session,
  projection: Projection,
  current: Checkpoint | undefined,
  build: Build,
): Promise<void> => {
  const named = projection.tables.map((table) => table.name);
  const tables = await existing(session, [...new Set([...(current?.tables ?? []), ...named])]);
  if (tables.length === 0) return;
  const holders = await holdersOf(session, tables);
  if (holders.length > 0) throw new TablesHeld(projection.name, holders);
  const epoch = current?.epoch ?? (await nextEpoch(session, projection.name));
  await session.query(SHORT_WAIT);
  const locked = tables.map((table) => `ONLY ${qualified(table)}`);
  await session.query(`LOCK TABLE ${locked.join(", ")} IN ACCESS EXCLUSIVE MODE`);
  for (const name of tables) {
    if (named.includes(name)) await copyGrants(session, name, beside(build.epoch)({ name }));
    await rename(session, name, beside(epoch)({ name }));
  }
  const retired = tables.map((name) => beside(epoch)({ name }));
  await retire(session, projection.name, epoch, retired);
};

const rename = async (session: Session, from: string, to: string): Promise<void> => {
  await session.query(`ALTER TABLE ${qualified(from)} RENAME TO ${quoted(to)}`);
};

const existing = async (session: Session, tables: readonly string[]): Promise<readonly string[]> => {
  const { rows } = await session.query(
    "SELECT t FROM unnest($1::text[]) AS t WHERE to_regclass('read.' || quote_ident(t)) IS NOT NULL ORDER BY t",
    [tables],
  );
  return rows.map((row) => (row as { t: string }).t);
};

/** Views that read the tables, and tables that refer to them. */
const holdersOf = async (session: Session, tables: readonly string[]): Promise<readonly string[]> => {
  const { rows } = await session.query(
    `WITH ours AS (SELECT ('read.' || quote_ident(t))::regclass AS oid FROM unnest($1::text[]) AS t)
     SELECT DISTINCT holder::regclass::text AS holder FROM (
       SELECT ev_class AS holder FROM pg_rewrite r JOIN pg_depend d
           ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
        WHERE d.refobjid IN (SELECT oid FROM ours)
       UNION SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid IN (SELECT oid FROM ours)
     ) AS held WHERE holder NOT IN (SELECT oid FROM ours) ORDER BY 1`,
    [tables],
  );
  return rows.map((row) => (row as { holder: string }).holder);
};

/** What others may do with the tables in service they may do with those that take their place. */
const copyGrants = async (session: Session, from: string, to: string): Promise<void> => {
  const { rows } = await session.query(
    `SELECT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee, privilege_type AS privilege,
            is_grantable
       FROM pg_class, aclexplode(relacl) WHERE oid = to_regclass($1) AND grantee <> relowner`,
    [qualified(from)],
  );
  for (const row of rows) {
    const {
      grantee,
      privilege,
      is_grantable: again,
    } = row as {
      grantee: string;
      privilege: string;
      is_grantable: boolean;
    };
    await session.query(
      `GRANT ${privilege} ON ${qualified(to)} TO ${grantee}${again ? " WITH GRANT OPTION" : ""}`,
    );
  }
};
