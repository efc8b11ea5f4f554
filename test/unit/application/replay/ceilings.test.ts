import { expect } from "chai";
import { bakerOf, rewardOf } from "../../../../src/application/aggregates.js";
import { act } from "../../../../src/application/commands/acts.js";
import { approvePayout } from "../../../../src/application/commands/payouts.js";
import { settleDelegator } from "../../../../src/application/commands/settle.js";
import { type RecordedEvent } from "../../../../src/application/ports/event-store.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { type Ceilings, DEFAULT_CEILINGS } from "../../../../src/domain/payment/ceilings.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import * as Reward from "../../../../src/domain/reward/reward.js";
import { BAKER } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import { bondWorld, payBond } from "../../../support/world/bond.js";
import { carryingWorld } from "../../../support/world/carrying.js";
import { dataOf } from "../../../support/world/events.js";
import { lie } from "../../../support/world/lying.js";
import { letPass, once, payOn, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { assertReplays, replayOf } from "../../../support/world/replaying.js";
import { add, changed, type Data, found, row, without } from "../../../support/world/tampering.js";
import { type World } from "../../../support/world/world.js";

const limit = (world: World, over: Partial<Ceilings>) =>
  act(
    actsOf(world),
    bakerOf(BAKER),
    Baker.setCeilings({ ceilings: { ...DEFAULT_CEILINGS, ...over }, actor: "world" }),
  );

const LAST = asCycle(2);
const last = Payment.cycleStream(BAKER, LAST);
const ofLast = ({ stream }: RecordedEvent): boolean => stream === last;

/** Its second cycle earns a little more than the first, its last about twice as much; `meanwhile` comes just before that is planned. */
const doubledWorld = async (meanwhile: (world: World) => Promise<void> = async () => {}): Promise<World> => {
  const world = await carryingWorld();
  await limit(world, { deviationFromLastCyclesPct: 20 });
  lie(world, (split, cycle) => {
    const blockRewards = Number(split["blockRewardsDelegated"]);
    return { ...split, blockRewardsDelegated: cycle === LAST ? 3 * blockRewards : blockRewards + 1_000_000 };
  });
  await settle(world, [1]);
  once(world, "before", "PayoutPlanned", () => meanwhile(world));
  await payOn(world, () => dataOf(world, "PayoutPlanned").length > 2);
  return world;
};

const approveAndPay = async (world: World): Promise<void> => {
  const [awaited] = dataOf(world, "PayoutAwaitsApproval");
  if (awaited) await approvePayout(actsOf(world), last, awaited.planDigest);
  await settle(world, [LAST]);
};

const ceilings = (data: Data): Data => data["ceilings"] as Data;

describe("what a plan was held against, computed once more", function () {
  this.timeout(20_000);
  let world: World;

  before(async () => {
    world = await doubledWorld();
    expect(dataOf(world, "PayoutAwaitsApproval")).to.have.length(1);
    await approveAndPay(world);
  });

  it("comes out again while it is as it was", async () => {
    expect((await assertReplays(world)).checked.plans).to.equal(3);
  });

  it("shows a deviation that is another, that is not said, or that there is none of", async () => {
    const said = "PayoutAwaitsApproval: plan above a ceiling: exceeded";
    for (const field of ["mean", "found"])
      expect(
        await found(
          world,
          changed(world, "PayoutAwaitsApproval", (data) => add(row(data, "exceeded"), field, 1n)),
        ),
      ).to.deep.equal([said]);
    const more = changed(world, "PayoutAwaitsApproval", (data) => {
      data["exceeded"] = [...(data["exceeded"] as Data[]), { ceiling: "cycle", limit: "1", found: "2" }];
    });
    expect(await found(world, more)).to.deep.equal([said]);
    const { differences } = await replayOf(world, {}, without(world, "PayoutAwaitsApproval"));
    const [excess] = dataOf(world, "PayoutAwaitsApproval").flatMap(({ exceeded }) => exceeded);
    expect(excess?.ceiling).to.equal("deviationFromLastCyclesPct");
    expect(differences).to.have.length(1);
    expect(differences[0]).to.include({ cycle: LAST, what: "plan above a ceiling: exceeded", found: "[]" });
    expect(differences[0]?.expected).to.include(`"found":"${excess?.found}"`);
    expect(differences[0]?.event).to.include({ type: "PayoutPlanned", stream: last });
  });

  it("shows a plan that keeps ceilings that were not in force, and what it is above by those that were", async () => {
    const raised = (data: Data) => (ceilings(data)["deviationFromLastCyclesPct"] = 900);
    expect(await found(world, changed(world, "PayoutPlanned", raised, ofLast))).to.deep.equal([
      "PayoutPlanned: plan: ceilings",
    ]);
    const later = changed(
      world,
      "CeilingsSet",
      (data) => (ceilings(data)["deviationFromLastCyclesPct"] = 500),
    );
    expect(new Set(await found(world, later))).to.deep.equal(
      new Set(["PayoutPlanned: plan: ceilings", "PayoutAwaitsApproval: plan above a ceiling: exceeded"]),
    );
  });

  it("compares with the cycles before as they stood then, whatever became of them", async () => {
    const reopen = (other: World) =>
      act(actsOf(other), rewardOf(BAKER, asCycle(1)), Reward.reopen("somebody"));
    const before = await doubledWorld(reopen);
    const [excess] = dataOf(before, "PayoutAwaitsApproval").flatMap(({ exceeded }) => exceeded);
    const [first, second] = dataOf(before, "RewardsAllocated").map((each) => each.distributed + each.carried);
    expect(excess).to.include({ mean: ((first ?? 0n) + (second ?? 0n)) / 2n });
    expect(excess).to.not.include({ mean: first });
    await assertReplays(before);
    await reopen(world);
    await assertReplays(world);
  });

  it("holds by the ceilings that stood when the balances were taken, or came while it was planned", async () => {
    const raced = await doubledWorld((other) => limit(other, { deviationFromLastCyclesPct: 900 }));
    expect(dataOf(raced, "PayoutPlanned").at(-1)?.ceilings?.deviationFromLastCyclesPct).to.equal(20);
    await assertReplays(raced);
  });

  it("says so where a cycle before cannot be read, and looks at the rest", async () => {
    const damaged = changed(
      world,
      "RewardsAllocated",
      (data) => (data["distributed"] = "much"),
      ({ stream }) => stream.endsWith("_1"),
    );
    const { differences, unread } = await replayOf(world, {}, damaged);
    expect(unread.map(({ cycle, what }) => [cycle, what])).to.deep.equal([
      [1, "cycle 1"],
      [2, "the rewards that a plan was compared with"],
    ]);
    expect(differences.map(({ cycle }) => cycle)).to.not.include(2);
  });
});

describe("the ceilings of what is no cycle's plan, computed once more", function () {
  this.timeout(20_000);
  const raised = (data: Data) => add(ceilings(data), "cycle", 1n);

  it("are those that were in force for the bond pool's payment", async () => {
    const world = await bondWorld();
    await payBond(world);
    const bond = changed(world, "PayoutPlanned", raised, ({ stream }) => stream.includes("_bond_"));
    expect(await found(world, bond)).to.deep.equal(["PayoutPlanned: plan: ceilings"]);
  });

  it("are those that were in force for a settlement, above which it waits", async () => {
    const world = await carryingWorld();
    world.rewards.revise((list) => list.filter(({ address }) => address !== addressOf(2)));
    await limit(world, { operation: mutez(1n) });
    await settleDelegator(actsOf(world), addressOf(2), { to: undefined, reason: "it has left" });
    await letPass(world, 4);
    const isSettlement = ({ stream }: RecordedEvent) => stream.includes("settle");
    await assertReplays(world);
    const other = changed(world, "PayoutPlanned", raised, isSettlement);
    expect(await found(world, other)).to.deep.equal(["PayoutPlanned: plan: ceilings"]);
    expect(await found(world, without(world, "PayoutAwaitsApproval", isSettlement))).to.deep.equal([
      "PayoutPlanned: plan above a ceiling: exceeded",
    ]);
  });
});
