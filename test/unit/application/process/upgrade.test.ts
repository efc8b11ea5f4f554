import { expect } from "chai";
import { outcomeOf } from "../../../support/world/crashes.js";
import { dataOf } from "../../../support/world/events.js";
import { checkAllIsFinal } from "../../../support/world/invariants.js";
import { runTo, settle } from "../../../support/world/moments.js";
import { CYCLES, referenceWorld, runReference } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

/** Room for five transfers in an operation that takes half a block, and for ten in all. */
const NARROW = { hardGasLimitPerBlock: 22_000n, hardGasLimitPerOperation: 22_000n };

const paidInFull = async (world: World): Promise<void> => {
  await settle(world, CYCLES);
  checkAllIsFinal(world, CYCLES);
  const reference = referenceWorld();
  await runReference(reference);
  expect(outcomeOf(world)).to.deep.equal(outcomeOf(reference));
};

describe("an upgrade of the protocol", () => {
  it("to limits that a formed batch is too large for: it is formed anew, and all is paid", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const [{ batchId, items } = { batchId: "", items: [] }] = dataOf(world, "BatchFormed");
    expect(items).to.have.length(15);
    world.protocols.upgrade("known", 0, NARROW);
    world.bake();
    world.bake();
    await paidInFull(world);
    expect(dataOf(world, "BatchVoided")).to.deep.equal([
      { batchId, reason: "larger than the protocol's limits" },
    ]);
    expect(
      Math.max(
        ...dataOf(world, "BatchFormed")
          .slice(1)
          .map((batch) => batch.items.length),
      ),
    ).to.equal(5);
  });

  it("while a batch is on its way that is too large now: once it is dead, it is formed anew", async () => {
    const world = referenceWorld();
    await world.setUp();
    world.protocols.upgrade("known", 0, { maxOperationsTimeToLive: 6 });
    await runTo(world, "OperationSigned");
    world.protocols.upgrade("known", 0, NARROW);
    for (const { operation } of world.model.mempool()) world.model.forget(operation.hash);
    world.bakeEmpty();
    await paidInFull(world);
    expect(dataOf(world, "OperationProvenDead")).to.have.length(1);
    expect(dataOf(world, "BatchVoided")).to.have.length(1);
  });

  it("while the signer is asked: what was simulated before is not appended, and simulated again", async () => {
    const world = referenceWorld();
    await world.setUp();
    const sign = world.signer.sign.bind(world.signer);
    let asked = 0;
    world.signer.sign = async (forged) => {
      asked += 1;
      if (asked === 1) {
        world.protocols.upgrade("known", 0, NARROW);
        world.bake();
        world.bake();
      }
      return sign(forged);
    };
    await paidInFull(world);
    expect(dataOf(world, "OperationSigned")).to.have.length(asked - 1);
  });

  it("to one that the release does not know: nothing is signed until a known one follows", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "OperationSigned");
    world.protocols.upgrade("unknown");
    for (let blocks = 0; blocks < 20; blocks += 1) {
      world.bake();
      await world.start().process.step();
    }
    expect(dataOf(world, "OperationFinalised")).to.have.length(1);
    expect(dataOf(world, "OperationSigned")).to.have.length(1);
    world.protocols.upgrade("known");
    await paidInFull(world);
  });
});
