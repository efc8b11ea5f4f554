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
