import { expect } from "chai";
import { bakerOf, cycleOf } from "../../../../src/application/aggregates.js";
import { act } from "../../../../src/application/commands/acts.js";
import { CycleWatcher } from "../../../../src/application/process/cycle-watcher.js";
import { execute, Repository } from "../../../../src/application/repository.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import * as Cycle from "../../../../src/domain/cycle/cycle.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { ZERO } from "../../../../src/domain/money.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../../../support/chain-model.js";
import { METADATA } from "../../../support/world/installation.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const BLOCKS_PER_CYCLE = 8;
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** All of these are settled but one that is skipped, and those of `except`. */
const endCycles = async (
  world: World,
  cycles: readonly number[],
  except: readonly number[] = [],
): Promise<void> => {
  const repository = new Repository(new CodedEventLog(world.store));
  const digest = sha256("rewards");
  const paid = { paid: ZERO, carried: ZERO, held: ZERO, networkCosts: ZERO };
  for (const n of cycles) {
    const { first: firstLevel, last: lastLevel } = world.model.cycleLevels(asCycle(n));
    const end =
      n === 5
        ? [Cycle.skip({ reason: "paid by hand", actor: "ana", planUndone: false })]
        : [Cycle.rewardsReady({ digest }), Cycle.startPayout({ digest }), Cycle.settle(paid)];
    const life = [Cycle.open({ firstLevel, lastLevel }), Cycle.end(lastLevel)];
    for (const decide of [...life, ...(except.includes(n) ? [] : end)])
      await execute(repository, cycleOf(BAKER, asCycle(n)), decide, METADATA);
  }
};

/** Cycles 0 to `count` - 1 are over. */
const withCycles = async (count: number, except: readonly number[] = []): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  await endCycles(world, range(0, count - 1), except);
  while (world.model.head.level < count * BLOCKS_PER_CYCLE + 3) world.bake();
  return world;
};

/** Cycles whose own stream a new process reads at its first look. */
const readBy = async (world: World): Promise<readonly number[]> => {
  const read = world.store.read.bind(world.store);
  const cycles = new Set<number>();
  world.store.read = (stream, options) => {
    if (stream.startsWith("cycle-")) cycles.add(Number(stream.split("_")[1]));
    return read(stream, options);
  };
  await world.start().process.step();
  world.store.read = read;
  return [...cycles].sort((a, b) => a - b);
};

const writtenDown = (world: World): readonly number[] =>
  world.events().flatMap(({ event }) => (event.type === "CyclesFinished" ? [event.data.through] : []));

describe("cycles that are finished", () => {
  it("are read by one process, and not by the next one", async () => {
    const world = await withCycles(25);
    expect(await readBy(world)).to.deep.equal(range(0, 25));
    expect(writtenDown(world)).to.deep.equal([24]);
    expect(await readBy(world)).to.deep.equal([25]);
    expect(writtenDown(world)).to.deep.equal([24]);
  });

  it("are written down up to the first that is not", async () => {
    const world = await withCycles(25, [17]);
    await readBy(world);
    expect(writtenDown(world)).to.deep.equal([16]);
    expect(await readBy(world)).to.deep.equal(range(17, 25));
  });

  it("are read again when a person asks for one", async () => {
    const world = await withCycles(25);
    await readBy(world);
    const acts = actsOf(world);
    await act(acts, bakerOf(BAKER), Baker.requestPayment({ cycle: asCycle(3), actor: "ana" }));
    await act(acts, cycleOf(BAKER, asCycle(3)), Cycle.reopen("ana"));
    expect(await readBy(world)).to.deep.equal([3, 25]);
  });

  it("are looked at again before they are written down: the log may have been put back meanwhile", async () => {
    const world = await withCycles(9);
    const repository = new Repository(new CodedEventLog(world.store));
    const watcher = new CycleWatcher({ ...world.ports(), repository });
    const watch = async () =>
      watcher.watch((await repository.load(bakerOf(BAKER))).state, await world.chain.head());
    expect(await watch()).to.deep.equal([]);
    world.putBack(world.events().length - 2);
    await endCycles(world, [8], [8]);
    await endCycles(world, [9]);
    while (world.model.head.level < 10 * BLOCKS_PER_CYCLE + 3) world.bake();
    await watch();
    expect(writtenDown(world)).to.deep.equal([]);
    expect(await watch()).to.deep.equal([8]);
  });
});
