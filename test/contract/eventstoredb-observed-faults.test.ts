// Each line that was seen of a real EventStoreDB 23.10.6 through this client, about subscriptions and a server that
// is not well: the stand-in behaves the same. The names are the lines.
import {
  type AllStreamSubscription,
  EventStoreDBClient,
  excludeSystemEvents,
  NO_STREAM,
} from "@eventstore/db-client";
import { expect } from "chai";
import { failureOf, rawEvent, readRaw, until } from "../support/esdb/raw.js";
import { StandIn } from "../support/esdb/stand-in.js";

const SHUTDOWN_MS = 100;

describe("the stand-in as EventStoreDB was seen to be when things go wrong", () => {
  let server: StandIn;
  let client: EventStoreDBClient;
  let streams = 0;
  const append = (count = 1, through = client, data = "x") =>
    through.appendToStream(
      `seen-${(streams += 1)}`,
      Array.from({ length: count }, () => rawEvent(data)),
      { expectedRevision: NO_STREAM },
    );
  /** What a subscription said, in order; events count as one word with the number of them. */
  const listen = (subscription: AllStreamSubscription) => {
    const said: string[] = [];
    let events = 0;
    for (const name of ["confirmation", "caughtUp", "end", "close"] as const)
      subscription.on(name, () => said.push(name));
    subscription.on("error", (error: Error & { type?: string }) => said.push(error.type ?? error.name));
    return {
      said,
      count: () => events,
      flow: () => subscription.on("data", () => (events += 1)),
      takeSlowly: async (ms: number) => {
        for await (const _ of subscription) {
          events += 1;
          await new Promise((resolve) => setTimeout(resolve, ms));
        }
      },
    };
  };

  beforeEach(async () => {
    server = await StandIn.start({ shutdownMs: SHUTDOWN_MS });
    client = EventStoreDBClient.connectionString(server.url);
  });
  afterEach(async () => {
    await client.dispose();
    await server.stop();
  });

  it("filtered subscribeToAll from START: confirmation, history, then caughtUp once", async () => {
    await append(300);
    const order: string[] = [];
    const subscription = client.subscribeToAll({ filter: excludeSystemEvents() });
    subscription.on("confirmation", () => order.push("confirmation"));
    subscription.on("caughtUp", () => order.push("caughtUp"));
    subscription.on("data", ({ event }) => order.push(event?.type ?? ""));
    await until(() => order.includes("caughtUp"));
    await append();
    await until(() => order.length === 303);
    expect(order).to.deep.equal([
      "confirmation",
      ...Array.from({ length: 300 }, () => "Observed"),
      "caughtUp",
      "Observed",
    ]);
    await subscription.unsubscribe();
  });

  it("a checkpoint comes ahead of the events that are not handled yet", async () => {
    // A checkpoint follows each 32 records; the log begins with one of the server's own.
    await server.tell({ do: "write-system-events", count: 21 });
    const { position } = await append(10);
    const checkpoints: bigint[] = [];
    const filter = excludeSystemEvents({
      checkpointReached: (_, { commit }) => void checkpoints.push(commit),
    });
    const subscription = client.subscribeToAll({ filter });
    await until(() => checkpoints.length === 1);
    expect(checkpoints[0]).to.equal(position?.commit);
    expect(subscription.readableLength).to.equal(10);
    await subscription.unsubscribe();
  });

  it("a checkpoint callback that rejects: an unhandled rejection, and the subscription stands still without a word", async () => {
    await append(100);
    const unhandled: unknown[] = [];
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", (e) => unhandled.push(e));
    const reason = new Error("not saved");
    const filter = excludeSystemEvents({ checkpointReached: () => Promise.reject(reason) });
    const subscription = client.subscribeToAll({ filter });
    const { said, count, flow } = listen(subscription);
    try {
      flow();
      await until(() => unhandled.length > 0);
      const stalledAt = count();
      await append(100);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(unhandled).to.deep.equal([reason]);
      // The log begins with one event of the server's own; the first checkpoint follows the 32nd.
      expect([stalledAt, count()]).to.deep.equal([31, 31]);
      expect(said).to.deep.equal(["confirmation"]);
      expect(subscription.destroyed).to.equal(false);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of others) process.on("unhandledRejection", listener);
      await subscription.unsubscribe();
    }
  });

  it("a consumer that takes 20 ms an event: TimeoutError, up to 31 buffered events, AbortError", async () => {
    const subscription = client.subscribeToAll({ filter: excludeSystemEvents() });
    const { said, count, takeSlowly } = listen(subscription);
    const failure = failureOf(takeSlowly(20));
    await until(() => said.includes("caughtUp"));
    const writer = EventStoreDBClient.connectionString(server.url);
    for (let i = 0; i < 8; i += 1) await append(500, writer);
    await until(() => said.includes("timeout"));
    const before = count();
    const error = await failure;
    expect(error).to.include({ type: "timeout", code: 10 });
    expect(error.message).to.equal(
      "10 ABORTED: Consumer too slow to handle event while live. Client resubscription required.",
    );
    expect(count() - before).to.be.within(1, 31);
    await until(() => said.includes("close"));
    expect(said).to.deep.equal(["confirmation", "caughtUp", "timeout", "AbortError", "close"]);
    await writer.dispose();
  });

  it("server killed: a subscription's error is Unavailable, code 14; no end, no close, nothing more, also when it is back", async () => {
    const subscription = client.subscribeToAll({ filter: excludeSystemEvents() });
    const { said, count, flow } = listen(subscription);
    flow();
    await append();
    await until(() => count() === 1);
    let code: unknown;
    subscription.on("error", (error) => (code = "code" in error && error.code));
    await server.kill();
    await until(() => said.includes("unavailable"));
    expect(code).to.equal(14);
    await server.restart();
    await append();
    await append();
    expect(said).to.deep.equal(["confirmation", "caughtUp", "unavailable"]);
    expect(count()).to.equal(1);
    expect(subscription.destroyed).to.equal(false);
  });

  it("unsubscribe(): end, then close", async () => {
    const subscription = client.subscribeToAll({ filter: excludeSystemEvents() });
    const { said, flow } = listen(subscription);
    flow();
    await until(() => said.includes("caughtUp"));
    await subscription.unsubscribe();
    await until(() => said.includes("close"));
    expect(said).to.deep.equal(["confirmation", "caughtUp", "end", "close"]);
  });

  it("no server at the first call, or a call while it is down: a plain Error, code 14, no type", async () => {
    const stranger = EventStoreDBClient.connectionString(server.url);
    await append();
    await server.kill();
    for (const through of [stranger, client, client]) {
      const error = await failureOf(append(1, through));
      expect(error.constructor).to.equal(Error);
      expect(error).to.include({ code: 14 });
      expect(error).not.to.have.property("type");
    }
    await stranger.dispose();
  });

  it("server hangs: an append with a deadline stays pending until the server runs again; then DeadlineExceeded", async () => {
    await append();
    server.hang();
    const options = { expectedRevision: NO_STREAM, deadline: 50 } as const;
    const pending = failureOf(client.appendToStream("hung", rawEvent(), options));
    const late = new Promise((resolve) => setTimeout(resolve, 300)).then(() => "pending");
    expect(await Promise.race([pending, late])).to.equal("pending");
    server.resume();
    expect(await pending).to.include({ type: "deadline-exceeded" });
    expect(await failureOf(readRaw(client, "hung"))).to.include({ type: "stream-not-found" });
  });

  it("server hangs: a read with a deadline stays pending until the server runs again", async () => {
    await append();
    server.hang();
    const pending = readRaw(client, "seen-1", { deadline: 50 }).then(
      () => "answered",
      () => "answered",
    );
    const late = new Promise((resolve) => setTimeout(resolve, 300)).then(() => "pending");
    expect(await Promise.race([pending, late])).to.equal("pending");
    server.resume();
    expect(await pending).to.equal("answered");
  });

  it("server killed with an append in flight: Unavailable, code 14, written or not", async () => {
    await append();
    for (const lands of [true, false]) {
      await server.faultAppends({ lands, answer: "server-dies" });
      const stream = `in-flight-${String(lands)}`;
      const call = client.appendToStream(stream, rawEvent(), { expectedRevision: NO_STREAM });
      expect(await failureOf(call)).to.include({ type: "unavailable", code: 14 });
      await server.stopped();
      await server.restart();
      const found = await readRaw(client, stream).catch(() => []);
      expect(found).to.have.length(lands ? 1 : 0);
      await append();
    }
  });

  it("server back: the same client object works at the next call, and the log is whole", async () => {
    await append(20);
    await server.kill();
    await failureOf(append());
    await server.restart();
    expect(await append()).to.include({ success: true });
    expect(await readRaw(client, `seen-${streams - 2}`)).to.have.length(20);
  });

  it("SIGTERM: exits 0 after a while", async () => {
    await append();
    const before = Date.now();
    expect(await server.terminate()).to.equal(0);
    expect(Date.now() - before).to.be.at.least(SHUTDOWN_MS);
  });
});
