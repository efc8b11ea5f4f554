import { z } from "zod";
import { liveEvent } from "../live/frame.js";
import { placeText } from "../parts.js";
import { listening, type Route } from "../route.js";

const typesText = z
  .string()
  .max(4_000)
  .regex(/^[A-Za-z]+(,[A-Za-z]+)*$/, "not names of events, joined by commas")
  .transform((text): ReadonlySet<string> => new Set(text.split(",")));

export const eventRoutes: readonly Route[] = [
  listening({
    id: "listenToEvents",
    path: "/events",
    tag: "activity",
    summary: "What happens now, as server-sent events: `id` is the position in the log, `event` the type",
    access: "viewer",
    query: z.object({
      after: placeText
        .optional()
        .describe("Begin after this event, -1 with the first; the header Last-Event-ID comes before it"),
      types: typesText.optional().describe("Only events of these types, joined by commas"),
      stream: z.string().max(200).optional().describe("Only events of this stream"),
    }),
    headers: z.object({
      "last-event-id": placeText.optional().describe("Go on after this event; without it, from now on"),
    }),
    result: liveEvent,
    problems: ["ahead-of-log", "too-many-listeners"],
    listen:
      ({ live }, { query: { after, types, stream }, headers: { "last-event-id": last } }) =>
      (signal) =>
        live.listen(
          {
            after: last ?? after,
            isWanted: (frame) =>
              (types === undefined || types.has(frame.type)) &&
              (stream === undefined || frame.stream === stream),
          },
          signal,
        ),
  }),
];
