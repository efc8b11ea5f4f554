// What happens now, for any number of listeners: the log is subscribed to once, while there are some.
import { type Position } from "../../application/ports/event-store.js";
import { Problem } from "../problem.js";
import { Feed, type FeedSources, type Kept } from "./feed.js";
import { type Frame } from "./frame.js";
import { Reader } from "./reader.js";

/** An event, or that there was none to tell for a while; all before it has been told. */
export interface Told {
  readonly position: Position;
  readonly frame?: Frame;
}

export interface Wanted {
  /** Events after this one; undefined: those that come from now on. */
  readonly after: Position | undefined;
  readonly isWanted: (frame: Frame) => boolean;
}

interface Limits {
  readonly listeners: number;
  readonly kept: Kept;
  /** Of the log's events, for a listener who is behind what is kept: so many, or so many bytes at once. */
  readonly page: Kept;
}

const LIMITS: Limits = {
  listeners: 1_000,
  kept: { frames: 1_024, bytes: 8 * 1_024 * 1_024 },
  page: { frames: 64, bytes: 1_024 * 1_024 },
};
/** After so long without an event it is told that there is none. */
const QUIET_MS = 15_000;

export class LiveEvents {
  private feed: Promise<Feed> | undefined;
  private listeners = 0;

  constructor(
    private readonly sources: FeedSources,
    private readonly limits = LIMITS,
  ) {}

  /**
   * Tells where it begins, then each event after that once and in order, until the signal is aborted, which must happen
   * in the end.
   * Throws `Problem` if there are too many listeners or no such position, `StoreUnavailable`.
   */
  async listen({ after, isWanted }: Wanted, signal: AbortSignal): Promise<AsyncIterable<Told>> {
    if (this.listeners >= this.limits.listeners)
      throw new Problem("too-many-listeners", `${this.limits.listeners} listen already`, {
        headers: { "retry-after": "30" },
      });
    this.enter(signal);
    const feed = await (this.feed ??= this.open());
    if (after !== undefined && after > feed.last && after > (await this.sources.store.head()))
      throw new Problem("ahead-of-log", `the log does not reach to event ${after}`);
    return this.told(feed, { after: after ?? feed.last, isWanted }, signal);
  }

  private enter(signal: AbortSignal): void {
    signal.throwIfAborted();
    this.listeners += 1;
    signal.addEventListener("abort", () => this.leave(), { once: true });
  }

  private leave(): void {
    this.listeners -= 1;
    if (this.listeners > 0 || this.feed === undefined) return;
    const { feed } = this;
    this.feed = undefined;
    void feed.then((open) => open.close()).catch(() => undefined); // what could not be opened is closed
  }

  /** One that fails is opened anew for whoever comes next. */
  private open(): Promise<Feed> {
    const opening = Feed.open(this.sources, this.limits.kept);
    const forget = (): void => {
      if (this.feed === opening) this.feed = undefined;
    };
    void opening.then(({ over }) => over).then(forget, forget);
    return opening;
  }

  private async *told(
    feed: Feed,
    { after, isWanted }: Wanted & { readonly after: Position },
    signal: AbortSignal,
  ): AsyncGenerator<Told, void> {
    const now = () => this.sources.clock.now().getTime();
    const reader = new Reader(this.sources, feed, this.limits.page, after);
    yield { position: after };
    let toldAt = now();
    while (!signal.aborted) {
      const frame = await reader.next();
      const isTold = frame !== undefined && isWanted(frame);
      const quietMs = now() - toldAt;
      if (isTold || quietMs >= QUIET_MS) {
        yield { position: reader.position, ...(isTold ? { frame } : {}) };
        toldAt = now();
      } else if (frame === undefined) await feed.after(reader.position, QUIET_MS - quietMs, signal);
    }
  }
}
