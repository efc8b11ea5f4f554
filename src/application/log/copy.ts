// Events of one log into another: same streams, revisions, order and ids.
import { MerkleTree } from "../../domain/digest.js";
import { leafForm, leafOf } from "../../domain/proof/leaf.js";
import { type Tree } from "../../domain/proof/merkle.js";
import {
  appendBytes,
  type AppendOutcome,
  type EventStore,
  MAX_APPEND_BYTES,
  type RecordedEvent,
  START,
} from "../ports/event-store.js";
import { type OnProgress } from "./progress.js";

/** The other log is not the beginning of this one. Nothing was written to it by the command that says so. */
export class LogDiffers extends Error {
  override readonly name = "LogDiffers";
}

export interface CopyTarget {
  readonly store: EventStore;
  /**
   * Appends that may be under way at once. More than one only where a store takes them in the order in which they were
   * asked for, as the log in PostgreSQL does; EventStoreDB orders appends to different streams as they come.
   */
  readonly inFlight: number;
}

/** What is in the target now, and how much of it was written by this run. */
export interface Copied extends Tree {
  readonly written: number;
}

const placeOf = ({ stream, revision, type }: RecordedEvent): string =>
  `event ${revision} of ${stream} (${type})`;

const MOST_EVENTS = 500;

/** Consecutive events of one stream that go into one append. */
class Run {
  readonly events: RecordedEvent[] = [];
  private bytes = 0;

  /** Whether the event belongs behind those that it has. */
  takes(event: RecordedEvent): boolean {
    const last = this.events.at(-1);
    if (last === undefined) return true;
    const isNext = last.stream === event.stream && last.revision + 1 === event.revision;
    return isNext && this.events.length < MOST_EVENTS && this.bytes + appendBytes(event) <= MAX_APPEND_BYTES;
  }

  add(event: RecordedEvent): void {
    this.events.push(event);
    this.bytes += appendBytes(event);
  }

  appendTo(store: EventStore): Promise<AppendOutcome> {
    const [first] = this.events;
    if (first === undefined) throw new RangeError("an empty run");
    return store.append(
      first.stream,
      first.revision - 1,
      this.events.map(({ recordedAt: firstRecordedAt, id, type, schemaVersion, data, metadata }) => ({
        ...{ id, type, schemaVersion, data, metadata },
        firstRecordedAt,
      })),
    );
  }
}

/** Appends under way, oldest first; what one of them fails with is thrown at the next call. */
class Appends {
  private readonly underWay: Promise<void>[] = [];

  constructor(private readonly target: CopyTarget) {}

  async add(run: Run): Promise<void> {
    const done = run.appendTo(this.target.store).then((outcome) => {
      if (!outcome.appended)
        throw new LogDiffers(`somebody else writes to the log that is copied to (${outcome.conflict})`);
    });
    // Whoever waits hears of it; until then it is no failure that nobody has heard.
    done.catch(() => undefined);
    this.underWay.push(done);
    while (this.underWay.length >= this.target.inFlight) await this.underWay.shift();
  }

  async end(): Promise<void> {
    for (const done of this.underWay.splice(0)) await done;
  }
}

/** The events that are there already: each must be the source's. */
class There {
  private readonly events: AsyncIterator<RecordedEvent>;
  private isOver = false;

  constructor(store: EventStore) {
    this.events = store.readAll({ after: START })[Symbol.asyncIterator]();
  }

  /** Whether this event stands there. Throws `LogDiffers` if another one stands in its place. */
  async has(event: RecordedEvent): Promise<boolean> {
    if (this.isOver) return false;
    const next = await this.events.next();
    if (next.done) return !(this.isOver = true);
    if (leafForm(next.value) === leafForm(event)) return true;
    const where = `where ${placeOf(event)} belongs it has ${placeOf(next.value)}`;
    throw new LogDiffers(
      `the log that is copied to holds other events: ${where}${placeOf(event) === placeOf(next.value) ? ", with other content" : ""}. Take an empty one`,
    );
  }

  async assertOver(): Promise<void> {
    const next = this.isOver ? undefined : await this.events.next();
    if (next !== undefined && !next.done)
      throw new LogDiffers(
        `the log that is copied to holds more than is copied, from ${placeOf(next.value)} on: it is in use, or another one`,
      );
  }
}

/**
 * Appends what the target lacks. It may be empty or hold the beginning of the source, as a copy that was interrupted
 * leaves it; anything else throws `LogDiffers` before anything is written. In the end the target is read whole and its
 * root compared. Each event keeps the time at which it was recorded first.
 */
export const copyEvents = async (
  source: AsyncIterable<{ readonly event: RecordedEvent; readonly fraction: number }>,
  target: CopyTarget,
  onProgress: OnProgress,
): Promise<Copied> => {
  const tree = new MerkleTree();
  const there = new There(target.store);
  const appends = new Appends(target);
  let written = 0;
  let run = new Run();
  for await (const { event, fraction } of source) {
    tree.addLeaf(leafOf(event));
    onProgress({ events: tree.count, fraction });
    if (await there.has(event)) continue;
    if (!run.takes(event)) {
      await appends.add(run);
      run = new Run();
    }
    run.add(event);
    written += 1;
  }
  await there.assertOver();
  if (run.events.length > 0) await appends.add(run);
  await appends.end();
  await assertSame(target.store, tree);
  return { size: tree.count, root: tree.root(), written };
};

const assertSame = async (store: EventStore, copied: MerkleTree): Promise<void> => {
  const found = new MerkleTree();
  for await (const event of store.readAll({ after: START })) found.addLeaf(leafOf(event));
  if (found.count !== copied.count || found.root() !== copied.root())
    throw new LogDiffers(
      `what was copied does not read back the same: ${found.count} of ${copied.count} events, root ${found.root()}`,
    );
};

/** A store's events up to its head at the time of asking, as a source. */
export async function* eventsOf(
  store: EventStore,
): AsyncGenerator<{ readonly event: RecordedEvent; readonly fraction: number }> {
  const head = await store.head();
  for await (const event of store.readAll({ after: START })) {
    if (event.position > head) return;
    yield { event, fraction: Number(event.position + 1n) / Number(head + 1n) };
  }
}
