// Groups the events of a subscription, so that many share one transaction.
import {
  type EventLog,
  type LoggedEvent,
  type LogMessage,
  UnreadableEvent,
} from "../application/ports/event-log.js";
import { type Position } from "../application/ports/event-store.js";
import { type AppliedEvent, placeOf } from "./checkpoint.js";
import { type Change, type Projection } from "./projection.js";

/** What a projection reads of the log. */
export type Log = Pick<EventLog, "subscribeAll" | "read" | "head" | "storeId">;

/** One event, as what it changes. */
export interface Projected extends AppliedEvent {
  readonly changes: readonly Change[];
  /** It settles a cycle: then a snapshot is due. */
  readonly settles: boolean;
}

export interface Batch {
  readonly events: readonly Projected[];
  /** What came after them: all that was in the log has been given, or the log does not answer. */
  readonly then: Exclude<LogMessage, { kind: "event" }> | undefined;
}

/** The projection's function threw on an event: this is a defect, and the event is not passed over. */
export class ProjectionDefect extends Error {
  override readonly name = "ProjectionDefect";
  constructor(
    readonly projection: string,
    readonly place: { readonly stream: string; readonly revision: number },
    options: { cause: unknown },
  ) {
    super(`${projection} cannot apply event ${place.revision} of ${place.stream}`, options);
  }
}

/** A batch is full with this many changes or events: what one transaction writes in well under a second. */
const MAX_CHANGES = 1_000;
const MAX_EVENTS = 1_000;

type Item = { readonly kind: "event"; readonly event: Projected } | Exclude<LogMessage, { kind: "event" }>;

/** Events after a position, each once, as changes. */
async function* projected(
  messages: AsyncIterable<LogMessage>,
  projection: Projection,
  after: Position,
): AsyncGenerator<Item, void> {
  let last = after;
  for await (const message of messages) {
    if (message.kind !== "event") yield message;
    else if (message.event.position > last) {
      yield { kind: "event", event: projectedBy(projection, message.event) };
      last = message.event.position;
    }
  }
}

/** One event, as what a projection makes of it. Throws `ProjectionDefect`, `UnreadableEvent`. */
export const projectedBy = (projection: Projection, logged: LoggedEvent): Projected => ({
  position: logged.position,
  ...placeOf(logged),
  changes: changesOf(projection, logged),
  settles: logged.event.type === "CycleSettled",
});

const changesOf = (projection: Projection, logged: LoggedEvent): readonly Change[] => {
  try {
    return projection.apply(logged);
  } catch (cause) {
    if (cause instanceof UnreadableEvent) throw cause;
    const { stream, revision } = logged;
    throw new ProjectionDefect(projection.name, { stream, revision }, { cause });
  }
};

/** Whether there is a next item now, without waiting for anything outside this process. */
const isAtHand = (answer: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    answer.then(
      () => true,
      () => false,
    ),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);

/**
 * The log's events after a position, as changes. A batch ends when it is full, when the log has caught up or does not answer, or
 * when nothing more is at hand: no event waits for a later one. An error comes after all events before it.
 * Ends with the subscription.
 */
export async function* batchesOf(
  log: Log,
  projection: Projection,
  after: Position,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  const stop = new AbortController();
  const messages = log.subscribeAll({ after, signal: AbortSignal.any([signal, stop.signal]) });
  const items = projected(messages, projection, after);
  const pull = () => {
    const answer = items.next();
    answer.catch(() => undefined); // it is awaited below; meanwhile a rejection is no unhandled one
    return answer;
  };
  try {
    for (let answer = pull(), ended = false; !ended;) {
      const events: Projected[] = [];
      let changes = 0;
      let then: Batch["then"];
      do {
        const { value: item, done } = await answer;
        if (done) ended = true;
        else if (item.kind !== "event") then = item;
        else {
          events.push(item.event);
          changes += item.event.changes.length;
        }
        if (!done) answer = pull();
      } while (
        !ended &&
        then === undefined &&
        changes < MAX_CHANGES &&
        events.length < MAX_EVENTS &&
        (await isAtHand(answer))
      );
      if (then !== undefined || events.length > 0) yield { events, then };
    }
  } finally {
    stop.abort();
    await items.return();
  }
}
