// Keeps one projection's tables in step with the log, as one of any number of processes that try.
import { type Position, START } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";
import { type Batch, batchesOf, type Log, type Projected } from "./batches.js";
import { type Checkpoint, movedTo, reachedBy } from "./checkpoint.js";
import { isApplied } from "./applied.js";
import { type Finding, findingOf } from "./findings.js";
import { type Projection } from "./projection.js";
import { type RowStore } from "./store.js";

export type RunnerState =
  | { readonly at: "starting" | "catching-up" | "live" | "ended" }
  /** A person holds it where it is: it is looked at again and again, and gone on with when it is let go. */
  | { readonly at: "pinned" }
  /** Something outside failed; it is tried again, for as long as it takes. */
  | { readonly at: "retrying"; readonly failures: number; readonly message: string }
  | { readonly at: "stopped"; readonly finding: Finding };

/** The subscription ended, or the checkpoint is not where this runner left it: begin again from there. */
class BeginAgain extends Error {
  override readonly name = "BeginAgain";
}

const moved = () => new BeginAgain("the checkpoint is not where this runner left it");

/** Of other tables, or a lower one: the database lost its last commits, and their events have gone by here. */
const isBehind = (found: Checkpoint | undefined, believed: Checkpoint): boolean =>
  found?.epoch !== believed.epoch || found.position < believed.position;

interface Waiter {
  readonly position: Position;
  readonly resolve: (processed: boolean) => void;
}

/** A batch of what is new is full after so long: what comes in quick succession shares a transaction. */
const REST_MS = 50;
/** How often it is looked whether a pinned projection is let go. */
const PINNED_MS = 1_000;
/** How often it is looked whether the rows are still those that this runner wrote, whatever the log says. */
const LOOK_AGAIN_MS = 5_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** Runs one projection. Any number of runners, in any number of processes, may share its tables. */
export class ProjectionRunner {
  private current: RunnerState = { at: "starting" };
  private checkpoint: Checkpoint | undefined;
  private failures = 0;
  private applied = 0;
  /** What was said about the failures since the last event was applied. */
  private complaint: string | undefined;
  private readonly waiters = new Set<Waiter>();

  constructor(
    private readonly projection: Projection,
    private readonly log: Log,
    private readonly store: RowStore,
    private readonly clock: Clock,
    /** Told of each change of state; of a failure that lasts, once. */
    private readonly report: (state: RunnerState) => void,
  ) {}

  get name(): string {
    return this.projection.name;
  }

  get state(): RunnerState {
    return this.current;
  }

  /** Position of the last event applied. */
  get position(): Position {
    return this.checkpoint?.position ?? START;
  }

  /** Since this runner began; those that others have applied do not count. */
  get eventsApplied(): number {
    return this.applied;
  }

  /** Runs until the signal is aborted or a finding stops it; what is being written is finished first. */
  async run(until: AbortSignal): Promise<void> {
    // Many runners share a signal: each listens to one of its own.
    const signal = AbortSignal.any([until]);
    while (!signal.aborted) {
      try {
        await this.follow(signal);
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        const finding = findingOf(error);
        if (finding) return this.stop(finding);
        await this.pause(error, signal);
      }
    }
    this.end({ at: "ended" });
  }

  /** Resolves with true once the event at this position is applied; with false after `timeoutMs`, stopped or pinned. */
  async whenProcessed(position: Position, timeoutMs: number): Promise<boolean> {
    if (this.position >= position) return true;
    if (this.standsStill()) return false;
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

  private async follow(signal: AbortSignal): Promise<void> {
    const storeId = await this.log.storeId();
    const checkpoint = await this.store.open(storeId);
    if (!(await isApplied(this.log, checkpoint))) {
      await this.store.open(storeId, checkpoint);
      throw new BeginAgain("the log was put back: it lacks the last event applied; all tables are made anew");
    }
    this.reached(checkpoint);
    if (checkpoint.pinned) return this.holdStill(checkpoint, signal);
    this.become({ at: "catching-up" });
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    let ended: Error = new BeginAgain("the subscription to the log has ended");
    const looking = this.whenLost(until).then((lost) => {
      ended = lost ?? ended;
      stop.abort();
    });
    try {
      for await (const batch of batchesOf(this.log, this.projection, this.position, until)) {
        await this.apply(batch);
        if (batch.events.length > 0 && this.current.at === "live") await this.clock.sleep(REST_MS, until);
        if (until.aborted) break;
      }
    } finally {
      stop.abort();
      await looking;
    }
    if (!signal.aborted) throw ended;
  }

  /** Why the rows are not as this runner left them; undefined on abort. Without events nothing else would show it. */
  private async whenLost(signal: AbortSignal): Promise<Error | undefined> {
    for (;;) {
      await this.clock.sleep(LOOK_AGAIN_MS, signal);
      if (signal.aborted) return undefined;
      const believed = this.checkpoint;
      try {
        const found = await this.store.read();
        if (believed && isBehind(found, believed)) return moved();
      } catch (thrown) {
        return thrown instanceof Error ? thrown : new Error(String(thrown));
      }
    }
  }

  /** Ends when the rows are no longer those that are pinned. */
  private async holdStill({ epoch }: Checkpoint, signal: AbortSignal): Promise<void> {
    this.become({ at: "pinned" });
    this.releaseWaiters();
    while (!signal.aborted) {
      await this.clock.sleep(PINNED_MS, signal);
      const found = await this.store.read();
      if (found?.epoch !== epoch || !found.pinned) return;
    }
  }

  private async apply({ events, then }: Batch): Promise<void> {
    await this.write(events);
    // The log may be another one when it answers again: it is opened anew.
    if (then?.kind === "interrupted") throw then.error;
    this.failures = 0;
    this.complaint = undefined;
    if (then) this.become({ at: "live" });
  }

  /** Writes the events that no other runner has written. */
  private async write(events: readonly Projected[]): Promise<void> {
    for (let believed = this.checkpoint; believed; believed = this.checkpoint) {
      const done = believed.position;
      const rest = events.filter(({ position }) => position > done);
      const to = reachedBy(rest);
      if (to === undefined) return;
      const changes = rest.flatMap((event) => event.changes);
      if (await this.store.commit(believed, to, changes)) {
        this.applied += rest.length;
        return this.reached(movedTo(believed, to));
      }
      const found = await this.store.read();
      if (found === undefined || found.pinned || isBehind(found, believed)) throw moved();
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
    this.become({ at: "retrying", failures: this.failures, message: error.message });
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.failures - 1));
    await this.clock.sleep(longest * (0.5 + Math.random() / 2), signal);
  }

  private async stop(finding: Finding): Promise<void> {
    this.end({ at: "stopped", finding });
    // Whoever asks another process reads it there; it is said here in any case.
    if (finding.kind !== "newer-version") await this.store.stopped(finding).catch(() => undefined);
  }

  private end(state: RunnerState): void {
    this.become(state);
    this.releaseWaiters();
  }

  private releaseWaiters(): void {
    for (const waiter of this.waiters) waiter.resolve(false);
  }

  private become(state: RunnerState): void {
    const isKnown = state.at === "retrying" ? state.message === this.complaint : state.at === this.current.at;
    this.current = state;
    if (state.at === "retrying") this.complaint = state.message;
    if (!isKnown) this.report(state);
  }

  private standsStill(): boolean {
    return ["stopped", "ended", "pinned"].includes(this.current.at);
  }
}
