import { expect } from "chai";
import { NO_STREAM, type SubscriptionMessage } from "../../src/application/ports/event-store.js";
import { collect, newEvents, newStream } from "../support/events.js";
import { type Subject, ids } from "./event-store.subject.js";

/** What a subscription to the whole log promises. */
export const subscriptionContract = ({ store, append }: Subject): void => {
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
      const before = await store().head();
      const history = newEvents(1_100);
      const stream = newStream();
      await append(stream, NO_STREAM, history.slice(0, 600));
      await append(stream, 599, history.slice(600));
      const stop = new AbortController();
      const messages = store().subscribeAll({ after: before, signal: stop.signal })[Symbol.asyncIterator]();

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
      const before = await store().head();
      const stop = new AbortController();
      const messages = store().subscribeAll({ after: before, signal: stop.signal })[Symbol.asyncIterator]();
      const writing = Promise.all(
        Array.from({ length: 8 }, async () => {
          const stream = newStream();
          for (let i = 0; i < 25; i += 1) await append(stream, i - 1, newEvents(1));
        }),
      );
      const seen = await take(messages, (messages) => eventIds(messages).length >= 200);
      await writing;
      const all = await collect(store().readAll({ after: before }));
      expect(eventIds(seen)).to.deep.equal(ids(all));
      stop.abort();
      await finished(messages);
    });

    it("delivers everything to each of several subscribers", async () => {
      const after = await store().head();
      const stop = new AbortController();
      const both = [1, 2].map(() =>
        store().subscribeAll({ after, signal: stop.signal })[Symbol.asyncIterator](),
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
      const after = await store().head();
      await append(newStream(), NO_STREAM, newEvents(3));

      expect(await collect(store().subscribeAll({ after, signal: AbortSignal.abort() }))).to.deep.equal([]);

      const waiting = new AbortController();
      const idle = store().subscribeAll({ after, signal: waiting.signal })[Symbol.asyncIterator]();
      await take(idle, caughtUp);
      const pending = finished(idle);
      waiting.abort();
      await pending;

      const between = new AbortController();
      const seen: string[] = [];
      for await (const message of store().subscribeAll({ after, signal: between.signal })) {
        seen.push(message.kind);
        between.abort();
      }
      expect(seen).to.deep.equal(["event"]);
    });

    it("may be left by its reader", async () => {
      const after = await store().head();
      await append(newStream(), NO_STREAM, newEvents(3));
      const { signal } = new AbortController();
      for await (const message of store().subscribeAll({ after, signal }))
        if (message.kind === "caught-up") break;
      expect((await append(newStream(), NO_STREAM, newEvents(1))).revision).to.equal(0);
    });

    /** Passes when the iterator ends; events delivered before that do not matter. */
    const finished = async (messages: AsyncIterator<SubscriptionMessage>): Promise<void> => {
      for (;;) if ((await messages.next()).done) return;
    };
  });
};
