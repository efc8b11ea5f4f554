import { expect } from "chai";
import { asLevel } from "../../../../src/domain/identifiers.js";
import { TzktTransfers } from "../../../../src/infrastructure/tezos/tzkt-transfers.js";
import { addressOf, operationOf } from "../../../support/identifiers.js";
import { clockAt, startFakeNode } from "./fake-node.js";
import { NOW } from "./recorded.js";

describe("the wallet's transfers at TzKT", () => {
  it("are what it sent, and what contracts that it called sent for it", async () => {
    const [payer, target] = [addressOf("payer"), addressOf("delegator")];
    const row = (id: number, status: string, to: object | null) => ({
      ...{ id, status, level: 100 + id, hash: operationOf(id), target: to, amount: 7 },
    });
    const path = "/v1/operations/transactions";
    const rows = [row(1, "applied", { address: target }), row(2, "failed", { address: target })];
    const tzkt = await startFakeNode({ [path]: { body: [...rows, row(3, "applied", null)] } });
    try {
      const transfers = new TzktTransfers({ baseUrl: tzkt.url, clock: clockAt(NOW) });
      expect(await transfers.sentAfter(payer, asLevel(100))).to.deep.equal([
        { hash: operationOf(1), level: 101, target, amount: 7n },
      ]);
      const query = `anyof.sender.initiator=${payer}&level.gt=100&sort.asc=id&limit=10000`;
      expect(tzkt.asked).to.deep.equal([`GET ${path}?${query}`]);
    } finally {
      await tzkt.stop();
    }
  });
});
