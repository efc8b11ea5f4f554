import { expect } from "chai";
import { NO_STREAM, type Position, StoreUnavailable } from "../../../../src/application/ports/event-store.js";
import { type Append, AppendQueue } from "../../../../src/infrastructure/eventstore/postgres/append-queue.js";
import { PageSize } from "../../../../src/infrastructure/eventstore/postgres/rows.js";
import { newEvent, newStream } from "../../../support/events.js";

const append = (data = "{}"): Append => ({
  stream: newStream(),
  expected: NO_STREAM,
  events: [newEvent({ data })],
});
const outcome = (place: number) =>
  ({ appended: true, revision: 0, position: BigInt(place) as Position }) as const;
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A store whose transactions are answered by hand. */
class ByHand {
  readonly batches: {
    readonly appends: readonly Append[];
    readonly commit: () => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  readonly queue = new AppendQueue(
    (appends) =>
      new Promise((resolve, reject) => {
        const commit = () => resolve(appends.map((_, i) => outcome(i)));
        this.batches.push({ appends: [...appends], commit, fail: reject });
      }),
  );
  sizes = () => this.batches.map((batch) => batch.appends.length);
}

/** Lets all promises that are settled take effect. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the queue of appends", () => {
  it("begins at once, and takes together what came meanwhile", async () => {
    const { queue, batches, sizes } = new ByHand();
    const answers = [append(), append(), append()].map((one) => queue.add(one));
    expect(sizes()).to.deep.equal([1]);
    batches[0]?.commit();
    await settled();
    expect(sizes()).to.deep.equal([1, 2]);
    batches[1]?.commit();
    expect(await Promise.all(answers)).to.deep.equal([outcome(0), outcome(0), outcome(1)]);
    const later = queue.add(append());
    expect(sizes()).to.deep.equal([1, 2, 1]);
    batches[2]?.commit();
    expect(await later).to.deep.equal(outcome(0));
  });

  it("bounds a transaction by number and by size, but always takes one", async () => {
    const { queue, batches, sizes } = new ByHand();
    const half = JSON.stringify("x".repeat(1024 * 1024));
    const huge = JSON.stringify("x".repeat(3 * 1024 * 1024));
    const appends = [
      append(),
      ...Array.from({ length: 300 }, () => append()),
      append(half),
      append(half),
      append(huge),
      append(),
    ];
    const answers = appends.map((one) => queue.add(one));
    for (let i = 0; i < 6; i += 1) {
      batches[i]?.commit();
      await settled();
    }
    expect(sizes()).to.deep.equal([1, 256, 45, 1, 1, 1]);
    expect(batches.flatMap((batch) => batch.appends.map(({ stream }) => stream))).to.deep.equal(
      appends.map(({ stream }) => stream),
    );
    expect(await Promise.all(answers)).to.have.length(305);
  });

  it("tries appends one by one when one of them spoils the transaction", async () => {
    const { queue, batches, sizes } = new ByHand();
    const all = Promise.allSettled([append(), append(), append(), append()].map((one) => queue.add(one)));
    batches[0]?.commit();
    await settled();
    batches[1]?.fail(new TypeError("one is bad"));
    await settled();
    batches[2]?.commit();
    await settled();
    const error = new TypeError("this is the bad one");
    batches[3]?.fail(error);
    await settled();
    batches[4]?.commit();
    const done = { status: "fulfilled", value: outcome(0) };
    expect(await all).to.deep.equal([done, done, { status: "rejected", reason: error }, done]);
    expect(sizes()).to.deep.equal([1, 3, 1, 1, 1]);
  });

  it("lets nobody wait in line for a database that does not answer", async () => {
    const { queue, batches, sizes } = new ByHand();
    const answers = [append(), append(), append()].map((one) => failure(queue.add(one)));
    const error = new StoreUnavailable("append", { cause: undefined });
    batches[0]?.fail(error);
    expect(await Promise.all(answers)).to.deep.equal([error, error, error]);
    expect(sizes()).to.deep.equal([1]);
    const later = queue.add(append());
    batches[1]?.commit();
    expect(await later).to.deep.equal(outcome(0));
  });
});

describe("the size of a page", () => {
  const page = (count: number, bytes: number) =>
    Array.from({ length: count }, () => ({
      ...newEvent({ data: "x".repeat(bytes) }),
      stream: newStream(),
      revision: 0,
      position: 0n as Position,
      recordedAt: new Date(0),
    }));

  it("grows with small events and shrinks at once with large ones", () => {
    const size = new PageSize();
    const rows = [size.rows];
    for (const bytes of [200, 200, 200, 200, 200, 900 * 1024, 50 * 1024]) {
      size.learn(page(10, bytes));
      rows.push(size.rows);
    }
    expect(rows).to.deep.equal([128, 256, 512, 1_024, 2_000, 2_000, 8, 16]);
  });
});
