import { expect } from "chai";
import { runRestores } from "../../../support/world/restores.js";

describe("a log that was restored, a sample", function () {
  this.timeout(60_000);

  it("to one of some lengths: nobody is paid twice, and all are paid (every length: the long tests)", async () => {
    expect(await runRestores(89)).to.be.above(20);
  });
});
