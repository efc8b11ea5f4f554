import { expect } from "chai";
import { transfersOnChain } from "../../../support/world/invariants.js";
import { referenceWorld, runReference } from "../../../support/world/scenario.js";

describe("crash points", () => {
  it("pays the reference run", async () => {
    const world = referenceWorld();
    const outcome = await runReference(world);
    expect(transfersOnChain(world)).to.have.length(78);
    expect(outcome.calls.length).to.be.greaterThan(100);
  });
});
