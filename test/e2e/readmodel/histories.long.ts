import { applyHistories } from "../../support/history/applied.js";

describe("read models in PostgreSQL", function () {
  this.timeout(600_000);

  it("are the fold of many random histories, as the domain tells them, however they are cut", () =>
    applyHistories(25, 260));
});
