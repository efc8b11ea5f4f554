import { type DomainEvent } from "../../domain/events.js";
import { type RecordedEvent } from "./event-store.js";

/** What a recorded event says, for those who look at the log's bytes. */
export interface EventReading {
  /** Brought up to today's version. Throws `UnreadableEvent`. */
  decode(
    recorded: Pick<RecordedEvent, "stream" | "revision" | "type" | "schemaVersion" | "data">,
  ): DomainEvent;
  /** Its data as the log's JSON has it, brought up to today's version. Throws `UnreadableEvent`. */
  dataOf(recorded: Pick<RecordedEvent, "stream" | "revision" | "type" | "schemaVersion" | "data">): unknown;
  /** The id that TAPS gives to this content at this place, by which event of one append it is (from 0). */
  idOf(recorded: RecordedEvent): (index: number) => string;
}
