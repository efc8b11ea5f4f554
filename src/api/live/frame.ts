// One event of the log as a server-sent event.
import { z } from "zod";
import { UnreadableEvent } from "../../application/ports/event-log.js";
import { type EventReading } from "../../application/ports/event-reading.js";
import { type Position, type RecordedEvent } from "../../application/ports/event-store.js";
import { position } from "../../application/read-side/answer.js";
import { jsonOf } from "../json.js";

export interface Frame {
  readonly position: Position;
  readonly type: string;
  readonly stream: string;
  /** As it is sent. */
  readonly text: Buffer;
}

export type FrameOf = (recorded: RecordedEvent) => Frame;

/** What `data:` holds. */
export const liveEvent = z.object({
  position,
  stream: z.string(),
  revision: z.int(),
  id: z.uuid(),
  type: z.string(),
  data: z
    .unknown()
    .describe("As the log has it, amounts as decimal strings; null: this release cannot read it"),
  actor: z.string(),
  recordedAt: z.date(),
});

/** Of another release, or damaged: that something has happened is told all the same. */
const dataOf = (reading: Pick<EventReading, "dataOf">, recorded: RecordedEvent): unknown => {
  try {
    return reading.dataOf(recorded);
  } catch (error) {
    if (error instanceof UnreadableEvent) return null;
    throw error;
  }
};

/** A line of its own, whatever a log holds that TAPS has not written. */
const inLine = (text: string): string => text.replace(/[\r\n\0]/g, " ");

export const framing =
  (reading: Pick<EventReading, "dataOf">): FrameOf =>
  (recorded) => {
    const { position, stream, revision, id, type, metadata, recordedAt } = recorded;
    const data = dataOf(reading, recorded);
    const told = { position, stream, revision, id, type, data, actor: metadata.actor, recordedAt };
    const text = `id: ${position}\nevent: ${inLine(type)}\ndata: ${jsonOf(told)}\n\n`;
    return { position, type, stream, text: Buffer.from(text) };
  };
