import { type Clock } from "../../../src/application/ports/system.js";

/** Time passes when told; whoever waits wakes when theirs has come. */
export class SteppedClock implements Clock {
  private readonly waiting = new Set<{ readonly until: number; readonly wake: () => void }>();

  constructor(private at: number) {}

  now(): Date {
    return new Date(this.at);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = { until: this.at + ms, wake: resolve };
      this.waiting.add(waiter);
      signal?.addEventListener("abort", () => {
        this.waiting.delete(waiter);
        resolve();
      });
    });
  }

  /** How many wait for at least so long from now. */
  waitingFor(ms: number): number {
    return [...this.waiting].filter(({ until }) => until >= this.at + ms).length;
  }

  advance(ms: number): void {
    this.at += ms;
    for (const waiter of [...this.waiting])
      if (waiter.until <= this.at) {
        this.waiting.delete(waiter);
        waiter.wake();
      }
  }
}
