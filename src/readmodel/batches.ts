// Groups the events of a subscription, so that many share one transaction.
import { type EventLog, type LoggedEvent, type LogMessage } from "../application/ports/event-log.js";
import { type Position } from "../application/ports/event-store.js";
import { type Change, type Projection } from "./projection.js";

/** What a projection reads of the log. */
export type Log = Pick<EventLog, "subscribeAll" | "head" | "storeId">;

/** One event, as what it changes. */
export interface Projected {
  readonly position: Position;
  readonly recordedAt: Date;
  readonly changes: readonly Change[];
}

export interface Batch {
  readonly events: readonly Projected[];
  /** All that was in the log has been given. */
  readonly caughtUp: boolean;
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

type Item = { readonly kind: "event"; readonly event: Projected } | { readonly kind: "caught-up" };

/** Events after a position, each once, as changes. */
async function* projected(
  messages: AsyncIterable<LogMessage>,
  projection: Projection,
  after: Position,
): AsyncGenerator<Item, void> {
  let last = after;
  for await (const message of messages) {
    if (message.kind === "caught-up") yield message;
    else if (message.event.position > last) {
      const { position, recordedAt } = message.event;
      yield { kind: "event", event: { position, recordedAt, changes: changesOf(projection, message.event) } };
      last = position;
    }
  }
}

const changesOf = (projection: Projection, logged: LoggedEvent): readonly Change[] => {
  try {
    return projection.apply(logged);
  } catch (cause) {
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
 * The log's events after a position, as changes. A batch ends when it is full, when the log has caught up, or
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
      let caughtUp = false;
      do {
        const { value: item, done } = await answer;
        if (done) ended = true;
        else if (item.kind === "caught-up") caughtUp = true;
        else {
          events.push(item.event);
          changes += item.event.changes.length;
        }
        if (!done) answer = pull();
      } while (
        !ended &&
        !caughtUp &&
        changes < MAX_CHANGES &&
        events.length < MAX_EVENTS &&
        (await isAtHand(answer))
      );
      if (caughtUp || events.length > 0) yield { events, caughtUp };
    }
  } finally {
    stop.abort();
    await items.return();
  }
}
