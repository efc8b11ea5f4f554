// What every event store must do, whatever stands behind it. One suite, run against each adapter.
import { expect } from "chai";
import { type EventStore, NO_STREAM, START } from "../../src/application/ports/event-store.js";
import { collect, newEvent, newEvents, newStream } from "../support/events.js";
import { appendContract } from "./event-store.appends.js";
import { readContract } from "./event-store.reads.js";
import { Subject } from "./event-store.subject.js";
import { subscriptionContract } from "./event-store.subscriptions.js";

export interface StoreUnderTest {
  readonly store: EventStore;
  dispose(): Promise<void>;
}

/**
 * Declares the suite for one adapter. `makeStore` is called once for the whole suite, and gives a log without events
 * unless the server is shared with others.
 */
export const eventStoreContract = (
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  { isShared = false }: { readonly isShared?: boolean } = {},
): void => {
  describe(`${name} as an event store`, () => {
    const subject = new Subject();
    let dispose: (() => Promise<void>) | undefined;
    before(async () => {
      const made = await makeStore();
      dispose = () => made.dispose();
      subject.use(made.store);
    });
    after(() => dispose?.());

    if (!isShared)
      it("has its head at the start while it is empty", async () => {
        expect(await subject.store().head()).to.equal(START);
        expect(await collect(subject.store().readAll({ after: START }))).to.deep.equal([]);
      });

    // Before any other event: one that comes behind later ones does not turn a log's time back.
    if (!isShared)
      it("keeps when another log recorded an event first, which is no part of its identity", async () => {
        const stream = newStream();
        const times = ["2020-01-01T00:00:00.123Z", "2020-01-02T00:00:00.000Z"].map((time) => new Date(time));
        const events = newEvents(1);
        const timed = times.map((firstRecordedAt) => newEvent({ firstRecordedAt }));
        const written = await subject.append(stream, NO_STREAM, timed);
        const untimed = timed.map(({ firstRecordedAt: _, ...event }) => event);
        expect(await subject.append(stream, NO_STREAM, untimed)).to.deep.equal(written);
        await subject.append(stream, 1, events);
        const recorded = await collect(subject.store().read(stream));
        expect(recorded.slice(0, 2).map(({ recordedAt }) => recordedAt)).to.deep.equal(times);
        expect(recorded[2]?.recordedAt.getTime()).to.be.greaterThan(Date.parse("2021-01-01"));
      });

    it("keeps its identity", async () => {
      const id = await subject.store().storeId();
      expect(id).to.be.a("string").with.length.greaterThan(0);
      expect(await subject.store().storeId()).to.equal(id);
    });

    appendContract(subject);
    readContract(subject);
    subscriptionContract(subject);
  });
};
