import { isDeepStrictEqual } from "node:util";
import { type EventLog } from "../application/ports/event-log.js";
import { START } from "../application/ports/event-store.js";
import { type Checkpoint, placeOf } from "./checkpoint.js";

/** Whether the log has the last event applied where it was: one that was put back may have grown since. */
export const isApplied = async (
  log: Pick<EventLog, "read">,
  { position, last }: Pick<Checkpoint, "position" | "last">,
): Promise<boolean> => {
  if (last === null) return position === START;
  const { stream, revision: from } = last;
  for await (const event of log.read(stream, { from, limit: 1 }))
    return event.position === position && isDeepStrictEqual(placeOf(event), last);
  return false;
};
