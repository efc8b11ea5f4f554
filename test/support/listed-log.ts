// A log that is a list of events, whose subscriptions break where a test wants them to.
import { type EventLog, type LoggedEvent, type LogMessage } from "../../src/application/ports/event-log.js";
import { type Position, START, StoreUnavailable } from "../../src/application/ports/event-store.js";
import { type Places } from "../../src/readmodel/lag.js";
import { type StreamName } from "../../src/domain/identifiers.js";

/** Asked before each event: an error to throw (a store that does not answer is asked again), or the end of the subscription. */
export type Fault = (event: LoggedEvent) => Error | "end" | undefined;

export class ListedLog implements Pick<EventLog, "subscribeAll" | "read" | "head" | "storeId">, Places {
  private readonly events: LoggedEvent[];
  private readonly waiting = new Set<() => void>();
  subscriptions = 0;

  constructor(
    events: readonly LoggedEvent[],
    private readonly options: { readonly storeId?: string; readonly fault?: Fault } = {},
  ) {
    this.events = [...events];
  }

  push(...events: readonly LoggedEvent[]): void {
    this.events.push(...events);
    for (const wake of [...this.waiting]) wake();
  }

  /** As a restored backup does: the events from this one on are gone. */
  putBack(count: number): void {
    this.events.splice(count);
  }

  async *subscribeAll({
    after,
    signal,
  }: {
    after: Position;
    signal: AbortSignal;
  }): AsyncGenerator<LogMessage> {
    this.subscriptions += 1;
    let next = this.events.findIndex(({ position }) => position > after);
    if (next < 0) next = this.events.length;
    for (let caughtUp = false; !signal.aborted;) {
      const event = this.events[next];
      if (event) {
        const fault = this.options.fault?.(event);
        if (fault === "end") return;
        if (fault instanceof StoreUnavailable) {
          yield { kind: "interrupted", error: fault };
          caughtUp = false;
          continue;
        }
        if (fault) throw fault;
        next += 1;
        yield { kind: "event", event };
      } else if (caughtUp) await this.pushed(signal);
      else {
        caughtUp = true;
        yield { kind: "caught-up" };
      }
    }
  }

  async *read(stream: StreamName, { from = 0, limit = Infinity } = {}): AsyncGenerator<LoggedEvent> {
    const found = this.events.filter((event) => event.stream === stream && event.revision >= from);
    yield* found.slice(0, limit);
  }

  async *readAll({ after, limit }: { after: Position; limit: number }): AsyncGenerator<LoggedEvent> {
    yield* this.events.filter(({ position }) => position > after).slice(0, limit);
  }

  async lastUpTo(limit: Position | Date): Promise<Position> {
    const isWithin = ({ position, recordedAt }: LoggedEvent) =>
      limit instanceof Date ? recordedAt <= limit : position <= limit;
    return this.events.findLast(isWithin)?.position ?? START;
  }

  async head(): Promise<Position> {
    return this.events.at(-1)?.position ?? START;
  }

  async storeId(): Promise<string> {
    return this.options.storeId ?? "store-a";
  }

  private pushed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
