import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { sendMalformed } from "../../support/api/malformed.js";

describe("the query API under many malformed requests", function () {
  this.timeout(600_000);
  let served: ServedHistory;
  before(async () => {
    served = await serveHistory();
  });
  after(() => served.close());

  it("answers 20,000 of them with what is wrong", () => sendMalformed(served, 20_000));
});
