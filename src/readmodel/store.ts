// A projection's rows and checkpoint in PostgreSQL.
import { START } from "../application/ports/event-store.js";
import {
  advanceCheckpoint,
  type Checkpoint,
  type Reached,
  readCheckpoint,
  replaceCheckpoint,
  type StoredFinding,
  writeFinding,
} from "./checkpoint.js";
import { type Session, type Transact } from "./database.js";
import { inService } from "./names.js";
import { type Change, type Projection } from "./projection.js";
import { createSchema, lockSchema, nextEpoch } from "./schema.js";
import { qualified } from "./sql.js";
import { createIndexes, createTables } from "./tables.js";
import { NO_WAIT, PATIENCE, writeChanges } from "./write.js";

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

/** What keeps a projection's rows and checkpoint together, as a runner sees it. */
export type RowStore = Pick<ProjectionStore, "open" | "read" | "commit" | "stopped">;

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
      await lockSchema(session);
      await createSchema(session);
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
  async commit(believed: Checkpoint, to: Reached, changes: readonly Change[]): Promise<boolean> {
    return this.transact(async (session) => {
      await session.query(NO_WAIT + PATIENCE);
      const isOurs = await advanceCheckpoint(session, believed, to);
      if (isOurs) await writeChanges(session, changes, believed.epoch, inService);
      return isOurs;
    });
  }

  /** Writes down what stopped the projection, for whoever asks another process. */
  async stopped(finding: StoredFinding): Promise<void> {
    await this.transact((session) => writeFinding(session, this.projection, finding));
  }

  private async begin(session: Session, storeId: string, last: Checkpoint | undefined): Promise<Checkpoint> {
    const { name, version } = this.projection;
    const tables = this.projection.tables.map((table) => table.name);
    for (const table of new Set([...(last?.tables ?? []), ...tables])) {
      await session.query(`DROP TABLE IF EXISTS ${qualified(table)}`);
    }
    const epoch = await nextEpoch(session, name);
    const statements = [
      ...createTables(this.projection, epoch, inService),
      ...createIndexes(this.projection, inService),
    ];
    for (const statement of statements) await session.query(statement);
    const nothing = { position: START, last: null, settled: null, pinned: false };
    const checkpoint = { name, epoch, version, storeId, tables, ...nothing };
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
