// Signed checkpoints of the whole log, in the log itself: what was there is not changed later without being found.
import { z } from "zod";
import { type Decision } from "../decision.js";
import { defineEvent } from "../event.js";
import { digest, streamName, type TzAddress } from "../identifiers.js";

export const stream = (baker: TzAddress) => streamName("audit", baker);

/** `size` leaves, in the log's own order, have this root; `signedNote` says so under the audit key. */
const LogCheckpointed = defineEvent("LogCheckpointed", 1, {
  size: z.number().int().positive(),
  root: digest,
  /** Roots of the perfect trees that these leaves make, the largest first: the next checkpoint goes on from them. */
  peaks: z.array(digest),
  /** The last of these leaves. */
  last: z.strictObject({ stream: z.string().brand<"StreamName">(), revision: z.number().int().min(0) }),
  signedNote: z.string(),
});

/** Whether a checkpoint is made that ends with this event: at each settled cycle. */
export const isDueAfter = (type: string): boolean => type === "CycleSettled";

export const Event = z.discriminatedUnion("type", [LogCheckpointed]);
export type Event = z.infer<typeof Event>;
export type Checkpointed = z.infer<typeof LogCheckpointed>["data"];

/** The newest checkpoint. */
export interface State {
  readonly newest: Checkpointed | undefined;
}

export const initial: State = { newest: undefined };

export const evolve = (_: State, { data }: Event): State => ({ newest: data });

/** Appends a checkpoint, unless as much of the log is covered: whoever follows the log makes the same ones. */
export const checkpoint =
  (command: Checkpointed) =>
  ({ newest }: State): Decision<Event, never> =>
    newest !== undefined && newest.size >= command.size ? [] : [{ type: "LogCheckpointed", data: command }];
