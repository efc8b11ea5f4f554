// Who did what, and when.
import { type ActivityFilter, activityRow, type ActivityRow } from "../../application/read-side/activity.js";
import { type Answer } from "../../application/read-side/answer.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { type Transact } from "../database.js";
import { answer } from "./answer.js";
import { pageOf } from "./page.js";

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
