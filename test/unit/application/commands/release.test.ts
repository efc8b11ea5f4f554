import { expect } from "chai";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { setPolicy } from "../../../../src/application/commands/policy.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { type StartedProcess } from "../../../support/world/installation.js";
import { checkAllIsFinal, checkInvariants, paidOnChain } from "../../../support/world/invariants.js";
import { once, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld, runReference, runWithInterlude } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const CYCLE = asCycle(0);
const delegator = addressOf(3);

describe("payment release", () => {
  let all: readonly string[];
  let signing: number;
  before(async () => {
    const reference = referenceWorld();
    signing = (await runReference(reference)).calls.indexOf("signer.sign");
    all = [...paidOnChain(reference, CYCLES)].sort();
  });
  /** Both cycles are settled, and one payment of the first is held. */
  const settledWithHold = async (): Promise<World> => {
    const world = referenceWorld();
    const acts = actsOf(world);
    await runWithInterlude(world, signing, () => holdPayment(acts, CYCLE, delegator, "looks odd"));
    const missing = all.filter((line) => !new Set(paidOnChain(world, CYCLES)).has(line));
    expect(missing).to.have.length(1);
    return world;
  };
  const endsWell = async (world: World, later: StartedProcess["process"]): Promise<void> => {
    for (let blocks = 0; blocks < 8; blocks += 1) {
      await later.step();
      checkInvariants(world);
      world.bake();
    }
    expect([...paidOnChain(world, CYCLES)].sort()).to.deep.equal(all);
    checkAllIsFinal(world, CYCLES);
  };

  it("pays what was held when its cycle settled, once and in full", async () => {
    const world = await settledWithHold();
    const later = world.start().process;
    await later.step();
    await releasePayment(actsOf(world), CYCLE, delegator);
    await endsWell(world, later);
  });

  it("is refused where the payment would not leave the wallet", async () => {
    const world = await settledWithHold();
    const acts = actsOf(world);
    await setPolicy(acts, { delegators: { [delegator]: { recipient: world.payer } } });
    expect(await refusalOf(releasePayment(acts, CYCLE, delegator))).to.equal("recipient-is-payer");
  });

  it("pays it too if the payer is at work between any two of its steps", async () => {
    for (const step of [0, 1, 2]) {
      const world = await settledWithHold();
      const later = world.start().process;
      once(world, "before", step, async () => {
        for (let times = 0; times < 3; times += 1) await later.step();
      });
      await releasePayment(actsOf(world), CYCLE, delegator);
      await endsWell(world, later);
    }
  });

  it("pays it too if the payer settles the cycle on an older look", async () => {
    const world = referenceWorld();
    const acts = actsOf(world);
    await world.setUp();
    once(world, "before", "BatchFormed", async () => {
      await holdPayment(acts, CYCLE, delegator, "looks odd");
      once(world, "before", "CycleSettled", () => releasePayment(acts, CYCLE, delegator));
    });
    await settle(world, CYCLES);
    await endsWell(world, world.start().process);
  });

  it("goes on where it was interrupted", async () => {
    for (const when of ["before", "after"] as const)
      for (const step of [0, 1, 2]) {
        const world = await settledWithHold();
        once(world, when, step, () => Promise.reject(new Error("killed")));
        const error: unknown = await releasePayment(actsOf(world), CYCLE, delegator).catch(
          (thrown: unknown) => thrown,
        );
        expect(error).to.have.property("message", "killed");
        const later = world.start().process;
        await later.step();
        const isDone = when === "after" && step === 2;
        if (!isDone) await releasePayment(actsOf(world), CYCLE, delegator);
        await endsWell(world, later);
      }
  });

  it("asks for nothing if nothing is held", async () => {
    const world = referenceWorld();
    await runReference(world);
    const before = world.events().length;
    await releasePayment(actsOf(world), CYCLE, delegator).then(
      () => expect.fail("released"),
      (error: unknown) => expect(error).to.have.nested.property("refusal.refused", "not-held"),
    );
    expect(world.events()).to.have.length(before);
  });
});
