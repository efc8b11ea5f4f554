import { type AllStreamResolvedEvent, type BinaryEventData, type ResolvedEvent } from "@eventstore/db-client";
import { v5 as uuidV5 } from "uuid";
import { z } from "zod";
import { UnreadableEvent } from "../../../application/ports/event-log.js";
import {
  type NewEvent,
  type Position,
  type RecordedEvent,
  START,
} from "../../../application/ports/event-store.js";
import { sha256 } from "../../../domain/digest.js";
import { CATEGORIES } from "../../../domain/events.js";
import { parseStreamName, type StreamName } from "../../../domain/identifiers.js";

/** The stream whose only event carries the log's identity; who reads the whole log does not see it. */
export const IDENTITY_STREAM = "taps_store" as StreamName;

/** An event of ours as EventStoreDB keeps it, and its id there. */
export interface StoredEvent {
  readonly event: RecordedEvent;
  readonly contentId: string;
}

/** Custom metadata; `$correlationId` and `$causationId` are EventStoreDB's own names for these. */
const storedMetadata = z.object({
  id: z.string(),
  schemaVersion: z.number().int(),
  $correlationId: z.string(),
  $causationId: z.string(),
  actor: z.string(),
  traceparent: z.string().optional(),
  /** Of an event that was copied from another log. The server's own time of such a one is that of the copy. */
  firstRecordedAt: z.iso.datetime().optional(),
});
type StoredMetadata = z.infer<typeof storedMetadata>;

const NAMESPACE = "0e4f9d5c-6f0f-4b0b-9a55-3f6f7f4b6a1e";

/**
 * The event as EventStoreDB takes it. Two things are not as they would seem natural:
 * - The data go in as bytes, not as JSON: the client parses and prints JSON itself, which loses number formats,
 *   spaces and the order of keys.
 * - The id there derives from our id *and* the content, and ours stands in the metadata: EventStoreDB calls an
 *   append a repetition when the ids are the same, and so another content under a known id becomes a conflict.
 */
export const toEventData = (event: NewEvent): BinaryEventData => {
  const { correlationId, causationId, actor, traceparent } = event.metadata;
  const metadata: StoredMetadata = {
    id: event.id,
    schemaVersion: event.schemaVersion,
    $correlationId: correlationId,
    $causationId: causationId,
    actor,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(event.firstRecordedAt && { firstRecordedAt: event.firstRecordedAt.toISOString() }),
  };
  const content = [event.id, event.type, event.schemaVersion, sha256(event.data)].join("\n");
  return {
    id: uuidV5(content, NAMESPACE),
    type: event.type,
    contentType: "application/octet-stream",
    data: Buffer.from(event.data),
    metadata,
  };
};

type Present = NonNullable<ResolvedEvent["event"]>;

const isSystems = ({ type, streamId }: Present): boolean => type.startsWith("$") || streamId.startsWith("$");

/** An event of ours; undefined for what the server writes for itself. Throws `UnreadableEvent` for any other. */
export const toStoredEvent = (resolved: ResolvedEvent): StoredEvent | undefined => {
  const { event } = resolved;
  if (event === undefined || isSystems(event)) return undefined;
  const revision = Number(event.revision);
  const { data: stored } = storedMetadata.safeParse(event.metadata);
  if (stored === undefined || event.isJson || event.position === undefined)
    throw new UnreadableEvent({ stream: event.streamId, revision }, event.type, stored?.schemaVersion ?? 0);
  const { id, schemaVersion, $correlationId, $causationId, actor, traceparent, firstRecordedAt } = stored;
  return {
    contentId: event.id,
    event: {
      id,
      stream: event.streamId as StreamName,
      revision,
      position: event.position.commit as Position,
      recordedAt: firstRecordedAt === undefined ? event.created : new Date(firstRecordedAt),
      type: event.type,
      schemaVersion,
      data: Buffer.from(event.data).toString(),
      metadata: {
        correlationId: $correlationId,
        causationId: $causationId,
        actor,
        ...(traceparent === undefined ? {} : { traceparent }),
      },
    },
  };
};

/**
 * Whether an event of the whole log counts as TAPS's; the log's identity does not. Another application may share the
 * cluster: what stands in none of our streams and lacks our metadata is its own.
 */
export const isPublic = ({ event }: AllStreamResolvedEvent): boolean => {
  if (event === undefined || isSystems(event) || event.streamId === IDENTITY_STREAM) return false;
  const { category } = parseStreamName(event.streamId);
  return CATEGORIES.has(category) || storedMetadata.safeParse(event.metadata).success;
};

/** An event of ours in the whole log; undefined for others'. Throws `UnreadableEvent` for a damaged one. */
export const publicEvent = (resolved: AllStreamResolvedEvent): RecordedEvent | undefined =>
  isPublic(resolved) ? toStoredEvent(resolved)?.event : undefined;

export const positionOf = (resolved: AllStreamResolvedEvent): Position =>
  (resolved.commitPosition ?? resolved.event?.position.commit ?? START) as Position;

/** A position as the client takes it; without transactions, commit and prepare positions are the same. */
export const fromPosition = (after: Position) =>
  after <= START ? "start" : { commit: after, prepare: after };
