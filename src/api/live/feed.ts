// The newest events of the log, as they are sent: filled by one subscription, read by every listener.
import { type EventStore, type Position } from "../../application/ports/event-store.js";
import { type Clock } from "../../application/ports/system.js";
import { type Frame, type FrameOf } from "./frame.js";

export interface FeedSources {
  readonly store: Pick<EventStore, "head" | "readAll" | "subscribeAll">;
  readonly clock: Clock;
  readonly frameOf: FrameOf;
}

/** What is kept of the newest events: so many, and so many bytes. */
export interface Kept {
  readonly frames: number;
  readonly bytes: number;
}

export class Feed {
  private readonly frames: Frame[] = [];
  private bytes = 0;
  private readonly waiting = new Set<() => void>();
  private readonly closing = new AbortController();
  private end: { readonly error: unknown } | undefined;
  /** Resolves when nothing comes any more, however that came about. */
  readonly over: Promise<void>;

  private constructor(
    private readonly sources: FeedSources,
    private readonly kept: Kept,
    private whole: Position,
    private newest: Position,
  ) {
    this.over = this.follow();
  }

  /** Begins at the log's head. Throws `StoreUnavailable`. */
  static async open(sources: FeedSources, kept: Kept): Promise<Feed> {
    const head = await sources.store.head();
    return new Feed(sources, kept, head, head);
  }

  /** Of the last event that has come. */
  get last(): Position {
    return this.newest;
  }

  /** Every event after this one is kept. */
  get since(): Position {
    return this.whole;
  }

  /** The first event after a position that is not before `since`; undefined: none has come yet. */
  next(after: Position): Frame | undefined {
    let from = 0;
    for (let to = this.frames.length; from < to;) {
      const middle = (from + to) >> 1;
      const frame = this.frames[middle];
      if (frame !== undefined && frame.position <= after) from = middle + 1;
      else to = middle;
    }
    return this.frames[from];
  }

  /** Waits for what comes after a position, so long, or until the signal is aborted. Throws what has ended the feed. */
  async after(position: Position, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.next(position) !== undefined) return;
    if (this.end !== undefined) throw this.end.error;
    const done = new AbortController();
    const wake = () => done.abort();
    this.waiting.add(wake);
    signal.addEventListener("abort", wake);
    await this.sources.clock.sleep(ms, done.signal);
    signal.removeEventListener("abort", wake);
    this.waiting.delete(wake);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.over;
  }

  private async follow(): Promise<void> {
    const { store, frameOf } = this.sources;
    try {
      for await (const message of store.subscribeAll({ after: this.whole, signal: this.closing.signal }))
        if (message.kind === "event") this.keep(frameOf(message.event));
      this.end = { error: new Error("the subscription to the log has ended") };
    } catch (error) {
      this.end = { error };
    }
    this.wakeAll();
  }

  private keep(frame: Frame): void {
    this.frames.push(frame);
    this.bytes += frame.text.length;
    this.newest = frame.position;
    while (this.frames.length > this.kept.frames || this.bytes > this.kept.bytes) {
      const oldest = this.frames.shift();
      if (oldest === undefined) break;
      this.bytes -= oldest.text.length;
      this.whole = oldest.position;
    }
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of [...this.waiting]) wake();
  }
}
