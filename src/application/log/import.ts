// An export as the source of a copy.
import { type Finding } from "../audit/findings.js";
import { type ReadLine, verifyExport } from "../audit/verify.js";
import { type EventReading } from "../ports/event-reading.js";
import { type RecordedEvent } from "../ports/event-store.js";
import { LogDiffers } from "./copy.js";
import { lineFrom } from "./lines.js";
import { type OnProgress } from "./progress.js";

const explain = ({ detail }: Finding): string => `the file is damaged, and nothing is imported: ${detail}`;

/**
 * The events of a file, once it was read whole and found sound, so that nothing of a damaged one is written. Throws
 * `LogDiffers` for a damaged file, or one that leaves out the log's beginning.
 */
export const fileEvents = async (
  read: () => AsyncIterable<ReadLine>,
  reading: EventReading,
  onProgress: OnProgress,
): Promise<AsyncIterable<{ readonly event: RecordedEvent; readonly fraction: number }>> => {
  for await (const { text } of read()) {
    if (lineFrom(text)?.kind === "before")
      throw new LogDiffers(
        "the file leaves out the beginning of the log: import one that was exported without --after",
      );
    break;
  }
  const [finding] = (await verifyExport(read(), { reading }, onProgress)).findings;
  if (finding) throw new LogDiffers(explain(finding));
  return eventsIn(read());
};

async function* eventsIn(lines: AsyncIterable<ReadLine>) {
  for await (const { text, fraction } of lines) {
    const line = lineFrom(text);
    if (line?.kind === "event") yield { event: line.event, fraction };
  }
}
