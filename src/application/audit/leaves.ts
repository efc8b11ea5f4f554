// What a proof shows as being in the log.
import { z } from "zod";
import { canonicalJson, leafHash } from "../../domain/digest.js";
import { type DomainEvent } from "../../domain/events.js";
import { type StreamName } from "../../domain/identifiers.js";
import { type Checkpoint, checkpointFrom } from "../../domain/proof/checkpoint.js";
import { type LeafEvent, leafForm } from "../../domain/proof/leaf.js";
import { includes } from "../../domain/proof/merkle.js";
import { checkNote, type VerifierKey } from "../../domain/proof/note.js";
import { type EventReading } from "../ports/event-reading.js";
import { type ProvenLeaf, type ProvenRow } from "./payout-proof.js";

/** The proof does not prove it; the message says what fails. */
export class ProofFails extends Error {
  override readonly name = "ProofFails";
}

export const fail = (why: string): never => {
  throw new ProofFails(why);
};

/** A checkpoint under this key, of the log that the key is named after. */
export const signedCheckpoint = (note: string, key: VerifierKey): Checkpoint => {
  const read = checkpointFrom(note) ?? fail("its checkpoint is none");
  if (checkNote(read.note, key) !== "signed") fail("its checkpoint is not signed by this key");
  if (read.checkpoint.origin !== key.name) fail("its checkpoint is another log's than the key's");
  return read.checkpoint;
};

const leafEvent = z.strictObject({
  stream: z.string(),
  revision: z.number(),
  id: z.string(),
  type: z.string(),
  schemaVersion: z.number(),
  data: z.string(),
  metadata: z.record(z.string(), z.json()),
});

const parseLeaf = (leaf: string): LeafEvent & { readonly stream: StreamName } => {
  try {
    const event = leafEvent.parse(JSON.parse(leaf));
    if (leafForm(event) === leaf) return { ...event, stream: event.stream as StreamName };
  } catch {
    // Said below.
  }
  return fail("a leaf is not an event's");
};

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];

/** Checks leaves against one checkpoint's root. */
export class Leaves {
  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly reading: EventReading,
  ) {}

  /** The event of a leaf that stands in the log, in this stream. */
  event<T extends DomainEvent["type"]>(proven: ProvenLeaf, type: T, stream: (name: string) => boolean) {
    const { root, size } = this.checkpoint;
    const leaf = leafHash(proven.leaf);
    if (!includes(root, size, { ...proven, leaf })) fail(`${type}: the event does not stand in the log`);
    const recorded = parseLeaf(proven.leaf);
    if (!stream(recorded.stream)) fail(`${type}: the event is in the stream ${recorded.stream}`);
    const event = this.decoded(recorded);
    const isType = (data: DomainEvent): data is Extract<DomainEvent, { type: T }> => data.type === type;
    if (!isType(event)) return fail(`${type}: the event is ${event.type}`);
    return { stream: recorded.stream, data: event.data as Of<T> };
  }

  private decoded(recorded: Parameters<EventReading["decode"]>[0]): DomainEvent {
    try {
      return this.reading.decode(recorded);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
  }
}

/** That the row stands in the list that the event closes. */
export const assertRow = (
  { row, index, path }: ProvenRow,
  { count, digest }: { readonly count: number; readonly digest: Checkpoint["root"] },
  name: string,
): void => {
  const leaf = leafHash(canonicalJson(row));
  if (!includes(digest, count, { index, leaf, path })) fail(`${name}: the row does not stand in the list`);
};
