// Changes of rows, as the statements of one transaction.
import { collapse } from "./collapse.js";
import { type Session } from "./database.js";
import { type Names } from "./names.js";
import { type Change } from "./projection.js";
import { statementsOf } from "./sql.js";
import { createPartitions } from "./tables.js";

/** A commit that a crash of the database loses is lost with its checkpoint: there is nothing to wait for. */
export const NO_WAIT = "SET LOCAL synchronous_commit = off; ";
/** A runner that hangs in its transaction holds nobody for ever. */
export const PATIENCE = "SET LOCAL lock_timeout = '10s'";
/** A new partition waits for all who read the table, and those who come wait behind it: rather tried again. */
const IMPATIENCE = "SET LOCAL lock_timeout = '50ms'";

/** Writes the changes, in their order, to the tables of one set. */
export const writeChanges = async (
  session: Session,
  changes: Iterable<Change>,
  epoch: number,
  names: Names,
): Promise<void> => {
  for (const step of collapse(changes)) {
    const partitions = createPartitions(step, epoch, names);
    if (partitions.length > 0) await session.query([IMPATIENCE, ...partitions, PATIENCE].join("; "));
    for (const { text, values } of statementsOf(step, names)) await session.query(text, values);
  }
};
