import { applyHistories } from "../../support/history/applied.js";

describe("read models in PostgreSQL", function () {
  this.timeout(60_000);

  it("are the fold of a random history, as the domain tells it, however it is cut into batches", () =>
    applyHistories(2, 160));
});
