// Speed of an event store. The machine's other work shows in it.
import { type EventStore, NO_STREAM, START } from "../../src/application/ports/event-store.js";
import { newEvent, newEvents, newStream } from "../support/events.js";
import { type Figure, print, say } from "./figure.js";

/** What a typical event carries. */
const DATA = JSON.stringify({
  obligation: "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb",
  amount: "123456789",
  fee: "1",
});

const SECONDS = 3;
const BATCH = 500;
const IN_FLIGHT = 64;
const PAGE = 50_000;

/** Runs `work` again and again for a while and answers how many units it did a second. */
const rate = async (work: () => Promise<number>): Promise<number> => {
  const start = performance.now();
  let units = 0;
  let elapsed = 0;
  do {
    units += await work();
    elapsed = (performance.now() - start) / 1_000;
  } while (elapsed < SECONDS);
  return Math.round(units / elapsed);
};

/** A stream that is appended to, so many events at a time. */
const writer = (store: EventStore, count: number) => {
  const stream = newStream();
  let revision = NO_STREAM;
  return async (): Promise<number> => {
    const events = Array.from({ length: count }, () => newEvent({ data: DATA }));
    const outcome = await store.append(stream, revision, events);
    if (!outcome.appended) throw new Error(outcome.conflict);
    revision = outcome.revision;
    return count;
  };
};

const inFlight = async (store: EventStore): Promise<number> => {
  const rates = await Promise.all(Array.from({ length: IN_FLIGHT }, () => rate(writer(store, 1))));
  return rates.reduce((sum, perSecond) => sum + perSecond, 0);
};

const countOf = async (source: AsyncIterable<unknown>): Promise<number> => {
  let count = 0;
  for await (const _ of source) count += 1;
  return count;
};

export interface Aims {
  /** Single appends a second, one after another and together. */
  readonly singles?: Figure["aim"];
  /** Events a second in batches. */
  readonly batched?: Figure["aim"];
}

/** Measures one store, for seconds each way. */
export const benchLog = async (name: string, store: EventStore, aims: Aims = {}): Promise<void> => {
  const measure = async (
    what: string,
    unit: string,
    aim: Figure["aim"] | undefined,
    work: () => Promise<number>,
  ) => {
    say(`${name}: ${what} ...`);
    print({ name: `${name}: ${what}`, value: await work(), unit, ...(aim && { aim }) });
  };
  await store.append(newStream(), NO_STREAM, newEvents(1));
  await measure("append single, sequential", "appends/s", aims.singles, () => rate(writer(store, 1)));
  await measure(`append single, ${IN_FLIGHT} in flight`, "appends/s", aims.singles, () => inFlight(store));
  await measure(`append batches of ${BATCH}`, "events/s", aims.batched, () => rate(writer(store, BATCH)));
  const stream = newStream();
  const hundred = Array.from({ length: 100 }, () => newEvent({ data: DATA }));
  await store.append(stream, NO_STREAM, hundred);
  await measure("read a stream of 100 events", "streams/s", undefined, () =>
    rate(async () => (await countOf(store.read(stream))) / hundred.length),
  );
  await measure("read the whole log", "events/s", undefined, () =>
    rate(() => countOf(store.readAll({ after: START, limit: PAGE }))),
  );
};
