import { expect } from "chai";
import { type Clock } from "../../../../src/application/ports/system.js";
import { type ShownChain, withinMs } from "../../../../src/application/queries/soon.js";
import { status } from "../../../../src/application/queries/status.js";
import { runTo } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const never = () => new Promise<never>(() => undefined);

describe("a node that is not waited for", () => {
  let world: World;
  before(async () => {
    world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
  });

  const shown = (over: Partial<ShownChain>, clock: Clock) => {
    const acts = actsOf(world);
    const { chain } = acts;
    const asked: ShownChain = {
      head: () => chain.head(),
      account: (...of) => chain.account(...of),
      constants: (...of) => chain.constants(...of),
      feeRates: () => chain.feeRates(),
      ...over,
    };
    return withinMs(2_000, { chain: asked, clock }, (soon) => status({ ...acts, chain: soon }));
  };
  /** Time is up at once, and how long would have been waited. */
  const upAtOnce = () => {
    const waited: number[] = [];
    const clock = {
      now: () => world.clock.now(),
      sleep: async (ms: number) => {
        waited.push(ms);
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
    return { clock, waited };
  };

  it("gives nothing of its own, and one wait for all of it", async () => {
    const { clock, waited } = upAtOnce();
    const { head, wallet, unfinished } = await shown({ head: never }, clock);
    expect([head, wallet?.funds, waited]).to.deep.equal([null, null, [2_000]]);
    expect(unfinished.map(({ cycle, at }) => [cycle, at])).to.deep.include([0, "paying"]);
  });

  it("gives what it has answered by then", async () => {
    let signal: AbortSignal | undefined;
    const later: Clock = {
      now: () => world.clock.now(),
      sleep: (_, of) => {
        signal = of;
        return never();
      },
    };
    const { head, wallet } = await shown({}, later);
    expect(head).to.not.equal(null);
    expect(wallet?.funds).to.not.equal(null);
    expect(signal?.aborted).to.equal(true);
    const half = upAtOnce();
    const { wallet: poorer } = await shown({ account: never }, half.clock);
    expect([poorer?.funds, half.waited]).to.deep.equal([null, [2_000]]);
  });
});
