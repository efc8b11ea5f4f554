import { MAX_APPEND_BYTES, type NewEvent } from "../../application/ports/event-store.js";

/** What an event counts for in the limit of an append: bytes of its data and of its metadata's JSON text. */
const bytesOf = (event: NewEvent): number =>
  Buffer.byteLength(event.data) + Buffer.byteLength(JSON.stringify(event.metadata));

/** Refuses, with a RangeError, what no store may be asked to append: nothing, or more than `MAX_APPEND_BYTES`. */
export const assertAppendable = (events: readonly NewEvent[]): void => {
  if (events.length === 0) throw new RangeError("an empty append");
  const bytes = events.reduce((sum, event) => sum + bytesOf(event), 0);
  if (bytes > MAX_APPEND_BYTES)
    throw new RangeError(`an append of ${bytes} bytes; at most ${MAX_APPEND_BYTES} are allowed`);
};
