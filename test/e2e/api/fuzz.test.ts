import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { sendMalformed } from "../../support/api/malformed.js";

describe("the query API under malformed requests", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  before(async () => {
    served = await serveHistory();
  });
  after(() => served.close());

  it("answers 500 of them with what is wrong", () => sendMalformed(served, 500));
});
