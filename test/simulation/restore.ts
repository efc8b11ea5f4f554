// The log is put back to what it was, while operations that it does not know any more are live.
import { type Remains, type World } from "../support/world/world.js";
import { type Chance } from "./chance.js";

export interface Restore {
  /** Events that are lost. */
  readonly lost: number;
  /** What tells of it: the witness's file, that it is another database, or both. */
  readonly seenBy: "file" | "database" | "both";
  /** For so many rounds all processes are down; undefined: the payers live on and meet another log. */
  readonly rounds: number | undefined;
  /** For so many rounds no node knows the operations that were on their way. */
  readonly hiddenFor: number;
}

export const drawRestore = (chance: Chance): Restore => ({
  lost: chance.oneOf([1, 2, 4, 8, 15, 30]),
  seenBy: chance.oneOf(["file", "database", "both"]),
  rounds: chance.happens(0.3) ? undefined : chance.below(5),
  hiddenFor: chance.oneOf([0, 0, 4, 6, 8]),
});

/** What is left; undefined: nothing would be lost. A log that no term has begun in tells of no other database. */
export const remainsOf = (world: World, { lost, seenBy }: Restore): Remains | undefined => {
  const first = world.events().findIndex(({ event }) => event.type === "TermStarted");
  const events = Math.max(first + 1, world.store.size - lost);
  if (first < 0 || events >= world.store.size) return undefined;
  return { events, file: seenBy !== "database", sameDatabase: seenBy === "file" };
};
