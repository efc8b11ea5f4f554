// The snapshots of one installation: files in one folder, written beside their final name, the last few kept.
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type EventLog } from "../application/ports/event-log.js";
import { type Position } from "../application/ports/event-store.js";
import { isApplied } from "./applied.js";
import { type Base } from "./build.js";
import { readCheckpoint } from "./checkpoint.js";
import { type Bytes, type CopySession, type Transact } from "./database.js";
import { beside, inService } from "./names.js";
import { type Projection } from "./projection.js";
import {
  digesting,
  digestOf,
  fillTable,
  holdTables,
  layoutOf,
  readAsOfNow,
  rowsOf,
  type TableDigest,
} from "./rows.js";
import {
  type Manifest,
  readManifest,
  SnapshotRows,
  snapshotId,
  UnusableSnapshot,
  writeSnapshot,
} from "./snapshot-file.js";
import { createPartition, partitionsOf } from "./tables.js";

/** Kept of each projection. */
const KEPT = 7;
const ENDING = ".snapshot";
const UNFINISHED = ".unfinished";
/** An unfinished file of this age is one of a process that died. */
const ABANDONED_MS = 24 * 3_600_000;

export interface Listed {
  readonly id: string;
  /** What it has; or why it cannot be used. */
  readonly content: Manifest | UnusableSnapshot;
}

/** There are no rows to take a snapshot of. */
export class NothingToKeep extends Error {
  override readonly name = "NothingToKeep";
  constructor(projection: string) {
    super(`there are no rows of ${projection} yet, or they are of another version or event store`);
  }
}

export class Snapshots {
  constructor(
    /** Asked each time: which chain's it is may have to be asked of a node. */
    private readonly folder: () => Promise<string>,
    private readonly transact: Transact<CopySession>,
  ) {}

  /** Every file in the folder, the newest position of each projection first. */
  async list(): Promise<readonly Listed[]> {
    const names = await readdir(await this.folder()).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    });
    const ids = names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
    const listed = await Promise.all(
      ids.map(async (id): Promise<Listed> => ({ id, content: await this.look(id) })),
    );
    return listed.sort((a, b) => order(a, b));
  }

  /** Writes the rows in service as they are at this moment; answers the snapshot's id. Throws `NothingToKeep`. */
  async take(
    projection: Projection,
    storeId: string,
  ): Promise<{ readonly id: string; readonly content: Manifest }> {
    const folder = await this.folder();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unfinished = join(folder, `${projection.name}-${randomUUID()}${UNFINISHED}`);
    try {
      const content = await this.transact((session) => write(session, projection, storeId, unfinished));
      const id = snapshotId(content);
      await rename(unfinished, await this.pathOf(id));
      await sync(folder);
      return { id, content };
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** Removes all but the last few of a projection, and what died halfway. */
  async prune(projection: string): Promise<void> {
    const usable = (await this.list()).filter(({ content }) => isOf(content, projection));
    for (const { id } of usable.slice(KEPT)) await rm(await this.pathOf(id), { force: true });
    const folder = await this.folder();
    for (const name of await readdir(folder)) {
      if (!name.endsWith(UNFINISHED)) continue;
      const path = join(folder, name);
      const age = Date.now() - (await stat(path)).mtimeMs;
      if (age > ABANDONED_MS) await rm(path, { force: true });
    }
  }

  /** The newest one at or before a position (null: of all) that fits; those that are no good are told. */
  async best(
    projection: Projection,
    storeId: string,
    log: Pick<EventLog, "read">,
    target: Position | null,
    skipped: (problem: UnusableSnapshot) => void,
  ): Promise<Base | undefined> {
    for (const { id, content } of await this.list()) {
      if (content instanceof UnusableSnapshot) {
        if (id.startsWith(`${projection.name}-`)) skipped(content);
        continue;
      }
      if (content.projection !== projection.name) continue;
      if (target !== null && content.position > target) continue;
      try {
        await this.assertFits(id, content, projection, storeId, log);
        await this.verify(id, content);
        return this.baseOf(id, content, projection);
      } catch (error) {
        if (!(error instanceof UnusableSnapshot)) throw error;
        skipped(error);
      }
    }
    return undefined;
  }

  /** One by its id, whole and of this log. Throws `UnusableSnapshot`; undefined: there is none. */
  async find(
    id: string,
    projections: readonly Projection[],
    storeId: string,
    log: Pick<EventLog, "read">,
  ): Promise<Manifest | undefined> {
    const listed = (await this.list()).find((snapshot) => snapshot.id === id);
    if (listed === undefined) return undefined;
    const { content } = listed;
    if (content instanceof UnusableSnapshot) throw content;
    const projection = projections.find(({ name }) => name === content.projection);
    if (projection === undefined)
      throw new UnusableSnapshot(id, "other-version", `there is no projection ${content.projection}`);
    await this.assertFits(id, content, projection, storeId, log);
    await this.verify(id, content);
    return content;
  }

  private async assertFits(
    id: string,
    content: Manifest,
    projection: Projection,
    storeId: string,
    log: Pick<EventLog, "read">,
  ): Promise<void> {
    const { version, layout, last, position } = content;
    if (version !== projection.version)
      throw new UnusableSnapshot(
        id,
        "other-version",
        `${version}; this release has version ${projection.version}`,
      );
    if (layout !== layoutOf(projection))
      throw new UnusableSnapshot(id, "other-version", "its tables have other columns");
    if (content.storeId !== storeId)
      throw new UnusableSnapshot(id, "other-store", `${content.storeId}; this log is ${storeId}`);
    if (!(await isApplied(log, { position, last })))
      throw new UnusableSnapshot(id, "not-of-this-log", `the log lacks its last event (${last.id})`);
  }

  /** Reads it through once: a set of tables is not begun with rows that turn out to be damaged. */
  private async verify(id: string, content: Manifest): Promise<void> {
    const rows = await SnapshotRows.open(await this.pathOf(id), id);
    try {
      for (const table of content.tables) for await (const _ of checked(id, table, rows));
    } finally {
      await rows.end();
    }
  }

  private baseOf(id: string, content: Manifest, projection: Projection): Base {
    const { position, last, settled } = content;
    return {
      id,
      at: { position, ...last },
      settled,
      fill: async (session, epoch) => {
        const rows = await SnapshotRows.open(await this.pathOf(id), id);
        try {
          for (const packed of content.tables) {
            const table = projection.tables.find(({ name }) => name === packed.table);
            if (table === undefined) throw new UnusableSnapshot(id, "damaged", `no table ${packed.table}`);
            for (const from of packed.partitions)
              for (const statement of createPartition(table, epoch, beside(epoch), from))
                await session.query(statement);
            await fillTable(session, table, beside(epoch), checked(id, packed, rows));
          }
        } finally {
          await rows.end();
        }
      },
    };
  }

  private async look(id: string): Promise<Manifest | UnusableSnapshot> {
    try {
      return await readManifest(await this.pathOf(id), id);
    } catch (error) {
      if (error instanceof UnusableSnapshot) return error;
      return new UnusableSnapshot(id, "damaged", error instanceof Error ? error.message : String(error));
    }
  }

  private async pathOf(id: string): Promise<string> {
    return join(await this.folder(), `${id}${ENDING}`);
  }
}

const sync = async (path: string): Promise<void> => {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
};

const isOf = (content: Listed["content"], projection: string): boolean =>
  !(content instanceof UnusableSnapshot) && content.projection === projection;

/** By projection; the latest by the store's clock first. */
const order = (a: Listed, b: Listed): number => {
  if (a.content instanceof UnusableSnapshot || b.content instanceof UnusableSnapshot)
    return a.id < b.id ? -1 : 1;
  if (a.content.projection !== b.content.projection)
    return a.content.projection < b.content.projection ? -1 : 1;
  const later = b.content.last.recordedAt.getTime() - a.content.last.recordedAt.getTime();
  return later !== 0 ? later : Number(b.content.position - a.content.position);
};

/** The rows of one table of a file. Throws `UnusableSnapshot` behind rows that are not those that were written. */
async function* checked(
  id: string,
  packed: Manifest["tables"][number],
  rows: SnapshotRows,
): AsyncGenerator<Uint8Array> {
  const told: TableDigest[] = [];
  yield* digesting(packed.table, rows.take(packed.bytes), (digest) => told.push(digest));
  if (told[0]?.digest !== packed.digest)
    throw new UnusableSnapshot(id, "damaged", `the rows of ${packed.table} are not what was written`);
}

const write = async (
  session: CopySession,
  projection: Projection,
  storeId: string,
  path: string,
): Promise<Manifest> => {
  await readAsOfNow(session);
  await holdTables(session, projection, inService);
  const checkpoint = await readCheckpoint(session, projection.name);
  const { last, position, settled, version } = checkpoint ?? {};
  const isOurs = checkpoint?.storeId === storeId && version === projection.version;
  if (!isOurs || !last || position === undefined || settled === undefined)
    throw new NothingToKeep(projection.name);
  const partitions = new Map<string, readonly number[]>();
  for (const table of projection.tables)
    partitions.set(table.name, await partitionsOf(session, table, inService));
  const digests: TableDigest[] = [];
  return writeSnapshot(path, allRows(session, projection, digests), () => ({
    projection: projection.name,
    version: projection.version,
    layout: layoutOf(projection),
    storeId,
    position,
    last,
    settled,
    digest: digestOf(digests),
    tables: digests.map((digest) => ({ ...digest, partitions: [...(partitions.get(digest.table) ?? [])] })),
  }));
};

async function* allRows(session: CopySession, projection: Projection, digests: TableDigest[]): Bytes {
  for (const table of projection.tables)
    yield* digesting(table.name, rowsOf(session, table, inService), (digest) => digests.push(digest));
}
