import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const CHANNEL = "taps_log";
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Waits; ends at once when the signal is aborted. */
const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};

/** Waits before the next attempt (from 0): longer each time, and not all processes at the same moment. */
export const backOff = (attempt: number, signal: AbortSignal): Promise<void> =>
  pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2), signal);

/** Ends a connection; one whose server hangs is left to the operating system. */
const hangUp = async (client: pg.Client): Promise<void> => {
  await Promise.race([client.end(), sleep(500, undefined, { ref: false })]);
};

/**
 * Wakes those who wait for the log to grow: by NOTIFY, and at least every `pollMs`, for a notification is lost
 * while the connection is. It listens only while somebody waits or is about to.
 */
export class LogChanges {
  /** Changes seen so far. Take it before reading; `next` does not wait if it grew since. */
  count = 0;
  private readonly waiting = new Set<() => void>();
  private followers = 0;
  private stop = new AbortController();

  constructor(
    private readonly config: pg.ClientConfig,
    private readonly pollMs: number,
  ) {}

  follow(): void {
    this.followers += 1;
    if (this.followers > 1) return;
    this.stop = new AbortController();
    void this.listen(this.stop.signal);
  }

  unfollow(): void {
    this.followers -= 1;
    if (this.followers === 0) this.stop.abort();
  }

  /** Resolves at the next change after `seen`, after `pollMs`, or when the signal is aborted. */
  next(seen: number, signal: AbortSignal): Promise<void> {
    if (this.count !== seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, this.pollMs);
      this.waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  private changed(): void {
    this.count += 1;
    for (const wake of [...this.waiting]) wake();
  }

  /** Keeps one listening connection until it is stopped. */
  private async listen(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      if (attempt > 0) await backOff(attempt - 1, signal);
      if (await this.listenOnce(signal)) attempt = 0;
    }
  }

  /** Listens until the connection breaks or the signal is aborted; whether it listened at all. */
  private async listenOnce(signal: AbortSignal): Promise<boolean> {
    const client = new pg.Client(this.config);
    let end: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    client.on("error", end).on("end", end);
    signal.addEventListener("abort", end);
    client.on("notification", () => this.changed());
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.changed();
      await over;
      return true;
    } catch {
      // The log is read every `pollMs` all the same; whether PostgreSQL is well shows there.
      return false;
    } finally {
      // The signal outlives every connection.
      signal.removeEventListener("abort", end);
      await hangUp(client);
    }
  }
}
