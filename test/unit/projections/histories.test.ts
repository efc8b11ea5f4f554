import { expect } from "chai";
import fc from "fast-check";
import { projections } from "../../../projections/all.js";
import { foldProjection } from "../../support/fold.js";
import { histories } from "../../support/history/histories.js";
import { naive, sideBySide } from "../../support/naive/all.js";

describe("read models of random histories", function () {
  this.timeout(30_000);

  for (const projection of projections)
    it(`${projection.name}: tells what simple loops and the domain's folds tell`, () => {
      const toldOf = naive[projection.name];
      if (!toldOf) throw new Error("nothing tells what it must hold");
      fc.assert(
        fc.property(histories(240), ({ events }) => {
          const { shown, told } = sideBySide(toldOf(events), foldProjection(projection, events));
          expect(shown).to.deep.equal(told);
        }),
        { numRuns: 15 },
      );
    });
});
