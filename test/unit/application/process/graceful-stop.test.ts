import { expect } from "chai";
import { StoreUnavailable } from "../../../../src/application/ports/event-store.js";
import { outcomeOf } from "../../../support/world/crashes.js";
import { checkInvariants } from "../../../support/world/invariants.js";
import { isSettled } from "../../../support/world/installation.js";
import { settle } from "../../../support/world/moments.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

/** A process that runs until it is told to stop, just before one of its calls; answers whether that call came. */
const runUntilStopped = async (world: World, call: number): Promise<boolean> => {
  const stop = new AbortController();
  let asked = false;
  world.chain.waitForHead = async () => {
    world.bake();
    if (CYCLES.every((cycle) => isSettled(world, cycle))) stop.abort();
  };
  const ask = async () => {
    asked = true;
    stop.abort();
  };
  await world.start(undefined, { call, run: ask }).process.run(stop.signal);
  return asked;
};

describe("a process that is told to stop", () => {
  it("ends well though the lease cannot be given back: it runs out", async () => {
    const world = referenceWorld();
    await world.setUp();
    const { process, reports } = world.start();
    world.releasing = () => Promise.reject(new StoreUnavailable("release", { cause: undefined }));
    const stop = new AbortController();
    world.chain.waitForHead = async () => stop.abort();
    await process.run(stop.signal);
    expect(reports.at(-1)).to.include({ kind: "unavailable" });
  });

  it("stops wherever it is, gives the lease back, and leaves what another goes on from", async () => {
    const reference = referenceWorld();
    await reference.setUp();
    expect(await runUntilStopped(reference, Infinity)).to.equal(false);
    const expected = outcomeOf(reference);
    for (let call = 0; ; call += 37) {
      const world = referenceWorld();
      await world.setUp();
      if (!(await runUntilStopped(world, call))) break;
      checkInvariants(world);
      expect(world.released, `stopped at call ${call}`).to.equal(1);
      await settle(world, CYCLES);
      expect(outcomeOf(world)).to.deep.equal(expected);
    }
  });
});
