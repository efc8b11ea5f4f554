// What every event store must do, whatever stands behind it. One suite, run against each adapter.
import { expect } from "chai";
import { type EventStore, START } from "../../src/application/ports/event-store.js";
import { collect } from "../support/events.js";
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
