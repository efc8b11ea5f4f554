// One listener's answer: as fast as it is taken, for as long as who listens may.
import { once } from "node:events";
import { type Response } from "express";
import { type Clock } from "../../application/ports/system.js";
import { type Told } from "./live-events.js";

export interface Listening {
  readonly clock: Clock;
  /** The process stops serving. */
  readonly stopping: AbortSignal;
  /** Whether who listens may still do so. */
  readonly mayListen: () => Promise<boolean>;
}

/** Who takes nothing for so long listens no more. */
const PATIENCE_MS = 30_000;
/** It is looked again whether who listens may after so long, or half of it: not for all at the same moment. */
const LOOK_AGAIN_MS = 60_000;
/** When to come back, for who is cut off, and for who is sent away because the process stops. */
const RETRY = "retry: 3000\n";
const RETRY_ELSEWHERE = "retry: 1000\n\n";
/** Written at once: whoever takes this within the time that is given is alive. */
const PIECE_BYTES = 16 * 1_024;

/** Whether all that was written has been taken. */
const isTaken = async (response: Response, clock: Clock): Promise<boolean> => {
  if (response.destroyed) return false;
  const done = new AbortController();
  const { signal } = done;
  try {
    return await Promise.race([
      once(response, "drain", { signal }).then(() => true),
      once(response, "close", { signal }).then(() => false),
      clock.sleep(PATIENCE_MS, signal).then(() => false),
    ]);
  } finally {
    done.abort();
  }
};

const write = async (response: Response, text: Buffer, clock: Clock): Promise<boolean> => {
  for (let from = 0; from < text.length; from += PIECE_BYTES) {
    const isFull = !response.write(text.subarray(from, from + PIECE_BYTES));
    if (isFull && !(await isTaken(response, clock))) return false;
  }
  return true;
};

/** An id without an event: who comes back goes on from there, however little was told. */
const placeOf = ({ position }: Pick<Told, "position">): Buffer => Buffer.from(`: quiet\nid: ${position}\n\n`);

/** Caches and proxies are to pass each event on as it comes. */
const begin = (response: Response): void => {
  response.status(200).setHeader("content-type", "text/event-stream; charset=utf-8");
  response.setHeader("cache-control", "no-store, no-transform");
  response.setHeader("x-accel-buffering", "no");
  response.flushHeaders();
};

/** Tells until who listens has left or may no more, or the process stops. */
const tell = async (
  response: Response,
  told: AsyncIterable<Told>,
  { clock, mayListen }: Listening,
): Promise<void> => {
  const patience = LOOK_AGAIN_MS * (0.5 + Math.random() / 2);
  let lookedAt = clock.now().getTime();
  for await (const { position, frame } of told) {
    if (clock.now().getTime() - lookedAt >= patience) {
      if (!(await mayListen())) return;
      lookedAt = clock.now().getTime();
    }
    if (await write(response, frame?.text ?? placeOf({ position }), clock)) continue;
    response.destroy();
    return;
  }
};

/** `listen`: begins to tell, until its signal is aborted. */
export const sendLive = async (
  response: Response,
  listen: (signal: AbortSignal) => Promise<AsyncIterable<Told>>,
  listening: Listening,
): Promise<void> => {
  if (response.destroyed) return;
  if (listening.stopping.aborted || response.req.method === "HEAD") {
    begin(response);
    response.end(RETRY_ELSEWHERE);
    return;
  }
  const over = new AbortController();
  const end = (): void => over.abort();
  response.on("close", end);
  listening.stopping.addEventListener("abort", end);
  try {
    const told = await listen(over.signal);
    begin(response);
    response.write(RETRY);
    await tell(response, told, listening);
    if (!response.destroyed) response.end(listening.stopping.aborted ? RETRY_ELSEWHERE : undefined);
  } finally {
    listening.stopping.removeEventListener("abort", end);
    over.abort();
  }
};
