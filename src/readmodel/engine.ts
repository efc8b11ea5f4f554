// Keeps one projection's tables in step with the log, as one of any number of processes that try.
import { isDeepStrictEqual } from "node:util";
import { UnreadableEvent } from "../application/ports/event-log.js";
import { type Position, START } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";
import { type Batch, batchesOf, type Log, ProjectionDefect, type Projected } from "./batches.js";
import { type Checkpoint, placeOf } from "./checkpoint.js";
import { type Projection } from "./projection.js";
import { NewerVersion, type RowStore } from "./store.js";

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

const moved = () => new BeginAgain("the checkpoint is not where this runner left it");

/** Of other tables, or a lower one: the database lost its last commits, and their events have gone by here. */
const isBehind = (found: Checkpoint | undefined, believed: Checkpoint): boolean =>
  found?.epoch !== believed.epoch || found.position < believed.position;

interface Waiter {
  readonly position: Position;
  readonly resolve: (processed: boolean) => void;
}

/** Between batches of what is new, so that what comes in quick succession shares a transaction. */
const REST_MS = 100;
/** How often it is looked whether the rows are still there, whatever the log says. */
const LOOK_AGAIN_MS = 30_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/**
 * SQLSTATE classes of what does not fit, now or ever: 22 data exception, 23 constraint violation, 2B objects of
 * others depend on it, 42 no right, or not the table that it should be. Tables that are gone (42P01) are made anew.
 */
const isRefusal = (error: Error): boolean =>
  "code" in error && typeof error.code === "string" && /^(22|23|2B|42(?!P01))/.test(error.code);

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
  /** What was said about the failures since the last event was applied. */
  private complaint: string | undefined;
  /** When the oldest event of the batch in work was recorded. */
  private working: Date | undefined;
  /** Since when they were seen to be behind with nothing in work. */
  private behindSince: Date | undefined;
  private readonly waiters = new Set<Waiter>();

  constructor(
    private readonly projection: Projection,
    private readonly log: Log,
    private readonly store: RowStore,
    private readonly clock: Clock,
    /** Told of each change of state; of a failure that lasts, once. */
    private readonly report: (state: RunnerState) => void,
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
    const storeId = await this.log.storeId();
    const checkpoint = await this.store.open(storeId);
    if (!(await this.holds(checkpoint))) {
      await this.store.open(storeId, checkpoint);
      throw new BeginAgain("the log was put back: it lacks the last event applied; all tables are made anew");
    }
    this.reached(checkpoint);
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

  /** Whether the log has the last event applied where it was: one that was put back may have grown since. */
  private async holds({ position, last }: Checkpoint): Promise<boolean> {
    if (last === null) return position === START;
    const { stream, revision: from } = last;
    for await (const event of this.log.read(stream, { from, limit: 1 }))
      return event.position === position && isDeepStrictEqual(placeOf(event), last);
    return false;
  }

  private async apply({ events, then }: Batch): Promise<void> {
    this.working = events[0]?.recordedAt;
    await this.write(events);
    this.working = undefined;
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
      const last = rest.at(-1);
      if (last === undefined) return;
      const changes = rest.flatMap((event) => event.changes);
      if (await this.store.commit(believed, last, changes))
        return this.reached({ ...believed, position: last.position, last: placeOf(last) });
      const found = await this.store.read();
      if (found === undefined || isBehind(found, believed)) throw moved();
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
    this.become({ at: "retrying", failures: this.failures, message: error.message });
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.failures - 1));
    await this.clock.sleep(longest * (0.5 + Math.random() / 2), signal);
  }

  private end(state: RunnerState): void {
    this.become(state);
    for (const waiter of this.waiters) waiter.resolve(false);
  }

  private become(state: RunnerState): void {
    const isKnown = state.at === "retrying" ? state.message === this.complaint : state.at === this.current.at;
    this.current = state;
    if (state.at === "retrying") this.complaint = state.message;
    if (!isKnown) this.report(state);
  }

  private hasEnded(): boolean {
    return this.current.at === "stopped" || this.current.at === "ended";
  }
}
