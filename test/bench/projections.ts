// How fast read models are made from a log that the domain wrote, how far they are behind it, and how soon they go back.
import { setTimeout as sleep } from "node:timers/promises";
import { projections } from "../../projections/all.js";
import { type RecordedEvent, type Position, START } from "../../src/application/ports/event-store.js";
import { type LoggedEvent } from "../../src/application/ports/event-log.js";
import { transact } from "../../src/infrastructure/postgres/pool.js";
import { EventStoreDbStore } from "../../src/infrastructure/eventstore/eventstoredb.js";
import { systemClock } from "../../src/infrastructure/system-clock.js";
import { ProjectionRunner } from "../../src/readmodel/engine.js";
import { ProjectionStore } from "../../src/readmodel/store.js";
import { StandIn } from "../support/esdb/stand-in.js";
import { print, say } from "./figure.js";
import {
  countOf,
  fill,
  forget,
  type Installation,
  NAMES,
  quietly,
  secondsSince,
  well,
  withInstallation,
} from "./read-models.js";

/** One payment a cycle: hardly an event has more than a row. */
const SMALL = { cycles: 4_000, delegators: 2 };
const YEAR = { cycles: 365, delegators: 2_000 };
/** Many operations a cycle: most events are small. */
const MILLIONS = { cycles: 8_200, delegators: 200, perOperation: 1 };
/** What happens to each payment's row in such a log: drafted, planned, batched, signed, included, final, paid. */
const CHANGES_OF_A_PAYMENT = 7;

const rate = (name: string, count: number, seconds: number, unit: string, aim?: number): void =>
  print({
    name,
    value: Math.round(count / seconds),
    unit,
    ...(aim === undefined ? {} : { aim: { atLeast: aim } }),
  });

const seconds = (name: string, value: number, below: number): void =>
  print({ name, value, unit: "s", aim: { below } });

/** Seconds from zero, with nothing to compare with. */
const rebuildTime = async (
  installation: Installation,
  names: readonly string[],
  models = installation.models,
) => {
  await forget(installation);
  const began = performance.now();
  well(await models.rebuild(names, quietly()));
  return secondsSince(began);
};

const eventsIn = async ({ log }: Installation): Promise<number> => Number(await log.head()) + 1;

const benchSmallEvents = (): Promise<void> =>
  withInstallation(async (installation) => {
    await fill(installation, SMALL);
    const events = await eventsIn(installation);
    const one = await rebuildTime(installation, ["operations"]);
    rate("rebuild of one read model from the PostgreSQL log, small events", events, one, "events/s", 80_000);
    const all = await rebuildTime(installation, NAMES);
    rate(
      `rebuild of all ${NAMES.length} read models at once from the PostgreSQL log`,
      events,
      all,
      "events/s",
    );
    await onEventStoreDb(installation, events);
    await lag(installation);
  });

/** The stand-in's speed says little of a server's. */
const onEventStoreDb = async (installation: Installation, events: number): Promise<void> => {
  const named = process.env["EVENTSTORE_TEST_URL"];
  const standIn = named === undefined ? await StandIn.start() : undefined;
  const store = new EventStoreDbStore({ url: named ?? standIn?.url ?? "" });
  const where = named === undefined ? "EventStoreDB adapter ON ITS STAND-IN" : "EventStoreDB";
  try {
    const copied = await collect(installation, Math.min(events, 20_000));
    for (const portion of portionsOf(copied)) {
      const [first] = portion;
      if (first) await store.append(first.stream, first.revision - 1, portion);
    }
    const all = await rebuildTime(installation, ["operations"], installation.modelsOn(store));
    rate(`rebuild of one read model, ${where}`, copied.length, all, "events/s", 40_000);
  } finally {
    await store.close();
    await standIn?.stop();
  }
};

const collect = async ({ store }: Installation, limit: number): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll({ after: START, limit })) events.push(event);
  return events;
};

/** Neighbours of one stream, which one append can take. */
function* portionsOf(events: readonly RecordedEvent[]): Generator<readonly RecordedEvent[]> {
  for (let from = 0, to = 0; from < events.length; from = to) {
    while (to - from < 100 && events[to]?.stream === events[from]?.stream) to += 1;
    yield events.slice(from, to);
  }
}

const EVENTS_A_SECOND = 1_000;
const SECONDS = 20;
const EVENTS_A_TICK = 20;

/** The same events again under other streams, at a steady rate, while a runner of each read model follows. */
const lag = async (installation: Installation): Promise<void> => {
  const { store, log, pool } = installation;
  const events = (await collect(installation, EVENTS_A_SECOND * SECONDS)).map((event): RecordedEvent => ({
    ...event,
    stream: event.stream.replace(/_?(\d*)$/, "x_$1") as RecordedEvent["stream"],
  }));
  const stop = new AbortController();
  await forget(installation);
  const runners = projections.map((projection) => {
    const rows = new ProjectionStore((work) => transact(pool, work), projection);
    return new ProjectionRunner(projection, log, rows, systemClock, () => undefined);
  });
  const running = runners.map((runner) => runner.run(stop.signal));
  const head = await log.head();
  await Promise.all(runners.map((runner) => runner.whenProcessed(head, 600_000)));
  const lags: number[] = [];
  const watching: Promise<unknown>[] = [];
  const watch = (position: Position): void => {
    const written = performance.now();
    for (const runner of runners)
      watching.push(
        runner.whenProcessed(position, 60_000).then(() => lags.push(performance.now() - written)),
      );
  };
  const revisions = new Map<string, number>();
  const began = performance.now();
  for (let n = 0; n < events.length; n += EVENTS_A_TICK) {
    const due = began + (n / EVENTS_A_SECOND) * 1_000;
    await sleep(Math.max(0, due - performance.now()));
    let last: Position = START;
    for (const portion of portionsOf(events.slice(n, n + EVENTS_A_TICK))) {
      const stream = portion[0]?.stream;
      if (stream === undefined) continue;
      const outcome = await store.append(stream, revisions.get(stream) ?? -1, portion);
      if (!outcome.appended) throw new Error(outcome.conflict);
      revisions.set(stream, outcome.revision);
      last = outcome.position;
    }
    watch(last);
  }
  await Promise.all(watching);
  const perSecond = Math.round(events.length / secondsSince(began));
  stop.abort();
  await Promise.all(running);
  const sorted = lags.toSorted((a, b) => a - b);
  const of = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN);
  const name = `from an append until ${NAMES.length} read models show it, at ${perSecond} events/s`;
  print({ name: `${name}: p50`, value: of(0.5), unit: "ms" });
  print({ name: `${name}: p99`, value: of(0.99), unit: "ms", aim: { below: 250 } });
};

const benchYear = (): Promise<void> =>
  withInstallation(async (installation) => {
    await fill(installation, YEAR);
    const { models, log } = installation;
    const settled = await settlements(installation);
    const at = (cycle: number): Position => settled[cycle] ?? START;
    const whole = await rebuildTime(installation, ["payment"]);
    const payments = await countOf(installation, "payment");
    rate("rebuild of payment from the PostgreSQL log: payments", payments, whole, "rows/s", 250_000);
    rate("the same: changes of their rows", payments * CHANGES_OF_A_PAYMENT, whole, "changes/s");
    rate("the same: events, most with hundreds of rows", Number(await log.head()) + 1, whole, "events/s");
    say("a snapshot five cycles before the end ...");
    well(await models.rollback(NAMES, { to: "position", position: at(YEAR.cycles - 5) }, quietly()));
    let began = performance.now();
    await models.snapshot(NAMES);
    say(`snapshots of all read models: ${secondsSince(began)} s`);
    well(await models.rollback(NAMES, { to: "head" }, quietly()));
    began = performance.now();
    well(await models.rollback(NAMES, { to: "position", position: at(YEAR.cycles - 3) }, quietly()));
    const name =
      "rollback of all read models of 365 cycles of 2,000 delegators, from a snapshot two cycles before";
    seconds(name, secondsSince(began), 10);
    await benchSwitch(installation);
  });

const settlements = async ({ log }: Installation): Promise<readonly Position[]> => {
  const positions: Position[] = [];
  for await (const message of log.subscribeAll({ after: START, signal: new AbortController().signal })) {
    if (message.kind !== "event") break;
    if (isSettlement(message.event)) positions.push(message.event.position);
  }
  return positions;
};
const isSettlement = ({ event }: LoggedEvent): boolean => event.type === "CycleSettled";

const SWITCHES = 5;

/** How long the tables of a year are locked while they are replaced, again and again, under readers. */
const benchSwitch = async ({ pool, models, locks }: Installation): Promise<void> => {
  const stop = new AbortController();
  const reading = Array.from({ length: 3 }, async () => {
    while (!stop.signal.aborted) {
      await pool.query("SELECT * FROM payment WHERE cycle = 7 LIMIT 5");
      await sleep(1);
    }
  });
  locks.splice(0);
  for (let n = 0; n < SWITCHES; n += 1) well(await models.rollback(NAMES, { to: "head" }, quietly()));
  stop.abort();
  await Promise.all(reading);
  const name = `longest of ${locks.length} attempts to switch, under readers`;
  print({ name, value: Math.round(Math.max(...locks)), unit: "ms", aim: { below: 100 } });
};

/** Memory of this process at most while it rebuilds: over the first tenth of the events, and over all of them. */
export const benchMemory = (): Promise<void> =>
  withInstallation(async (installation) => {
    await fill(installation, MILLIONS);
    const events = await eventsIn(installation);
    let position = 0n;
    let [early, whole] = [0, 0];
    const sampling = setInterval(() => {
      const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
      if (position < events / 10) early = Math.max(early, megabytes);
      whole = Math.max(whole, megabytes);
    }, 100);
    const how = quietly();
    await forget(installation);
    const began = performance.now();
    well(
      await installation.models.rebuild(NAMES, {
        ...how,
        progress: (progress) => {
          ({ position } = progress);
          how.progress(progress);
        },
      }),
    );
    clearInterval(sampling);
    rate(
      `rebuild of all ${NAMES.length} read models from ${events} events`,
      events,
      secondsSince(began),
      "events/s",
    );
    print({ name: "memory at most over the first tenth of them", value: early, unit: "MB" });
    const ratio = Math.round((whole / early) * 100) / 100;
    print({
      name: "memory at most over all of them / over the first tenth",
      value: ratio,
      unit: "",
      aim: { below: 1.25 },
    });
  });

export const benchProjections = async (): Promise<void> => {
  await benchSmallEvents();
  await benchYear();
};
