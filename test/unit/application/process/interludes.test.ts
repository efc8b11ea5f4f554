import { expect } from "chai";
import { interludeNames, runInterludes } from "../../../support/world/interludes.js";

describe("a process that stands still before a call, a sample", function () {
  this.timeout(60_000);

  for (const name of interludeNames) {
    it(`pays the same when ${name} meanwhile`, async () => {
      expect(await runInterludes(name, 41)).to.be.greaterThan(10);
    });
  }
});
