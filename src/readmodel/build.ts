// A second set of a projection's tables, beside those that serve: how it is begun, written and gone on with.
import { z } from "zod";
import { type Position, START } from "../application/ports/event-store.js";
import {
  type AppliedEvent,
  appliedPlace,
  asPosition,
  type Checkpoint,
  placeOf,
  type Reached,
} from "./checkpoint.js";
import { type CopySession, type Session, type Transact } from "./database.js";
import { beside } from "./names.js";
import { writeFolded } from "./fold.js";
import { type Change, type Projection } from "./projection.js";
import { retire } from "./retired.js";
import { createSchema, lockSchema, nextEpoch } from "./schema.js";
import { createIndexes, createTables } from "./tables.js";
import { NO_WAIT, PATIENCE } from "./write.js";

/** What a set is built for. */
export interface Aim {
  /** The last event that it is to show; null: all there are. */
  readonly target: Position | null;
  /** Whether it is held there once it serves. */
  readonly pinned: boolean;
}

/** A set that is not in service. `differing`: tables of the set in service that were not like these; null: unknown. */
export interface Build extends Checkpoint, Aim {
  /** The snapshot that it began with. */
  readonly base: string | null;
  readonly differing: readonly string[] | null;
}

/** What a set begins with in place of nothing. */
export interface Base {
  readonly id: string;
  readonly at: AppliedEvent;
  readonly settled: Position | null;
  /** Fills tables that have just been created. */
  fill(session: CopySession, epoch: number): Promise<void>;
}

const row = z.object({
  name: z.string(),
  epoch: z.number().int(),
  version: z.number().int(),
  store_id: z.string(),
  position: z.string().transform(asPosition),
  last: appliedPlace.nullable(),
  settled: z.string().transform(asPosition).nullable(),
  tables: z.array(z.string()),
  target: z.string().transform(asPosition).nullable(),
  pinned: z.boolean(),
  base: z.string().nullable(),
  filled: z.boolean(),
  differing: z.array(z.string()).nullable(),
});

interface Found {
  readonly build: Build;
  readonly filled: boolean;
}

export const readBuild = async (
  session: Session,
  name: string,
  lock: "" | "FOR UPDATE" = "",
): Promise<Found | undefined> => {
  const { rows } = await session.query(
    `SELECT name, epoch, version, store_id, position::text, last, settled::text, tables,
            target::text, pinned, base, filled, differing
       FROM read.build WHERE name = $1 ${lock}`,
    [name],
  );
  if (rows[0] === undefined) return undefined;
  const { store_id: storeId, filled, ...rest } = row.parse(rows[0]);
  return { build: { ...rest, storeId }, filled };
};

const text = (position: Position | null): string | null => (position === null ? null : String(position));

export class BuildStore {
  constructor(
    private readonly transact: Transact<CopySession>,
    readonly projection: Projection,
  ) {}

  /**
   * The set that is being built for this aim, as whoever worked on it last has left it; else a new one, which takes
   * the place of one for another aim. `base` is asked only for a new one; without it the set begins at zero.
   */
  async open(storeId: string, aim: Aim, base?: () => Promise<Base | undefined>): Promise<Build> {
    const found = await this.find(storeId, aim, base !== undefined);
    return found ?? this.begin(storeId, aim, await base?.());
  }

  async read(): Promise<Build | undefined> {
    return (await this.transact((session) => readBuild(session, this.projection.name)))?.build;
  }

  /** Writes the changes and moves the set's position, both or neither. False: it does not stand where believed. */
  async commit(believed: Build, to: Reached, changes: readonly Change[]): Promise<boolean> {
    const { name, epoch, position } = believed;
    return this.transact(async (session) => {
      await session.query(NO_WAIT + PATIENCE);
      const { rowCount } = await session.query(
        `UPDATE read.build SET position = $4, last = $5, settled = coalesce($6, settled)
          WHERE name = $1 AND epoch = $2 AND position = $3 AND position < $4 AND filled`,
        [
          ...[name, epoch, text(position), text(to.position), JSON.stringify(placeOf(to))],
          text(to.settled ?? null),
        ],
      );
      if (rowCount === 1) await writeFolded(session, this.projection, changes, epoch, beside(epoch));
      return rowCount === 1;
    });
  }

  /** Writes down which tables of the set in service differed from this one. */
  async compared({ name, epoch }: Build, differing: readonly string[]): Promise<void> {
    await this.transact((session) =>
      session.query("UPDATE read.build SET differing = $3 WHERE name = $1 AND epoch = $2", [
        ...[name, epoch, differing],
      ]),
    );
  }

  /** Gives up a set, whoever works on it. */
  async abandon(): Promise<void> {
    await this.transact(async (session) => {
      await lockSchema(session);
      await this.remove(session);
    });
  }

  private async find(storeId: string, aim: Aim, mayHaveBase: boolean): Promise<Build | undefined> {
    return this.transact(async (session) => {
      await session.query(PATIENCE);
      await lockSchema(session);
      await createSchema(session);
      const found = await readBuild(session, this.projection.name, "FOR UPDATE");
      if (found === undefined) return undefined;
      const { version, target, pinned, base } = found.build;
      const isOurs = version === this.projection.version && found.build.storeId === storeId;
      const isSo = target === aim.target && pinned === aim.pinned && (mayHaveBase || base === null);
      if (isOurs && isSo && found.filled) return found.build;
      await this.remove(session);
      return undefined;
    });
  }

  /** In two steps: filling takes long, and keeps nobody from other sets. One that is not filled is begun anew. */
  private async begin(storeId: string, aim: Aim, base: Base | undefined): Promise<Build> {
    const { name, version } = this.projection;
    const build = await this.transact(async (session): Promise<Build> => {
      await session.query(PATIENCE);
      await lockSchema(session);
      await this.remove(session);
      const epoch = await nextEpoch(session, name);
      const tables = this.projection.tables.map(beside(epoch));
      const nothing = { position: START, last: null, settled: null, differing: null };
      const begun = { name, epoch, version, storeId, tables, base: base?.id ?? null, ...aim, ...nothing };
      await session.query(
        `INSERT INTO read.build (name, epoch, version, store_id, position, tables, target, pinned, base)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[name, epoch, version, storeId, text(START), tables],
          ...[text(aim.target), aim.pinned, begun.base],
        ],
      );
      return begun;
    });
    return this.transact((session) => this.fill(session, build, base));
  }

  private async fill(session: CopySession, build: Build, base: Base | undefined): Promise<Build> {
    const { name, epoch } = build;
    const position = base?.at.position ?? START;
    const last = base ? placeOf(base.at) : null;
    const settled = base?.settled ?? null;
    const { rowCount } = await session.query(
      `UPDATE read.build SET filled = true, position = $3, last = $4, settled = $5
        WHERE name = $1 AND epoch = $2 AND NOT filled`,
      [name, epoch, text(position), last && JSON.stringify(last), text(settled)],
    );
    if (rowCount !== 1) throw new Error(`another process has begun to build ${name}`);
    for (const statement of createTables(this.projection, epoch, beside(epoch)))
      await session.query(statement);
    await base?.fill(session, epoch);
    for (const statement of createIndexes(this.projection, beside(epoch))) await session.query(statement);
    return { ...build, position, last, settled };
  }

  private async remove(session: Session): Promise<void> {
    const found = await readBuild(session, this.projection.name, "FOR UPDATE");
    if (found === undefined) return;
    const { name, epoch, tables } = found.build;
    if (found.filled) await retire(session, name, epoch, tables);
    await session.query("DELETE FROM read.build WHERE name = $1", [name]);
  }
}
