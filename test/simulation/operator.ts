// What an operator does with read models beside running projectors: keeps rows, makes them anew, goes back and forth.
import { projections } from "../../projections/all.js";
import { type Position, START } from "../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { isApplied } from "../../src/readmodel/applied.js";
import { Builder, catchUp } from "../../src/readmodel/catch-up.js";
import { type Projection } from "../../src/readmodel/projection.js";
import { type MemoryReadDatabase } from "../support/memory-read-database.js";
import { gated } from "../support/world/faults.js";
import { type World } from "../support/world/world.js";
import { type Actor } from "./stage.js";

export interface OperatorsAct {
  readonly act: "snapshot" | "rebuild" | "roll-back" | "to-head";
  /** Number of the read model. */
  readonly of: number;
  /** Events before the head, of a rollback. */
  readonly back: number;
}

const CALLS = ["open", "commit", "switchIn"] as const;

/** An act whose calls take their turns like everybody's; what is not there, or does not answer, ends it. */
export const operate = async (
  world: World,
  database: MemoryReadDatabase,
  actor: Actor,
  { act, of, back }: OperatorsAct,
): Promise<void> => {
  const projection = projections[of % projections.length];
  if (projection === undefined) return;
  if (act === "snapshot") return database.keep(projection.name);
  const head = BigInt(world.store.size - 1 - back) as Position;
  const target = act !== "roll-back" ? null : head > START ? head : START;
  await build(world, database, actor, projection, { target, fromSnapshot: act !== "rebuild" });
};

const build = async (
  world: World,
  database: MemoryReadDatabase,
  actor: Actor,
  projection: Projection,
  { target, fromSnapshot }: { readonly target: Position | null; readonly fromSnapshot: boolean },
): Promise<void> => {
  const log = new CodedEventLog(gated(world.store, "store", actor, ["head", "read"]));
  const aim = { target, pinned: target !== null };
  const kept = fromSnapshot ? database.snapshotOf(projection.name) : undefined;
  const isUsable =
    kept !== undefined &&
    (target === null || kept.checkpoint.position <= target) &&
    (await isApplied(log, kept.checkpoint));
  const set = gated(database.beside(projection, isUsable ? kept : undefined, aim), "rows", actor, CALLS);
  const builder = new Builder(set, await set.open(await world.store.storeId()));
  const never = new AbortController().signal;
  do await catchUp(log, [builder], () => target, never);
  while ((await set.switchIn(builder.build)) === "behind");
};
