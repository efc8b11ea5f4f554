// Brings a world to one append of its process: what people do at that moment is what races with it.
import { type DomainEvent } from "../../../src/domain/events.js";
import { Crash } from "./faults.js";
import { checkInvariants } from "./invariants.js";
import { isSettled } from "./installation.js";
import { type World } from "./world.js";

type Type = DomainEvent["type"];

/**
 * Acts once, just before or just after an append: the next one with an event of this type, or the n-th from 0.
 * Answers how to give up waiting for it.
 */
export const once = (
  { store }: World,
  when: "before" | "after",
  which: Type | number,
  act: () => Promise<void>,
): (() => void) => {
  const append = store.append.bind(store);
  let appends = 0;
  store.append = async (stream, expected, events) => {
    const isIt = typeof which === "number" ? which === appends : events.some((event) => event.type === which);
    appends += 1;
    if (!isIt) return append(stream, expected, events);
    store.append = append;
    if (when === "before") await act();
    const outcome = await append(stream, expected, events);
    if (when === "after") await act();
    return outcome;
  };
  return () => {
    store.append = append;
  };
};

const MOST_BLOCKS = 120;

/** Steps and bakes, invariants checked after every step, until `done`. */
export const payOn = async (world: World, done: () => boolean): Promise<void> => {
  const { process, reports } = world.start();
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    await process.step();
    checkInvariants(world);
    if (done()) return;
    world.bake();
  }
  throw new Error(`not there after ${MOST_BLOCKS} blocks: ${JSON.stringify(reports.slice(-3))}`);
};

/** Runs a process until it has appended an event of this type, and kills it there. */
export const runTo = async (world: World, type: Type): Promise<void> => {
  once(world, "after", type, () => Promise.reject(new Crash()));
  try {
    await payOn(world, () => false);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  checkInvariants(world);
};

/** A new process pays until these cycles are settled. */
export const settle = (world: World, cycles: readonly number[]): Promise<void> =>
  payOn(world, () => cycles.every((cycle) => isSettled(world, cycle)));

/** Lets blocks pass, and the process do what it can. */
export const letPass = async (world: World, blocks: number): Promise<void> => {
  let left = blocks;
  await payOn(world, () => (left -= 1) < 0);
};

/** Types of the events that an act appends, each with its stream's category, in order. */
export const appendedBy = async (
  world: World,
  act: () => Promise<unknown>,
): Promise<readonly (readonly [string, Type])[]> => {
  const before = world.events().length;
  await act();
  return world
    .events()
    .slice(before)
    .map(({ stream, event }) => [stream.split("-")[0] ?? "", event.type] as const);
};
