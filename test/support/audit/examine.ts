import { type Expectations, type Verdict, Verifier } from "../../../src/application/audit/verifier.js";
import { type ReadLine } from "../../../src/application/audit/verify.js";
import { exportLog } from "../../../src/application/log/export.js";
import { lineOf } from "../../../src/application/log/lines.js";
import {
  type EventStore,
  type Position,
  type RecordedEvent,
} from "../../../src/application/ports/event-store.js";
import { checkpointFrom } from "../../../src/domain/proof/checkpoint.js";
import { eventReading } from "../../../src/infrastructure/eventstore/codec.js";

export const examine = (
  events: Iterable<RecordedEvent>,
  expectations: Omit<Expectations, "reading"> = {},
): Verdict => {
  const verifier = new Verifier({ ...expectations, reading: eventReading });
  for (const event of events) verifier.add(event);
  return verifier.end();
};

/** A checkpoint that was kept elsewhere. */
export const keptFrom = (note: string, name = "the kept checkpoint") => {
  const read = checkpointFrom(note);
  if (read === undefined) throw new Error(`no checkpoint: ${note}`);
  return { ...read.checkpoint, name };
};

export const exportOf = async (store: EventStore, after?: Position): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of exportLog(store, { after, onProgress: () => undefined })) lines.push(lineOf(line));
  return lines;
};

/** Lines as they are read of a file. */
export async function* asRead(lines: Iterable<string>): AsyncGenerator<ReadLine> {
  for (const text of lines) yield { text, fraction: 0 };
}
