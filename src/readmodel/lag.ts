// How far a position is behind the log, told by the events that follow it.
import { type EventStore, type Position } from "../application/ports/event-store.js";

/** Where the log's events stand, and when they were recorded. */
export interface Places extends Pick<EventStore, "head" | "storeId" | "lastUpTo"> {
  readAll(options: { readonly after: Position; readonly limit: number }): AsyncIterable<Place>;
}

interface Place {
  readonly position: Position;
  readonly recordedAt: Date;
}

/** Events that are not applied; `more`: there are more than were counted. Seconds: the age of the oldest of them. */
export interface Lag {
  readonly events: number;
  readonly more: boolean;
  readonly seconds: number;
}

/**
 * Tells how far positions are behind, counting at most so many events. Read models stand close together most of the
 * time: the log is read again only where what was read does not tell.
 */
export const lagReader = (store: Places, now: Date, most: number): ((after: Position) => Promise<Lag>) => {
  let read: { readonly after: Position; readonly places: readonly Place[] } | undefined;
  const placesAfter = async (after: Position): Promise<readonly Place[]> => {
    const isTold = read && (after === read.after || (after > read.after && read.places.length < most));
    if (read && isTold) return read.places.filter(({ position }) => position > after);
    const places: Place[] = [];
    for await (const { position, recordedAt } of store.readAll({ after, limit: most }))
      places.push({ position, recordedAt });
    read = { after, places };
    return places;
  };
  return async (after) => {
    const places = await placesAfter(after);
    const [oldest] = places;
    const seconds = oldest ? Math.max(0, (now.getTime() - oldest.recordedAt.getTime()) / 1_000) : 0;
    return { events: places.length, more: places.length === most, seconds };
  };
};
