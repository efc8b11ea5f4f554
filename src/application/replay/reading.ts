// Reads parts of long streams: what stood in them at a place of the whole log.
import { type DomainEvent } from "../../domain/events.js";
import { type StreamName } from "../../domain/identifiers.js";
import { type Aggregate } from "../repository.js";
import { type EventLog, type LoggedEvent } from "../ports/event-log.js";
import { type Position, type ReadOptions, type Revision } from "../ports/event-store.js";

/** Reads streams, and writes nothing. */
export type ReadLog = Pick<EventLog, "read">;

/** The log as it was at a position: what is written meanwhile is not in it. */
export const logUpTo = (log: EventLog, head: Position): ReadLog => ({
  async *read(stream, options) {
    for await (const logged of log.read(stream, options)) {
      if (logged.position <= head) yield logged;
      else if (options?.direction !== "backwards") return;
    }
  },
});

/** A recorded event of these types. */
export type Logged<Event extends DomainEvent> = LoggedEvent & { readonly event: Event };
export type LoggedOf<T extends DomainEvent["type"]> = Logged<Extract<DomainEvent, { type: T }>>;

export const isOf = <T extends DomainEvent["type"]>(logged: LoggedEvent, type: T): logged is LoggedOf<T> =>
  logged.event.type === type;

/** The log does not hold together: an event stands in a stream that it does not belong into. */
export class ForeignEvent extends Error {
  override readonly name = "ForeignEvent";
}

/** A stream's events, from a revision on. Throws `ForeignEvent`. */
export async function* eventsOf<State, Event extends DomainEvent>(
  log: ReadLog,
  { stream, owns }: Pick<Aggregate<State, Event>, "stream" | "owns">,
  options?: ReadOptions,
): AsyncIterable<Logged<Event>> {
  for await (const logged of log.read(stream, options)) {
    const { event } = logged;
    if (!owns(event)) throw new ForeignEvent(`${event.type} does not belong into ${stream}`);
    yield { ...logged, event };
  }
}

/** So many events are asked for first where a few are likely to be enough. */
const FEW = 8;

/** As `eventsOf`, for who needs a few of them: asks for more and more. */
export async function* nearestOf<State, Event extends DomainEvent>(
  log: ReadLog,
  aggregate: Pick<Aggregate<State, Event>, "stream" | "owns">,
  {
    from,
    direction = "forwards",
  }: { readonly from: Revision; readonly direction?: "forwards" | "backwards" },
): AsyncIterable<Logged<Event>> {
  let next = from;
  for (let limit = FEW; next >= 0; limit *= 2) {
    let read = 0;
    for await (const logged of eventsOf(log, aggregate, { from: next, direction, limit })) {
      read += 1;
      next = logged.revision + (direction === "forwards" ? 1 : -1);
      yield logged;
    }
    if (read < limit) return;
  }
}

/** Finds where a stream stood at a position of the log; asked for places in order, it looks near the last one. */
export class Positions {
  private last: { readonly position: Position; readonly revision: Revision } | undefined;

  constructor(
    private readonly log: ReadLog,
    private readonly stream: StreamName,
  ) {}

  /** Revision of the first event behind a position; the next to be written, if there is none. */
  async firstBehind(position: Position): Promise<Revision> {
    let low = this.last && this.last.position <= position ? this.last.revision : 0;
    let high = low;
    for (let step = 1; await this.isUpTo(high, position); step *= 2) {
      low = high + 1;
      high = low + step;
    }
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      if (await this.isUpTo(middle, position)) low = middle + 1;
      else high = middle;
    }
    this.know(position, low);
    return low;
  }

  /** Tells what was found out elsewhere: the first event behind a position has this revision. */
  know(position: Position, revision: Revision): void {
    this.last = { position, revision };
  }

  private async isUpTo(revision: Revision, position: Position): Promise<boolean> {
    for await (const { position: its } of this.log.read(this.stream, { from: revision, limit: 1 }))
      return its <= position;
    return false;
  }
}
