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

interface Stored {
  readonly event: Omit<RecordedEvent, "position" | "recordedAt">;
  readonly position: string;
  readonly recordedAt: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const areTexts = (...values: readonly unknown[]): boolean =>
  values.every((value) => typeof value === "string");

/**
 * The types of what is used, by hand: there are millions of these lines, and zod's take as long as all else together.
 * That nothing else is in a line shows when it is written again.
 */
const isStored = (json: unknown): json is Stored => {
  if (!isObject(json) || !isObject(json["event"]) || !isObject(json["event"]["metadata"])) return false;
  const { stream, revision, id, type, schemaVersion, data, metadata } = json["event"];
  const { correlationId, causationId, actor } = metadata;
  return (
    areTexts(json["position"], json["recordedAt"], stream, type, data, correlationId, causationId, actor) &&
    typeof id === "string" &&
    UUID.test(id) &&
    isCount(revision) &&
    isCount(schemaVersion)
  );
};

const size = z.number().int().min(0);
const beginning = z.strictObject({ peaks: z.array(digest), size });
const ending = z.strictObject({ root: digest, size });

const parsed = (text: string): Line | undefined => {
  const json: unknown = JSON.parse(text);
  if (isStored(json)) {
    const place = { position: BigInt(json.position) as Position, recordedAt: new Date(json.recordedAt) };
    return { kind: "event", event: { ...json.event, ...place } };
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
