// An export of the log as lines of JSON: events in the log's order, and last the tree over them.
import { z } from "zod";
import { canonicalJson } from "../../domain/digest.js";
import { digest } from "../../domain/identifiers.js";
import { leafForm } from "../../domain/proof/leaf.js";
import { type Tree } from "../../domain/proof/merkle.js";
import { type Position, type RecordedEvent } from "../ports/event-store.js";

/** What stands before the first event of an export: so many leaves, by the peaks of their tree. */
export interface Before {
  readonly size: number;
  readonly peaks: readonly z.infer<typeof digest>[];
}

/** One line of an export; the first one is "before", if events are left out in front, and the last one "end". */
export type Line =
  | { readonly kind: "before"; readonly before: Before }
  | { readonly kind: "event"; readonly event: RecordedEvent }
  | { readonly kind: "end"; readonly tree: Tree };

const EVENT = '{"event":';

/**
 * `{"event":<leaf>,"position":"12","recordedAt":"..."}`, a line in RFC 8785 form: the leaf's bytes stand in it as they
 * are hashed. Position and time are no part of the leaf.
 */
const eventLine = (event: RecordedEvent): string =>
  `${EVENT}${leafForm(event)},"position":"${event.position}","recordedAt":"${event.recordedAt.toISOString()}"}`;

export const lineOf = (line: Line): string => {
  switch (line.kind) {
    case "event":
      return eventLine(line.event);
    case "before":
      return canonicalJson({ peaks: [...line.before.peaks], size: line.before.size });
    case "end":
      return canonicalJson({ root: line.tree.root, size: line.tree.size });
  }
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const size = z.number().int().min(0);
/** Types alone: that a line is written as it must be shows when it is written again. */
const stored = z.object({
  event: z.object({
    stream: z.string(),
    revision: size,
    id: z.string().regex(UUID),
    type: z.string(),
    schemaVersion: size,
    data: z.string(),
    metadata: z.looseObject({ correlationId: z.string(), causationId: z.string(), actor: z.string() }),
  }),
  position: z.string(),
  recordedAt: z.string(),
});
const beginning = z.strictObject({ peaks: z.array(digest), size });
const ending = z.strictObject({ root: digest, size });

const parsed = (text: string): Line | undefined => {
  const json: unknown = JSON.parse(text);
  const read = stored.safeParse(json);
  if (read.success) {
    const { event, position, recordedAt } = read.data;
    const stream = event.stream as RecordedEvent["stream"];
    const place = { position: BigInt(position) as Position, recordedAt: new Date(recordedAt) };
    return { kind: "event", event: { ...event, stream, ...place } };
  }
  const { data: tree } = ending.safeParse(json);
  if (tree) return { kind: "end", tree };
  const { data: before } = beginning.safeParse(json);
  return before && { kind: "before", before };
};

/** What a line says; undefined unless it is, byte for byte, as an export writes it. */
export const lineFrom = (text: string): Line | undefined => {
  try {
    const line = parsed(text);
    return line && lineOf(line) === text ? line : undefined;
  } catch {
    return undefined;
  }
};

/** The leaf's bytes in the line of an event that was read (`lineFrom`), as they are hashed. */
export const leafIn = (text: string): string => text.slice(EVENT.length, text.lastIndexOf(',"position":"'));
