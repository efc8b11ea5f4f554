// What of the log cannot be read, or does not hold together: it is named, and the rest is read on.
import { type StreamName } from "../../domain/identifiers.js";
import { belongs } from "../aggregates.js";
import { type LoggedEvent, UnreadableEvent } from "../ports/event-log.js";
import { type ReadOptions, type Revision } from "../ports/event-store.js";
import { type ReadLog } from "../replay/reading.js";

export interface Unread {
  readonly stream: string;
  readonly revision: Revision;
  /** For people; names the event. */
  readonly why: string;
}

export class Damage {
  private readonly known = new Map<string, Unread>();

  /** Each thing once, in the order of finding. */
  get found(): readonly Unread[] {
    return [...this.known.values()];
  }

  isIn(stream: StreamName): boolean {
    return this.found.some((unread) => unread.stream === stream);
  }

  /** What an event says does not agree with the rest. */
  note({ event, stream, revision }: LoggedEvent, why: string): void {
    this.add({ stream, revision, why: `event ${revision} of ${stream} (${event.type}): ${why}` });
  }

  add(unread: Unread): void {
    this.known.set(unread.why, unread);
  }
}

/** Of a list's rows that are there, and what closes it. */
export const notWhole = (rows: number, count: number): string =>
  rows === count ? "its rows are not those of its digest" : `${rows} of its ${count} rows are there`;

/** Follows the revisions of one reading, and notes those that are passed over. */
class Passing {
  constructor(
    private readonly stream: StreamName,
    private readonly step: 1 | -1,
    private readonly damage: Damage,
    /** Undefined: a stream is read backwards from its end, wherever that is. */
    private next: Revision | undefined,
  ) {}

  /** Answers where the reading goes on. */
  pass(revision: Revision): Revision {
    const { stream, step, next } = this;
    if (next !== undefined && next !== revision) {
      const [first, last] = step === 1 ? [next, revision - 1] : [revision + 1, next];
      const which =
        first === last ? `event ${first} of ${stream} is` : `events ${first} to ${last} of ${stream} are`;
      this.damage.add({ stream, revision: first, why: `${which} missing` });
    }
    return (this.next = revision + step);
  }
}

const asked = (from: Revision | undefined, left: number): ReadOptions => ({
  ...(from === undefined ? {} : { from }),
  ...(left === Infinity ? {} : { limit: left }),
});

/** The log without what cannot be read in it, which is noted; a limit counts what can be read. */
export const readableLog = (log: ReadLog, damage: Damage): ReadLog => ({
  async *read(stream, options = {}) {
    const { direction = "forwards", limit = Infinity } = options;
    const forwards = direction === "forwards";
    const passing = new Passing(
      stream,
      forwards ? 1 : -1,
      damage,
      forwards ? (options.from ?? 0) : undefined,
    );
    let { from } = options;
    for (let left = limit; left > 0 && (from ?? 0) >= 0;) {
      let rest = left;
      try {
        for await (const logged of log.read(stream, { direction, ...asked(from, left) })) {
          from = passing.pass(logged.revision);
          rest -= 1;
          if (belongs(logged)) {
            left -= 1;
            yield logged;
          } else damage.note(logged, "it does not belong there");
        }
        if (rest > 0) return;
      } catch (error) {
        if (!(error instanceof UnreadableEvent)) throw error;
        from = passing.pass(error.place.revision);
        damage.add({ ...error.place, why: error.message });
      }
    }
  },
});
