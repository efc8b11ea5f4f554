// What the adapter makes of the client's and the server's faults when it reads and subscribes.
import { EventStoreDBClient } from "@eventstore/db-client";
import { expect } from "chai";
import { UnreadableEvent } from "../../src/application/ports/event-log.js";
import {
  NO_STREAM,
  type NewEvent,
  START,
  StoreUnavailable,
  type SubscriptionMessage,
} from "../../src/application/ports/event-store.js";
import { EventStoreDbStore } from "../../src/infrastructure/eventstore/eventstoredb.js";
import { failureOf, rawEvent, until } from "../support/esdb/raw.js";
import { StandIn } from "../support/esdb/stand-in.js";
import { collect, newEvent, newStream } from "../support/events.js";
import { failOnUnhandledRejections } from "../support/unhandled.js";

/** So soon is given up where the server will not answer; elsewhere a slow machine may take its time. */
const TIMEOUT_MS = 500;
const HEARTBEAT_MS = 60;

describe("reading from EventStoreDB", () => {
  let server: StandIn;
  let store: EventStoreDbStore;
  let writer: EventStoreDbStore;
  let stop: AbortController;
  let written: string[];

  failOnUnhandledRejections();
  beforeEach(async () => {
    server = await StandIn.start();
    store = new EventStoreDbStore({ url: server.url, heartbeatMs: HEARTBEAT_MS });
    writer = new EventStoreDbStore({ url: server.url });
    stop = new AbortController();
    written = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all([store.close(), writer.close()]);
    await server.stop();
  });

  /** Appends to a stream of its own, and notes the ids in the order of the log. */
  const write = async (count: number, over: Partial<NewEvent> = {}): Promise<void> => {
    const events = Array.from({ length: count }, () => newEvent(over));
    const outcome = await writer.append(newStream(), NO_STREAM, events);
    expect(outcome).to.include({ appended: true });
    written.push(...events.map(({ id }) => id));
  };

  describe("a stream or the whole log", () => {
    it("is given up when the server hangs, and read when it runs again", async () => {
      await write(3);
      const impatient = new EventStoreDbStore({ url: server.url, timeoutMs: TIMEOUT_MS });
      server.hang();
      const failures = await Promise.all(
        [impatient.readAll({ after: START }), impatient.read(newStream())].map((reading) =>
          failureOf(collect(reading)),
        ),
      );
      for (const failure of failures) expect(failure).to.be.instanceOf(StoreUnavailable);
      server.resume();
      await store.head();
      expect(await collect(impatient.readAll({ after: START }))).to.have.length(3);
      await impatient.close();
    });

    it("is never cut short without an error: the server dies, or the store is closed, meanwhile", async () => {
      const stream = newStream();
      for (let i = 0; i < 3; i += 1)
        await writer.append(
          stream,
          i * 40 - 1,
          Array.from({ length: 40 }, () => newEvent({ data: large })),
        );
      const readUntil = async (interrupt: () => Promise<void>) => {
        let count = 0;
        for await (const _ of store.read(stream)) if ((count += 1) === 1) await interrupt();
      };
      expect(await failureOf(readUntil(() => server.kill()))).to.be.instanceOf(StoreUnavailable);
      await server.restart();
      expect(await failureOf(readUntil(() => store.close()))).to.be.instanceOf(StoreUnavailable);
    });

    it("shows nothing of what the server writes for itself, and the head is ours", async () => {
      await write(2);
      await server.tell({ do: "write-system-events", count: 1_050 });
      await write(2);
      await server.tell({ do: "write-system-events", count: 1_050 });
      const all = await collect(store.readAll({ after: START }));
      expect(all.map(({ id }) => id)).to.deep.equal(written);
      expect(await store.head()).to.equal(all.at(-1)?.position);
      expect(await store.head()).to.equal(all.at(-1)?.position);
      const limited = await collect(store.readAll({ after: START, limit: 3 }));
      expect(limited.map(({ id }) => id)).to.deep.equal(written.slice(0, 3));
    });

    it("passes over what another application writes, at the head, too", async () => {
      await write(2);
      const head = await store.head();
      await writeRaw("orders-1");
      await write(1);
      const all = await collect(store.readAll({ after: START }));
      expect(all.map(({ id }) => id)).to.deep.equal(written);
      const { ids } = follow();
      await until(() => ids.length === 3);
      expect(ids).to.deep.equal(written);
      const last = await store.head();
      expect(last > head).to.equal(true);
      await writeRaw("orders-2");
      expect(await writer.head()).to.equal(last);
    });

    it("stops at an event in a stream of ours that TAPS did not write; the head is known all the same", async () => {
      await writeRaw("payment-any");
      expect((await store.head()) > START).to.equal(true);
      expect(await failureOf(collect(store.readAll({ after: START })))).to.be.instanceOf(UnreadableEvent);
      expect(await failureOf(collect(subscribe()))).to.be.instanceOf(UnreadableEvent);
    });
  });

  describe("a subscription", () => {
    it("goes on where it was after the server was killed: each event once and in order", async () => {
      await write(100);
      const { ids, ended } = follow();
      await until(() => ids.length === 100);
      for (let round = 0; round < 3; round += 1) {
        await server.kill();
        await server.restart();
        await write(50);
      }
      await until(() => ids.length >= written.length);
      expect(ids).to.deep.equal(written);
      stop.abort();
      await ended;
    });

    it("dies silently once it is live: it is noticed, and nothing is missing", async () => {
      const { ids, caughtUp } = follow();
      await until(() => caughtUp() === 1);
      await server.tell({ do: "silence-subscriptions" });
      await write(5);
      await until(() => ids.length === 5);
      expect(ids).to.deep.equal(written);
    });

    it("dies silently while it catches up: it is noticed, and nothing is missing", async () => {
      for (let i = 0; i < 3; i += 1) await write(30, { data: large });
      const ids: string[] = [];
      for await (const message of subscribe()) {
        if (message.kind === "event") ids.push(message.event.id);
        if (message.kind === "caught-up") break;
        if (ids.length === 1) await server.tell({ do: "silence-subscriptions" });
      }
      expect(ids).to.deep.equal(written);
    });

    it("is not taken for dead while nothing happens", async () => {
      const { caughtUp } = follow();
      await until(() => caughtUp() === 1);
      await new Promise((resolve) => setTimeout(resolve, 6 * HEARTBEAT_MS));
      expect(caughtUp()).to.equal(1);
    });

    it("is dropped because its reader is slow: it goes on from the last event delivered", async () => {
      const pause = { ms: 2 };
      const { ids, caughtUp } = follow(pause);
      await until(() => caughtUp() === 1);
      for (let i = 0; i < 8; i += 1) await write(250);
      await until(() => ids.length > 20);
      pause.ms = 0;
      await until(() => ids.length >= written.length && caughtUp() > 1);
      expect(ids).to.deep.equal(written);
    });

    it("is refused again and again: it comes back, after pauses that grow", async () => {
      await write(3);
      await server.tell({ do: "refuse-subscriptions", times: 5 });
      const before = Date.now();
      const { ids, interrupted } = follow();
      await until(() => ids.length === 3);
      expect(interrupted()).to.equal(5);
      // At once after the first, then at least half of 100, 200, 400 and 800 ms.
      expect(Date.now() - before).to.be.at.least(750);
      expect(ids).to.deep.equal(written);
    });

    it("says that it caught up after the history was delivered, not before", async () => {
      await write(40);
      const kinds: string[] = [];
      for await (const { kind } of subscribe()) {
        kinds.push(kind);
        if (kind === "caught-up") break;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(kinds).to.deep.equal([...Array.from({ length: 40 }, () => "event"), "caught-up"]);
    });

    it("begins by itself when there is a server at last", async () => {
      await server.kill();
      const { ids, ended } = follow();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await server.restart();
      await write(3);
      await until(() => ids.length === 3);
      expect(ids).to.deep.equal(written);
      stop.abort();
      await ended;
    });

    it("ends at once when it is aborted while the server hangs or is gone", async () => {
      const { ended, caughtUp } = follow();
      await until(() => caughtUp() === 1);
      server.hang();
      stop.abort();
      await ended;
      await server.kill();
      stop = new AbortController();
      const gone = follow();
      await new Promise((resolve) => setTimeout(resolve, 50));
      stop.abort();
      await gone.ended;
    });

    it("ends when the store is closed", async () => {
      const { ended, caughtUp } = follow();
      await until(() => caughtUp() === 1);
      await store.close();
      await ended;
    });
  });

  const writeRaw = async (name: string): Promise<void> => {
    const client = EventStoreDBClient.connectionString(server.url);
    await client.appendToStream(name, rawEvent());
    await client.dispose();
  };

  const large = JSON.stringify("x".repeat(20_000));
  const subscribe = (): AsyncIterable<SubscriptionMessage> =>
    store.subscribeAll({ after: START, signal: stop.signal });

  /** Subscribes from the start and keeps what comes; `pause` slows the reader down. */
  const follow = (pause = { ms: 0 }) => {
    const ids: string[] = [];
    let caughtUp = 0;
    let interrupted = 0;
    const run = async () => {
      for await (const message of subscribe()) {
        if (message.kind === "caught-up") caughtUp += 1;
        else if (message.kind === "interrupted") interrupted += 1;
        else ids.push(message.event.id);
        if (pause.ms > 0) await new Promise((resolve) => setTimeout(resolve, pause.ms));
      }
    };
    return { ids, caughtUp: () => caughtUp, interrupted: () => interrupted, ended: run() };
  };
});
