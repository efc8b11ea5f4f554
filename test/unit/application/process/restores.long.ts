import { expect } from "chai";
import { runRestores } from "../../../support/world/restores.js";

describe("a log that was restored", function () {
  this.timeout(1_200_000);

  it("to any length, whatever tells of it and becomes of what is pending: nobody is paid twice, and all are paid", async () => {
    expect(await runRestores(1)).to.be.above(1_900);
  });
});
