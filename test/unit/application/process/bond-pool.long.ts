import { expect } from "chai";
import { crashBond } from "../../../support/world/bond.js";

describe("the bond pool's payment", function () {
  this.timeout(600_000);

  it("is planned and paid once, the same, wherever the process dies, before or after any effect", async () => {
    expect(await crashBond(1)).to.be.above(200);
  });
});
