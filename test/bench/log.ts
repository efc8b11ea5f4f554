// Speed of an event store: one JSON line a figure. Not a test; the machine's other work shows in it.
import { type EventStore, NO_STREAM, START } from "../../src/application/ports/event-store.js";
import { newEvent, newEvents, newStream } from "../support/events.js";

/** What a typical event carries. */
const DATA = JSON.stringify({
  obligation: "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb",
  amount: "123456789",
  fee: "1",
});

const SECONDS = 3;
const BATCH = 500;

const print = (figure: object) => process.stdout.write(`${JSON.stringify(figure)}\n`);

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

/** A stream that is appended to, one event after another. */
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

const countOf = async (source: AsyncIterable<unknown>): Promise<number> => {
  let count = 0;
  for await (const _ of source) count += 1;
  return count;
};

/** Measures one store and prints its figures. */
export const benchLog = async (name: string, store: EventStore): Promise<void> => {
  const figure = (measure: string, perSecond: number, unit: string) =>
    print({ bench: "log", store: name, measure, perSecond, unit });
  await store.append(newStream(), NO_STREAM, newEvents(1));

  figure("append single, sequential", await rate(writer(store, 1)), "appends");

  const together = Array.from({ length: 64 }, () => writer(store, 1));
  const flights = await Promise.all(together.map(rate));
  figure(
    "append single, 64 in flight",
    flights.reduce((sum, perSecond) => sum + perSecond, 0),
    "appends",
  );

  figure("append batches of 500", await rate(writer(store, BATCH)), "events");

  const one = newStream();
  for (let revision = NO_STREAM; revision < 99; revision += 50)
    await store.append(
      one,
      revision,
      Array.from({ length: 50 }, () => newEvent({ data: DATA })),
    );
  figure(
    "read a stream of 100 events",
    await rate(async () => Math.min(1, await countOf(store.read(one)))),
    "streams",
  );
  figure(
    "read the whole log",
    await rate(() => countOf(store.readAll({ after: START, limit: 50_000 }))),
    "events",
  );
};
