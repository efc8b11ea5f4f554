import { randomUUID } from "node:crypto";
import { type BinaryEventData, type EventStoreDBClient, type ResolvedEvent } from "@eventstore/db-client";

/** An event for the bare client. */
export const rawEvent = (data = "x"): BinaryEventData => ({
  id: randomUUID(),
  type: "Observed",
  contentType: "application/octet-stream",
  data: Buffer.from(data),
  metadata: undefined,
});

/** What a call rejects with; the test fails if it does not reject. */
export const failureOf = async (call: Promise<unknown>): Promise<Error> => {
  const result = await call.then(
    () => "fulfilled",
    (error: unknown) => error,
  );
  if (result instanceof Error) return result;
  throw new Error(`expected an error, got ${String(result)}`);
};

const VARYING = new Set(["_raw", "streamName", "expectedVersion"]);

/** Message and own fields of an error, without those that vary. */
export const fields = (error: Error): object => ({
  message: error.message,
  ...Object.fromEntries(Object.entries(error).filter(([name]) => !VARYING.has(name))),
});

/** Reads a stream with the bare client. */
export const readRaw = async (
  client: EventStoreDBClient,
  stream: string,
  options: Parameters<EventStoreDBClient["readStream"]>[1] = {},
): Promise<ResolvedEvent[]> => {
  const events: ResolvedEvent[] = [];
  for await (const event of client.readStream(stream, options)) events.push(event);
  return events;
};

/** Resolves as soon as a condition holds, however often it has to be looked at. */
export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};
