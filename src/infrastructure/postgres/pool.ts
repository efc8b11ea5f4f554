import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export interface PoolOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly max?: number;
  readonly timeouts?: Timeouts;
  /** Told of connections that broke while nobody used them; the pool replaces them. */
  readonly onError?: (error: Error) => void;
}

/** In milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /**
   * A statement's time at the server; this side waits a little longer, then gives the connection up. `none`: it takes as
   * long as it takes. Of copies the driver's own timer never learns that they have ended, and would keep the process.
   */
  readonly statement: number | "none";
}

export const DEFAULT_TIMEOUTS: Timeouts = { connect: 5_000, statement: 15_000 };
/** An answer of the server itself ("canceled") tells more than our own silence about it. */
const GRACE_MS = 1_000;
const END_MS = 2_000;
const IDLE_IN_TRANSACTION_MS = 60_000;

const INT8: number = pg.types.builtins.INT8;

/** Positions, counts and tokens exceed 2^53 one day: int8 is a bigint, in our connections only. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary"): unknown =>
    oid === INT8 && format !== "binary"
      ? BigInt
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

const SETTINGS = [
  "search_path=read,public",
  // Appends rely on a statement seeing what was committed while it waited.
  "default_transaction_isolation=read\\ committed",
  `idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
].map((setting) => `-c ${setting}`);

/** The connection string with our settings after those that it has. */
const withSettings = (url: string): string => {
  const parsed = new URL(url);
  const own = parsed.searchParams.get("options");
  parsed.searchParams.set("options", [...(own === null ? [] : [own]), ...SETTINGS].join(" "));
  return parsed.toString();
};

/** What `pg.Client` and `pg.Pool` are opened with. */
export const clientConfig = (options: PoolOptions): pg.ClientConfig => {
  const { url, applicationName, timeouts = DEFAULT_TIMEOUTS } = options;
  return {
    connectionString: withSettings(url),
    application_name: applicationName,
    types,
    keepAlive: true,
    connectionTimeoutMillis: timeouts.connect,
    ...(timeouts.statement === "none"
      ? {}
      : { statement_timeout: timeouts.statement, query_timeout: timeouts.statement + GRACE_MS }),
  };
};

/** A pool of connections. Times out where PostgreSQL hangs; never ends the process when it goes away. */
export const createPool = (options: PoolOptions): pg.Pool => {
  const { max = 10, onError = () => undefined } = options;
  const pool = new pg.Pool({ ...clientConfig(options), max });
  pool.on("error", onError);
  // The pool listens to idle clients only: one that breaks between two queries of a transaction would throw.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
};

/** Closes a pool once its work is done; a server that hangs is not waited for. */
export const endPool = async (pool: pg.Pool): Promise<void> => {
  await Promise.race([pool.end(), sleep(END_MS, undefined, { ref: false })]);
};

/** Runs `work` in a transaction on one connection: committed when it resolves, rolled back when it throws. */
export const transact = async <T>(
  pool: pg.Pool,
  work: (session: pg.PoolClient) => Promise<T>,
): Promise<T> => {
  const session = await pool.connect();
  let broken: boolean | Error = false;
  try {
    await session.query("BEGIN");
    const result = await work(session);
    await session.query("COMMIT");
    return result;
  } catch (error) {
    await session.query("ROLLBACK").catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    session.release(broken);
  }
};
