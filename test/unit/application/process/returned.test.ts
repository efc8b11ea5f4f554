import { expect } from "chai";
import { type ContractAddress } from "../../../../src/domain/identifiers.js";
import { type Script } from "../../../../src/sandbox/model/types.js";
import { modelGenesis, someContract } from "../../../support/chain-model.js";
import { checkAllIsFinal } from "../../../support/world/invariants.js";
import { isSettled } from "../../../support/world/installation.js";
import { once, payOn } from "../../../support/world/moments.js";
import { World } from "../../../support/world/world.js";

const ACCEPTS: Script = { kind: "accepts", milligas: 1_000_000n, storageBytes: 0n };
const CONTRACTS = Array.from({ length: 20 }, (_, n) => someContract(`receiver ${n}`));
const THREE = CONTRACTS.slice(0, 3);
const [A, B, C] = THREE;

const worldOf = (receivers: readonly ContractAddress[]): World => {
  const accounts = receivers.map((address) => ({ address, balance: 1_000_000n, script: ACCEPTS }));
  return new World({
    delegators: receivers.map((address) => ({ address, balance: 1_000_000_000n })),
    genesis: modelGenesis({ accounts }),
  });
};

/** From the next block on the contract refuses; that block leaves out what was signed meanwhile. */
const turns = (world: World, contract: ContractAddress | undefined): void => {
  if (contract === undefined) throw new Error("no such contract");
  world.model.intervene({
    kind: "originate",
    address: contract,
    balance: 1_000_000n,
    script: { kind: "refuses" },
  });
  world.bakeEmpty();
};

/** For each batch of the first cycle, in order: the receivers in it. */
const batches = (world: World): readonly (readonly string[])[] =>
  world
    .events()
    .flatMap(({ stream, event }) =>
      event.type === "BatchFormed" && stream.endsWith("_0") ? [event.data.items] : [],
    )
    .map((items) => items.map(({ obligation }) => obligation.split(":")[1] ?? ""));

describe("a batch whose inclusion fails", () => {
  it("comes back but for the receiver at fault: with few others, and then alone", async () => {
    const world = worldOf(THREE);
    await world.setUp();
    once(world, "after", "OperationSigned", async () => {
      turns(world, A);
      once(world, "after", "OperationSigned", async () => turns(world, B));
    });
    await payOn(world, () => isSettled(world, 0));
    checkAllIsFinal(world, [0]);
    expect(batches(world)).to.deep.equal([[A, B, C], [B, C], [C]]);
    const results = world
      .events()
      .flatMap(({ event }) => (event.type === "BatchSettled" ? [event.data.results] : []))
      .map((list) => list.map((item) => ("error" in item ? item.error : item.result)));
    expect(results).to.deep.equal([
      ["michelson_v1.runtime_error, michelson_v1.script_rejected", "returned", "returned"],
      ["michelson_v1.runtime_error, michelson_v1.script_rejected", "returned"],
      ["paid"],
    ]);
  });

  it("comes back in batches of at most sixteen", async () => {
    const world = worldOf(CONTRACTS);
    await world.setUp();
    once(world, "after", "OperationSigned", async () => turns(world, A));
    await payOn(world, () => isSettled(world, 0));
    checkAllIsFinal(world, [0]);
    expect(batches(world).map(({ length }) => length)).to.deep.equal([20, 16, 3]);
  });
});

/** From then on two transfers to contracts in one operation fail, as where a deposit a block is all that is taken. */
const takesOneABlock = (world: World): void => {
  const simulate = world.chain.simulate.bind(world.chain);
  world.chain.simulate = async (operation, head) => {
    const simulation = await simulate(operation, head);
    if (simulation.outcome !== "results") return simulation;
    const contents = simulation.contents.map((content, i) =>
      i === 0
        ? content
        : {
            ...content,
            status: "failed" as const,
            errors: [{ id: "michelson_v1.script_rejected", kind: "temporary" as const, detail: "" }],
          },
    );
    return { ...simulation, contents };
  };
};

describe("a batch whose simulation fails though each content is fine by itself", () => {
  it("is put together anew with fewer, and at last each is sent alone", async () => {
    const world = worldOf(CONTRACTS);
    await world.setUp();
    takesOneABlock(world);
    await payOn(world, () => isSettled(world, 0));
    checkAllIsFinal(world, [0]);
    const sizes = batches(world).map(({ length }) => length);
    expect(sizes).to.deep.equal([20, 16, 4, ...CONTRACTS.map(() => 1)]);
  });
});
