// What somebody may do to a log who can write to its database, or to a file of it.
import { type RecordedEvent } from "../../../src/application/ports/event-store.js";
import { eventReading } from "../../../src/infrastructure/eventstore/codec.js";
import { type Chance } from "../../simulation/chance.js";

/** The log afterwards, and what was done, for people. */
export interface Edited {
  readonly events: readonly RecordedEvent[];
  readonly told: string;
}

const otherDigit = (digit: string): string => String((Number(digit) + 1) % 10);

/** The text with one of its characters changed. */
const changeText = (text: string, at: number): string => {
  const place = at % Math.max(1, text.length);
  const old = text[place] ?? "";
  const other = /\d/.test(old) ? otherDigit(old) : old === "x" ? "y" : "x";
  return text.slice(0, place) + other + text.slice(place + 1);
};

/** The event with the id that TAPS would have given it, alone in an append. */
const identified = (event: RecordedEvent): RecordedEvent => {
  try {
    return { ...event, id: eventReading.idOf(event)(0) };
  } catch {
    return event; // the hash of an operation is not readable any more
  }
};

type Change = (event: RecordedEvent, chance: Chance) => RecordedEvent;

const CHANGES: Readonly<Record<string, Change>> = {
  stream: (event, chance) => ({
    ...event,
    stream: changeText(event.stream, chance.below(event.stream.length)) as RecordedEvent["stream"],
  }),
  revision: (event, chance) => ({ ...event, revision: event.revision + chance.oneOf([1, -1, 5]) }),
  id: (event, chance) => ({ ...event, id: event.id.replace(/.$/, chance.oneOf(["a", "b"])) }),
  type: (event, chance) => ({ ...event, type: changeText(event.type, chance.below(event.type.length)) }),
  "schema version": (event) => ({ ...event, schemaVersion: event.schemaVersion + 1 }),
  data: (event, chance) => ({ ...event, data: changeText(event.data, chance.below(event.data.length)) }),
  spaces: (event) => ({ ...event, data: `${event.data} ` }),
  metadata: (event) => ({ ...event, metadata: { ...event.metadata, actor: `${event.metadata.actor}x` } }),
  "data and id": (event, chance) =>
    identified({ ...event, data: changeText(event.data, chance.below(event.data.length)) }),
};

const isSame = (a: RecordedEvent | undefined, b: RecordedEvent | undefined): boolean =>
  JSON.stringify({ ...a, position: 0 }) === JSON.stringify({ ...b, position: 0 });

/** One event of the first `size` is changed, removed, doubled or moved, or the rest is cut off. */
export const editOf = (events: readonly RecordedEvent[], size: number, chance: Chance): Edited => {
  const at = chance.below(size);
  const event = events[at];
  if (event === undefined) throw new RangeError(`event ${at}`);
  const around = { before: events.slice(0, at), after: events.slice(at + 1) };
  switch (chance.below(6)) {
    case 0:
      return { events: [...around.before, ...around.after], told: `${at} removed` };
    case 1: {
      const other = events[chance.below(events.length)] ?? event;
      const forged = identified({ ...other, revision: chance.below(10) });
      const inserted = chance.happens(0.5) ? other : forged;
      return { events: [...around.before, inserted, event, ...around.after], told: `inserted before ${at}` };
    }
    case 2: {
      const to = chance.below(size);
      const swapped = [...events];
      [swapped[at], swapped[to]] = [events[to] ?? event, event];
      return { events: swapped, told: `${at} and ${to} swapped` };
    }
    case 3:
      return { events: around.before, told: `cut before ${at}` };
    default: {
      const [name = "", change = () => event] =
        Object.entries(CHANGES)[chance.below(Object.keys(CHANGES).length)] ?? [];
      return {
        events: [...around.before, change(event, chance), ...around.after],
        told: `${name} of ${at} changed`,
      };
    }
  }
};

/** An edit that leaves something else than there was. */
export const realEditOf = (events: readonly RecordedEvent[], size: number, chance: Chance): Edited => {
  for (;;) {
    const edited = editOf(events, size, chance);
    const isOther = events.slice(0, size).some((event, i) => !isSame(event, edited.events[i]));
    if (isOther) return edited;
  }
};
