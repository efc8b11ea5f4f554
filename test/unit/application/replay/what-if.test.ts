import { expect } from "chai";
import { recomputeCycle } from "../../../../src/application/commands/cycles.js";
import { readPolicy } from "../../../../src/application/commands/policy.js";
import { whatIf } from "../../../../src/application/replay/what-if.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import { carryingWorld } from "../../../support/world/carrying.js";
import { dataOf } from "../../../support/world/events.js";
import { runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { type World } from "../../../support/world/world.js";

const LIMIT = 9;

describe("past cycles by other terms", () => {
  let world: World;
  const by = (file: object, first: number, last: number, limitOf = async () => LIMIT as number | undefined) =>
    whatIf(
      { log: new CodedEventLog(world.store), baker: BAKER },
      { first: asCycle(first), last: asCycle(last) },
      readPolicy(file),
      limitOf,
    );

  before(async () => {
    world = await carryingWorld();
    await settle(world, [0, 1]);
  });

  it("are what they were by the same terms, and nothing is written", async () => {
    const size = world.store.size;
    const same = await by({ minimumPayout: "3000000", belowMinimumPayout: "carry" }, 0, 1);
    expect(same.delegators.map(({ difference }) => difference)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
    expect(same.total.bakerKeeps.would).to.equal(same.total.bakerKeeps.was);
    expect(same.cycles.map(({ cycle }) => cycle)).to.deep.equal([0, 1]);
    expect(world.store.size).to.equal(size);
  });

  it("give each delegator and the baker other sums, to the mutez", async () => {
    const { total, delegators, cycles } = await by({ minimumPayout: "3000000", feeBps: 0 }, 0, 1);
    const allocations = dataOf(world, "RewardsAllocated").slice(0, 2);
    const fees = allocations.reduce((sum, { feeTotal }) => sum + feeTotal, 0n);
    const gained = total.toDelegators.would - total.toDelegators.was;
    expect(gained).to.equal(fees);
    expect(total.bakerKeeps.was - total.bakerKeeps.would).to.equal(fees);
    expect(delegators.reduce((sum, { difference }) => sum + difference, 0n)).to.equal(fees);
    expect(delegators.map(({ delegator }) => delegator)).to.deep.equal(
      [0, 1, 2, 3, 4].map((n) => addressOf(n)),
    );
    const [first] = dataOf(world, "DelegatorRewardsAllocated");
    expect(delegators[0]?.was).to.equal(2n * (first?.rows[0]?.net ?? 0n));
    expect(cycles.map(({ was, would }) => [was.engineVersion, would.engineVersion])).to.deep.equal([
      ["taps/1", "taps/1"],
      ["taps/1", "taps/1"],
    ]);
  });

  it("keep below the minimum what was carried, under another preset and its engine", async () => {
    const { cycles, delegators } = await by({ preset: "trd", minimumPayout: "3000000" }, 0, 0);
    expect(cycles[0]?.would.engineVersion).to.equal("trd/1");
    expect(delegators.slice(2).map(({ would }) => would)).to.deep.equal([0n, 0n, 0n]);
    expect(delegators[0]?.would).to.not.equal(mutez(0n));
  });

  it("say which cycles nothing was allocated in, and refuse if that is all", async () => {
    expect((await by({ feeBps: 1 }, 1, 9)).missing).to.include.members([8, 9]);
    expect(await by({ feeBps: 1 }, 50, 60).catch(String)).to.match(/nothing was allocated in these cycles/);
  });

  it("ask for the protocol's limit only where the log has none", async () => {
    const asked: number[] = [];
    const limitOf = async (cycle?: number) => {
      asked.push(Number(cycle));
      return undefined;
    };
    await by({ feeBps: 1 }, 0, 0, limitOf);
    expect(asked).to.deep.equal([]);
  });

  it("take what was recorded last", async () => {
    await runTo(world, "RewardsAllocated");
    await recomputeCycle(actsOf(world), asCycle(2), "another list");
    expect(await by({ feeBps: 1 }, 2, 2).catch(String)).to.match(/nothing was allocated/);
  });
});
