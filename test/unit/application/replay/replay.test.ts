import { expect } from "chai";
import { assertReplays } from "../../../support/world/replaying.js";
import { referenceWorld, runReference } from "../../../support/world/scenario.js";

describe("a recorded run computed once more", () => {
  it("comes out again, and is what the chain has", async () => {
    const world = referenceWorld();
    await runReference(world);
    const { checked } = await assertReplays(world);
    expect(checked).to.deep.equal({});
  });
});
