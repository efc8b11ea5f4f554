// Builds tables beside those in service, compares the two where they show the same events, and switches.
import { type BuildProgress, type Built } from "../application/ports/read-models.js";
import { type Position } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";
import { isApplied } from "./applied.js";
import { type Log } from "./batches.js";
import { type Aim, type Base, type Build, BuildStore, readBuild } from "./build.js";
import { Builder, BuildTaken, catchUp } from "./catch-up.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { type CopySession, type Transact } from "./database.js";
import { beside, inService, type Names } from "./names.js";
import { type Projection } from "./projection.js";
import { dropRetired } from "./retired.js";
import { digestTables, holdTables, readAsOfNow, type TableDigest } from "./rows.js";
import { switchIn } from "./switch.js";

/** What is to become of one projection. */
export interface Order {
  readonly projection: Projection;
  readonly aim: Aim;
  /** What its tables may begin with in place of nothing. */
  readonly base?: () => Promise<Base | undefined>;
}

export interface Works {
  readonly log: Log;
  readonly transact: Transact<CopySession>;
  readonly clock: Clock;
  readonly progress: (progress: BuildProgress) => void;
  readonly signal: AbortSignal;
}

/** Between two attempts to switch, readers have their turn. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Carries the orders out. What one set fails of keeps the others from nothing, and what serves as it is. */
export const rebuild = async (works: Works, orders: readonly Order[]): Promise<readonly Built[]> => {
  const building = await beginAll(works, orders);
  const builders = building.map(({ builder }) => builder);
  const limits = await comparablePositions(works, builders);
  await readUpTo(works, builders, ({ name, build }) => limits.get(name) ?? build.position);
  for (const { store, builder } of building) await builder.attempt(() => compare(works, store, builder));
  await readUpTo(works, builders, ({ build }) => build.target);
  for (const { store, builder } of building) await builder.attempt(() => serve(works, store, builder));
  return builders.map(({ name, build, failure }) => {
    const { position, pinned, base, differing } = build;
    return { name, position, pinned, base, differing, failure: failure?.message ?? null };
  });
};

/** So many sets are filled at once. */
const FILLED_AT_ONCE = 3;

/** In their order. What one cannot be begun for is thrown once none is being begun any more. */
const beginAll = async (works: Works, orders: readonly Order[]): Promise<readonly Begun[]> => {
  const waiting = orders.entries();
  const begun: Begun[] = [];
  const lane = async (): Promise<void> => {
    for (const [n, order] of waiting) begun[n] = await begin(works, order);
  };
  const lanes = await Promise.allSettled(Array.from({ length: FILLED_AT_ONCE }, lane));
  for (const { reason } of lanes.filter((ended) => ended.status === "rejected")) throw reason;
  return begun;
};

interface Begun {
  readonly store: BuildStore;
  readonly builder: Builder;
}

/** What was built of a log that was put back since is not gone on with. */
const begin = async ({ log, transact }: Works, { projection, aim, base }: Order): Promise<Begun> => {
  const store = new BuildStore(transact, projection);
  const storeId = await log.storeId();
  let build = await store.open(storeId, aim, base);
  await dropRetired(transact, projection.name);
  if (!(await isApplied(log, build))) {
    await store.abandon();
    build = await store.open(storeId, aim, base);
  }
  return { store, builder: new Builder(store, build) };
};

const readUpTo = async (
  works: Works,
  builders: readonly Builder[],
  limitOf: (builder: Builder) => Position | null,
): Promise<void> => {
  const { log, signal } = works;
  const head = await log.head();
  await catchUp(
    log,
    builders,
    limitOf,
    signal,
    telling(works, builders, (builder) => limitOf(builder) ?? head),
  );
};

/** Asked at each event, tells now and then how far the sets are. */
const telling = (
  { clock, progress }: Works,
  builders: readonly Builder[],
  targetOf: (builder: Builder) => Position,
) => {
  const began = clock.now().getTime();
  const from = new Map(builders.map((builder) => [builder, { ...builder.build, applied: builder.applied }]));
  let asked = 0;
  let told = began;
  return () => {
    asked += 1;
    if (asked % 256 !== 0) return;
    const now = clock.now().getTime();
    if (now - told < 1_000) return;
    told = now;
    const seconds = (now - began) / 1_000;
    for (const builder of builders) {
      const { position } = builder.build;
      const start = from.get(builder);
      const target = targetOf(builder);
      if (start === undefined || position >= target) continue;
      const eventsPerSecond = Math.round((builder.applied - start.applied) / seconds);
      const way = Number(position - start.position);
      const secondsLeft = way > 0 ? Math.round((Number(target - position) / way) * seconds) : null;
      progress({ name: builder.name, doing: "reading", position, eventsPerSecond, secondsLeft });
    }
  };
};

const tell = ({ progress }: Works, { name, build }: Builder, doing: BuildProgress["doing"]): void =>
  progress({ name, doing, position: build.position, eventsPerSecond: 0, secondsLeft: null });

/** Whether both sets can show the same events. */
const isComparable = (build: Build, current: Checkpoint | undefined): current is Checkpoint =>
  current?.version === build.version &&
  current.storeId === build.storeId &&
  current.position >= build.position &&
  (build.target === null || current.position <= build.target);

const comparablePositions = async (
  { log, transact }: Works,
  builders: readonly Builder[],
): Promise<ReadonlyMap<string, Position>> => {
  const positions = new Map<string, Position>();
  for (const { name, build } of builders) {
    const current = await transact((session) => readCheckpoint(session, name));
    if (build.differing === null && isComparable(build, current) && (await isApplied(log, current)))
      positions.set(name, current.position);
  }
  return positions;
};

const digestsOf = async (session: CopySession, projection: Projection, names: Names) => {
  await readAsOfNow(session);
  await holdTables(session, projection, names);
  return digestTables(session, projection, names);
};

/** The rows in service are those of the log if both sets have the same digest at the same position. */
const compare = async (works: Works, store: BuildStore, builder: Builder): Promise<void> => {
  const { log, transact, signal } = works;
  const { projection } = store;
  if (builder.build.differing !== null) return;
  const found = await transact((session) => readCheckpoint(session, projection.name));
  if (!isComparable(builder.build, found) || !(await isApplied(log, found))) return;
  tell(works, builder, "comparing");
  const serving = await transact(async (session) => {
    await readAsOfNow(session);
    await holdTables(session, projection, inService);
    const current = await readCheckpoint(session, projection.name);
    return { current, digests: await digestTables(session, projection, inService) };
  });
  const { current, digests } = serving;
  if (!isComparable(builder.build, current) || current.epoch !== found.epoch) return;
  await catchUp(log, [builder], () => current.position, signal);
  if (builder.build.position !== current.position) return;
  const own = await transact((session) => digestsOf(session, projection, beside(builder.build.epoch)));
  const differing = differenceOf(digests, own);
  await store.compared(builder.build, differing);
  builder.build = { ...builder.build, differing };
};

const differenceOf = (serving: readonly TableDigest[], built: readonly TableDigest[]): readonly string[] =>
  built
    .filter(({ table, digest }) => serving.find((other) => other.table === table)?.digest !== digest)
    .map(({ table }) => table);

const serve = async (works: Works, store: BuildStore, builder: Builder): Promise<void> => {
  const { log, transact, clock, signal } = works;
  if (!(await isApplied(log, builder.build))) throw new BuildTaken(builder.name);
  for (let pause = SHORTEST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
    const switched = await switchIn(transact, store.projection, builder.build);
    if (switched === "switched" || (switched === "gone" && (await serves(works, builder)))) break;
    if (switched === "gone") throw new BuildTaken(builder.name);
    if (switched === "busy") {
      tell(works, builder, "waiting-for-readers");
      await clock.sleep(pause * (0.5 + Math.random() / 2), signal);
    }
    await catchUp(log, [builder], ({ build }) => build.target, signal);
    signal.throwIfAborted();
    if (builder.failure !== undefined) throw builder.failure;
  }
  await dropRetired(transact, builder.name);
};

/** The answer to a switch may get lost. */
const serves = async ({ transact }: Works, { name, build }: Builder): Promise<boolean> =>
  transact(async (session) => {
    const current = await readCheckpoint(session, name);
    return current?.epoch === build.epoch && (await readBuild(session, name)) === undefined;
  });
