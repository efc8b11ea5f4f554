import { setTimeout as wait } from "node:timers/promises";
import { type Clock } from "../application/ports/system.js";

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};
