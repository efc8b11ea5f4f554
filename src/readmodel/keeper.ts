// Takes a snapshot of each read model at each settled cycle, and clears away tables that were replaced.
import { type Clock } from "../application/ports/system.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { type CopySession, type Transact } from "./database.js";
import { type Projection } from "./projection.js";
import { dropRetired } from "./retired.js";
import { UnusableSnapshot } from "./snapshot-file.js";
import { type Listed, type Snapshots } from "./snapshots.js";

const LOOK_MS = 5_000;

export interface KeeperParts {
  readonly projections: readonly Projection[];
  readonly storeId: () => Promise<string>;
  readonly transact: Transact<CopySession>;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  /** Whether this process has brought the projection to the head: on the way there a snapshot at each cycle would be in vain. */
  readonly isLive: (projection: Projection) => boolean;
  readonly report: (projection: Projection, error: unknown) => void;
}

export class SnapshotKeeper {
  constructor(private readonly parts: KeeperParts) {}

  /** Until the signal is aborted; what fails is tried again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await this.parts.clock.sleep(LOOK_MS, signal);
    }
  }

  /** Takes what is due now. */
  async look(): Promise<void> {
    const { projections, isLive, report } = this.parts;
    for (const projection of projections.filter(isLive))
      await this.keep(projection).catch((error: unknown) => report(projection, error));
  }

  private async keep(projection: Projection): Promise<void> {
    const { transact, snapshots, storeId } = this.parts;
    await dropRetired(transact, projection.name);
    const checkpoint = await transact((session) => readCheckpoint(session, projection.name));
    const store = await storeId();
    if (checkpoint?.storeId !== store || checkpoint.version !== projection.version) return;
    if (!isDue(checkpoint, await snapshots.list())) return;
    await snapshots.take(projection, store);
    await snapshots.prune(projection.name);
  }
}

/** A cycle was settled since the newest snapshot of these rows. Another process on this machine may have taken it. */
const isDue = (
  { name, version, storeId, settled, pinned }: Checkpoint,
  listed: readonly Listed[],
): boolean => {
  if (settled === null || pinned) return false;
  return !listed.some(
    ({ content }) =>
      !(content instanceof UnusableSnapshot) &&
      content.projection === name &&
      content.version === version &&
      content.storeId === storeId &&
      content.position >= settled,
  );
};
