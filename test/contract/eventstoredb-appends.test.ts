// What the adapter makes of the client's and the server's faults when it appends; reads and subscriptions have a file
// of their own.
import { EventStoreDBClient } from "@eventstore/db-client";
import { expect } from "chai";
import {
  type EventStore,
  NO_STREAM,
  type NewEvent,
  START,
  StoreUnavailable,
} from "../../src/application/ports/event-store.js";
import { type StreamName } from "../../src/domain/identifiers.js";
import { StoreRefused } from "../../src/infrastructure/eventstore/eventstoredb/answers.js";
import {
  type EventStoreDbOptions,
  EventStoreDbStore,
} from "../../src/infrastructure/eventstore/eventstoredb.js";
import { failureOf } from "../support/esdb/raw.js";
import { StandIn } from "../support/esdb/stand-in.js";
import { collect, newEvent, newEvents, newStream } from "../support/events.js";
import { failOnUnhandledRejections } from "../support/unhandled.js";

/** So soon is given up where the server will not answer; elsewhere a slow machine may take its time. */
const TIMEOUT_MS = 500;

for (const appends of ["batch", "single"] as const)
  describe(`appending to EventStoreDB (${appends} append)`, () => {
    let server: StandIn;
    let stores: EventStoreDbStore[] = [];
    let store: EventStoreDbStore;
    let impatient: EventStoreDbStore;
    let stream: StreamName;
    const connect = (options: Partial<EventStoreDbOptions> = {}): EventStoreDbStore => {
      const made = new EventStoreDbStore({ url: server.url, ...options });
      stores.push(made);
      return made;
    };
    const idsIn = async (from: EventStore = store) => (await collect(from.read(stream))).map(({ id }) => id);
    const appended = (
      events: readonly NewEvent[],
      revision: number,
      places: readonly { position: bigint }[],
    ) => {
      expect(places).to.have.length(revision + 1);
      return {
        appended: true,
        revision: events.length - 1,
        position: places.at(events.length - 1)?.position,
      };
    };

    failOnUnhandledRejections();
    before(async () => {
      server = await StandIn.start({ appends });
    });
    after(() => server.stop());
    beforeEach(() => {
      store = connect();
      impatient = connect({ timeoutMs: TIMEOUT_MS });
      stream = newStream();
    });
    afterEach(async () => {
      await Promise.all(stores.map((each) => each.close()));
      stores = [];
    });

    it("never answered, but written: it is read back, with its position", async () => {
      const events = newEvents(3);
      await server.faultAppends({ lands: true, answer: "never" });
      const outcome = await impatient.append(stream, NO_STREAM, events);
      expect(outcome).to.deep.equal(appended(events, 2, await collect(store.read(stream))));
    });

    for (const lands of [true, false])
      it(`answered that its time was over, and ${lands ? "" : "not "}written: it stands once`, async () => {
        const events = newEvents(2);
        await server.faultAppends({ lands, answer: "timed-out" });
        const outcome = await store.append(stream, NO_STREAM, events);
        expect(outcome).to.deep.equal(appended(events, 1, await collect(store.read(stream))));
        expect(await store.append(stream, 1, newEvents(1))).to.include({ appended: true, revision: 2 });
      });

    it("never answered and not written: it is sent again, and stands once", async () => {
      const events = newEvents(2);
      await server.faultAppends({ lands: false, answer: "never" });
      const outcome = await impatient.append(stream, NO_STREAM, events);
      expect(outcome).to.deep.equal(appended(events, 1, await collect(store.read(stream))));
      expect(await idsIn()).to.deep.equal(events.map(({ id }) => id));
    });

    it("written only after it was given up: it stands once", async () => {
      const events = newEvents(2);
      await server.faultAppends({ delayMs: TIMEOUT_MS + 50 });
      const outcome = await impatient.append(stream, NO_STREAM, events);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(outcome).to.deep.equal(appended(events, 1, await collect(store.read(stream))));
    });

    it("never answered, and another append came first: the conflict is told", async () => {
      await server.faultAppends({ lands: false, answer: "never" });
      const lost = impatient.append(stream, NO_STREAM, newEvents(1));
      await server.appendsSeen(1);
      const winner = newEvent();
      await connect().append(stream, NO_STREAM, [winner]);
      expect(await lost).to.deep.equal({ appended: false, conflict: "wrong-revision", actual: 0 });
      expect(await idsIn()).to.deep.equal([winner.id]);
    });

    it("the server hangs: StoreUnavailable, and the same call succeeds when it runs again", async () => {
      const events = newEvents(1);
      server.hang();
      const error = await failureOf(impatient.append(stream, NO_STREAM, events));
      server.resume();
      expect(error).to.be.instanceOf(StoreUnavailable);
      await store.head();
      const outcome = await impatient.append(stream, NO_STREAM, events);
      expect(outcome).to.deep.equal(appended(events, 0, await collect(store.read(stream))));
    });

    it("killed with an append in flight: StoreUnavailable; then the same object and the same call do it once", async () => {
      for (const lands of [true, false]) {
        stream = newStream();
        const events = newEvents(2);
        await server.faultAppends({ lands, answer: "server-dies" });
        expect(await failureOf(store.append(stream, NO_STREAM, events))).to.be.instanceOf(StoreUnavailable);
        await server.stopped();
        await server.restart();
        const outcome = await store.append(stream, NO_STREAM, events);
        expect(outcome).to.deep.equal(appended(events, 1, await collect(store.read(stream))));
      }
    });

    it("no server at the first call, an error without a type: StoreUnavailable for every call", async () => {
      await server.kill();
      const calls = [
        () => store.append(stream, NO_STREAM, newEvents(1)),
        () => collect(store.read(stream)),
        () => collect(store.readAll({ after: START })),
        () => store.head(),
        () => store.storeId(),
      ];
      for (const call of calls) {
        const error = await failureOf(call());
        expect(error).to.be.instanceOf(StoreUnavailable);
        expect(error.cause).to.include({ code: 14 });
      }
      await server.restart();
      expect(await store.append(stream, NO_STREAM, newEvents(1))).to.include({ revision: 0 });
    });

    it("a question for the server's features that failed, or is never answered: it is asked again", async () => {
      await server.tell({ do: "fail-features", code: 13 });
      expect(await store.append(stream, NO_STREAM, newEvents(1))).to.include({ appended: true, revision: 0 });
      await server.tell({ do: "ignore-features" });
      expect(await impatient.append(stream, 0, newEvents(1))).to.include({ appended: true, revision: 1 });
    });

    it("64 appends in flight when the server dies: each settles, and all can be repeated", async () => {
      const writes = Array.from({ length: 64 }, () => ({ to: newStream(), events: newEvents(2) }));
      const appendAll = () =>
        Promise.allSettled(writes.map(({ to, events }) => store.append(to, NO_STREAM, events)));
      await store.append(stream, NO_STREAM, newEvents(1));
      server.hang();
      const dying = appendAll();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await server.kill();
      for (const result of await dying)
        if (result.status === "rejected") expect(result.reason).to.be.instanceOf(StoreUnavailable);
      await server.restart();
      for (const result of await appendAll())
        expect(result.status === "fulfilled" && result.value).to.include({ appended: true, revision: 1 });
    });

    it("another client of this process fails, which rejects our append in flight: it is read back", async () => {
      const other = await StandIn.start({ appends });
      const bystander = connect({ url: other.url });
      await bystander.append(stream, NO_STREAM, newEvents(1));
      const events = newEvents(2);
      await server.faultAppends({ delayMs: 100 });
      const pending = store.append(stream, NO_STREAM, events);
      await server.appendsSeen(1);
      await other.kill();
      expect(await pending).to.deep.equal(appended(events, 1, await collect(store.read(stream))));
      expect(await store.append(stream, 1, newEvents(1))).to.include({ appended: true, revision: 2 });
      await other.stop();
    });

    it("throwOnAppendFailure=false in the address: a conflict stays one, with the true revision", async () => {
      const careless = connect({ url: `${server.url}&throwOnAppendFailure=false` });
      await careless.append(stream, NO_STREAM, newEvents(3));
      expect(await careless.append(stream, NO_STREAM, newEvents(1))).to.deep.equal({
        appended: false,
        conflict: "wrong-revision",
        actual: 2,
      });
    });

    it("a tombstoned stream is refused, and so is one whose numbering goes on after a delete", async () => {
      const client = EventStoreDBClient.connectionString(server.url);
      await store.append(stream, NO_STREAM, newEvents(1));
      await client.deleteStream(stream);
      const afterDelete = await failureOf(connect().append(stream, NO_STREAM, newEvents(1)));
      await client.tombstoneStream(stream);
      const afterTombstone = await failureOf(store.append(stream, 0, newEvents(1)));
      const reading = await failureOf(collect(store.read(stream)));
      for (const error of [afterDelete, afterTombstone, reading]) {
        expect(error).to.be.instanceOf(StoreRefused);
        expect(error).to.include({ reason: "stream-deleted" });
      }
      await client.dispose();
    });

    it("an append that only the server finds too large is refused as one", async () => {
      const events = Array.from({ length: 6_000 }, () =>
        newEvent({
          data: "1",
          type: "T".repeat(80),
          metadata: { correlationId: "", causationId: "", actor: "" },
        }),
      );
      expect(await failureOf(store.append(stream, NO_STREAM, events))).to.be.instanceOf(RangeError);
      expect(await idsIn()).to.deep.equal([]);
    });

    it("20 stores race at one revision: exactly one wins", async () => {
      const rivals = Array.from({ length: 20 }, () => ({ through: connect(), event: newEvent() }));
      await store.append(stream, NO_STREAM, newEvents(1));
      const outcomes = await Promise.all(
        rivals.map(({ through, event }) => through.append(stream, 0, [event])),
      );
      expect(outcomes.filter((outcome) => !outcome.appended)).to.deep.equal(
        Array.from({ length: 19 }, () => ({ appended: false, conflict: "wrong-revision", actual: 1 })),
      );
      const winners = rivals.filter((_, i) => outcomes[i]?.appended).map(({ event }) => event.id);
      expect((await idsIn()).slice(1)).to.deep.equal(winners);
    });

    it("an id that another process appended is known, wherever the append would stand", async () => {
      const [one, two] = [newEvent(), newEvent()];
      await store.append(stream, NO_STREAM, [one]);
      const other = connect();
      await other.append(stream, 0, [two]);
      const known = { appended: false, conflict: "known-id", actual: 1 };
      expect(await store.append(stream, 1, [two])).to.deep.equal(known);
      expect(await store.append(stream, NO_STREAM, [two])).to.deep.equal(known);
      expect(await other.append(stream, 1, [one])).to.deep.equal(known);
      expect(await connect().append(stream, 1, [newEvent(), one])).to.deep.equal(known);
    });

    it("two stores append the same id with other content at once: one is written, the other hears of it", async () => {
      const event = newEvent();
      const outcomes = await Promise.all(
        ['{"token":1}', '{"token":2}'].map((data) =>
          connect().append(stream, NO_STREAM, [{ ...event, data }]),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.appended)).to.have.length(1);
      expect(outcomes.filter((outcome) => !outcome.appended)).to.deep.equal([
        { appended: false, conflict: "known-id", actual: 0 },
      ]);
    });

    it("the identity is given once, whoever asks first, and is no event of the log", async () => {
      const fresh = await StandIn.start({ appends });
      const several = Array.from({ length: 5 }, () => connect({ url: fresh.url }));
      const ids = await Promise.all(several.map((each) => each.storeId()));
      expect(new Set(ids).size).to.equal(1);
      await fresh.kill();
      await fresh.restart();
      const again = connect({ url: fresh.url });
      expect(await again.storeId()).to.equal(ids[0]);
      expect(await again.head()).to.equal(START);
      expect(await collect(again.readAll({ after: START }))).to.deep.equal([]);
      await Promise.all(several.map((each) => each.close()));
      await fresh.stop();
    });

    it("an address that cannot be read is refused without repeating it", () => {
      const make = () => connect({ url: "esdb://admin:secret@@nowhere:port" });
      expect(make)
        .to.throw(RangeError)
        .that.does.not.satisfy((error: Error) => error.stack?.includes("secret"));
    });

    it("closed: appends and reads are answered by StoreUnavailable", async () => {
      await store.close();
      expect(await failureOf(store.append(stream, NO_STREAM, newEvents(1)))).to.be.instanceOf(
        StoreUnavailable,
      );
      expect(await failureOf(collect(store.read(stream)))).to.be.instanceOf(StoreUnavailable);
    });
  });
