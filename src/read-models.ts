// The read models of this installation: for the commands that handle them, and for the process that keeps them.
import { join } from "node:path";
import { type Cleanup } from "./cleanup.js";
import { type Get } from "./composition.js";
import { type Config } from "./config.js";
import { transactCopying } from "./infrastructure/postgres/copy.js";
import { createPool, DEFAULT_TIMEOUTS, endPool, transact } from "./infrastructure/postgres/pool.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { type Logger } from "./infrastructure/telemetry/logging.js";
import { type CopySession, type Transact } from "./readmodel/database.js";
import { ProjectionRunner, type RunnerState } from "./readmodel/engine.js";
import { SnapshotKeeper } from "./readmodel/keeper.js";
import { ReadModelService } from "./readmodel/service.js";
import { Snapshots } from "./readmodel/snapshots.js";
import { ProjectionStore } from "./readmodel/store.js";
import { projections } from "../projections/all.js";

/** One writes for each read model, the others keep processes apart and read. */
const MAINTENANCE_CONNECTIONS = projections.length + 4;

/** Transactions that may be long, and copy tables. */
export const openMaintenance = async (get: Get, cleanups: Cleanup[]): Promise<Transact<CopySession>> => {
  await get("pool");
  // Copying whole tables, digests of them and their indexes take as long as they take.
  const timeouts = { ...DEFAULT_TIMEOUTS, statement: "none" as const };
  const pool = createPool({
    url: await get("databaseUrl"),
    applicationName: "taps-read-models",
    max: MAINTENANCE_CONNECTIONS,
    timeouts,
  });
  cleanups.push(() => endPool(pool));
  return (work) => transactCopying(pool, work);
};

/** The folder of snapshots of this chain. */
export const openSnapshots = async (config: Config, get: Get): Promise<Snapshots> => {
  const folder = async () => join(config.TAPS_DATA_DIR, await get("chainId"), "snapshots");
  return new Snapshots(folder, await get("maintenance"));
};

/** The read models as commands handle them. */
export const openReadModels = async (get: Get): Promise<ReadModelService> =>
  new ReadModelService({
    projections,
    log: await get("log"),
    store: await get("store"),
    transact: await get("maintenance"),
    snapshots: await get("snapshots"),
    clock: systemClock,
  });

const projectionReporter = (logger: Logger, projection: string) => (state: RunnerState) => {
  if (state.at === "stopped") logger.error("projection stopped", { projection, finding: state.finding });
  else if (state.at === "retrying") logger.warn("projection retrying", { projection, why: state.message });
  else logger.debug("projection", { projection, state: state.at });
};

interface Projector {
  readonly runners: readonly ProjectionRunner[];
  /** Each runs until its signal is aborted. */
  readonly parts: readonly ((signal: AbortSignal) => Promise<void>)[];
}

/** What keeps the read models in step with the log, and takes their snapshots. */
export const createProjector = async (get: Get, logger: Logger): Promise<Projector> => {
  const [log, pool] = await Promise.all([get("log"), get("pool")]);
  const runners = projections.map((projection) => {
    const store = new ProjectionStore((work) => transact(pool, work), projection);
    const report = projectionReporter(logger, projection.name);
    return new ProjectionRunner(projection, log, store, systemClock, report);
  });
  const keeper = new SnapshotKeeper({
    projections,
    storeId: () => log.storeId(),
    transact: await get("maintenance"),
    snapshots: await get("snapshots"),
    clock: systemClock,
    isLive: ({ name }) => runners.some((runner) => runner.name === name && runner.state.at === "live"),
    report: ({ name }, error) =>
      logger.warn("no snapshot", { projection: name, why: error instanceof Error ? error.message : error }),
  });
  return { runners, parts: [...runners, keeper].map((part) => (signal) => part.run(signal)) };
};
