// Listeners to the log, while others append to it: each hears each event once and in order.
import { expect } from "chai";
import fc from "fast-check";
import { type FeedSources, type Kept } from "../../../src/api/live/feed.js";
import { framing } from "../../../src/api/live/frame.js";
import { LiveEvents, type Told } from "../../../src/api/live/live-events.js";
import { Problem } from "../../../src/api/problem.js";
import {
  NO_STREAM,
  type Position,
  START,
  StoreUnavailable,
} from "../../../src/application/ports/event-store.js";
import { eventReading } from "../../../src/infrastructure/eventstore/codec.js";
import { collect, newEvents, newStream } from "../../support/events.js";
import { MemoryEventStore } from "../../support/memory-event-store.js";
import { failOnUnhandledRejections } from "../../support/unhandled.js";
import { SteppedClock } from "../../support/world/stepped-clock.js";

const ALL = () => true;
const limits = (kept: Kept, page: Kept = { frames: 3, bytes: 1_000 }) => ({ listeners: 50, kept, page });

/** Lets what is under way go on, as far as it comes. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Says how often it was subscribed to, and can be told to fail. */
class WatchedStore extends MemoryEventStore {
  subscribed = 0;
  open = 0;
  failing: Error | undefined;

  override async head() {
    if (this.failing) throw this.failing;
    return super.head();
  }

  override async *subscribeAll(options: { after: Position; signal: AbortSignal }) {
    this.subscribed += 1;
    this.open += 1;
    try {
      for await (const message of super.subscribeAll(options)) {
        if (this.failing) throw this.failing;
        yield message;
      }
    } finally {
      this.open -= 1;
    }
  }
}

describe("live events", () => {
  failOnUnhandledRejections();
  let store: WatchedStore;
  let clock: SteppedClock;
  const sources = (): FeedSources => ({ store, clock, frameOf: framing(eventReading) });
  const append = (count: number) => store.append(newStream(), NO_STREAM, newEvents(count));
  beforeEach(() => {
    clock = new SteppedClock(0);
    store = new WatchedStore(() => clock.now());
  });

  class Listener {
    readonly heard: Position[] = [];
    readonly quiet: Position[] = [];
    private readonly stop = new AbortController();
    private told: AsyncIterator<Told> | undefined;

    async begin(
      live: LiveEvents,
      after?: Position,
      isWanted: (frame: { position: Position }) => boolean = ALL,
    ) {
      const told = await live.listen({ after, isWanted }, this.stop.signal);
      this.told = told[Symbol.asyncIterator]();
      return this;
    }

    /** Undefined at the end. */
    async hear(): Promise<Told | undefined> {
      const next = await this.told?.next();
      if (next === undefined || next.done === true) return undefined;
      const { frame, position } = next.value;
      (frame === undefined ? this.quiet : this.heard).push(position);
      return next.value;
    }

    /** As soon as something is told, until it ends. */
    async follow(): Promise<void> {
      while ((await this.hear()) !== undefined);
    }

    leave(): void {
      this.stop.abort();
    }
  }

  const positionsAfter = async (after: Position) =>
    (await collect(store.readAll({ after }))).map(({ position }) => position);

  it("reach each listener once and in order, wherever it began, however slowly it takes them", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("append" as const), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constant("join" as const), back: fc.option(fc.integer({ min: 0, max: 30 })) }),
      fc.record({
        kind: fc.constant("hear" as const),
        who: fc.nat(20),
        count: fc.integer({ min: 1, max: 8 }),
      }),
      fc.record({ kind: fc.constant("leave" as const), who: fc.nat(20) }),
      fc.record({ kind: fc.constant("settle" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        async (steps, kept) => {
          store = new WatchedStore(() => clock.now());
          await append(7);
          const live = new LiveEvents(sources(), limits({ frames: kept, bytes: 3_000 }));
          const joined: { readonly listener: Listener; readonly after: Position; ended: boolean }[] = [];
          for (const act of steps) {
            if (act.kind === "append") await append(act.count);
            if (act.kind === "settle") await settle();
            if (act.kind === "join") {
              const head = await store.head();
              const after = act.back === null ? undefined : ((head - BigInt(act.back)) as Position);
              const isLate = after !== undefined && after < START;
              const listener = await new Listener().begin(live, isLate ? START : after);
              const begun = await listener.hear();
              if (begun === undefined) throw new Error("it is not told where it begins");
              if (after === undefined) expect(begun.position <= head).to.equal(true);
              else expect(begun.position).to.equal(isLate ? START : after);
              joined.push({ listener, after: begun.position, ended: false });
            }
            const one = "who" in act ? joined[act.who % Math.max(1, joined.length)] : undefined;
            if (one === undefined || one.ended) continue;
            if (act.kind === "leave") {
              one.ended = true;
              one.listener.leave();
            }
            if (act.kind !== "hear") continue;
            for (let n = 0; n < act.count; n += 1) {
              const all = await positionsAfter(one.after);
              if (one.listener.heard.length < all.length) await one.listener.hear();
            }
          }
          const head = await store.head();
          for (const { listener, after, ended } of joined) {
            const all = await positionsAfter(after);
            if (!ended) while (listener.heard.length < all.length) await listener.hear();
            expect(listener.heard).to.deep.equal(ended ? all.slice(0, listener.heard.length) : all);
            if (!ended) expect(listener.heard.at(-1) ?? head).to.equal(head);
            listener.leave();
          }
          await settle();
          await settle();
          expect(store.open).to.equal(0);
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });

  it("reach each of many that follow while others append, over one subscription", async () => {
    const live = new LiveEvents(sources(), limits({ frames: 5, bytes: 100_000 }));
    await append(20);
    const listeners: Listener[] = [];
    for (let n = 0; n < 12; n += 1) {
      listeners.push(await new Listener().begin(live, (n % 2 === 0 ? START : 10n) as Position));
      await append(3);
    }
    const following = Promise.all(listeners.map((listener) => listener.follow()));
    for (let n = 0; n < 30; n += 1) {
      await append(1 + (n % 4));
      if (n % 7 === 0) await settle();
    }
    const all = await positionsAfter(START);
    while (listeners.some(({ heard }) => heard.at(-1) !== all.at(-1))) await settle();
    expect([store.subscribed, store.open]).to.deep.equal([1, 1]);
    for (const listener of listeners) listener.leave();
    await following;
    for (const [n, { heard }] of listeners.entries())
      expect(heard).to.deep.equal(n % 2 === 0 ? all : all.filter((position) => position > 10n));
    await settle();
    expect(store.open).to.equal(0);
    const again = await new Listener().begin(live);
    expect(store.subscribed).to.equal(2);
    again.leave();
  });

  it("say how far they have come where there is nothing to tell, also between events that are not wanted", async () => {
    const live = new LiveEvents(sources());
    const listener = await new Listener().begin(live, undefined, () => false);
    const following = listener.follow();
    await settle();
    expect(listener.quiet).to.deep.equal([START]);
    for (let n = 1; n <= 3; n += 1) {
      clock.advance(10_000);
      await append(1);
      await settle();
      await settle();
    }
    clock.advance(5_000);
    await settle();
    await settle();
    expect([listener.heard, listener.quiet]).to.deep.equal([[], [START, 0n, 2n]]);
    listener.leave();
    await following;
  });

  it("are kept no longer than so many, or so many bytes, and read from the log behind that, a page at a time", async () => {
    const big = { type: "CycleSettled", data: JSON.stringify({ text: "x".repeat(10_000) }) };
    const readAll = store.readAll.bind(store);
    const read: Position[] = [];
    store.readAll = (options) => {
      read.push(options.after);
      return readAll(options);
    };
    const pages = { frames: 3, bytes: 1_000_000 };
    for (const kept of [
      { frames: 4, bytes: 1_000_000 },
      { frames: 1_000, bytes: 45_000 },
    ]) {
      const listener = await new Listener().begin(new LiveEvents(sources(), limits(kept, pages)));
      const begun = await listener.hear();
      const events = newEvents(9).map((event) => ({ ...event, ...big }));
      await store.append(newStream(), NO_STREAM, events);
      await settle();
      read.splice(0);
      while (listener.heard.length < 9) await listener.hear();
      const first = (begun?.position ?? START) + 1n;
      expect(listener.heard).to.deep.equal(events.map((_, n) => first + BigInt(n)));
      expect(read).to.deep.equal([first - 1n, first + 2n]);
      listener.leave();
    }
  });

  it("are for so many listeners, and for places that the log has", async () => {
    const live = new LiveEvents(sources(), { ...limits({ frames: 9, bytes: 9_999 }), listeners: 2 });
    const refused = async (after?: Position) => {
      const listener = new Listener();
      try {
        await listener.begin(live, after);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        listener.leave();
        return error.type;
      }
      throw new Error("it was let in");
    };
    const first = await new Listener().begin(live);
    expect(await refused(0n as Position)).to.equal("ahead-of-log");
    const second = await new Listener().begin(live);
    expect(await refused()).to.equal("too-many-listeners");
    second.leave();
    const third = await new Listener().begin(live);
    for (const listener of [first, third]) listener.leave();
  });

  it("end for everybody when the log cannot be followed, and begin anew for who comes back", async () => {
    const live = new LiveEvents(sources());
    const listener = await new Listener().begin(live);
    const following = listener.follow().then(
      () => "ended",
      (error: unknown) => error,
    );
    await settle();
    const failure = new StoreUnavailable("subscribeAll", { cause: "gone" });
    store.failing = failure;
    await append(1);
    expect(await following).to.equal(failure);
    const early = new Listener();
    expect(await early.begin(live).catch((error: unknown) => error)).to.equal(failure);
    early.leave();
    listener.leave();
    store.failing = undefined;
    const back = await new Listener().begin(live, START);
    await back.hear();
    await back.hear();
    expect(back.heard).to.deep.equal([0n]);
    back.leave();
  });
});
