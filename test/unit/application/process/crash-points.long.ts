import { expect } from "chai";
import { outcomeOf, runWithCrash } from "../../../support/world/crashes.js";
import { referenceWorld, runReference } from "../../../support/world/scenario.js";

describe("crash points", function () {
  this.timeout(1_200_000);

  it("brings every delegator the same amounts wherever the process dies, before or after any effect", async () => {
    const reference = referenceWorld();
    const { calls } = await runReference(reference);
    const expected = outcomeOf(reference);
    expect(expected).to.have.length(78);
    for (const [call, name] of calls.entries()) {
      for (const when of ["before", "after"] as const) {
        expect(await runWithCrash({ call, when }, name), `${when} ${name}`).to.deep.equal(expected);
      }
    }
  });
});
