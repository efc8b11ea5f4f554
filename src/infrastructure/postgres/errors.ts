import pg from "pg";

/** PostgreSQL gave no usable answer; of a write, whether it was done is not known. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
  constructor(
    readonly operation: string,
    options: { cause: unknown },
  ) {
    super(`PostgreSQL did not answer (${operation})`, options);
  }
}

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

/** Whether an error of `pg` means that the same call may succeed later; all others are mistakes of the call. */
export const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof pg.DatabaseError)) return true;
  const { code = "" } = error;
  return NOT_NOW.some((prefix) => code.startsWith(prefix));
};

type Unavailable = new (operation: string, options: { cause: unknown }) => Error;

/** Runs a call; what says "not now" comes out as `DatabaseUnavailable`, or as the error given. */
export const asking = async <T>(
  operation: string,
  call: () => Promise<T>,
  unavailable: Unavailable = DatabaseUnavailable,
): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw isUnavailable(error) ? new unavailable(operation, { cause: error }) : error;
  }
};
