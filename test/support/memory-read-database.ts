// The read side's database of simulations: in memory, dropped and put back at will. Its rows take the engine's collapsed steps.
import { START } from "../../src/application/ports/event-store.js";
import { type Aim, type Build } from "../../src/readmodel/build.js";
import { type Checkpoint, movedTo, type Reached } from "../../src/readmodel/checkpoint.js";
import { collapse, type RowChange, type Step } from "../../src/readmodel/collapse.js";
import { type Change, type Projection, type Row, type Table } from "../../src/readmodel/projection.js";
import { NewerVersion, type RowStore } from "../../src/readmodel/store.js";
import { MemoryTables } from "./fold.js";

export interface Kept {
  readonly checkpoint: Checkpoint;
  readonly tables: MemoryTables;
}

/** As PostgreSQL says it. */
class UndefinedTable extends Error {
  readonly code = "42P01";
}

const rowChange = (table: Table, { kind, row }: RowChange): Change => {
  if (kind === "upsert") return { kind, table, row };
  const part = (isKey: boolean): Row =>
    Object.fromEntries(Object.entries(row).filter(([column]) => table.key.includes(column) === isKey));
  return { kind, table, match: part(true), set: part(false) };
};

const changesOf = (step: Step): readonly Change[] =>
  step.kind === "rows" ? step.changes.map((change) => rowChange(step.table, change)) : [step.change];

/** Commits that a crash of the database may lose: as many as are not on its disk yet. */
const NOT_ON_DISK = 4;

/** A set of tables that is built beside those in service. */
export interface MemoryBuild {
  readonly projection: Projection;
  open(storeId: string): Promise<Build>;
  commit(believed: Build, to: Reached, changes: readonly Change[]): Promise<boolean>;
  switchIn(build: Build): Promise<"switched" | "behind">;
}

export class MemoryReadDatabase {
  private readonly snapshots = new Map<string, Kept>();
  private kept: ReadonlyMap<string, Kept> | undefined;
  private earlier: ReadonlyMap<string, Kept>[] = [];

  /** Rows and checkpoint of a projection, if there are any. */
  of(projection: string): Kept | undefined {
    return this.kept?.get(projection);
  }

  /** Takes a snapshot of what is in service. */
  keep(projection: string): void {
    const found = this.of(projection);
    if (found) this.snapshots.set(projection, found);
  }

  snapshotOf(projection: string): Kept | undefined {
    return this.snapshots.get(projection);
  }

  /** A second set of tables, which begins with a snapshot or with nothing. */
  beside(projection: Projection, base: Kept | undefined, aim: Aim): MemoryBuild {
    const { name, version } = projection;
    const tables = base ? base.tables.copy() : new MemoryTables(projection.tables);
    const begins = base?.checkpoint ?? { position: START, last: null, settled: null };
    return {
      projection,
      open: async (storeId) => {
        const { position, last, settled } = begins;
        const names = projection.tables.map((table) => table.name);
        const fields = { name, version, storeId, tables: names, epoch: 0, base: null, differing: null };
        return { ...fields, ...aim, position, last, settled };
      },
      commit: async (_, __, changes) => {
        for (const change of changes) tables.apply(change);
        return true;
      },
      switchIn: async ({ target, base: _, differing: __, ...checkpoint }) => {
        const found = this.of(name)?.checkpoint;
        if (target === null && found !== undefined && found.position > checkpoint.position) return "behind";
        this.put({ checkpoint: { ...checkpoint, epoch: (found?.epoch ?? 0) + 1 }, tables });
        this.earlier = []; // it is waited for, and takes all before it to the disk
        return "switched";
      },
    };
  }

  /** `DROP SCHEMA read CASCADE` */
  drop(): void {
    this.kept = undefined;
    this.earlier = [];
  }

  /** What a crash loses: the last commits for which nobody waited. */
  loseCommits(count: number): void {
    const found = this.earlier.at(-count) ?? this.earlier[0];
    if (found === undefined) return;
    this.kept = found;
    this.earlier = [];
  }

  rowsOf(projection: Projection): RowStore {
    const { name, version } = projection;
    return {
      open: async (storeId, lost) => {
        const found = this.of(name)?.checkpoint;
        if (found && found.version > version) throw new NewerVersion(name, found.version, version);
        if (found?.version === version && found.storeId === storeId && found.epoch !== lost?.epoch)
          return found;
        const tables = projection.tables.map((table) => table.name);
        const epoch = (found?.epoch ?? 0) + 1;
        const nothing = { position: START, last: null, settled: null, pinned: false };
        const checkpoint = { name, epoch, version, storeId, tables, ...nothing };
        this.put({ checkpoint, tables: new MemoryTables(projection.tables) });
        this.earlier = []; // it is waited for, and takes all before it to the disk
        return checkpoint;
      },
      read: async () => {
        this.assertThere();
        return this.of(name)?.checkpoint;
      },
      commit: async (believed, to, changes) => {
        this.assertThere();
        const found = this.of(name);
        const { epoch, storeId, position } = found?.checkpoint ?? {};
        const isWhereBelieved =
          epoch === believed.epoch && storeId === believed.storeId && position === believed.position;
        if (found === undefined || !isWhereBelieved || to.position <= believed.position) return false;
        if (found.checkpoint.pinned) return false;
        const tables = found.tables.copy();
        for (const change of collapse(changes).flatMap(changesOf)) tables.apply(change);
        this.put({ checkpoint: movedTo(found.checkpoint, to), tables });
        return true;
      },
      stopped: async () => undefined,
    };
  }

  private put(kept: Kept): void {
    const before = this.kept ?? new Map<string, Kept>();
    this.earlier = [...this.earlier, before].slice(-NOT_ON_DISK);
    this.kept = new Map(before).set(kept.checkpoint.name, kept);
  }

  private assertThere(): void {
    if (this.kept === undefined) throw new UndefinedTable('relation "read.checkpoint" does not exist');
  }
}
