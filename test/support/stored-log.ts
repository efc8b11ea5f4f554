// Puts a list of events into an event store, as they were decided: each stream's in their order.
import { type EventLog, type LoggedEvent } from "../../src/application/ports/event-log.js";
import { type EventStore, type Position } from "../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";

const METADATA = { correlationId: "test", causationId: "test", actor: "tester" };

/** Answers the log, and its events as the store has recorded them. */
export const storeEvents = async (store: EventStore, events: readonly LoggedEvent[]) => {
  const log = new CodedEventLog(store);
  const after = await store.head();
  for (let from = 0, to = 0; from < events.length; from = to) {
    const [first] = events.slice(from);
    if (first === undefined) break;
    // Neighbours of one stream go together, in the order of the list.
    while (events[to]?.stream === first.stream) to += 1;
    const portion = events.slice(from, to).map(({ event }) => event);
    const outcome = await log.append(first.stream, first.revision - 1, portion, METADATA);
    if (!outcome.appended) throw new Error(`${first.stream}: ${outcome.conflict}`);
  }
  return { log, events: await recordedAfter(log, after) };
};

/** What a log holds behind a position at this moment. */
export const recordedAfter = async (
  log: Pick<EventLog, "subscribeAll">,
  after: Position,
): Promise<readonly LoggedEvent[]> => {
  const recorded: LoggedEvent[] = [];
  const stop = new AbortController();
  for await (const message of log.subscribeAll({ after, signal: stop.signal })) {
    if (message.kind !== "event") break;
    recorded.push(message.event);
  }
  stop.abort();
  return recorded;
};
