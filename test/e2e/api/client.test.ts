// The typed client: a program logs in, asks, acts, and is told what is wrong, by the types of the document.
import { expect } from "chai";
import { tapsClient } from "../../../src/client/client.js";
import { PASSWORD } from "../../support/accounts.js";
import { serveWorld, type ServedWorld } from "../../support/api/commanded-world.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { addressOf } from "../../support/rewards.js";
import { referenceWorld } from "../../support/world/scenario.js";

const baseOf = (port: number): string => `http://127.0.0.1:${port}/api/v1`;

const loggedIn = async (port: number, username: string) => {
  const nobody = tapsClient(baseOf(port), () => undefined);
  const { data } = await nobody.POST("/auth/login", { body: { username, password: PASSWORD } });
  return tapsClient(baseOf(port), () => data?.accessToken);
};

describe("the typed client", function () {
  this.timeout(60_000);
  let history: ServedHistory;
  let commanded: ServedWorld;
  before(async () => {
    history = await serveHistory();
    const world = referenceWorld();
    await world.setUp();
    commanded = await serveWorld(world);
  });
  after(async () => {
    await commanded.close();
    await history.close();
  });

  it("logs in, walks a list and asks for one thing as it was", async () => {
    const nobody = await tapsClient(baseOf(history.port), () => undefined).GET("/payments");
    expect(nobody.error?.status).to.equal(401);
    const client = await loggedIn(history.port, "viewer");
    const due: bigint[] = [];
    for (let cursor: string | null | undefined; cursor !== null && due.length < 300;) {
      const query = { limit: "10", ...(cursor === undefined ? {} : { cursor }) };
      const page = await client.GET("/payments", { params: { query } });
      if (page.data === undefined) throw new Error(page.error.detail);
      due.push(...page.data.rows.map((row) => BigInt(row.due)));
      cursor = page.data.next;
    }
    expect(due.length).to.be.above(20);
    const { payout = "", obligation = "" } = history.samples;
    const path = { payout, obligation };
    const now = await client.GET("/payments/{payout}/{obligation}", { params: { path } });
    expect(now.data?.result).to.equal("paid");
    const query = { asOf: history.head.toString() };
    const then = await client.GET("/payments/{payout}/{obligation}", { params: { path, query } });
    expect(then.data).to.deep.equal(now.data);
  });

  it("carries out a command once for its key, and says why another is refused", async () => {
    const client = await loggedIn(commanded.port, "admin");
    const adjust = (key: string) =>
      client.POST("/ledger/adjustments", {
        params: { header: { "Idempotency-Key": key } },
        body: { delegator: addressOf(3), amount: "-5", reason: "slashing", reference: "ticket 7" },
      });
    const refused = await adjust("one");
    expect([refused.error?.status, refused.error?.code]).to.deep.equal([409, "below-zero"]);
    const put = await client.POST("/ledger/adjustments", {
      params: { header: { "Idempotency-Key": "two" } },
      body: { delegator: addressOf(3), amount: "12", reason: "correction", reference: "ticket 6" },
    });
    expect(put.data?.balance).to.equal("12");
    const done = await adjust("one");
    expect([done.data?.balance, (await adjust("one")).data]).to.deep.equal(["7", done.data]);
  });
});
