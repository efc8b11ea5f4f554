import { expect } from "chai";
import { UnreadableEvent } from "../../../src/application/ports/event-log.js";
import { MAX_APPEND_BYTES, NO_STREAM, START } from "../../../src/application/ports/event-store.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCycle, asLevel, streamName } from "../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { type TermsRow } from "../../../src/domain/reward/policy-codec.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { encodeEvent, operationEventId } from "../../../src/infrastructure/eventstore/codec.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { collect, newEvent } from "../../support/events.js";
import { storedData } from "../../support/event-shapes.js";
import { addressOf, operationOf } from "../../support/identifiers.js";
import { owedTo, planning } from "../../support/payment-samples.js";
import { POLICY } from "../../support/payouts.js";
import { adopted, CHAIN, counters, signed, term } from "../../support/wallet-samples.js";
import { WatchedStore } from "../../support/watched-store.js";

const metadata = { correlationId: "one", causationId: "one", actor: "ana" };
const payment = Payment.cycleStream(addressOf("baker"), asCycle(750));
const wallet = Wallet.stream(addressOf("payer"));

const ended = (level: number): DomainEvent => ({ type: "CycleEnded", data: { finalLevel: asLevel(level) } });
const decided = <Event>(decision: readonly Event[] | { readonly refused: string }): readonly Event[] => {
  if ("refused" in decision) throw new Error(decision.refused);
  return decision;
};
const opened = () => {
  const store = new WatchedStore();
  return { store, log: new CodedEventLog(store) };
};
/** 12,000 obligations: more than 2 MB in 24 chunks. */
const longPlan = decided(planning(owedTo(12_000))(Payment.initial));
const cuts = (store: WatchedStore) => store.appends.map(({ expected, events }) => [expected, events.length]);

describe("the coded event log", () => {
  it("appends what fits at once, all or nothing, and reads it back", async () => {
    const { store, log } = opened();
    const events = [ended(1), ended(2)];
    expect(await log.append(payment, NO_STREAM, events, metadata)).to.deep.equal({
      appended: true,
      revision: 1,
      position: 1n,
    });
    expect(cuts(store)).to.deep.equal([[NO_STREAM, 2]]);
    const read = await collect(log.read(payment));
    expect(read.map(({ event, revision, position }) => [event, revision, position])).to.deep.equal([
      [events[0], 0, 0n],
      [events[1], 1, 1n],
    ]);
    expect(await collect(log.read(payment, { direction: "backwards", limit: 1 }))).to.deep.equal([read[1]]);
    expect([await log.head(), await log.storeId()]).to.deep.equal([1n, "memory"]);
  });

  it("takes the same append again for a retry, and the same fact later for a new event", async () => {
    const { store, log } = opened();
    const first = await log.append(payment, NO_STREAM, [ended(1)], metadata);
    const other = { correlationId: "two", causationId: "two", actor: "taps", traceparent: "00-1" };
    expect(await log.append(payment, NO_STREAM, [ended(1)], other)).to.deep.equal(first);
    expect(await log.append(payment, NO_STREAM, [ended(2)], metadata)).to.deep.include({
      appended: false,
      actual: 0,
    });
    expect(await log.append(payment, 0, [ended(1)], metadata)).to.deep.include({
      appended: true,
      revision: 1,
    });
    expect(new Set(store.snapshot().map(({ id }) => id)).size).to.equal(2);
  });

  it("says what stands there now, though it has decoded something else under that id", async () => {
    const { store, log } = opened();
    await log.append(payment, NO_STREAM, [ended(1)], metadata);
    const read = store.read.bind(store);
    expect((await collect(log.read(payment))).map(({ event }) => event)).to.deep.equal([ended(1)]);
    const { data } = encodeEvent(ended(2));
    store.read = async function* (...args) {
      for await (const recorded of read(...args)) yield { ...recorded, data, revision: 7 };
    };
    const [found] = await collect(log.read(payment));
    expect([found?.event, found?.revision]).to.deep.equal([ended(2), 7]);
  });

  it("cuts a long list in order, each portion below the limit, as few as possible", async () => {
    const { store, log } = opened();
    const outcome = await log.append(payment, NO_STREAM, longPlan, metadata);
    expect(outcome).to.deep.include({ appended: true, revision: longPlan.length - 1 });
    expect(store.appends).to.have.length.above(2);
    const sizes = store.appends.map(({ events }) =>
      events.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0),
    );
    for (const size of sizes) expect(size).to.be.below(MAX_APPEND_BYTES);
    sizes
      .slice(1)
      .forEach((size, i) => expect(size + (sizes[i] ?? 0)).to.be.above(MAX_APPEND_BYTES - 20_000));
    expect((await collect(log.read(payment))).map(({ event }) => event)).to.deep.equal(longPlan);
  });

  it("cuts the same list in the same places, whoever appends it, so that a retry is harmless", async () => {
    const { store, log } = opened();
    const first = await log.append(payment, NO_STREAM, longPlan, metadata);
    const wordy = {
      correlationId: "c".repeat(80),
      causationId: "d".repeat(80),
      actor: "e".repeat(80),
      traceparent: "f".repeat(55),
    };
    expect(await log.append(payment, NO_STREAM, longPlan, wordy)).to.deep.equal(first);
    const half = store.appends.length / 2;
    expect(cuts(store).slice(half)).to.deep.equal(cuts(store).slice(0, half));
    expect(store.snapshot()).to.have.length(longPlan.length);
  });

  it("leaves an open list when it is overtaken, which the next decision closes", async () => {
    const { store, log } = opened();
    const overtaking = newEvent({ ...storedEvent("PayoutSimulated") });
    let overtaken = false;
    store.before = async ({ expected }) => {
      if (expected === NO_STREAM || overtaken) return;
      overtaken = true;
      await store.append(payment, expected, [overtaking]);
    };
    expect(await log.append(payment, NO_STREAM, longPlan, metadata)).to.deep.include({ appended: false });
    const written = (await collect(log.read(payment))).map(({ event }) => event as Payment.Event);
    const rest = decided(planning(owedTo(12_000))(written.reduce(Payment.evolve, Payment.initial)));
    expect([...written.slice(0, -1), ...rest]).to.deep.equal(longPlan);
    expect(await log.append(payment, written.length - 1, rest, metadata)).to.deep.include({ appended: true });
    const state = (await collect(log.read(payment)))
      .map(({ event }) => event as Payment.Event)
      .reduce(Payment.evolve, Payment.initial);
    expect([...state.obligations.values()].map(({ id }) => id)).to.deep.equal(
      owedTo(12_000).map(({ id }) => id),
    );
  });

  it("refuses an empty append, and an event that no append can hold", async () => {
    const { log } = opened();
    const huge: DomainEvent = { type: "CycleReopened", data: { actor: "x".repeat(MAX_APPEND_BYTES) } };
    for (const events of [[], [huge]]) {
      const error = await log.append(payment, NO_STREAM, events, metadata).then(
        () => undefined,
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(RangeError);
    }
  });

  it("holds policy and terms of 4,000 delegators in one append, however large they are", async () => {
    const { store, log } = opened();
    const terms = Array.from({ length: 4_000 }, (_, n): TermsRow => ({
      delegator: addressOf(n),
      feeBps: basisPoints.parse(10_000),
      recipient: addressOf(`recipient ${n}`),
      status: "suspend",
      maximumBalance: mutez(10n ** 40n - 1n),
    }));
    const registered = decided(
      Baker.register({ chainId: CHAIN, firstCycle: asCycle(1), startCycle: undefined })(Baker.initial),
    );
    const state = registered.reduce(Baker.evolve, Baker.initial);
    const change = decided(Baker.changePolicy({ policy: POLICY, terms, actor: "ana" })(state));
    await log.append(Baker.stream(addressOf("baker")), NO_STREAM, change, metadata);
    expect(cuts(store)).to.deep.equal([[NO_STREAM, 9]]);
    const { data } = storedEvent("RewardsAllocated");
    const allocated = {
      ...(JSON.parse(data) as object),
      terms: terms.map((row) => ({ ...row, maximumBalance: `${row.maximumBalance}` })),
    };
    expect(Buffer.byteLength(JSON.stringify(allocated))).to.be.below(MAX_APPEND_BYTES - 1_024);
  });

  it("knows a signed operation by its hash alone, wherever it stands", async () => {
    const { store, log } = opened();
    await log.append(wallet, NO_STREAM, [adopted, term(1n), signed(1)], metadata);
    expect(store.snapshot().at(-1)?.id).to.equal(operationEventId(operationOf(1)));
    const again = signed(1, { ...counters(13), batchId: "b/2" });
    expect(await log.append(wallet, 2, [again], metadata)).to.deep.equal({
      appended: false,
      conflict: "known-id",
      actual: 2,
    });
    expect(await log.append(wallet, 1, [signed(1, { bytes: "beef" })], metadata)).to.deep.include({
      conflict: "known-id",
    });
    expect(await log.append(wallet, 1, [signed(1)], metadata)).to.deep.include({
      appended: true,
      revision: 2,
    });
  });

  it("gives one revision to one leaseholder: two that choose the same token do not share a term", async () => {
    const { log } = opened();
    await log.append(wallet, NO_STREAM, [adopted, term(7n)], metadata);
    expect(await log.append(wallet, 1, [term(8n, 5n)], metadata)).to.deep.include({ appended: true });
    expect(await log.append(wallet, 1, [term(8n, 6n)], metadata)).to.deep.include({
      appended: false,
      conflict: "wrong-revision",
    });
    expect(await log.append(wallet, 1, [term(8n, 5n)], metadata)).to.deep.include({
      appended: true,
      revision: 2,
    });
  });

  it("delivers events and says when it has caught up", async () => {
    const { log } = opened();
    await log.append(payment, NO_STREAM, [ended(1)], metadata);
    const stop = new AbortController();
    const seen: unknown[] = [];
    for await (const message of log.subscribeAll({ after: START, signal: stop.signal })) {
      seen.push(message.kind === "event" ? message.event.event : message.kind);
      if (message.kind === "caught-up") await log.append(payment, 0, [ended(2)], metadata);
      if (seen.length === 3) stop.abort();
    }
    expect(seen).to.deep.equal([ended(1), "caught-up", ended(2)]);
  });

  it("passes by what is damaged in an event that nobody looks at", async () => {
    const { store, log } = opened();
    const stream = streamName("cycle", "x");
    await store.append(stream, NO_STREAM, [newEvent({ type: "CycleEnded", data: "{}" })]);
    const stop = new AbortController();
    for await (const message of log.subscribeAll({ after: START, signal: stop.signal })) {
      if (message.kind !== "event") break;
      const { event } = message.event;
      expect(event.type).to.equal("CycleEnded");
      expect(() => event.data).to.throw(UnreadableEvent, "event 0 of cycle-x");
    }
    stop.abort();
  });

  it("stops at an event that it cannot read, in a stream and in the whole log", async () => {
    const { store, log } = opened();
    const stream = streamName("cycle", "x");
    await store.append(stream, NO_STREAM, [newEvent({ type: "CycleRemoved" })]);
    const signal = new AbortController().signal;
    for (const source of [log.read(stream), log.subscribeAll({ after: START, signal })]) {
      const error = await collect<unknown>(source).then(
        () => undefined,
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(UnreadableEvent);
    }
  });
});

const storedEvent = (type: string) => ({ type, data: storedData(`${type}.v1`) });
