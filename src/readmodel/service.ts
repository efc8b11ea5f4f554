// The read models as an operator handles them: what a command asks, turned into orders for the works.
import { ChainUnavailable } from "../application/ports/chain.js";
import { type Position } from "../application/ports/event-store.js";
import {
  type Building,
  type Built,
  type ListedSnapshot,
  ReadModelRefused,
  type ReadModels,
  type ReadModelStatus,
  type RollbackTarget,
} from "../application/ports/read-models.js";
import { type Clock } from "../application/ports/system.js";
import { type Log } from "./batches.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { type CopySession, type Transact } from "./database.js";
import { type Projection } from "./projection.js";
import { type Order, rebuild } from "./rebuild.js";
import { createSchema, lockSchema } from "./schema.js";
import { type Manifest, UnusableSnapshot } from "./snapshot-file.js";
import { NothingToKeep, type Snapshots } from "./snapshots.js";
import { NewerVersion } from "./store.js";
import { type Places } from "./lag.js";
import { readStatus } from "./status.js";

export interface ServiceParts {
  readonly projections: readonly Projection[];
  readonly log: Log;
  readonly store: Places;
  readonly transact: Transact<CopySession>;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
}

export class ReadModelService implements ReadModels {
  readonly names: readonly string[];

  constructor(private readonly parts: ServiceParts) {
    this.names = parts.projections.map(({ name }) => name);
  }

  async status(): Promise<readonly ReadModelStatus[]> {
    const { transact, store, projections, snapshots, clock } = this.parts;
    const listed = await snapshots.list().catch((error: unknown) => {
      if (error instanceof ChainUnavailable) return []; // which chain's they are is not known now
      throw error;
    });
    return readStatus(transact, store, projections, listed, clock.now());
  }

  async rebuild(names: readonly string[], how: Building): Promise<readonly Built[]> {
    return this.alone(this.chosen(names), async (projections) => {
      const orders: Order[] = [];
      for (const projection of projections) {
        const current = await this.checkpointOf(projection);
        // What is pinned shows the same events as before, and stays pinned.
        const aim = current?.pinned
          ? { target: current.position, pinned: true }
          : { target: null, pinned: false };
        orders.push({ projection, aim });
      }
      return this.carryOut(orders, how);
    });
  }

  async rollback(names: readonly string[], to: RollbackTarget, how: Building): Promise<readonly Built[]> {
    const { log, snapshots } = this.parts;
    return this.alone(this.chosen(names), async (projections) => {
      const target = await this.positionOf(to);
      const storeId = await log.storeId();
      const skipped = (problem: UnusableSnapshot) => how.note(`${problem.message}; it is left out`);
      const orders = projections.map((projection) => ({
        projection,
        aim: { target, pinned: target !== null },
        base: () => snapshots.best(projection, storeId, log, target, skipped),
      }));
      return this.carryOut(orders, how);
    });
  }

  async snapshot(names: readonly string[]): Promise<readonly ListedSnapshot[]> {
    const { snapshots, log } = this.parts;
    const storeId = await log.storeId();
    const taken: ListedSnapshot[] = [];
    for (const projection of this.chosen(names)) {
      const { id, content } = await orRefuse(snapshots.take(projection, storeId));
      await snapshots.prune(projection.name);
      taken.push(listed(id, content));
    }
    return taken;
  }

  async snapshots(): Promise<readonly ListedSnapshot[]> {
    return (await this.parts.snapshots.list()).map(({ id, content }) => listed(id, content));
  }

  private carryOut(orders: readonly Order[], how: Building): Promise<readonly Built[]> {
    const { log, transact, clock } = this.parts;
    const { signal, progress } = how;
    return rebuild({ log, transact, clock, signal, progress }, orders);
  }

  /** Null: the head. */
  private async positionOf(target: RollbackTarget): Promise<Position | null> {
    const { store, snapshots, log, projections } = this.parts;
    switch (target.to) {
      case "head":
        return null;
      case "position":
        return this.lastUpTo(target.position);
      case "time":
        return store.lastUpTo(target.time);
      case "snapshot": {
        const content = await orRefuse(snapshots.find(target.id, projections, await log.storeId(), log));
        if (content) return content.position;
        throw new ReadModelRefused(
          `there is no snapshot ${target.id} here: see "taps projections snapshots", or copy its file into that folder`,
        );
      }
    }
  }

  private async lastUpTo(position: Position): Promise<Position> {
    const head = await this.parts.store.head();
    if (position > head)
      throw new ReadModelRefused(`the log ends at position ${head}: there is no ${position} yet`);
    return this.parts.store.lastUpTo(position);
  }

  private chosen(names: readonly string[]): readonly Projection[] {
    return this.parts.projections.filter(({ name }) => names.includes(name));
  }

  private async assertNotNewer(projection: Projection): Promise<void> {
    const { name, version } = projection;
    const found = await this.checkpointOf(projection);
    if (found && found.version > version)
      throw new ReadModelRefused(new NewerVersion(name, found.version, version).message);
  }

  private async checkpointOf({ name }: Projection): Promise<Checkpoint | undefined> {
    return this.parts.transact((session) => readCheckpoint(session, name));
  }

  /**
   * As the only process that builds these: the others are refused as long as this one lives. That is courtesy; what
   * keeps rows and positions together is each write's own condition.
   */
  private async alone<T>(
    projections: readonly Projection[],
    work: (projections: readonly Projection[]) => Promise<T>,
  ): Promise<T> {
    const { transact } = this.parts;
    await transact(async (session) => {
      await lockSchema(session);
      await createSchema(session);
    });
    return transact(async (session) => {
      await session.query("SET LOCAL idle_in_transaction_session_timeout = 0");
      for (const { name } of projections) {
        const { rows } = await session.query(
          "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS ours",
          [`taps.read.build.${name}`],
        );
        if (!(rows[0] as { ours: boolean }).ours)
          throw new ReadModelRefused(`another process builds ${name}: wait for its end`);
      }
      for (const projection of projections) await this.assertNotNewer(projection);
      return work(projections);
    });
  }
}

const orRefuse = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UnusableSnapshot || error instanceof NothingToKeep)
      throw new ReadModelRefused(error.message);
    throw error;
  }
};

const listed = (id: string, content: Manifest | UnusableSnapshot): ListedSnapshot =>
  content instanceof UnusableSnapshot
    ? {
        ...{ id, projection: null, position: null, asOf: null, version: null, digest: null, bytes: null },
        problem: content.message,
      }
    : {
        id,
        projection: content.projection,
        position: content.position,
        asOf: content.last.recordedAt,
        version: content.version,
        digest: content.digest,
        bytes: content.packedBytes,
        problem: null,
      };
