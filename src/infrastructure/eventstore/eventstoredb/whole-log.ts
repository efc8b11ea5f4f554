import { type AllStreamResolvedEvent, BACKWARDS, END, FORWARDS } from "@eventstore/db-client";
import { type Position, type RecordedEvent, START } from "../../../application/ports/event-store.js";
import { fromPosition, isPublic, positionOf, publicEvent } from "./records.js";

export type From = ReturnType<typeof fromPosition> | typeof END;

/** Reads up to `maxCount` records of all streams; forwards including the one at `from`, backwards without it. */
export type ReadPage = (
  direction: typeof FORWARDS | typeof BACKWARDS,
  from: From,
  maxCount: number,
) => AsyncIterable<AllStreamResolvedEvent>;

/** Records a call asks for: calls are short, whatever the reader does meanwhile. */
const PAGE = 1_000;
/** First page of a read back from the end: mostly the last event of ours is near. */
const FIRST_PAGE_BACK = 32;

/** The log of all streams. The client cannot filter a read, so what the server wrote for itself is left out here. */
export class WholeLog {
  private highest = START;

  constructor(private readonly readPage: ReadPage) {}

  /** Events of ours after a position, up to the head at the time of asking. */
  async *read(options: { after: Position; limit?: number }): AsyncIterable<RecordedEvent> {
    const head = await this.head();
    let position = options.after;
    let left = options.limit ?? Infinity;
    while (left > 0 && position < head) {
      const asked = Math.min(PAGE, left + 1);
      let count = 0;
      for await (const resolved of this.readPage(FORWARDS, fromPosition(position), asked)) {
        count += 1;
        if (positionOf(resolved) <= position) continue;
        position = positionOf(resolved);
        if (position > head) return;
        const event = publicEvent(resolved);
        if (event === undefined) continue;
        yield event;
        left -= 1;
        if (left === 0) return;
      }
      if (count < asked) return;
    }
  }

  /** Position of the last event of ours: read back from the end, at most to the last head that was seen. */
  async head(): Promise<Position> {
    let from: From = END;
    for (let asked = FIRST_PAGE_BACK; ; asked = PAGE) {
      let count = 0;
      for await (const resolved of this.readPage(BACKWARDS, from, asked)) {
        count += 1;
        const position = positionOf(resolved);
        from = fromPosition(position);
        if (position <= this.highest) return this.highest;
        if (isPublic(resolved)) return this.advance(position);
      }
      if (count < asked) return this.highest;
    }
  }

  /** Position of the last event of ours that a limit lets pass: read back from the end. */
  async lastUpTo(limit: Position | Date): Promise<Position> {
    let from: From = END;
    for (let asked = FIRST_PAGE_BACK; ; asked = PAGE) {
      let count = 0;
      for await (const resolved of this.readPage(BACKWARDS, from, asked)) {
        count += 1;
        const position = positionOf(resolved);
        from = fromPosition(position);
        const event = publicEvent(resolved);
        if (event === undefined) continue;
        const isWithin = limit instanceof Date ? event.recordedAt <= limit : position <= limit;
        if (isWithin) return position;
      }
      if (count < asked) return START;
    }
  }

  private advance(position: Position): Position {
    if (position > this.highest) this.highest = position;
    return position;
  }
}
