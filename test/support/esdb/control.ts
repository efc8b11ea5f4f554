import { z } from "zod";

/** What the next appends meet: whether they land, and what becomes of the answer. */
const appendFault = z.object({
  /** Held back for so long before it lands. */
  delayMs: z.number(),
  lands: z.boolean(),
  answer: z.enum(["sent", "never", "timed-out", "server-dies"]),
});
export type AppendFault = z.infer<typeof appendFault>;

/** Messages from the test to the server's process. */
export const command = z.discriminatedUnion("do", [
  /** Applies to the next `times` appends; those withheld are never answered. */
  z.object({ do: z.literal("fault-appends"), fault: appendFault, times: z.number() }),
  /** Subscriptions open now get nothing more: no event, no end, no error. */
  z.object({ do: z.literal("silence-subscriptions") }),
  /** Writes events of the server itself, as statistics or projections do. */
  z.object({ do: z.literal("write-system-events"), count: z.number() }),
  /** Is done once so many appends have met the fault. */
  z.object({ do: z.literal("await-faulted"), count: z.number() }),
  /** Fails the next question for the server's features with this status code. */
  z.object({ do: z.literal("fail-features"), code: z.number() }),
  /** Leaves the next question for the server's features without an answer. */
  z.object({ do: z.literal("ignore-features") }),
  /** Fails so many of the next subscriptions at once. */
  z.object({ do: z.literal("refuse-subscriptions"), times: z.number() }),
]);
export type Command = z.infer<typeof command>;

export const numberedCommand = z.object({ id: z.number(), command });

/** Messages from the server's process: it listens, or a command took effect. */
export const report = z.union([z.object({ listening: z.number() }), z.object({ done: z.number() })]);
