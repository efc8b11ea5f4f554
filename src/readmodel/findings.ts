import { UnreadableEvent } from "../application/ports/event-log.js";
import { ProjectionDefect } from "./batches.js";
import { NewerVersion } from "./store.js";

export const FINDING_KINDS = [
  "unreadable-event",
  "projection-defect",
  "newer-version",
  "refused-by-database",
] as const;

/** Why a projection stands still until a person, or another release, has seen to it. */
export interface Finding {
  readonly kind: (typeof FINDING_KINDS)[number];
  readonly message: string;
}

/**
 * SQLSTATE classes of what does not fit, now or ever: 22 data exception, 23 constraint violation, 2B objects of
 * others depend on it, 42 no right, or not the table that it should be. Tables that are gone (42P01) are made anew.
 */
const isRefusal = (error: Error): boolean =>
  "code" in error && typeof error.code === "string" && /^(22|23|2B|42(?!P01))/.test(error.code);

/** Undefined: something outside failed, and may not fail again. */
export const findingOf = (error: Error): Finding | undefined => {
  const { message } = error;
  if (error instanceof UnreadableEvent) return { kind: "unreadable-event", message };
  if (error instanceof ProjectionDefect) return { kind: "projection-defect", message };
  if (error instanceof NewerVersion) return { kind: "newer-version", message };
  return isRefusal(error) ? { kind: "refused-by-database", message } : undefined;
};
