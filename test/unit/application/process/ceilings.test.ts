import { expect } from "chai";
import { bakerOf } from "../../../../src/application/aggregates.js";
import { act } from "../../../../src/application/commands/acts.js";
import { resumeWallet } from "../../../../src/application/commands/mode.js";
import { delegateWallet } from "../../../../src/application/commands/money.js";
import { approvePayout } from "../../../../src/application/commands/payouts.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { type Ceilings, DEFAULT_CEILINGS } from "../../../../src/domain/payment/ceilings.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER } from "../../../support/chain-model.js";
import { dataOf } from "../../../support/world/events.js";
import { paidOnChain } from "../../../support/world/invariants.js";
import { lie } from "../../../support/world/lying.js";
import { SIGNATURE_DIGITS } from "../../../support/world/memory-chain.js";
import { letPass, payOn, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const limit = (world: World, over: Partial<Ceilings>) =>
  act(
    actsOf(world),
    bakerOf(BAKER),
    Baker.setCeilings({ ceilings: { ...DEFAULT_CEILINGS, ...over }, actor: "world" }),
  );
const limited = async (over: Partial<Ceilings>): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  await limit(world, over);
  return world;
};
const sumsOfBatches = (world: World): readonly bigint[] =>
  dataOf(world, "BatchFormed").map(({ items }) => items.reduce((sum, { sent }) => sum + sent, 0n));
const paid = (world: World): readonly string[] => [...paidOnChain(world, [0])].sort();

describe("the ceiling of one operation", () => {
  it("cuts batches so that each stays below it, and pays the same", async () => {
    const free = await limited({});
    await settle(free, [0]);
    const largest = Math.max(...sumsOfBatches(free).map(Number));
    const operation = mutez(BigInt(Math.floor(largest / 2)));
    const world = await limited({ operation });
    await settle(world, [0]);
    expect(dataOf(world, "PayoutAwaitsApproval")).to.deep.equal([]);
    expect(sumsOfBatches(world).filter((sum) => sum > operation)).to.deep.equal([]);
    expect(sumsOfBatches(world).length).to.be.above(sumsOfBatches(free).length);
    expect(paid(world)).to.deep.equal(paid(free));
  });

  it("makes a plan wait in which a single payment is above it; approved, that one is sent by itself", async () => {
    const free = await limited({});
    await settle(free, [0]);
    const world = await limited({ operation: mutez(1n) });
    await payOn(world, () => dataOf(world, "PayoutPlanned").length > 0);
    const [awaited] = dataOf(world, "PayoutAwaitsApproval");
    const dues = dataOf(world, "ObligationsAdded").flatMap(({ rows }) => rows.map(({ due }) => due));
    const found = dues.reduce((most, due) => (due > most ? due : most), 0n);
    expect(awaited?.exceeded).to.deep.equal([{ ceiling: "operation", limit: 1n, found }]);
    if (awaited)
      await approvePayout(actsOf(world), Payment.cycleStream(BAKER, asCycle(0)), awaited.planDigest);
    await limit(world, {});
    await payOn(world, () => dataOf(world, "BatchSettled").length >= 2);
    expect(dataOf(world, "BatchFormed").every(({ items }) => items.length === 1)).to.equal(true);
  });
});

describe("the deviation from the last cycles", () => {
  const times = (world: World, factor: number, of: number) =>
    lie(world, (split, cycle) =>
      cycle === of
        ? {
            ...split,
            blockRewardsDelegated: factor * Number(split["blockRewardsDelegated"]),
            attestationRewardsDelegated: factor * Number(split["attestationRewardsDelegated"]),
          }
        : split,
    );
  const awaitedAt = async (factor: number, over: Partial<Ceilings> = {}) => {
    const world = await limited(over);
    times(world, factor, 1);
    await payOn(world, () => dataOf(world, "PayoutPlanned").length > 1);
    return dataOf(world, "PayoutAwaitsApproval");
  };

  it("lets a cycle pass that earned a few times as much, and makes one wait that earned ten times as much", async () => {
    expect(await awaitedAt(5)).to.deep.equal([]);
    const [awaited, ...more] = await awaitedAt(12);
    expect(more).to.deep.equal([]);
    expect(awaited?.exceeded.map(({ ceiling, limit: percent }) => [ceiling, percent])).to.deep.equal([
      ["deviationFromLastCyclesPct", 900],
    ]);
  });

  it("compares with what the log's last planned cycles gave their delegators", async () => {
    const world = await limited({ deviationFromLastCyclesPct: 20 });
    times(world, 2, 2);
    await settle(world, [0, 1]);
    await payOn(world, () => dataOf(world, "PayoutPlanned").length > 2);
    const [first, second, third] = dataOf(world, "RewardsAllocated").map(
      ({ distributed, carried }) => distributed + carried,
    );
    const mean = ((first ?? 0n) + (second ?? 0n)) / 2n;
    expect(dataOf(world, "PayoutAwaitsApproval").map(({ exceeded }) => exceeded)).to.deep.equal([
      [{ ceiling: "deviationFromLastCyclesPct", limit: 20, mean, found: third }],
    ]);
  });

  it("is nothing for the first cycle, however strict", async () => {
    const world = await limited({ deviationFromLastCyclesPct: 0 });
    await settle(world, [0]);
    expect(dataOf(world, "PayoutAwaitsApproval").filter(({ plan }) => plan === 0)).to.deep.equal([]);
    expect(paid(world).length).to.be.above(0);
  });
});

describe("the ceiling of an operation's fees", () => {
  const findings = (world: World): readonly string[] =>
    dataOf(world, "WalletPaused").map(({ detail }) => detail);

  it("stops the wallet before a batch is formed, or signed, until a person has raised it", async () => {
    for (const moment of ["PayoutPlanned", "BatchFormed"] as const) {
      const world = await limited({});
      await runTo(world, moment);
      await limit(world, { operationFee: mutez(1n) });
      await letPass(world, 6);
      expect(findings(world), moment).to.have.length(1);
      expect(findings(world)[0], moment).to.match(
        /^the fees of .*_0(\/1)? would be \d+ mutez, above the ceiling of 1$/,
      );
      expect(dataOf(world, "OperationSigned").filter(({ purpose }) => purpose === "batch")).to.deep.equal([]);
      await limit(world, {});
      await resumeWallet(actsOf(world));
      await settle(world, [0]);
      expect(paid(world).length, moment).to.be.above(0);
    }
  });

  it("holds for a delegation too", async () => {
    const world = await limited({ operationFee: mutez(1n) });
    await delegateWallet(actsOf(world), "first", BAKER);
    await letPass(world, 6);
    expect(findings(world)).to.have.length(1);
    expect(findings(world)[0]).to.match(/^the fees of delegation\/first would be \d+ mutez/);
  });

  it("holds when a death has raised the fee", async () => {
    const world = await limited({});
    await runTo(world, "OperationSigned");
    const [first] = dataOf(world, "OperationSigned");
    const { contents } = await world.codec.parse(first?.bytes.slice(0, -SIGNATURE_DIGITS) ?? "");
    const fee = contents.reduce((sum, content) => sum + content.fee, 0n);
    await limit(world, { operationFee: mutez(fee) });
    const { process } = world.start();
    for (let blocks = 0; blocks < 120 && findings(world).length === 0; blocks += 1) {
      await process.step();
      world.bakeEmpty();
    }
    expect(dataOf(world, "OperationProvenDead")).to.have.length(1);
    expect(dataOf(world, "OperationSigned")).to.have.length(1);
    expect(findings(world)[0]).to.match(new RegExp(`above the ceiling of ${fee}$`));
  });
});
