// Who did what, and when.
import { z } from "zod";
import { position } from "./answer.js";

export const activityRow = z.object({
  position,
  recordedAt: z.date(),
  actor: z.string(),
  verb: z.string(),
  subject: z.string(),
  stream: z.string(),
  revision: z.number().int(),
  /** Amounts are decimal strings of mutez. */
  details: z.record(z.string(), z.unknown()),
});
export type ActivityRow = z.infer<typeof activityRow>;

/** What is done by somebody, to something, or one kind of act: each has an index of its own. */
export interface ActivityFilter {
  readonly by: "actor" | "subject" | "verb";
  readonly value: string;
}
