// How far each read model is, read from where any process can see it.
import { type ReadModelState, type ReadModelStatus } from "../application/ports/read-models.js";
import { START } from "../application/ports/event-store.js";
import { type Build, readBuild } from "./build.js";
import { type Checkpoint, readCheckpoint, readFinding, type StoredFinding } from "./checkpoint.js";
import { type Session, type Transact } from "./database.js";
import { lagReader, type Places } from "./lag.js";
import { type Projection } from "./projection.js";
import { UnusableSnapshot } from "./snapshot-file.js";
import { type Listed } from "./snapshots.js";

/** Events that are counted at most: beyond it is only said that there are more. */
const COUNTED = 10_000;

interface Stored {
  readonly projection: Projection;
  readonly checkpoint: Checkpoint | undefined;
  readonly finding: StoredFinding | null;
  readonly build: Build | undefined;
}

/** Nothing is there before the first projector ran, or under an earlier release. */
const isThere = async (session: Session): Promise<boolean> => {
  const { rows } = await session.query("SELECT to_regclass('read.build') IS NOT NULL AS there");
  return (rows[0] as { there: boolean }).there;
};

const readStored = (transact: Transact, projections: readonly Projection[]): Promise<readonly Stored[]> =>
  transact(async (session) => {
    const there = await isThere(session);
    const stored: Stored[] = [];
    for (const projection of projections) {
      const { name } = projection;
      if (!there) stored.push({ projection, checkpoint: undefined, finding: null, build: undefined });
      else {
        const checkpoint = await readCheckpoint(session, name);
        const finding = await readFinding(session, name);
        stored.push({ projection, checkpoint, finding, build: (await readBuild(session, name))?.build });
      }
    }
    return stored;
  });

const stateOf = (
  { projection, checkpoint, finding }: Stored,
  storeId: string,
  isAtHead: boolean,
): ReadModelState => {
  if (checkpoint === undefined) return "empty";
  if (checkpoint.version !== projection.version) return "other-version";
  if (checkpoint.storeId !== storeId) return "other-store";
  if (checkpoint.pinned) return "pinned";
  if (finding !== null) return "stopped";
  return isAtHead ? "at-head" : "behind";
};

export const readStatus = async (
  transact: Transact,
  store: Places,
  projections: readonly Projection[],
  snapshots: readonly Listed[],
  now: Date,
): Promise<readonly ReadModelStatus[]> => {
  const storeId = await store.storeId();
  const stored = await readStored(transact, projections);
  const head = await store.head();
  const lagAfter = lagReader(store, now, COUNTED);
  const status: ReadModelStatus[] = [];
  for (const of of stored) {
    const { projection, checkpoint, finding, build } = of;
    const { name, version } = projection;
    const lag = await lagAfter(checkpoint?.position ?? START);
    const newest = snapshots.find(
      ({ content }) => !(content instanceof UnusableSnapshot) && content.projection === name,
    );
    status.push({
      name,
      state: stateOf(of, storeId, lag.events === 0),
      finding,
      position: checkpoint?.last ? checkpoint.position : null,
      asOf: checkpoint?.last?.recordedAt ?? null,
      head,
      lag,
      version: checkpoint?.version ?? null,
      releaseVersion: version,
      pinned: checkpoint?.pinned ?? false,
      building: build ? { position: build.position, target: build.target } : null,
      snapshot:
        newest && !(newest.content instanceof UnusableSnapshot)
          ? { id: newest.id, position: newest.content.position }
          : null,
    });
  }
  return status;
};
