// A world's log with something of it changed, and what a replay says of that.
import { expect } from "chai";
import { type RecordedEvent } from "../../../src/application/ports/event-store.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { replayOf } from "./replaying.js";
import { type World } from "./world.js";

export type Type = DomainEvent["type"];
/** An event's data as JSON. */
export type Data = Record<string, unknown>;

/** The log with the first event of a type, in a stream, changed. */
export const changed = (
  world: World,
  type: Type,
  change: (data: Data) => void,
  of: (event: RecordedEvent) => boolean = () => true,
): readonly RecordedEvent[] => {
  const events = [...world.store.snapshot()];
  const at = events.findIndex((event) => event.type === type && of(event));
  const event = events[at];
  if (event === undefined) throw new Error(`no ${type}`);
  const data = JSON.parse(event.data) as Data;
  change(data);
  events[at] = { ...event, data: JSON.stringify(data) };
  return events;
};

/** The log with other events in a stream, numbered as one that was written so. */
export const rewritten = (
  world: World,
  of: string,
  rewrite: (events: readonly RecordedEvent[]) => readonly RecordedEvent[],
): readonly RecordedEvent[] => {
  const events = world.store.snapshot();
  const [before, its] = [
    events.filter(({ stream }) => stream !== of),
    events.filter(({ stream }) => stream === of),
  ];
  const after = rewrite(its).map((event, revision) => ({ ...event, revision }));
  return [...before, ...after].sort((a, b) => Number(a.position - b.position));
};

/** The log without the first event of a type, in a stream. */
export const without = (
  world: World,
  type: Type,
  of: (event: RecordedEvent) => boolean = () => true,
): readonly RecordedEvent[] => {
  const gone = world.store.snapshot().find((event) => event.type === type && of(event));
  if (gone === undefined) throw new Error(`no ${type}`);
  return rewritten(world, gone.stream, (events) => events.filter(({ id }) => id !== gone.id));
};

export const row = (data: Data, list: string, n = 0): Data => {
  const found = (data[list] as Data[])[n];
  if (found === undefined) throw new Error(`no row ${n} of ${list}`);
  return found;
};

export const add = (data: Data, field: string, amount: bigint): void => {
  data[field] = (BigInt(String(data[field])) + amount).toString();
};

/** Each difference by the type of its event, what it is of, and whether it is one delegator's. */
export const found = async (world: World, events: readonly RecordedEvent[]): Promise<readonly string[]> => {
  const { differences, unread } = await replayOf(world, {}, events);
  expect(unread).to.deep.equal([]);
  return differences.map(
    ({ what, event, delegator }) => `${event?.type}: ${what}${delegator === null ? "" : " of one"}`,
  );
};
