// Parts of a replay in threads of their own: it is nearly all computation.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { StoreUnavailable } from "./application/ports/event-store.js";
import { type Part, type PartReport, type Parts } from "./application/replay/replay.js";

/** Where a thread finds the log. */
export type LogPlace = { readonly databaseUrl: string } | { readonly eventStoreUrl: string };

export interface ThreadTask {
  readonly place: LogPlace;
  readonly part: Part;
}

export type ThreadMessage =
  | { readonly tell: string }
  | { readonly report: PartReport }
  /** The log does not answer, and why. */
  | { readonly unavailable: string };

/** A thread takes a second to begin. */
const LEAST_CYCLES = 20;
/** Each has connections of its own, and a processor of its own is what it is for. */
const MOST_THREADS = 8;

export const replayThreads = (place: LogPlace): Parts => ({
  count: Math.min(MOST_THREADS, availableParallelism()),
  leastCycles: LEAST_CYCLES,
  run: (part, tell) => inThread({ place, part }, tell),
});

const inThread = (task: ThreadTask, tell: (line: string) => void): Promise<PartReport> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./replay-thread.js", import.meta.url), { workerData: task });
    thread.on("message", (message: ThreadMessage) => {
      if ("tell" in message) tell(message.tell);
      else if ("report" in message) resolve(message.report);
      else reject(new StoreUnavailable("replay", { cause: new Error(message.unavailable) }));
    });
    thread.on("error", reject);
    thread.on("exit", () => reject(new Error("a thread of the replay ended without a report")));
  });
