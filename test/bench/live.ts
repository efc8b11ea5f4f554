// How soon everybody who listens hears of what happens: many listeners, events at a steady rate.
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bakerOf } from "../../src/application/aggregates.js";
import { NO_STREAM, type Revision } from "../../src/application/ports/event-store.js";
import { type DomainEvent } from "../../src/domain/events.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { addressOf } from "../support/identifiers.js";
import { BAKER } from "../support/payouts.js";
import { until } from "../support/until.js";
import { percentile, print, say } from "./figure.js";
import { serve, type Served } from "./served.js";

export interface Audience {
  readonly listeners: number;
  readonly eventsPerSecond: number;
  readonly seconds: number;
}

const METADATA = { correlationId: "bench", causationId: "bench", actor: "bench" };

/** What one listener has heard, by position. */
class Listener {
  readonly heard: string[] = [];
  private rest = "";

  /** `count`: told of each event, by how many came before it. */
  constructor(
    private readonly response: IncomingMessage,
    private readonly count: (n: number) => void,
  ) {
    response.setEncoding("utf8");
    response.on("data", (part: string) => this.take(part));
    response.on("error", () => undefined); // what it has missed is found in the end
  }

  get isOver(): boolean {
    return this.response.closed;
  }

  private take(part: string): void {
    const blocks = `${this.rest}${part}`.split("\n\n");
    this.rest = blocks.pop() ?? "";
    for (const block of blocks) {
      if (!block.includes("\ndata: ")) continue;
      this.heard.push(/^id: (\d+)$/m.exec(block)?.[1] ?? "none");
      this.count(this.heard.length - 1);
    }
  }
}

const eventOf = (n: number): DomainEvent => ({
  type: "DelegatorTermsSet",
  data: { rows: [{ delegator: addressOf(n), status: "pay" }], actor: "bench" },
});

/** Appends at a steady rate, tells when each was to be, and answers its position. */
const appendAll = async (
  url: string,
  { eventsPerSecond, seconds }: Audience,
  begin: (due: number) => void,
): Promise<readonly string[]> => {
  const store = new PostgresLog({ url, applicationName: "bench" });
  const log = new CodedEventLog(store);
  const positions: string[] = [];
  try {
    await store.head(); // it is connected
    const began = performance.now();
    let revision: Revision = NO_STREAM;
    for (let n = 0; n < eventsPerSecond * seconds; n += 1) {
      const due = began + (n / eventsPerSecond) * 1_000;
      const early = Math.ceil(due - performance.now());
      if (early > 0) await sleep(early);
      begin(due);
      const outcome = await log.append(bakerOf(BAKER).stream, revision, [eventOf(n)], METADATA);
      if (!outcome.appended) throw new Error(outcome.conflict);
      ({ revision } = outcome);
      positions.push(outcome.position.toString());
    }
  } finally {
    await store.close();
  }
  return positions;
};

/** Throws unless each listener has heard each event once and in order. */
const measure = async (served: Served, url: string, audience: Audience): Promise<readonly number[]> => {
  const { listeners: count, eventsPerSecond, seconds } = audience;
  const events = eventsPerSecond * seconds;
  const times: number[] = [];
  const dues: number[] = [];
  const hearing: number[] = [];
  const heard = (n: number): void => {
    const now = (hearing[n] ?? 0) + 1;
    hearing[n] = now;
    if (now === count) times.push(performance.now() - (dues[n] ?? NaN));
  };
  const opened = await Promise.all(Array.from({ length: count }, () => served.open("/events")));
  const refused = opened.find(({ statusCode }) => statusCode !== 200);
  if (refused !== undefined) throw new Error(`a listener was answered ${refused.statusCode}`);
  const listeners = opened.map((response) => new Listener(response, heard));
  const positions = await appendAll(url, audience, (due) => dues.push(due));
  await until(() => times.length >= events || listeners.some(({ isOver }) => isOver));
  const expected = positions.join();
  const wrong = listeners.filter((listener) => listener.heard.join() !== expected);
  if (wrong.length > 0) throw new Error(`${wrong.length} listeners have not heard all, once and in order`);
  return times;
};

export const benchLive = async (audience: Audience): Promise<void> => {
  const { listeners, eventsPerSecond } = audience;
  const name = `from an append until ${listeners} listeners have it, at ${eventsPerSecond} events/s`;
  say(`${name} ...`);
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  try {
    await migrate(postgres.url);
    const served = await serve(postgres.url, listeners);
    try {
      const times = await measure(served, postgres.url, audience);
      print({ name: `${name}: p50`, value: percentile(times, 0.5), unit: "ms" });
      print({ name: `${name}: p99`, value: percentile(times, 0.99), unit: "ms" });
    } finally {
      await served.stop();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
};
