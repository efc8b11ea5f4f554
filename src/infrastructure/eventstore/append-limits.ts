import { appendBytes, MAX_APPEND_BYTES, type NewEvent } from "../../application/ports/event-store.js";

/** Refuses, with a RangeError, what no store may be asked to append: nothing, or more than `MAX_APPEND_BYTES`. */
export const assertAppendable = (events: readonly NewEvent[]): void => {
  if (events.length === 0) throw new RangeError("an empty append");
  const bytes = events.reduce((sum, event) => sum + appendBytes(event), 0);
  if (bytes > MAX_APPEND_BYTES)
    throw new RangeError(`an append of ${bytes} bytes; at most ${MAX_APPEND_BYTES} are allowed`);
};
