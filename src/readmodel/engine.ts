// Keeps one projection's tables in step with the log, as one of any number of processes that try.
import { UnreadableEvent } from "../application/ports/event-log.js";
import { type Position, START } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";
import { type Batch, batchesOf, type Log, ProjectionDefect, type Projected } from "./batches.js";
import { type Checkpoint } from "./checkpoint.js";
import { type Projection } from "./projection.js";
import { NewerVersion, type ProjectionStore } from "./store.js";

/** Why a projection stands still until a person, or another release, has seen to it. */
export interface Finding {
  readonly kind: "unreadable-event" | "projection-defect" | "newer-version" | "refused-by-database";
  readonly message: string;
}

export type RunnerState =
  | { readonly at: "starting" | "catching-up" | "live" | "ended" }
  /** Something outside failed; it is tried again, for as long as it takes. */
  | { readonly at: "retrying"; readonly failures: number; readonly message: string }
  | { readonly at: "stopped"; readonly finding: Finding };

export interface Progress {
  readonly projection: string;
  readonly state: RunnerState;
  /** Of the last event applied; `START` before the first. */
  readonly position: Position;
  readonly head: Position;
  /** How long the oldest event that is not applied has waited, as far as it is known; 0 at the head. */
  readonly secondsBehind: number;
}

/** The subscription ended, or the checkpoint is not where this runner left it: begin again from there. */
class BeginAgain extends Error {
  override readonly name = "BeginAgain";
}

interface Waiter {
  readonly position: Position;
  readonly resolve: (processed: boolean) => void;
}

/** Between batches of what is new, so that what comes in quick succession shares a transaction. */
const REST_MS = 100;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** SQLSTATE classes of data that does not fit, now or ever: 22 data exception, 23 constraint violation. */
const isRefusal = (error: Error): boolean =>
  "code" in error && typeof error.code === "string" && /^2[23]/.test(error.code);

const findingOf = (error: Error): Finding | undefined => {
  const { message } = error;
  if (error instanceof UnreadableEvent) return { kind: "unreadable-event", message };
  if (error instanceof ProjectionDefect) return { kind: "projection-defect", message };
  if (error instanceof NewerVersion) return { kind: "newer-version", message };
  return isRefusal(error) ? { kind: "refused-by-database", message } : undefined;
};

/** Runs one projection. Any number of runners, in any number of processes, may share its tables. */
export class ProjectionRunner {
  private current: RunnerState = { at: "starting" };
  private checkpoint: Checkpoint | undefined;
  private failures = 0;
  /** When the oldest event of the batch in work was recorded. */
  private working: Date | undefined;
  /** Since when they were seen to be behind with nothing in work. */
  private behindSince: Date | undefined;
  private readonly waiters = new Set<Waiter>();

  constructor(
    private readonly projection: Projection,
    private readonly log: Log,
    private readonly store: ProjectionStore,
    private readonly clock: Clock,
  ) {}

  get state(): RunnerState {
    return this.current;
  }

  /** Position of the last event applied. */
  get position(): Position {
    return this.checkpoint?.position ?? START;
  }

  /** Runs until the signal is aborted or a finding stops it; what is being written is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.follow(signal);
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        const finding = findingOf(error);
        if (finding) return this.end({ at: "stopped", finding });
        await this.pause(error, signal);
      }
    }
    this.end({ at: "ended" });
  }

  /** Resolves with true once the event at this position is applied; with false after `timeoutMs`, or stopped. */
  async whenProcessed(position: Position, timeoutMs: number): Promise<boolean> {
    if (this.position >= position) return true;
    if (this.hasEnded()) return false;
    const done = new AbortController();
    const processed = new Promise<boolean>((resolve) => {
      const waiter = { position, resolve };
      this.waiters.add(waiter);
      done.signal.addEventListener("abort", () => this.waiters.delete(waiter));
    });
    const timedOut = this.clock.sleep(timeoutMs, done.signal).then(() => false);
    try {
      return await Promise.race([processed, timedOut]);
    } finally {
      done.abort();
    }
  }

  /** Figures for status and metrics. Throws `StoreUnavailable` if the log cannot say where its head is. */
  async progress(): Promise<Progress> {
    const head = await this.log.head();
    const now = this.clock.now();
    const { position } = this;
    this.behindSince = position >= head ? undefined : (this.behindSince ?? now);
    const since = position >= head ? now : (this.working ?? this.behindSince ?? now);
    const secondsBehind = Math.max(0, (now.getTime() - since.getTime()) / 1_000);
    return { projection: this.projection.name, state: this.current, position, head, secondsBehind };
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const checkpoint = await this.store.open(await this.log.storeId());
    this.reached(checkpoint);
    this.current = { at: "catching-up" };
    for await (const batch of batchesOf(this.log, this.projection, this.position, signal)) {
      await this.apply(batch);
      if (batch.events.length > 0 && this.current.at === "live") await this.clock.sleep(REST_MS, signal);
      if (signal.aborted) return;
    }
    if (!signal.aborted) throw new BeginAgain("the subscription to the log has ended");
  }

  private async apply({ events, caughtUp }: Batch): Promise<void> {
    this.working = events[0]?.recordedAt;
    await this.write(events);
    this.working = undefined;
    this.failures = 0;
    if (caughtUp) this.current = { at: "live" };
  }

  /** Writes the events that no other runner has written. */
  private async write(events: readonly Projected[]): Promise<void> {
    for (let believed = this.checkpoint; believed; believed = this.checkpoint) {
      const done = believed.position;
      const rest = events.filter(({ position }) => position > done);
      const position = rest.at(-1)?.position;
      if (position === undefined) return;
      const changes = rest.flatMap((event) => event.changes);
      if (await this.store.commit(believed, position, changes))
        return this.reached({ ...believed, position });
      const found = await this.store.read();
      // A lower one: the database lost its last commits, and their events have gone by here.
      if (found?.epoch !== believed.epoch || found.position < believed.position)
        throw new BeginAgain("the checkpoint is not where this runner left it");
      this.reached(found);
    }
  }

  private reached(checkpoint: Checkpoint): void {
    this.checkpoint = checkpoint;
    for (const waiter of this.waiters) {
      if (waiter.position <= checkpoint.position) waiter.resolve(true);
    }
  }

  private async pause(error: Error, signal: AbortSignal): Promise<void> {
    this.failures += 1;
    this.working = undefined;
    this.current = { at: "retrying", failures: this.failures, message: error.message };
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.failures - 1));
    await this.clock.sleep(longest * (0.5 + Math.random() / 2), signal);
  }

  private end(state: RunnerState): void {
    this.current = state;
    for (const waiter of this.waiters) waiter.resolve(false);
  }

  private hasEnded(): boolean {
    return this.current.at === "stopped" || this.current.at === "ended";
  }
}
