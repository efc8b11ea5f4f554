// Who did what, and when.
import { z } from "zod";
import { type Transact } from "../database.js";
import { type Answer, answer, position } from "./answer.js";
import { type Page, pageOf, type PageRequest } from "./page.js";

export const activityRow = z.object({
  position,
  recordedAt: z.date(),
  actor: z.string(),
  verb: z.string(),
  subject: z.string(),
  stream: z.string(),
  revision: z.number().int(),
  /** Amounts are decimal strings of mutez. */
  details: z.record(z.string(), z.json()),
});
export type ActivityRow = z.infer<typeof activityRow>;

/** What is done by somebody, to something, or one kind of act: each has an index of its own. */
export interface ActivityFilter {
  readonly by: "actor" | "subject" | "verb";
  readonly value: string;
}

/** A page of acts in the order of the log: all, or somebody's, of something, or of one kind. */
export const activity = (
  transact: Transact,
  of: ActivityFilter | undefined,
  request: PageRequest,
): Promise<Answer<Page<ActivityRow>>> =>
  answer(transact, { model: "activity", tables: ["activity"] }, (session) =>
    pageOf(
      session,
      {
        list: `activity ${of ? `${of.by} ${of.value}` : ""}`,
        shape: activityRow,
        from: "read.activity AS t",
        where: (parameters) => (of ? [`t.${of.by} = ${parameters.add(of.value, "text")}`] : []),
        order: [{ name: "position", column: "t.position", type: "bigint" }],
      },
      request,
    ),
  );
