import { expect } from "chai";
import { modelGenesis, someContract } from "../../../support/chain-model.js";
import { dataOf } from "../../../support/world/events.js";
import { letPass } from "../../../support/world/moments.js";
import { referenceChain, referenceDelegators, referenceWorld } from "../../../support/world/scenario.js";
import { settle } from "../../../support/world/moments.js";
import { World } from "../../../support/world/world.js";

const worldIn = (mode: "simulation" | "off"): World =>
  new World({ delegators: referenceDelegators, genesis: modelGenesis(referenceChain), mode });

describe("the payer outside of on", () => {
  it("in simulation says once a cycle what paying would do; nothing is planned, taken, signed or injected", async () => {
    const world = worldIn("simulation");
    await world.setUp();
    await letPass(world, 20);
    const [first, ...others] = dataOf(world, "PayoutSimulated");
    expect(others).to.have.length(1);

    const paid = referenceWorld();
    await paid.setUp();
    await settle(paid, [0]);
    const [plan] = dataOf(paid, "PayoutPlanned");
    const costs = dataOf(paid, "OperationFinalised")
      .flatMap(({ contents }) => contents)
      .slice(0, 39);
    expect(first).to.deep.include({
      allocation: plan?.allocation,
      obligations: 40,
      due: plan?.sum,
      failing: [
        {
          delegator: someContract("refuses"),
          error: first?.failing[0]?.error,
        },
      ],
      burns: costs.reduce((total, { burn }) => total + burn, 0n),
    });
    expect(first?.failing[0]?.error).to.match(/script_rejected/);

    for (const type of ["AllocationFixed", "BalancesTaken", "PayoutPlanned", "BatchFormed"] as const)
      expect(dataOf(world, type)).to.deep.equal([]);
    expect([dataOf(world, "OperationSigned"), world.injected]).to.deep.equal([[], []]);
  });

  it("reads nothing of a wallet's past before it is adopted", async () => {
    const past = referenceWorld();
    await past.setUp();
    await settle(past, [0, 1]);
    expect(past.model.account(past.payer)?.counter).to.equal(78n);
    const world = past.restoredTo(0, { ...past.options, mode: "simulation" });
    await world.setUp();
    const block = world.chain.block.bind(world.chain);
    let read = 0;
    world.chain.block = (...asked) => {
      read += 1;
      return block(...asked);
    };
    await world.start().process.step();
    expect(read).to.equal(3);
  });

  it("in off does nothing at all", async () => {
    const world = worldIn("off");
    await world.setUp();
    const before = world.events().length;
    await letPass(world, 20);
    const types = world
      .events()
      .slice(before)
      .map(({ event }) => event.type);
    expect(types).to.deep.equal(["TermStarted"]);
    expect(world.injected).to.deep.equal([]);
  });
});
