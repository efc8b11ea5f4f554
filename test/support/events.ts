import { randomUUID } from "node:crypto";
import { type NewEvent } from "../../src/application/ports/event-store.js";
import { type StreamName, streamName } from "../../src/domain/identifiers.js";

/** A stream that no other test uses. */
export const newStream = (category = "payment"): StreamName =>
  streamName(category, "contract", randomUUID().replaceAll("-", ""));

/** An event of its own id, with small data unless told otherwise. */
export const newEvent = (over: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  type: "ContractTested",
  schemaVersion: 1,
  data: '{"amount":"1"}',
  metadata: { correlationId: "correlation", causationId: "causation", actor: "contract-suite" },
  ...over,
});

export const newEvents = (count: number): NewEvent[] => Array.from({ length: count }, () => newEvent());

export const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
};
