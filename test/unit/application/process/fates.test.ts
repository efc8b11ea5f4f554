import { expect } from "chai";
import { type NodeError } from "../../../../src/application/ports/chain.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { modelGenesis, PAYER } from "../../../support/chain-model.js";
import { dataOf } from "../../../support/world/events.js";
import { checkAllIsFinal, checkInvariants } from "../../../support/world/invariants.js";
import { isSettled } from "../../../support/world/installation.js";
import { SIGNATURE_DIGITS } from "../../../support/world/memory-chain.js";
import { payOn, runTo } from "../../../support/world/moments.js";
import {
  CYCLES,
  referenceChain,
  referenceDelegators,
  referenceWorld,
} from "../../../support/world/scenario.js";
import { World } from "../../../support/world/world.js";

/** A signed operation in no block, and heads that come and go without it, until a step appends this event. */
const until = async (world: World, type: DomainEvent["type"], most: number): Promise<number> => {
  const { process } = world.start();
  for (let blocks = 0; blocks < most; blocks += 1) {
    await process.step();
    checkInvariants(world);
    if (dataOf(world, type).length > 0) return blocks;
    world.bakeEmpty();
  }
  throw new Error(`no ${type} after ${most} blocks`);
};

describe("an operation that no block takes", () => {
  it("is dead once a final block is beyond its life, not before; its batch is signed again, dearer, and paid once", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "OperationSigned");
    const [first] = dataOf(world, "OperationSigned");
    if (first === undefined) throw new Error("nothing is signed");
    await until(world, "OperationProvenDead", 120);
    const [{ proof } = { proof: undefined }] = dataOf(world, "OperationProvenDead");
    const lastPossible = first.branchLevel + referenceChain.rules.constants.maxOperationsTimeToLive + 1;
    expect(proof).to.include({
      rule: "expired",
      finalLevel: lastPossible + 1,
      counter: first.firstCounter - 1n,
    });
    expect(world.model.head.level).to.equal(lastPossible + 3);

    await payOn(world, () => CYCLES.every((cycle) => isSettled(world, cycle)));
    checkAllIsFinal(world, CYCLES);
    const [, second] = dataOf(world, "OperationSigned");
    expect([second?.batchId, second?.firstCounter]).to.deep.equal([first.batchId, first.firstCounter]);
    const feeOf = (hash: string | undefined): bigint =>
      dataOf(world, "OperationFinalised")
        .filter((operation) => operation.hash === hash)
        .flatMap(({ contents }) => contents)
        .reduce((total, { fee }) => total + fee, 0n);
    const planned = dataOf(world, "BatchFormed").find(({ batchId }) => batchId === first.batchId)?.items
      .length;
    const once = feeOf(dataOf(world, "OperationSigned").at(2)?.hash);
    expect(planned).to.equal(dataOf(world, "BatchFormed")[1]?.items.length);
    expect(Number(feeOf(second?.hash)) / Number(once)).to.be.within(1.49, 1.51);
    expect(feeOf(first.hash)).to.equal(0n);
  });
});

describe("an operation that a node refuses", () => {
  const refusing = async (
    kind: NodeError["kind"],
    times: number,
  ): Promise<{ world: World; handed: string[] }> => {
    const world = referenceWorld();
    await world.setUp();
    const inject = world.chain.inject.bind(world.chain);
    const handed: string[] = [];
    world.chain.inject = async (signed) => {
      handed.push(signed);
      return handed.length > times
        ? inject(signed)
        : { outcome: "refused", errors: [{ id: "some.reason", kind, detail: "{}" }] };
    };
    return { world, handed };
  };

  it("for now is handed over again at each head, the same bytes; the refusal is written once", async () => {
    const { world, handed } = await refusing("temporary", 4);
    await payOn(world, () => dataOf(world, "OperationIncluded").length > 0);
    const [signed, next] = dataOf(world, "OperationSigned");
    const five = Array.from({ length: 5 }, () => signed?.bytes);
    expect(handed).to.deep.equal([...five, next?.bytes]);
    const refusal = { hash: signed?.hash, kind: "temporary", errors: ["some.reason"] };
    expect(dataOf(world, "OperationRefused")).to.deep.equal([refusal]);
    await payOn(world, () => CYCLES.every((cycle) => isSettled(world, cycle)));
    checkAllIsFinal(world, CYCLES);
  });

  it("for good is not handed over again, nor taken for dead before its time", async () => {
    const { world, handed } = await refusing("permanent", 1);
    await payOn(world, () => dataOf(world, "OperationProvenDead").length > 0);
    const signed = dataOf(world, "OperationSigned");
    expect(dataOf(world, "OperationRefused").map(({ kind }) => kind)).to.deep.equal(["permanent"]);
    expect(signed.map(({ batchId }) => batchId)).to.deep.equal([signed[0]?.batchId, signed[0]?.batchId]);
    expect(handed).to.deep.equal(signed.map(({ bytes }) => bytes));
    expect(dataOf(world, "OperationProvenDead")[0]?.proof.rule).to.equal("expired");
    await payOn(world, () => CYCLES.every((cycle) => isSettled(world, cycle)));
    checkAllIsFinal(world, CYCLES);
  });
});

describe("a wallet that is not revealed", () => {
  const hiddenWorld = (): World => {
    const { accounts, ...chain } = modelGenesis(referenceChain);
    const hidden = accounts.map(({ publicKey, ...account }) =>
      account.address === PAYER || publicKey === undefined ? account : { ...account, publicKey },
    );
    const world = new World({ delegators: referenceDelegators, genesis: { ...chain, accounts: hidden } });
    for (let level = 0; level < 4; level += 1) world.bake();
    return world;
  };

  it("offers more for a reveal after one that died", async () => {
    const world = hiddenWorld();
    await world.setUp();
    const fees = async (): Promise<readonly bigint[]> => {
      const signed = dataOf(world, "OperationSigned").filter(({ purpose }) => purpose === "reveal");
      const operations = await Promise.all(
        signed.map(({ bytes }) => world.codec.parse(bytes.slice(0, -SIGNATURE_DIGITS))),
      );
      return operations.flatMap(({ contents }) => contents.map(({ fee }) => fee));
    };
    await until(world, "OperationProvenDead", 120);
    await payOn(world, () => CYCLES.every((cycle) => isSettled(world, cycle)));
    const [first = 0n, second = 0n, ...others] = await fees();
    expect(Number(second) / Number(first)).to.be.within(1.49, 1.51);
    expect(others).to.deep.equal([]);
    const closed = dataOf(world, "BatchClosed").flatMap(({ batchIds }) => batchIds);
    expect(closed.filter((id) => id === "reveal")).to.deep.equal(["reveal"]);
  });

  it("is revealed by an operation of its own, in a block before the first batch is signed", async () => {
    const world = hiddenWorld();
    await world.setUp();
    await payOn(world, () => CYCLES.every((cycle) => isSettled(world, cycle)));
    checkAllIsFinal(world, CYCLES);
    const purposes = dataOf(world, "OperationSigned").map(({ purpose }) => purpose);
    expect(purposes.filter((purpose) => purpose === "reveal")).to.deep.equal(["reveal"]);
    const order = world
      .events()
      .filter(({ stream }) => stream.startsWith("wallet-"))
      .map(({ event }) => event.type)
      .filter((type) => type === "OperationSigned" || type === "OperationIncluded");
    expect([purposes[0], ...order.slice(0, 3)]).to.deep.equal([
      "reveal",
      "OperationSigned",
      "OperationIncluded",
      "OperationSigned",
    ]);
  });
});

describe("a wallet without the funds for a payout", () => {
  it("pays nothing and says what is missing; funded it pays", async () => {
    const { accounts, ...chain } = modelGenesis(referenceChain);
    const poor = accounts.map((account) =>
      account.address === PAYER ? { ...account, balance: 10_000_000n } : account,
    );
    const world = new World({ delegators: referenceDelegators, genesis: { ...chain, accounts: poor } });
    await world.setUp();
    const { process } = world.start();
    let waiting: { readonly reason?: string; readonly missing?: bigint } | undefined;
    for (let blocks = 0; blocks < 14; blocks += 1) {
      ({ waiting } = (await process.step()) as { readonly waiting: typeof waiting });
      world.bake();
    }
    const [{ sum } = { sum: 0n }] = dataOf(world, "PayoutPlanned");
    expect(waiting?.reason).to.equal("funds");
    expect((waiting?.missing ?? 0n) + 10_000_000n > sum).to.equal(true);
    expect([world.injected, dataOf(world, "OperationSigned")]).to.deep.equal([[], []]);
    world.model.intervene({ kind: "credit", address: PAYER, amount: 990_000_000n });
    world.bake();
    const other = world.start();
    for (let blocks = 0; !isSettled(world, asCycle(0)); blocks += 1) {
      if (blocks > 60) throw new Error("not paid");
      await other.process.step();
      world.bake();
    }
    expect(dataOf(world, "OperationSigned").length).to.be.above(0);
  });
});
