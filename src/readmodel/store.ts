// A projection's rows and checkpoint in PostgreSQL.
import { START } from "../application/ports/event-store.js";
import {
  type AppliedEvent,
  type Checkpoint,
  advanceCheckpoint,
  createCheckpoints,
  readCheckpoint,
  replaceCheckpoint,
} from "./checkpoint.js";
import { collapse } from "./collapse.js";
import { type Session, type Transact } from "./database.js";
import { type Change, type Projection } from "./projection.js";
import { qualified, statementsOf } from "./sql.js";
import { createPartitions, createTables } from "./tables.js";

/** The rows are those of a later version of the projection: a newer release runs, or ran, here. */
export class NewerVersion extends Error {
  override readonly name = "NewerVersion";
  constructor(
    readonly projection: string,
    readonly found: number,
    readonly known: number,
  ) {
    super(`the tables of ${projection} are of version ${found}; this release writes version ${known}`);
  }
}

/** A commit that a crash of the database loses is lost with its checkpoint: there is nothing to wait for. */
const NO_WAIT = "SET LOCAL synchronous_commit = off; ";
/** A runner that hangs in its transaction holds nobody for ever. */
const PATIENCE = "SET LOCAL lock_timeout = '10s'";

/** What keeps a projection's rows and checkpoint together, as a runner sees it. */
export type RowStore = Pick<ProjectionStore, "open" | "read" | "commit">;

export class ProjectionStore {
  constructor(
    private readonly transact: Transact,
    private readonly projection: Projection,
  ) {}

  /**
   * The checkpoint to go on from. Without one that fits projection and store, the tables are made anew and
   * begin at the first event; likewise in place of `lost`, of whose log nothing can be gone on with. Throws
   * `NewerVersion`.
   */
  async open(storeId: string, lost?: Checkpoint): Promise<Checkpoint> {
    const { name, version } = this.projection;
    return this.transact(async (session) => {
      await session.query(PATIENCE);
      // One at a time, for CREATE ... IF NOT EXISTS is no protection against another session's.
      await session.query("SELECT pg_advisory_xact_lock(hashtextextended('taps.read', 0))");
      await createCheckpoints(session);
      const found = await readCheckpoint(session, name, "FOR UPDATE");
      if (found && found.version > version) throw new NewerVersion(name, found.version, version);
      const fits = found?.version === version && found.storeId === storeId && found.epoch !== lost?.epoch;
      if (fits && (await this.tablesExist(session))) return found;
      return this.begin(session, storeId, found);
    });
  }

  async read(): Promise<Checkpoint | undefined> {
    return this.transact((session) => readCheckpoint(session, this.projection.name));
  }

  /** Writes the changes and moves the checkpoint, both or neither. False: it does not stand where believed. */
  async commit(believed: Checkpoint, to: AppliedEvent, changes: readonly Change[]): Promise<boolean> {
    return this.transact(async (session) => {
      await session.query(NO_WAIT + PATIENCE);
      const isOurs = await advanceCheckpoint(session, believed, to);
      if (isOurs) await this.write(session, believed.epoch, changes);
      return isOurs;
    });
  }

  private async write(session: Session, epoch: number, changes: readonly Change[]): Promise<void> {
    for (const step of collapse(changes)) {
      for (const statement of createPartitions(step, epoch)) await session.query(statement);
      for (const { text, values } of statementsOf(step)) await session.query(text, values);
    }
  }

  private async begin(session: Session, storeId: string, last: Checkpoint | undefined): Promise<Checkpoint> {
    const { name, version } = this.projection;
    const tables = this.projection.tables.map((table) => table.name);
    for (const table of new Set([...(last?.tables ?? []), ...tables])) {
      await session.query(`DROP TABLE IF EXISTS ${qualified(table)}`);
    }
    const epoch = (last?.epoch ?? 0) + 1;
    for (const statement of createTables(this.projection, epoch)) await session.query(statement);
    const checkpoint = { name, epoch, version, storeId, position: START, last: null, tables };
    await replaceCheckpoint(session, checkpoint);
    return checkpoint;
  }

  private async tablesExist(session: Session): Promise<boolean> {
    const names = this.projection.tables.map((table) => table.name);
    const { rows } = await session.query(
      "SELECT 1 FROM pg_tables WHERE schemaname = 'read' AND tablename = ANY($1)",
      [names],
    );
    return rows.length === names.length;
  }
}
