import { expect } from "chai";
import { outcomeOf, runWithCrash } from "../../../support/world/crashes.js";
import { referenceWorld, runReference } from "../../../support/world/scenario.js";

describe("crash points, a sample", function () {
  this.timeout(60_000);

  it("pays the same after dying before and after every 23rd call (every call: the long tests)", async () => {
    const reference = referenceWorld();
    const { calls } = await runReference(reference);
    const expected = outcomeOf(reference);
    expect(expected).to.have.length(78);
    for (let call = 0; call < calls.length; call += 23) {
      for (const when of ["before", "after"] as const) {
        expect(await runWithCrash({ call, when }, calls[call])).to.deep.equal(expected);
      }
    }
  });
});
