import {
  type AppendOutcome,
  type NewEvent,
  type Revision,
  StoreUnavailable,
} from "../../../application/ports/event-store.js";
import { type StreamName } from "../../../domain/identifiers.js";

export interface Append {
  readonly stream: StreamName;
  readonly expected: Revision;
  readonly events: readonly NewEvent[];
}

interface Waiting extends Append {
  readonly bytes: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes appends in one transaction and answers the outcome of each. */
export type WriteAppends = (appends: readonly Append[]) => Promise<readonly AppendOutcome[]>;

/** Bounds on one transaction, so that nobody waits long for strangers. */
const MAX_APPENDS = 256;
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * Group commit: what arrives while a transaction is under way goes together into the next. One commit then
 * serves many appends, each with an outcome of its own.
 */
export class AppendQueue {
  private readonly queue: Waiting[] = [];
  private writing = false;

  constructor(private readonly write: WriteAppends) {}

  add(append: Append): Promise<AppendOutcome> {
    const bytes = append.events.reduce((sum, event) => sum + event.data.length, 0);
    return new Promise((resolve, reject) => {
      this.queue.push({ ...append, bytes, resolve, reject });
      if (!this.writing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.writing = true;
    while (this.queue.length > 0) await this.commit(this.take());
    this.writing = false;
  }

  private take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.queue) {
      bytes += waiting.bytes;
      if (count > 0 && (count === MAX_APPENDS || bytes > MAX_BYTES)) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  /** Never throws: every append of the batch, and of the queue if PostgreSQL is gone, gets its answer. */
  private async commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.write(batch);
      batch.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i];
        if (outcome) resolve(outcome);
        else reject(new Error("an append without an outcome"));
      });
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        // Those that wait would each wait for the same silence in turn.
        for (const { reject } of [...batch, ...this.queue.splice(0)]) reject(error);
      } else if (batch.length === 1) for (const { reject } of batch) reject(error);
      else for (const waiting of batch) await this.commit([waiting]);
    }
  }
}
