// Brings sets of tables that are being built up to a position: reads the log once for all of them, writes large batches.
import { type Position } from "../application/ports/event-store.js";
import { type Log, projectedBy, type Projected } from "./batches.js";
import { type Build, type BuildStore } from "./build.js";
import { movedTo, type Reached } from "./checkpoint.js";
import { findingOf } from "./findings.js";
import { type Change } from "./projection.js";
import { TablesHeld } from "./switch.js";

/** What one transaction writes: large, for nobody waits for the rows. */
const MAX_EVENTS = 20_000;
const MAX_CHANGES = 30_000;

/** Somebody else moved the set that this process builds. */
export class BuildTaken extends Error {
  override readonly name = "BuildTaken";
  constructor(projection: string) {
    super(`another process works on ${projection}, or its tables were dropped: try again`);
  }
}

/** What was read and is not written yet. Of most events nothing is left but how far they have brought the set. */
interface Pending {
  readonly changes: Change[];
  events: number;
  to: Reached | undefined;
}

const nothing = (): Pending => ({ changes: [], events: 0, to: undefined });

/** One set on its way. */
export class Builder {
  private pending = nothing();
  private writing: Promise<void> = Promise.resolve();
  /** Why this set cannot be built further; the others go on. */
  failure: Error | undefined;
  /** Events read for it since it was opened. */
  applied = 0;

  constructor(
    readonly store: Pick<BuildStore, "projection" | "commit">,
    /** As it stands in the database. */
    public build: Build,
  ) {}

  get name(): string {
    return this.store.projection.name;
  }

  async take(event: Parameters<typeof projectedBy>[1]): Promise<void> {
    const projected = this.project(event);
    if (projected === undefined) return;
    const { changes, settles, ...place } = projected;
    const { pending } = this;
    for (const change of changes) pending.changes.push(change);
    pending.events += 1;
    pending.to = settles
      ? { ...place, settled: place.position }
      : { ...place, ...(pending.to?.settled === undefined ? {} : { settled: pending.to.settled }) };
    this.applied += 1;
    if (pending.events >= MAX_EVENTS || pending.changes.length >= MAX_CHANGES) await this.write();
  }

  /** Everything that was taken is in the database. */
  async flush(): Promise<void> {
    await this.write();
    await this.writing;
  }

  private project(event: Parameters<typeof projectedBy>[1]): Projected | undefined {
    if (this.failure !== undefined) return undefined;
    try {
      return projectedBy(this.store.projection, event);
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** What it fails of in the end concerns this set alone; a database that does not answer concerns everybody. */
  async attempt(work: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      this.fail(error);
      if (!this.concernsItAlone()) throw error;
    }
  }

  concernsItAlone(): boolean {
    const { failure } = this;
    return (
      failure === undefined ||
      failure instanceof BuildTaken ||
      failure instanceof TablesHeld ||
      findingOf(failure) !== undefined
    );
  }

  /** One batch is written while the next is read. */
  private async write(): Promise<void> {
    await this.writing;
    const { pending } = this;
    this.pending = nothing();
    this.writing = this.commit(pending).catch((error: unknown) => this.fail(error));
  }

  private async commit({ to, changes }: Pending): Promise<void> {
    if (to === undefined || this.failure !== undefined) return;
    if (!(await this.store.commit(this.build, to, changes))) throw new BuildTaken(this.name);
    this.build = movedTo(this.build, to);
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Brings each set up to the position that is asked of it; null: to the end of the log. Throws if the log does not
 * answer; what a single set failed of stands in it.
 */
export const catchUp = async (
  log: Log,
  builders: readonly Builder[],
  limitOf: (builder: Builder) => Position | null,
  signal: AbortSignal,
  tell: () => void = () => undefined,
): Promise<void> => {
  const open = builders.filter(({ failure }) => failure === undefined);
  const ways = open
    .map((builder) => ({ builder, limit: limitOf(builder), reached: builder.build.position }))
    .filter(({ limit, reached }) => limit === null || reached < limit);
  const [first, ...others] = ways.map(({ reached }) => reached);
  if (first === undefined) return;
  const after = others.reduce((least, position) => (position < least ? position : least), first);
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  let isThere = false;
  try {
    for await (const message of log.subscribeAll({ after, signal: until })) {
      if (message.kind === "interrupted") throw message.error;
      isThere = message.kind === "caught-up";
      if (message.kind === "caught-up") break;
      const { position } = message.event;
      for (const way of ways) {
        if (position <= way.reached || (way.limit !== null && position > way.limit)) continue;
        way.reached = position;
        await way.builder.take(message.event);
      }
      tell();
      isThere = ways.every(({ limit }) => limit !== null && position >= limit);
      if (isThere) break;
    }
  } finally {
    stop.abort();
    for (const { builder } of ways) await builder.flush();
  }
  const failed = ways.find(({ builder }) => !builder.concernsItAlone());
  if (failed?.builder.failure) throw failed.builder.failure;
  signal.throwIfAborted();
  if (!isThere) throw new Error("the log ended before it was read through");
};
