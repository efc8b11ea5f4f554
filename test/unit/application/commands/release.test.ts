import { expect } from "chai";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { addressOf } from "../../../support/rewards.js";
import { checkInvariants, paidOnChain } from "../../../support/world/invariants.js";
import { actsOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld, runReference, runWithInterlude } from "../../../support/world/scenario.js";

const CYCLE = asCycle(0);
const delegator = addressOf(3);

describe("payment release", () => {
  it("pays what was held when its cycle settled, once and in full", async () => {
    const reference = referenceWorld();
    const { calls } = await runReference(reference);
    const all = [...paidOnChain(reference, CYCLES)].sort();

    const world = referenceWorld();
    const acts = actsOf(world);
    await runWithInterlude(world, calls.indexOf("signer.sign"), () =>
      holdPayment(acts, CYCLE, delegator, "looks odd"),
    );
    const missing = all.filter((line) => !new Set(paidOnChain(world, CYCLES)).has(line));
    expect(missing).to.have.length(1);

    const later = world.start().process;
    await later.step();
    await releasePayment(acts, CYCLE, delegator);
    for (let blocks = 0; blocks < 8; blocks += 1) {
      await later.step();
      checkInvariants(world);
      world.bake();
    }
    expect([...paidOnChain(world, CYCLES)].sort()).to.deep.equal(all);
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
