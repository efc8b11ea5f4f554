// What every event store must do, whatever stands behind it. One suite, run against each adapter.
import { expect } from "chai";
import {
  type AppendOutcome,
  type EventStore,
  NO_STREAM,
  type NewEvent,
  START,
  type SubscriptionMessage,
} from "../../src/application/ports/event-store.js";
import { type StreamName } from "../../src/domain/identifiers.js";
import { collect, newEvent, newEvents, newStream } from "../support/events.js";

export interface StoreUnderTest {
  readonly store: EventStore;
  dispose(): Promise<void>;
}

export interface Abilities {
  /** Tells other content at a known id and place apart. EventStoreDB compares ids only. */
  readonly comparesContent: boolean;
  /** `makeStore` gives a log without events; a server shared with others does not. */
  readonly startsEmpty: boolean;
}

const KIB = 1024;
const ids = (events: readonly { readonly id: string }[]): string[] => events.map((event) => event.id);

const done = (outcome: AppendOutcome) => {
  if (!outcome.appended) throw new Error(`not appended: ${outcome.conflict}, actual ${outcome.actual}`);
  return outcome;
};
const wrongRevision = (actual: number) => ({ appended: false, conflict: "wrong-revision", actual });
const knownId = (actual: number) => ({ appended: false, conflict: "known-id", actual });

/** Declares the suite for one adapter. `makeStore` is called once for the whole suite. */
export const eventStoreContract = (
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  abilities: Abilities = { comparesContent: true, startsEmpty: true },
): void => {
  describe(`${name} as an event store`, () => {
    let underTest: StoreUnderTest;
    let store: EventStore;
    before(async () => {
      underTest = await makeStore();
      store = underTest.store;
    });
    after(() => underTest.dispose());

    /** Appends and answers the outcome; the test fails on a conflict. */
    const append = async (stream: StreamName, expected: number, events: readonly NewEvent[]) =>
      done(await store.append(stream, expected, events));
    const streamIds = async (stream: StreamName) => ids(await collect(store.read(stream)));

    if (abilities.startsEmpty)
      it("has its head at the start while it is empty", async () => {
        expect(await store.head()).to.equal(START);
        expect(await collect(store.readAll({ after: START }))).to.deep.equal([]);
      });

    it("keeps its identity", async () => {
      const id = await store.storeId();
      expect(id).to.be.a("string").with.length.greaterThan(0);
      expect(await store.storeId()).to.equal(id);
    });

    describe("append", () => {
      it("writes at NO_STREAM, then at exact revisions, and tells the last event's place", async () => {
        const stream = newStream();
        const [first, second, third] = [newEvent(), newEvent(), newEvent()];
        const one = await append(stream, NO_STREAM, [first, second]);
        expect(one.revision).to.equal(1);
        const two = await append(stream, 1, [third]);
        expect(two.revision).to.equal(2);
        expect(two.position > one.position && one.position > START).to.equal(true);

        const recorded = await collect(store.read(stream));
        expect(ids(recorded)).to.deep.equal(ids([first, second, third]));
        expect(recorded.map((event) => event.revision)).to.deep.equal([0, 1, 2]);
        expect(recorded[1]?.position).to.equal(one.position);
        expect(recorded[2]?.position).to.equal(two.position);
      });

      it("refuses any revision but the stream's own, and says which that is", async () => {
        const stream = newStream();
        expect(await store.append(stream, 0, newEvents(1))).to.deep.equal(wrongRevision(NO_STREAM));
        const written = newEvents(3);
        await append(stream, NO_STREAM, written);
        for (const expected of [NO_STREAM, 0, 1, 3, 40])
          expect(await store.append(stream, expected, newEvents(1))).to.deep.equal(wrongRevision(2));
        expect(await streamIds(stream)).to.deep.equal(ids(written));
      });

      it("lets exactly one of 20 writers win a revision", async () => {
        const stream = newStream();
        await append(stream, NO_STREAM, newEvents(1));
        const rivals = newEvents(20);
        const outcomes = await Promise.all(rivals.map((event) => store.append(stream, 0, [event])));
        const winners = rivals.filter((_, i) => outcomes[i]?.appended);
        expect(winners).to.have.length(1);
        expect(outcomes.filter((outcome) => !outcome.appended)).to.deep.equal(
          Array.from({ length: 19 }, () => wrongRevision(1)),
        );
        expect((await streamIds(stream)).slice(1)).to.deep.equal(ids(winners));
      });

      it("keeps simultaneous appends to different streams apart", async () => {
        const streams = Array.from({ length: 30 }, () => newStream());
        const written = await Promise.all(
          streams.map(async (stream) => {
            const events = newEvents(3);
            await append(stream, NO_STREAM, events.slice(0, 2));
            await append(stream, 1, events.slice(2));
            return ids(events);
          }),
        );
        expect(await Promise.all(streams.map(streamIds))).to.deep.equal(written);
      });

      it("refuses an empty append", async () => {
        const error = await store.append(newStream(), NO_STREAM, []).then(undefined, (e: unknown) => e);
        expect(error).to.be.instanceOf(RangeError);
      });

      it("refuses more than 900 KiB in sum and takes what is just below", async () => {
        const stream = newStream();
        const text = (bytes: number) => JSON.stringify("x".repeat(bytes - 2));
        const parts = (count: number) =>
          Array.from({ length: count }, () => newEvent({ data: text(44 * KIB) }));
        const tooMuch = [
          [newEvent({ data: text(900 * KIB) })],
          [newEvent({ data: JSON.stringify("\u00e9".repeat(460 * KIB)) })],
          parts(21),
        ];
        for (const events of tooMuch) {
          const error = await store.append(stream, NO_STREAM, events).then(undefined, (e: unknown) => e);
          expect(error).to.be.instanceOf(RangeError);
        }
        expect(await streamIds(stream)).to.deep.equal([]);
        expect((await append(stream, NO_STREAM, parts(20))).revision).to.equal(19);
        expect((await append(stream, 19, [newEvent({ data: text(899 * KIB) })])).revision).to.equal(20);
      });
    });

    describe("a repeated append", () => {
      it("succeeds with the original revision and position: whole, a prefix, from the middle", async () => {
        const stream = newStream();
        const events = newEvents(3);
        const original = await append(stream, NO_STREAM, events);
        const [first, second] = await collect(store.read(stream));
        expect(await append(stream, NO_STREAM, events)).to.deep.equal(original);
        expect(await append(stream, NO_STREAM, events.slice(0, 1))).to.deep.equal({
          appended: true,
          revision: 0,
          position: first?.position,
        });
        expect(await append(stream, 0, events.slice(1, 2))).to.deep.equal({
          appended: true,
          revision: 1,
          position: second?.position,
        });
        expect(await append(stream, 0, events.slice(1))).to.deep.equal(original);
        expect(await streamIds(stream)).to.deep.equal(ids(events));
      });

      it("succeeds on a stream that has moved on", async () => {
        const stream = newStream();
        const events = newEvents(2);
        const original = await append(stream, NO_STREAM, events);
        await append(stream, 1, newEvents(5));
        expect(await append(stream, NO_STREAM, events)).to.deep.equal(original);
        expect(await streamIds(stream)).to.have.length(7);
      });

      it("succeeds with other metadata, and the first metadata stay", async () => {
        const stream = newStream();
        const event = newEvent();
        const original = await append(stream, NO_STREAM, [event]);
        const again = { ...event, metadata: { ...event.metadata, correlationId: "another" } };
        expect(await append(stream, NO_STREAM, [again])).to.deep.equal(original);
        expect((await collect(store.read(stream)))[0]?.metadata).to.deep.equal(event.metadata);
      });

      it("succeeds for every one of several at the same time", async () => {
        const stream = newStream();
        const events = newEvents(3);
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, () => append(stream, NO_STREAM, events)),
        );
        expect(new Set(outcomes.map((outcome) => `${outcome.revision} ${outcome.position}`)).size).to.equal(
          1,
        );
        expect(await streamIds(stream)).to.deep.equal(ids(events));
      });

      it("conflicts when it is longer than the first time, or ends otherwise", async () => {
        const stream = newStream();
        const events = newEvents(2);
        await append(stream, NO_STREAM, events);
        expect(await store.append(stream, NO_STREAM, [...events, newEvent()])).to.deep.equal(
          wrongRevision(1),
        );
        expect(await store.append(stream, NO_STREAM, [...events.slice(0, 1), newEvent()])).to.deep.equal(
          wrongRevision(1),
        );
        expect(await streamIds(stream)).to.deep.equal(ids(events));
      });
    });

    describe("a known id", () => {
      it("conflicts anywhere in its stream but at its own place", async () => {
        const stream = newStream();
        const [first, second] = [newEvent(), newEvent()];
        await append(stream, NO_STREAM, [first, second]);
        expect(await store.append(stream, 1, [first])).to.deep.equal(knownId(1));
        expect(await store.append(stream, 1, [newEvent(), second])).to.deep.equal(knownId(1));
        expect(await store.append(stream, NO_STREAM, [second])).to.deep.equal(knownId(1));
        expect(await store.append(stream, NO_STREAM, [second, first])).to.deep.equal(knownId(1));
        expect(await streamIds(stream)).to.deep.equal(ids([first, second]));
      });

      it("conflicts twice in one append", async () => {
        const stream = newStream();
        const event = newEvent();
        expect(await store.append(stream, NO_STREAM, [event, event])).to.deep.equal(knownId(NO_STREAM));
        expect(await streamIds(stream)).to.deep.equal([]);
      });

      it("is a new event in another stream", async () => {
        const [one, other] = [newStream(), newStream()];
        const event = newEvent();
        const first = await append(one, NO_STREAM, [event]);
        const second = await append(other, NO_STREAM, [event]);
        expect(second.position > first.position).to.equal(true);
        expect(await streamIds(other)).to.deep.equal([event.id]);
      });

      if (abilities.comparesContent)
        it("conflicts at its own place with other data, type or schema version", async () => {
          const stream = newStream();
          const event = newEvent();
          await append(stream, NO_STREAM, [event]);
          for (const other of [{ data: '{"amount":"2"}' }, { type: "Other" }, { schemaVersion: 2 }])
            expect(await store.append(stream, NO_STREAM, [{ ...event, ...other }])).to.deep.equal(knownId(0));
          expect((await collect(store.read(stream)))[0]?.data).to.equal(event.data);
        });
    });

    describe("read", () => {
      it("finds nothing in a stream that does not exist, either way", async () => {
        expect(await collect(store.read(newStream()))).to.deep.equal([]);
        expect(await collect(store.read(newStream(), { direction: "backwards" }))).to.deep.equal([]);
        expect(await collect(store.read(newStream(), { from: 3, limit: 2 }))).to.deep.equal([]);
      });

      it("pages through a long stream in both directions, from any revision, up to a limit", async () => {
        const stream = newStream();
        const events = newEvents(1_234);
        await append(stream, NO_STREAM, events.slice(0, 700));
        await append(stream, 699, events.slice(700));
        const all = ids(events);
        const back = all.toReversed();
        const read = async (options: Parameters<EventStore["read"]>[1]) =>
          ids(await collect(store.read(stream, options)));

        expect(await read({})).to.deep.equal(all);
        expect(await read({ direction: "backwards" })).to.deep.equal(back);
        expect(await read({ from: 1_200 })).to.deep.equal(all.slice(1_200));
        expect(await read({ from: 10, limit: 1_100 })).to.deep.equal(all.slice(10, 1_110));
        expect(await read({ from: 1_234 })).to.deep.equal([]);
        expect(await read({ limit: 1 })).to.deep.equal(all.slice(0, 1));
        expect(await read({ limit: 0 })).to.deep.equal([]);
        expect(await read({ direction: "backwards", limit: 2 })).to.deep.equal(back.slice(0, 2));
        expect(await read({ direction: "backwards", from: 5 })).to.deep.equal(back.slice(-6));
        expect(await read({ direction: "backwards", from: 1_100, limit: 3 })).to.deep.equal(
          all.slice(1_098, 1_101).toReversed(),
        );
      });

      it("may be left in the middle", async () => {
        const stream = newStream();
        await append(stream, NO_STREAM, newEvents(600));
        for await (const event of store.read(stream)) if (event.revision === 3) break;
        expect(await collect(store.read(stream, { limit: 1 }))).to.have.length(1);
      });

      it("gives back every byte, and all that was said about the event", async () => {
        const stream = newStream();
        const texts = [
          '{"b":1,"a":{"z":0,"y":[]},"b2":2}',
          '{"big":123456789012345678901234567890,"fraction":1.10,"exponent":1E400}',
          '{ "spaced" :  true }\n',
          '{"text":"\u017elu\u0165ou\u010dk\u00fd k\u016f\u0148 \ud83d\udc18 \\u0000 \\ud800 \\"quoted\\" \\\\ \'"}',
          '"just text"',
          "null",
        ];
        const metadata = {
          correlationId: "c\u00f3rr",
          causationId: 'with "quotes" and \\',
          actor: "person:\ud83d\udc18",
          traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        };
        const events = texts.map((data, i) =>
          newEvent({ data, type: `Kind${i}`, schemaVersion: i + 1, metadata }),
        );
        await append(stream, NO_STREAM, events);
        const recorded = await collect(store.read(stream));
        expect(
          recorded.map(({ id, type, schemaVersion, data, metadata }) => ({
            id,
            type,
            schemaVersion,
            data,
            metadata,
          })),
        ).to.deep.equal(events);
        for (const event of recorded) {
          expect(event.stream).to.equal(stream);
          expect(event.recordedAt).to.be.instanceOf(Date);
        }
        const [second] = await collect(store.read(stream, { from: 1, limit: 1 }));
        const all = await collect(store.readAll({ after: START }));
        expect(all.find((event) => event.position === second?.position)).to.deep.equal(second);
      });
    });

    describe("the whole log", () => {
      const interleaved = async () => {
        const before = await store.head();
        const streams = [newStream("cycle"), newStream("payment"), newStream("wallet")];
        const written: NewEvent[] = [];
        for (let round = 0; round < 20; round += 1)
          for (const stream of streams) {
            const events = newEvents(20);
            await append(stream, round * 20 - 1, events);
            written.push(...events);
          }
        return { before, written };
      };

      it("is read in one order, after a position, up to a limit", async () => {
        const { before, written } = await interleaved();
        const all = await collect(store.readAll({ after: before }));
        expect(ids(all)).to.deep.equal(ids(written));
        expect(all.every((event, i) => i === 0 || event.position > (all[i - 1]?.position ?? 0n))).to.equal(
          true,
        );
        const middle = all[599]?.position ?? START;
        expect(await collect(store.readAll({ after: middle }))).to.deep.equal(all.slice(600));
        expect(await collect(store.readAll({ after: middle, limit: 550 }))).to.deep.equal(
          all.slice(600, 1_150),
        );
        expect(await collect(store.readAll({ after: before, limit: 0 }))).to.deep.equal([]);
        expect(await collect(store.readAll({ after: await store.head() }))).to.deep.equal([]);
      });

      it("has its head at the last event appended, and a repeated append does not move it", async () => {
        const stream = newStream();
        const events = newEvents(2);
        const { position } = await append(stream, NO_STREAM, events);
        expect(await store.head()).to.equal(position);
        await append(newStream(), NO_STREAM, newEvents(1));
        const head = await store.head();
        expect(head > position).to.equal(true);
        await append(stream, NO_STREAM, events);
        await store.append(stream, 7, newEvents(1));
        expect(await store.head()).to.equal(head);
      });
    });

    describe("a subscription", () => {
      /** Reads messages until `enough` says so; the iterator stays open. */
      const take = async (
        messages: AsyncIterator<SubscriptionMessage>,
        enough: (seen: readonly SubscriptionMessage[]) => boolean,
      ): Promise<SubscriptionMessage[]> => {
        const seen: SubscriptionMessage[] = [];
        while (!enough(seen)) {
          const next = await messages.next();
          if (next.done) throw new Error("the subscription ended");
          seen.push(next.value);
        }
        return seen;
      };
      const eventIds = (messages: readonly SubscriptionMessage[]) =>
        messages.flatMap((message) => (message.kind === "event" ? [message.event.id] : []));
      const caughtUp = (seen: readonly SubscriptionMessage[]) => seen.at(-1)?.kind === "caught-up";

      it("delivers history, says that it caught up, then what is new, in order and once", async () => {
        const before = await store.head();
        const history = newEvents(1_100);
        const stream = newStream();
        await append(stream, NO_STREAM, history.slice(0, 600));
        await append(stream, 599, history.slice(600));
        const stop = new AbortController();
        const messages = store.subscribeAll({ after: before, signal: stop.signal })[Symbol.asyncIterator]();

        const past = await take(messages, caughtUp);
        expect(eventIds(past)).to.deep.equal(ids(history));

        const live = newEvents(90);
        for (let i = 0; i < 90; i += 3) await append(newStream(), NO_STREAM, live.slice(i, i + 3));
        const present = await take(messages, (seen) => eventIds(seen).length >= 90);
        expect(eventIds(present)).to.deep.equal(ids(live));

        stop.abort();
        await finished(messages);
      });

      it("misses nothing that is written while it catches up", async () => {
        const before = await store.head();
        const stop = new AbortController();
        const messages = store.subscribeAll({ after: before, signal: stop.signal })[Symbol.asyncIterator]();
        const writing = Promise.all(
          Array.from({ length: 8 }, async () => {
            const stream = newStream();
            for (let i = 0; i < 25; i += 1) await append(stream, i - 1, newEvents(1));
          }),
        );
        const seen = await take(messages, (messages) => eventIds(messages).length >= 200);
        await writing;
        const all = await collect(store.readAll({ after: before }));
        expect(eventIds(seen)).to.deep.equal(ids(all));
        stop.abort();
        await finished(messages);
      });

      it("delivers everything to each of several subscribers", async () => {
        const after = await store.head();
        const stop = new AbortController();
        const both = [1, 2].map(() =>
          store.subscribeAll({ after, signal: stop.signal })[Symbol.asyncIterator](),
        );
        await Promise.all(both.map((messages) => take(messages, caughtUp)));
        const events = newEvents(2);
        await append(newStream(), NO_STREAM, events);
        for (const messages of both)
          expect(eventIds(await take(messages, (seen) => eventIds(seen).length >= 2))).to.deep.equal(
            ids(events),
          );
        stop.abort();
        await Promise.all(both.map(finished));
      });

      it("ends when it is aborted: before it began, while it waits, between two events", async () => {
        const after = await store.head();
        await append(newStream(), NO_STREAM, newEvents(3));

        expect(await collect(store.subscribeAll({ after, signal: AbortSignal.abort() }))).to.deep.equal([]);

        const waiting = new AbortController();
        const idle = store.subscribeAll({ after, signal: waiting.signal })[Symbol.asyncIterator]();
        await take(idle, caughtUp);
        const pending = finished(idle);
        waiting.abort();
        await pending;

        const between = new AbortController();
        const seen: string[] = [];
        for await (const message of store.subscribeAll({ after, signal: between.signal })) {
          seen.push(message.kind);
          between.abort();
        }
        expect(seen).to.deep.equal(["event"]);
      });

      it("may be left by its reader", async () => {
        const after = await store.head();
        await append(newStream(), NO_STREAM, newEvents(3));
        const { signal } = new AbortController();
        for await (const message of store.subscribeAll({ after, signal }))
          if (message.kind === "caught-up") break;
        expect((await append(newStream(), NO_STREAM, newEvents(1))).revision).to.equal(0);
      });

      /** Passes when the iterator ends; events delivered before that do not matter. */
      const finished = async (messages: AsyncIterator<SubscriptionMessage>): Promise<void> => {
        for (;;) if ((await messages.next()).done) return;
      };
    });
  });
};
