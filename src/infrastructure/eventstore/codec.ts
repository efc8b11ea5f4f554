import { z } from "zod";
import { UnreadableEvent } from "../../application/ports/event-log.js";
import { type EventReading } from "../../application/ports/event-reading.js";
import { type RecordedEvent, type Revision } from "../../application/ports/event-store.js";
import { sha256 } from "../../domain/digest.js";
import { schemaVersions } from "../../domain/event.js";
import { DomainEvent } from "../../domain/events.js";
import { type StreamName } from "../../domain/identifiers.js";
import { upcasters } from "./upcasters.js";
import { uuidIn } from "./uuid.js";

const versionOf: ReadonlyMap<string, number> = new Map(
  DomainEvent.options.map((schema) => {
    const registered = schemaVersions.get(schema);
    if (!registered) throw new Error(`event without a schema version: ${schema.shape.type.value}`);
    return [schema.shape.type.value, registered.schemaVersion] as const;
  }),
);

/** Type and current schema version of every event, for the check of golden fixtures. */
export const knownEvents: ReadonlyMap<string, number> = versionOf;

export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
}

/** JSON text of an event; its keys stand in the order of the schema, so the same event gives the same bytes. */
export const encodeEvent = (event: DomainEvent): EncodedEvent => {
  const { type, data } = z.encode(DomainEvent, event);
  return { type, schemaVersion: versionOf.get(type) ?? 0, data: JSON.stringify(data) };
};

type Stored = Pick<RecordedEvent, "stream" | "revision" | "type" | "schemaVersion" | "data">;

const unreadable = ({ stream, revision, type, schemaVersion }: Stored, cause?: unknown): UnreadableEvent =>
  new UnreadableEvent({ stream, revision }, type, schemaVersion, { cause });

/** Throws `UnreadableEvent` for a type, or a version of it, that this release does not know. */
export const assertKnown = (recorded: Stored): void => {
  const current = versionOf.get(recorded.type);
  if (current === undefined || !(recorded.schemaVersion <= current)) throw unreadable(recorded);
};

/** Reads a recorded event, brought up to today's version. Throws `UnreadableEvent`. */
export const decodeEvent = (recorded: Stored): DomainEvent => {
  assertKnown(recorded);
  const { type, schemaVersion } = recorded;
  const current = versionOf.get(type) ?? schemaVersion;
  try {
    let data: unknown = JSON.parse(recorded.data);
    for (let version = schemaVersion; version < current; version += 1) {
      const upcast = upcasters.get(`${type}@${version}`);
      if (!upcast) throw unreadable(recorded);
      data = upcast(data);
    }
    return DomainEvent.parse({ type, data });
  } catch (error) {
    throw error instanceof UnreadableEvent ? error : unreadable(recorded, error);
  }
};

/** What is of today's version is taken as it stands: who is told of all events is told of them soon. */
const dataOf = (recorded: Stored): unknown => {
  assertKnown(recorded);
  if (recorded.schemaVersion !== versionOf.get(recorded.type))
    return z.encode(DomainEvent, decodeEvent(recorded)).data;
  try {
    return JSON.parse(recorded.data);
  } catch (error) {
    throw unreadable(recorded, error);
  }
};

const uuidOf = uuidIn("5b1c3c52-8f0e-4a5a-9f6d-6a1b7d0b5f5e");

/** Event ids derive from place and content, so a retry is harmless and the same fact later is a new event. */
export const eventId = (
  stream: StreamName,
  expected: Revision,
  index: number,
  encoded: EncodedEvent,
): string => idAt(stream, expected, index, contentDigest(encoded));

const contentDigest = ({ type, data }: EncodedEvent): string => sha256(`${type}\n${data}`);

const idAt = (stream: StreamName, expected: Revision, index: number, content: string): string =>
  uuidOf(`${stream}\n${expected}\n${index}\n${content}`);

/** A signed operation is one event wherever it stands: its id derives from the operation's hash alone. */
export const operationEventId = (hash: string): string => uuidOf(`operation\n${hash}`);

/** Hash of the operation that an event's data signs. */
export const operationHashOf = (data: string): string =>
  z.object({ hash: z.string() }).parse(JSON.parse(data)).hash;

export const eventReading: EventReading = {
  decode: decodeEvent,
  dataOf,
  idOf: ({ stream, revision, type, schemaVersion, data }) => {
    if (type === "OperationSigned") {
      const id = operationEventId(operationHashOf(data));
      return () => id;
    }
    const content = contentDigest({ type, schemaVersion, data });
    return (index) => idAt(stream, revision - 1 - index, index, content);
  },
};
