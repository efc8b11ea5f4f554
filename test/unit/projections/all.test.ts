import { expect } from "chai";
import { paymentOf } from "../../../src/application/aggregates.js";
import { asCycle } from "../../../src/domain/identifiers.js";
import { type Status } from "../../../src/domain/payment/payment.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { projections } from "../../../projections/all.js";
import { paymentProjection } from "../../../projections/payment.js";
import { foldProjection, MemoryTables } from "../../support/fold.js";
import { BAKER, payoutsOf } from "../../support/payouts.js";

const CYCLES = [201, 202, 203, 204, 205, 299, 300];
const logs = [1, 2, 3, 4].map((seed) => payoutsOf({ seed, cycles: CYCLES, delegators: 12, batchSize: 4 }));

const eachTwice = (projection: Projection, events: readonly LoggedEvent[]) => {
  const tables = new MemoryTables(projection.tables);
  for (const event of events) {
    for (const change of projection.apply(event)) tables.apply(change);
    for (const change of projection.apply(event)) tables.apply(change);
  }
  return tables.snapshot();
};

describe("every projection", () => {
  for (const projection of projections) {
    it(`${projection.name}: an event applied twice leaves what it left the first time`, () => {
      for (const { events } of logs) {
        const once = foldProjection(projection, events);
        expect(Object.values(once).flat()).not.to.be.empty;
        expect(eachTwice(projection, events)).to.deep.equal(once);
      }
    });

    it(`${projection.name}: a log delivered again from any place changes nothing`, () => {
      for (const { events } of logs) {
        const again = [...events, ...events.slice(events.length / 2), ...events];
        expect(foldProjection(projection, again)).to.deep.equal(foldProjection(projection, events));
      }
    });
  }

  it("names tables of its own", () => {
    const names = projections.flatMap(({ tables }) => tables.map(({ name }) => name));
    expect(names.sort()).to.deep.equal([
      "cycles",
      "delegator_terms",
      "operations",
      "payment",
      "payment_draft",
      "settings",
      "wallet_pauses",
    ]);
  });
});

describe("payment rows and the payment streams' folds", () => {
  const resultOf = (status: Status): string => (status.at === "open" ? "planned" : status.at);

  it("tell the same of every obligation", () => {
    const seen = new Set<unknown>();
    for (const log of logs) {
      const rows = foldProjection(paymentProjection, log.events)["payment"] ?? [];
      const expected = CYCLES.flatMap((cycle) => {
        const { obligations, batches } = log.stateOf(paymentOf(BAKER, asCycle(cycle)));
        return [...obligations.values()].map(({ id, recipient, due, status }) => {
          const batchId = status.at === "batched" ? status.batchId : undefined;
          const item = batches.get(batchId ?? "")?.items.find(({ obligation }) => obligation === id);
          const sent = status.at === "paid" ? status.sent : (item?.sent ?? null);
          const operation = status.at === "paid" ? status.operation : undefined;
          const obligation = `${BAKER}_${cycle}/${id}`;
          return [obligation, cycle, recipient, due, resultOf(status), sent, operation] as const;
        });
      });
      const found = rows.map((row) => {
        const operation = row["result"] === "paid" ? row["operation_hash"] : undefined;
        const { obligation, cycle, recipient, due, result, sent } = row;
        seen.add(result);
        return [obligation, cycle, recipient, due, result, sent, operation];
      });
      const byName = (a: readonly unknown[], b: readonly unknown[]) => (String(a) < String(b) ? -1 : 1);
      expect(found.sort(byName)).to.deep.equal(expected.sort(byName));
      for (const { due, sent, transaction_fee, allocation_fee, result } of rows) {
        if (result !== "paid") continue;
        expect(Number(sent) + Number(transaction_fee) + Number(allocation_fee)).to.equal(Number(due));
      }
    }
    expect([...seen].sort()).to.deep.equal(["carried", "held", "paid", "planned"]);
  });
});
