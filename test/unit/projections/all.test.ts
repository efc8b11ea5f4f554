import { expect } from "chai";
import fc from "fast-check";
import { paymentOf } from "../../../src/application/aggregates.js";
import { asCycle } from "../../../src/domain/identifiers.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { projections } from "../../../projections/all.js";
import { paymentProjection } from "../../../projections/payment.js";
import { foldProjection, MemoryTables } from "../../support/fold.js";
import { histories } from "../../support/history/histories.js";
import { byName, toldByFold, toldByRows } from "../../support/payment-rows.js";
import { BAKER, payoutsOf } from "../../support/payouts.js";

const CYCLES = [201, 202, 203, 204, 205, 299, 300];
const logs = [1, 2, 3, 4].map((seed) => payoutsOf({ seed, cycles: CYCLES, delegators: 12, batchSize: 4 }));
const told = fc.sample(histories(240), { numRuns: 4, seed: 1 });
const everyLog = [...logs, ...told].map(({ events }) => events);

/** What is added up would not bear an event twice: that it comes once is the engine's part. */
const addsUp = ({ tables }: Projection): boolean =>
  tables.some(({ columns }) => Object.values(columns).some(({ joins }) => joins === "sum"));

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
    if (!addsUp(projection))
      it(`${projection.name}: an event applied twice leaves what it left the first time`, () => {
        for (const events of everyLog)
          expect(eachTwice(projection, events)).to.deep.equal(foldProjection(projection, events));
      });

    it(`${projection.name}: a log delivered again from any place changes nothing`, () => {
      for (const events of everyLog) {
        const once = foldProjection(projection, events);
        const again = [...events, ...events.slice(events.length / 2), ...events];
        expect(foldProjection(projection, again)).to.deep.equal(once);
      }
      const rows = everyLog.flatMap((events) => Object.values(foldProjection(projection, events)).flat());
      expect(rows).not.to.be.empty;
    });
  }

  it("names tables of its own", () => {
    const names = projections.flatMap(({ tables }) => tables.map(({ name }) => name));
    expect(names.sort()).to.deep.equal([
      "activity",
      "bond_pool",
      "bond_pool_cycles",
      "bond_pool_members",
      "bond_pool_shares",
      "cycles",
      "delegator_balances",
      "delegator_balances_draft",
      "delegator_obligations",
      "delegator_obligations_draft",
      "delegator_terms",
      "delegators",
      "delegators_seen",
      "ledger_balances",
      "ledger_draft",
      "ledger_movements",
      "operations",
      "payment",
      "payment_draft",
      "payouts",
      "rewards",
      "rewards_draft",
      "settings",
      "wallet_batch_items",
      "wallet_foreign_contents",
      "wallet_foreign_operations",
      "wallet_operations",
      "wallet_pauses",
      "wallet_requests",
      "wallet_spending",
      "wallets",
    ]);
  });
});

describe("payment rows and the payment streams' folds", () => {
  it("tell the same of every obligation", () => {
    const seen = new Set<unknown>();
    for (const log of logs) {
      const rows = foldProjection(paymentProjection, log.events)["payment"] ?? [];
      const expected = CYCLES.flatMap((cycle) =>
        toldByFold(`${BAKER}_${cycle}`, cycle, log.stateOf(paymentOf(BAKER, asCycle(cycle)))),
      );
      expect(toldByRows(rows).sort(byName)).to.deep.equal(expected.sort(byName));
      for (const { due, sent, transaction_fee, allocation_fee, result } of rows) {
        seen.add(result);
        if (result !== "paid") continue;
        expect(Number(sent) + Number(transaction_fee) + Number(allocation_fee)).to.equal(Number(due));
      }
    }
    expect([...seen].sort()).to.deep.equal(["carried", "held", "paid", "planned"]);
  });
});
