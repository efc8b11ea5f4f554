import { expect } from "chai";
import { bakerOf } from "../../../../src/application/aggregates.js";
import { setPolicy } from "../../../../src/application/commands/policy.js";
import { computeCycle } from "../../../../src/application/compute-cycle.js";
import { type RewardReply, type RewardSource } from "../../../../src/application/ports/reward-source.js";
import { RewardComputer } from "../../../../src/application/process/reward-computer.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { BAKER } from "../../../support/chain-model.js";
import { policyOf } from "../../../support/rewards.js";
import { METADATA } from "../../../support/world/installation.js";
import { once, runTo } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const CYCLE = asCycle(0);
const limitOf = async () => 9;

/** Its first cycle has ended and is not computed. */
const ended = async (): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  await runTo(world, "CycleEnded");
  return world;
};
/** The world's source, its reply changed on the way; `asked` counts. */
const sourceOf = (world: World, edit: (reply: RewardReply) => RewardReply | undefined) => {
  const source = world.source();
  const seen = { asked: 0 };
  const split: RewardSource["split"] = async (baker, cycle) => {
    seen.asked += 1;
    const reply = await source.split(baker, cycle);
    return reply && edit(reply);
  };
  return { source: { head: () => source.head(), split }, seen };
};
const replacing = (from: string | RegExp, to: string) => (reply: RewardReply) => ({
  ...reply,
  pages: reply.pages.map((page) => page.replace(from, to)),
});
const compute = async (world: World, source: RewardSource) => {
  const { repository } = actsOf(world);
  const { state } = await repository.load(bakerOf(BAKER));
  const ports = { baker: BAKER, source, repository, limitOf, metadata: () => METADATA };
  return new RewardComputer(ports).compute(state, CYCLE);
};
const ofReward = (world: World) =>
  world.events().flatMap(({ stream, event }) => (stream === `reward-${BAKER}_${CYCLE}` ? [event] : []));
const types = (world: World): readonly string[] => ofReward(world).map(({ type }) => type);

describe("rewards of a cycle that has ended", () => {
  it("are left to the process that is reading them at the same time", async () => {
    const world = await ended();
    const { source } = sourceOf(world, (reply) => reply);
    const spoiled = sourceOf(world, replacing(/"delegatorsCount":\d+/, '"delegatorsCount":41')).source;
    once(world, "before", "RewardInputsRecorded", async () => {
      await compute(world, spoiled);
    });
    expect(await compute(world, source)).to.deep.equal({
      ready: false,
      why: "another process is reading the rewards",
    });
    expect(await compute(world, source)).to.deep.equal({ ready: true });
  });

  it("are recorded, allocated and announced once, to the digest that cycle compute prints", async () => {
    const world = await ended();
    const { source, seen } = sourceOf(world, (reply) => reply);
    for (let again = 0; again < 2; again += 1)
      expect(await compute(world, source)).to.deep.equal({ ready: true });
    expect(types(world)).to.deep.equal([
      "RawReplyRecorded",
      "RewardInputsRecorded",
      "DelegatorRewardsAllocated",
      "RewardsAllocated",
    ]);
    expect(world.events().at(-1)?.event.type).to.equal("CycleRewardsReady");
    expect(seen.asked).to.equal(1);
    const query = { baker: BAKER, cycle: CYCLE, policy: policyOf({}) };
    const printed = await computeCycle(query, { source, limitOf });
    const [allocated] = ofReward(world).flatMap((event) =>
      event.type === "RewardsAllocated" ? [event.data.resultDigest] : [],
    );
    expect("computed" in printed && printed.computed.digest).to.equal(allocated);
  });

  it("are refused with the checks that failed, once for each reply, until one is believed", async () => {
    const world = await ended();
    const cut = sourceOf(world, replacing('"delegatorsCount":40', '"delegatorsCount":41')).source;
    const less = sourceOf(
      world,
      replacing(/"externalDelegatedBalance":\d+/, '"externalDelegatedBalance":1'),
    ).source;
    const why = "row-count: 40 delegators came, delegatorsCount announces 41";
    for (let again = 0; again < 2; again += 1)
      expect(await compute(world, cut)).to.deep.equal({ ready: false, why });
    expect(ofReward(world).map(({ data }) => "checks" in data && data.checks)).to.deep.equal([
      [{ check: "row-count", message: why }],
    ]);
    expect(await compute(world, less)).to.have.property("ready", false);
    expect(types(world)).to.deep.equal(["RewardInputsRejected", "RewardInputsRejected"]);
    expect(await compute(world, world.source())).to.deep.equal({ ready: true });
  });

  it("are waited for without an event while the source has none, or has not seen the cycle's end", async () => {
    const world = await ended();
    const none = sourceOf(world, () => undefined).source;
    expect(await compute(world, none)).to.deep.equal({
      ready: false,
      why: "no-data: the source has no rewards of this baker for cycle 0",
    });
    const early = sourceOf(world, (reply) => ({ ...reply, headLevel: reply.lastLevel + 1 })).source;
    expect(await compute(world, early))
      .to.have.property("why")
      .that.matches(/^unfinished-cycle: /);
    expect(types(world)).to.deep.equal([]);
  });

  it("are not taken from a source of another chain", async () => {
    const world = await ended();
    const { source, seen } = sourceOf(world, (reply) => reply);
    const foreign = {
      ...source,
      head: async () => ({ ...(await source.head()), chainId: "NetXdQprcVkpaWU" }),
    };
    expect(await compute(world, foreign)).to.deep.equal({
      ready: false,
      why: "the reward source shows another chain (NetXdQprcVkpaWU)",
    });
    expect(seen.asked).to.equal(0);
    expect(types(world)).to.deep.equal([]);
  });

  it("are allocated anew by another policy from what was recorded, not from what the source says now", async () => {
    const world = await ended();
    await compute(world, world.source());
    await setPolicy(actsOf(world), { preset: "trd" });
    const { source, seen } = sourceOf(world, () => undefined);
    expect(await compute(world, source)).to.deep.equal({ ready: true });
    expect(types(world).slice(4)).to.deep.equal([
      "AllocationSuperseded",
      "DelegatorRewardsAllocated",
      "RewardsAllocated",
    ]);
    expect(seen.asked).to.equal(0);
  });

  it("computed by two at once are recorded once", async () => {
    for (const type of ["RewardInputsRecorded", "RewardsAllocated", "CycleRewardsReady"] as const) {
      const world = await ended();
      once(world, "before", type, async () => {
        await compute(world, world.source());
      });
      expect(await compute(world, world.source()), type).to.deep.equal({ ready: true });
      expect(types(world), type).to.have.length(4);
    }
  });
});
