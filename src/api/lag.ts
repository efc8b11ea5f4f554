// How far read models are behind the log, as their answers say it.
import { type EventStore, type Position, StoreUnavailable } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";

/** So long what was looked up is good. */
const GOOD_FOR_MS = 1_000;
/** So long an answer waits to say how old it is. */
const PATIENCE_MS = 500;
/** What is no older than this is as it should be. */
const BOUND_S = 5;

interface Look {
  readonly at: number;
  readonly head: Promise<Position>;
  readonly oldest: Map<Position, Promise<number>>;
}

export class LogLag {
  private look: Look | undefined;

  constructor(
    private readonly store: Pick<EventStore, "head" | "readAll">,
    private readonly clock: Clock,
  ) {}

  /**
   * For how many whole seconds the log has held an event that an answer as of this position does not show; undefined if
   * it is no longer than usual, or the log does not answer soon.
   */
  async secondsBehind(position: Position): Promise<number | undefined> {
    const done = new AbortController();
    try {
      const seconds = await Promise.race([
        this.secondsAfter(position),
        this.clock.sleep(PATIENCE_MS, done.signal).then(() => 0),
      ]);
      return seconds > BOUND_S ? seconds : undefined;
    } catch (error) {
      if (error instanceof StoreUnavailable) return undefined;
      throw error;
    } finally {
      done.abort();
    }
  }

  private async secondsAfter(position: Position): Promise<number> {
    const look = this.currentLook();
    if ((await look.head) <= position) return 0;
    const known = look.oldest.get(position) ?? this.ageAfter(position);
    look.oldest.set(position, known);
    return known;
  }

  private currentLook(): Look {
    const at = this.clock.now().getTime();
    if (this.look === undefined || at - this.look.at >= GOOD_FOR_MS)
      this.look = { at, head: this.store.head(), oldest: new Map() };
    return this.look;
  }

  /** Age of the first event after a position. */
  private async ageAfter(position: Position): Promise<number> {
    for await (const { recordedAt } of this.store.readAll({ after: position, limit: 1 }))
      return Math.floor((this.clock.now().getTime() - recordedAt.getTime()) / 1_000);
    return 0;
  }
}
