// What routes are answered from beside the read models: the log itself.
import { type EventReading } from "../application/ports/event-reading.js";
import { type EventStore } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";
import { LogLag } from "./lag.js";
import { framing } from "./live/frame.js";
import { LiveEvents } from "./live/live-events.js";
import { type Sources } from "./route.js";

export const openLog = (
  store: EventStore,
  reading: EventReading,
  clock: Clock,
): Pick<Sources, "live" | "lag"> => ({
  live: new LiveEvents({ store, clock, frameOf: framing(reading) }),
  lag: new LogLag(store, clock),
});
