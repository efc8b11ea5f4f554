import { expect } from "chai";
import { StoreUnavailable } from "../../../../src/application/ports/event-store.js";
import * as Audit from "../../../../src/domain/audit/audit.js";
import { checkpointFrom } from "../../../../src/domain/proof/checkpoint.js";
import { checkNote } from "../../../../src/domain/proof/note.js";
import { checkpointerOn, signedLog } from "../../../support/audit/signed-log.js";
import { examine } from "../../../support/audit/examine.js";
import { BAKER } from "../../../support/chain-model.js";
import { Crash, CallGate, gated } from "../../../support/world/faults.js";
import { referenceWorld, runReference } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const checkpointsIn = (world: World) =>
  world.events().flatMap(({ event }) => (event.type === "LogCheckpointed" ? [event.data] : []));

/** Two settled cycles that nobody has signed. */
const paid = async (): Promise<World> => {
  const world = referenceWorld();
  await runReference(world);
  return world;
};

describe("checkpoints of the log", () => {
  it("are made at each settled cycle, once, in the log and in a file", async () => {
    const { world, key, events, notes } = await signedLog();
    const made = checkpointsIn(world);
    const settled = events.flatMap(({ type }, i) => (type === "CycleSettled" ? [i + 1] : []));
    expect(made.map(({ size }) => size)).to.deep.equal(settled);
    expect([...notes.entries()]).to.deep.equal(made.map(({ size, signedNote }) => [size, signedNote]));
    for (const { size, root, signedNote } of made) {
      const read = checkpointFrom(signedNote);
      expect(read?.checkpoint).to.deep.equal({ origin: key.name, size, root });
      expect(read && checkNote(read.note, key)).to.equal("signed");
    }
    expect(events.at(settled[0] ?? -1)).to.include({ stream: Audit.stream(BAKER), revision: 0 });
  });

  it("are the same whoever makes them, and when", async () => {
    const [one, other] = [await paid(), await paid()];
    await checkpointerOn(one, one.store).checkpointer.catchUp();
    for (const { checkpointer } of [checkpointerOn(other, other.store), checkpointerOn(other, other.store)])
      await checkpointer.catchUp();
    expect(checkpointsIn(one)).to.have.length(2);
    expect(checkpointsIn(other)).to.deep.equal(checkpointsIn(one));
    const racing = await paid();
    await Promise.all([1, 2, 3].map(() => checkpointerOn(racing, racing.store).checkpointer.catchUp()));
    expect(checkpointsIn(racing)).to.deep.equal(checkpointsIn(one));
  });

  it("are all there wherever the process dies, and so is the newest file", async () => {
    const whole = await paid();
    const calls = new CallGate();
    const over = (gate: CallGate, world: World) => ({
      store: gated(world.store, "store", gate, ["append", "read", "head"]),
    });
    const first = over(calls, whole);
    await checkpointerOn(whole, first.store).checkpointer.catchUp();
    const expected = checkpointsIn(whole);
    for (let call = 0; call < calls.calls; call += 1)
      for (const when of ["before", "after"] as const) {
        const world = await paid();
        const dying = checkpointerOn(world, over(new CallGate({ call, when }), world).store);
        const death = await dying.checkpointer.catchUp().then(undefined, (error: unknown) => error);
        expect(death, `${call} ${when}`).to.be.instanceOf(Crash);
        const { checkpointer, files } = checkpointerOn(world, world.store);
        await checkpointer.catchUp();
        expect(checkpointsIn(world)).to.deep.equal(expected);
        expect(files.newest()).to.equal(expected.at(-1)?.signedNote);
        expect(examine(world.store.snapshot()).findings).to.deep.equal([]);
      }
  }).timeout(60_000);

  it("follow a running log; what fails is said and tried again, and stops nobody", async () => {
    const world = referenceWorld();
    await world.setUp();
    const stop = new AbortController();
    let failures = 2;
    const { checkpointer, problems } = checkpointerOn(world, world.store, {
      files: {
        write: async () => {
          if (failures-- > 0) throw new Error("no space left");
        },
      },
      clock: { now: () => world.clock.now(), sleep: async () => undefined },
    });
    const running = checkpointer.run(stop.signal);
    await runReferenceOn(world);
    const settled = world.events().filter(({ event }) => event.type === "CycleSettled");
    for (let turns = 0; turns < 1_000 && checkpointsIn(world).length < settled.length; turns += 1)
      await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await running;
    expect(settled.length).to.be.greaterThan(5);
    expect(checkpointsIn(world)).to.have.length(settled.length);
    expect(problems.map(({ message }) => message)).to.deep.equal(["no space left", "no space left"]);
  });

  it("are not made behind one that does not fit the log", async () => {
    const { world, events } = await signedLog();
    const damaged = events.map((event) =>
      event.type === "LogCheckpointed"
        ? { ...event, data: event.data.replace(/"root":"./, '"root":"0') }
        : event,
    );
    world.store.restore(damaged);
    const { checkpointer } = checkpointerOn(world, world.store);
    const error = await checkpointer.catchUp().then(undefined, (e: unknown) => e);
    expect(error).to.be.instanceOf(Error).and.not.instanceOf(StoreUnavailable);
    expect(String(error)).to.match(/does not fit the log: no checkpoint is made behind it/);
  });
});

/** The reference run in a world that is set up already. */
const runReferenceOn = async (world: World): Promise<void> => {
  const { process } = world.start();
  for (let blocks = 0; blocks < 120; blocks += 1) {
    await process.step();
    await new Promise((resolve) => setImmediate(resolve));
    world.bake();
  }
};
