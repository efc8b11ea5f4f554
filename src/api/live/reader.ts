// Where one listener is in the log, and what comes next for them.
import { type Position } from "../../application/ports/event-store.js";
import { type Feed, type FeedSources, type Kept } from "./feed.js";
import { type Frame } from "./frame.js";

/** Takes what the feed keeps; who is further behind reads from the log, a page at a time. */
export class Reader {
  private page: Frame[] = [];

  constructor(
    private readonly sources: Pick<FeedSources, "store" | "frameOf">,
    private readonly feed: Feed,
    private readonly most: Kept,
    private at: Position,
  ) {}

  /** Of the last event that was taken, or where nothing stands up to. */
  get position(): Position {
    return this.at;
  }

  /** Undefined: nothing has come yet. Throws `StoreUnavailable`. */
  async next(): Promise<Frame | undefined> {
    while (this.page.length === 0 && this.at < this.feed.since) {
      const { since } = this.feed;
      this.page = await this.readPage();
      // What the feed has dropped was in the log before it was asked: it is of a time that had nothing else.
      if (this.page.length === 0) this.at = since;
    }
    const frame = this.page.shift() ?? this.feed.next(this.at);
    if (frame !== undefined) this.at = frame.position;
    return frame;
  }

  private async readPage(): Promise<Frame[]> {
    const page: Frame[] = [];
    let bytes = 0;
    for await (const recorded of this.sources.store.readAll({ after: this.at, limit: this.most.frames })) {
      const frame = this.sources.frameOf(recorded);
      page.push(frame);
      bytes += frame.text.length;
      if (bytes >= this.most.bytes) break;
    }
    return page;
  }
}
