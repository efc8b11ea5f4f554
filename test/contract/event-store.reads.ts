import { expect } from "chai";
import {
  type EventStore,
  NO_STREAM,
  type NewEvent,
  type Position,
  START,
} from "../../src/application/ports/event-store.js";
import { collect, newEvent, newEvents, newStream } from "../support/events.js";
import { type Subject, ids } from "./event-store.subject.js";

/** What reading one stream and the whole log promises. */
export const readContract = ({ store, append }: Subject): void => {
  describe("read", () => {
    it("finds nothing in a stream that does not exist, either way", async () => {
      expect(await collect(store().read(newStream()))).to.deep.equal([]);
      expect(await collect(store().read(newStream(), { direction: "backwards" }))).to.deep.equal([]);
      expect(await collect(store().read(newStream(), { from: 3, limit: 2 }))).to.deep.equal([]);
    });

    it("pages through a long stream in both directions, from any revision, up to a limit", async () => {
      const stream = newStream();
      const events = newEvents(1_234);
      await append(stream, NO_STREAM, events.slice(0, 700));
      await append(stream, 699, events.slice(700));
      const all = ids(events);
      const back = all.toReversed();
      const read = async (options: Parameters<EventStore["read"]>[1]) =>
        ids(await collect(store().read(stream, options)));

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
      for await (const event of store().read(stream)) if (event.revision === 3) break;
      expect(await collect(store().read(stream, { limit: 1 }))).to.have.length(1);
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
      const recorded = await collect(store().read(stream));
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
      const [second] = await collect(store().read(stream, { from: 1, limit: 1 }));
      const all = await collect(store().readAll({ after: START }));
      expect(all.find((event) => event.position === second?.position)).to.deep.equal(second);
    });
  });

  describe("the whole log", () => {
    const interleaved = async () => {
      const before = await store().head();
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
      const all = await collect(store().readAll({ after: before }));
      expect(ids(all)).to.deep.equal(ids(written));
      expect(all.every((event, i) => i === 0 || event.position > (all[i - 1]?.position ?? 0n))).to.equal(
        true,
      );
      const middle = all[599]?.position ?? START;
      expect(await collect(store().readAll({ after: middle }))).to.deep.equal(all.slice(600));
      expect(await collect(store().readAll({ after: middle, limit: 550 }))).to.deep.equal(
        all.slice(600, 1_150),
      );
      expect(await collect(store().readAll({ after: before, limit: 0 }))).to.deep.equal([]);
      expect(await collect(store().readAll({ after: await store().head() }))).to.deep.equal([]);
    });

    it("tells the last event up to a position, and up to a time", async () => {
      const { before } = await interleaved();
      const all = await collect(store().readAll({ after: before }));
      const [first, middle, last] = [all[0], all[600], all.at(-1)];
      if (!first || !middle || !last) throw new Error("no events");
      expect(await store().lastUpTo(START)).to.equal(START);
      expect(await store().lastUpTo(before)).to.equal(before);
      expect(await store().lastUpTo(middle.position)).to.equal(middle.position);
      expect(await store().lastUpTo((last.position + 1_000n) as Position)).to.equal(last.position);
      const upTo = (time: Date) => all.findLast(({ recordedAt }) => recordedAt <= time)?.position;
      for (const { recordedAt } of [first, middle, last])
        expect(await store().lastUpTo(recordedAt)).to.equal(upTo(recordedAt));
      expect(await store().lastUpTo(new Date(0))).to.equal(START);
    });

    it("has its head at the last event appended, and a repeated append does not move it", async () => {
      const stream = newStream();
      const events = newEvents(2);
      const { position } = await append(stream, NO_STREAM, events);
      expect(await store().head()).to.equal(position);
      await append(newStream(), NO_STREAM, newEvents(1));
      const head = await store().head();
      expect(head > position).to.equal(true);
      await append(stream, NO_STREAM, events);
      await store().append(stream, 7, newEvents(1));
      expect(await store().head()).to.equal(head);
    });
  });
};
