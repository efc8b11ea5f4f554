// Whether each stream's events follow each other as TAPS writes them: by revision, and by id.
import { type EventReading } from "../ports/event-reading.js";
import { NO_STREAM, type RecordedEvent, type Revision } from "../ports/event-store.js";
import { type Finding } from "./findings.js";

interface Stream {
  /** Of the newest event. */
  revision: Revision;
  /** Place of the newest event within its append. */
  index: number;
}

/** Events in one append at most: one is limited to 900 KiB, and each counts for 1 KiB at least. */
const MOST_IN_APPEND = 900;

export class Streams {
  private readonly streams = new Map<string, Stream>();

  /** `isWhole`: what is looked at begins with the log's first event. */
  constructor(
    private readonly reading: Pick<EventReading, "idOf">,
    private readonly isWhole: boolean,
  ) {}

  /** What is wrong with the event as the next one of its stream; undefined: nothing is. */
  add(event: RecordedEvent): Pick<Finding, "what" | "detail"> | undefined {
    const { stream, revision } = event;
    const known = this.streams.get(stream);
    const expected = known ? known.revision + 1 : this.isWhole ? 0 : revision;
    if (revision < expected)
      return {
        what: "out-of-place",
        detail: `event ${revision} of ${stream} stands behind event ${expected - 1}`,
      };
    const index = this.indexOf(event, revision === expected ? known : undefined);
    this.streams.set(stream, { revision, index: index ?? 0 });
    if (revision > expected)
      return {
        what: "missing",
        detail: `event ${expected} of ${stream} is not there: event ${revision} comes in its place`,
      };
    if (index !== undefined) return undefined;
    return {
      what: "changed",
      detail: `event ${revision} of ${stream} (${event.type}) is not what its id ${event.id} is the id of`,
    };
  }

  /** Which event of one append the id makes it; undefined: none. */
  private indexOf(event: RecordedEvent, before: Stream | undefined): number | undefined {
    const idAt = this.idOf(event);
    const isAt = (index: number) => idAt?.(index) === event.id;
    const next = before === undefined ? 0 : before.index + 1;
    if (next > 0 && isAt(next)) return next;
    if (isAt(0)) return 0;
    if (this.isWhole || before !== undefined) return undefined;
    const most = Math.min(MOST_IN_APPEND, event.revision - NO_STREAM);
    for (let index = 1; index < most; index += 1) if (isAt(index)) return index;
    return undefined;
  }

  /** Undefined: what the id derives from cannot be read. */
  private idOf(event: RecordedEvent): ((index: number) => string) | undefined {
    try {
      return this.reading.idOf(event);
    } catch {
      return undefined;
    }
  }
}
