import { type Pool } from "pg";
import { type InstallationIdentity } from "../../application/ports/system.js";
import { asking } from "./errors.js";

/** The timeline is the one being written, as the first 8 digits of a segment's name: a promotion shows at once. */
const IDENTITY = `
  SELECT system_identifier::text AS "systemIdentifier",
         ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS timeline,
         database.oid AS "databaseOid"
  FROM pg_control_system(), pg_database AS database
  WHERE datname = current_database()`;

/** Which database this is: a copy, a restored backup and a promoted standby differ in at least one part. */
export const installationIdentity = async (pool: Pool): Promise<InstallationIdentity> => {
  const { rows } = await asking("PostgreSQL: identity", () => pool.query<InstallationIdentity>(IDENTITY));
  const [identity] = rows;
  if (!identity) throw new Error("the database does not know itself");
  return identity;
};

const DURABLE = ["fsync", "synchronous_commit", "full_page_writes"];

/** Settings without which a committed event may be lost in a crash, and that are off; none, if all is well. */
export const unsafeSettings = async (pool: Pool): Promise<string[]> => {
  const { rows } = await asking("PostgreSQL: settings", () =>
    pool.query<{ name: string }>(
      "SELECT name FROM pg_settings WHERE name = ANY ($1) AND setting = 'off' ORDER BY name",
      [DURABLE],
    ),
  );
  return rows.map(({ name }) => name);
};
