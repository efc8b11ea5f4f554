import { expect } from "chai";
import { interludeNames, runInterludes } from "../../../support/world/interludes.js";

describe("a process that stands still before any of its calls", function () {
  this.timeout(1_200_000);

  for (const name of interludeNames) {
    it(`pays the same when ${name} meanwhile`, async () => {
      expect(await runInterludes(name, 1)).to.be.greaterThan(100);
    });
  }
});
