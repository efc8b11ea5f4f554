import pg from "pg";
import { StoreUnavailable } from "../../application/ports/event-store.js";

/** SQLSTATE classes and codes that say "not now" rather than "not so" (PostgreSQL, appendix A). */
const NOT_NOW = [
  "08", // connection
  "53", // out of resources
  "57P", // shut down, crashed, starting up, database dropped
  "57014", // statement timeout
  "55P03", // lock timeout
  "40", // rolled back: deadlock, serialization
  "25006", // read-only: a standby
  "25P03", // idle in transaction for too long
  "58", // I/O
];

/**
 * Whether an error of `pg` means that the same call may succeed later. Broken, refused and silent connections are
 * plain Errors, of `pg` or of Node; mistakes of ours have a class of their own.
 */
export const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof pg.DatabaseError))
    return error instanceof Error && (error.constructor === Error || error instanceof AggregateError);
  const { code = "" } = error;
  return NOT_NOW.some((prefix) => code.startsWith(prefix));
};

/** Runs a call to PostgreSQL; what says "not now" comes out as `StoreUnavailable`. */
export const asking = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw isUnavailable(error) ? new StoreUnavailable(operation, { cause: error }) : error;
  }
};
