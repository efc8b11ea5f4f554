// An in-memory event store that tells what it is asked, and can be made to fail or to be overtaken.
import {
  type EventStore,
  type NewEvent,
  type ReadOptions,
  type Revision,
} from "../../src/application/ports/event-store.js";
import { type StreamName } from "../../src/domain/identifiers.js";
import { MemoryEventStore } from "./memory-event-store.js";

export interface Append {
  readonly stream: StreamName;
  readonly expected: Revision;
  readonly events: readonly NewEvent[];
}

export class WatchedStore extends MemoryEventStore implements EventStore {
  readonly appends: Append[] = [];
  readonly reads: ReadOptions[] = [];
  /** Events that readers took, over all reads. */
  taken = 0;
  /** Runs before each append. */
  before: (append: Append) => Promise<void> = async () => undefined;

  constructor(clock = { now: () => new Date(0) }) {
    super(() => clock.now());
  }

  override async append(stream: StreamName, expected: Revision, events: readonly NewEvent[]) {
    const append = { stream, expected, events };
    await this.before(append);
    this.appends.push(append);
    return super.append(stream, expected, events);
  }

  override async *read(stream: StreamName, options: ReadOptions = {}) {
    this.reads.push(options);
    for await (const event of super.read(stream, options)) {
      this.taken += 1;
      yield event;
    }
  }
}
