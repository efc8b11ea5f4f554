import { expect } from "chai";
import { NO_STREAM, START } from "../../src/application/ports/event-store.js";
import { collect, newEvent, newEvents, newStream } from "../support/events.js";
import { type Subject, ids, knownId, wrongRevision } from "./event-store.subject.js";

const KIB = 1024;

/** What `append` promises. */
export const appendContract = ({ store, append, streamIds }: Subject): void => {
  describe("append", () => {
    it("writes at NO_STREAM, then at exact revisions, and tells the last event's place", async () => {
      const stream = newStream();
      const [first, second, third] = [newEvent(), newEvent(), newEvent()];
      const one = await append(stream, NO_STREAM, [first, second]);
      expect(one.revision).to.equal(1);
      const two = await append(stream, 1, [third]);
      expect(two.revision).to.equal(2);
      expect(two.position > one.position && one.position > START).to.equal(true);

      const recorded = await collect(store().read(stream));
      expect(ids(recorded)).to.deep.equal(ids([first, second, third]));
      expect(recorded.map((event) => event.revision)).to.deep.equal([0, 1, 2]);
      expect(recorded[1]?.position).to.equal(one.position);
      expect(recorded[2]?.position).to.equal(two.position);
    });

    it("refuses any revision but the stream's own, and says which that is", async () => {
      const stream = newStream();
      expect(await store().append(stream, 0, newEvents(1))).to.deep.equal(wrongRevision(NO_STREAM));
      const written = newEvents(3);
      await append(stream, NO_STREAM, written);
      for (const expected of [NO_STREAM, 0, 1, 3, 40])
        expect(await store().append(stream, expected, newEvents(1))).to.deep.equal(wrongRevision(2));
      expect(await streamIds(stream)).to.deep.equal(ids(written));
    });

    it("lets exactly one of 20 writers win a revision", async () => {
      const stream = newStream();
      await append(stream, NO_STREAM, newEvents(1));
      const rivals = newEvents(20);
      const outcomes = await Promise.all(rivals.map((event) => store().append(stream, 0, [event])));
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
      const error = await store()
        .append(newStream(), NO_STREAM, [])
        .then(undefined, (e: unknown) => e);
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
        const error = await store()
          .append(stream, NO_STREAM, events)
          .then(undefined, (e: unknown) => e);
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
      const [first, second] = await collect(store().read(stream));
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
      expect((await collect(store().read(stream)))[0]?.metadata).to.deep.equal(event.metadata);
    });

    it("succeeds for every one of several at the same time", async () => {
      const stream = newStream();
      const events = newEvents(3);
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => append(stream, NO_STREAM, events)));
      expect(new Set(outcomes.map((outcome) => `${outcome.revision} ${outcome.position}`)).size).to.equal(1);
      expect(await streamIds(stream)).to.deep.equal(ids(events));
    });

    it("conflicts when it is longer than the first time, or ends otherwise", async () => {
      const stream = newStream();
      const events = newEvents(2);
      await append(stream, NO_STREAM, events);
      expect(await store().append(stream, NO_STREAM, [...events, newEvent()])).to.deep.equal(
        wrongRevision(1),
      );
      expect(await store().append(stream, NO_STREAM, [...events.slice(0, 1), newEvent()])).to.deep.equal(
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
      expect(await store().append(stream, 1, [first])).to.deep.equal(knownId(1));
      expect(await store().append(stream, 1, [newEvent(), second])).to.deep.equal(knownId(1));
      expect(await store().append(stream, NO_STREAM, [second])).to.deep.equal(knownId(1));
      expect(await store().append(stream, NO_STREAM, [second, first])).to.deep.equal(knownId(1));
      expect(await streamIds(stream)).to.deep.equal(ids([first, second]));
    });

    it("conflicts twice in one append", async () => {
      const stream = newStream();
      const event = newEvent();
      expect(await store().append(stream, NO_STREAM, [event, event])).to.deep.equal(knownId(NO_STREAM));
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

    it("conflicts at its own place with other data, type or schema version", async () => {
      const stream = newStream();
      const event = newEvent();
      await append(stream, NO_STREAM, [event]);
      for (const other of [{ data: '{"amount":"2"}' }, { type: "Other" }, { schemaVersion: 2 }])
        expect(await store().append(stream, NO_STREAM, [{ ...event, ...other }])).to.deep.equal(knownId(0));
      expect((await collect(store().read(stream)))[0]?.data).to.equal(event.data);
    });
  });
};
