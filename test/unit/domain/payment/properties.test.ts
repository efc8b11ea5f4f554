import { expect } from "chai";
import fc from "fast-check";
import { isRefused } from "../../../../src/domain/decision.js";
import { mutez } from "../../../../src/domain/money.js";
import { type ItemResult } from "../../../../src/domain/payment/events.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { addressOf, operationOf } from "../../../support/identifiers.js";
import {
  added,
  idOf,
  item,
  owed,
  owedTo,
  planned,
  planning,
  rootOf,
} from "../../../support/payment-samples.js";

const COUNT = 5;
const SELF = 4;
const ROWS = [...owedTo(SELF), owed(SELF, { self: true })];
const DUE = ROWS.reduce((total, { due }) => total + due, 0n);
const PLANNED = [added(ROWS), planned(ROWS)];
const actor = "ana";

const obligation = fc.nat(COUNT);
const batchId = fc.nat(3).map((n) => `b/${n}`);
const outcome = fc.constantFrom("paid" as const, "returned" as const, "held" as const);
const results = fc.array(outcome, { minLength: 3, maxLength: 3 });

type Decide = ReturnType<typeof Payment.dissolve>;

const settle =
  (id: string, became: readonly ItemResult["result"][]): Decide =>
  (state) => {
    const items = state.batches.get(id)?.items ?? [];
    const results = items.map((of, i): ItemResult => {
      const outcome = became[i] ?? "paid";
      return {
        obligation: of.obligation,
        ...(outcome === "held" ? { result: outcome, error: "refused" } : { result: outcome }),
      };
    });
    return Payment.settleBatch({
      batchId: id,
      operation: operationOf(id),
      results,
      fee: mutez(1n),
      burn: mutez(0n),
    })(state);
  };

/** What the payer does next, if there is something to do: a batch of the first open obligations, or settling one. */
const goOn =
  (count: number, became: readonly ItemResult["result"][]): Decide =>
  (state) => {
    const [batch] = Payment.openBatches(state);
    if (batch) return settle(batch[0], became)(state);
    const open = ROWS.map(({ id }, n) => [state.obligations.get(id)?.status.at, n] as const).filter(
      ([at]) => at === "open",
    );
    const items = open.slice(0, count).map(([, n]) => item(n));
    return Payment.formBatch({ batchId: `b/${state.batches.size}`, items })(state);
  };

/** Commands as anyone could send them, in any order: right ones, stale ones and wrong ones. */
const command: fc.Arbitrary<Decide> = fc.oneof(
  fc.constant(planning(ROWS)),
  fc.constant(Payment.reject({ planDigest: rootOf(ROWS), reason: "wrong", actor })),
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 3 }), results)
      .map(([count, became]) => goOn(count, became)),
  },
  fc
    .tuple(batchId, fc.array(obligation, { maxLength: 3 }))
    .map(([id, numbers]) => Payment.formBatch({ batchId: id, items: numbers.map((n) => item(n)) })),
  batchId.map(Payment.dissolve),
  fc.tuple(batchId, results).map(([id, became]) => settle(id, became)),
  fc
    .array(obligation, { maxLength: 2 })
    .map((numbers) => Payment.setAside({ obligations: numbers.map(idOf) })),
  obligation.map((n) => Payment.hold({ obligation: idOf(n), reason: "asked to", actor })),
  obligation.map((n) => Payment.release({ obligation: idOf(n), recipient: addressOf(n), actor })),
  fc.constant(Payment.complete),
);

/** Obligations that stand in a batch which may still pay them. */
const inOpenBatches = (state: Payment.State): readonly string[] =>
  Payment.openBatches(state).flatMap(([, batch]) => batch.items.map((of) => of.obligation));

describe("a payment, whatever is commanded", () => {
  it("pays no obligation twice, and keeps the sum of all of them", () => {
    let paying = 0;
    fc.assert(
      fc.property(fc.array(command, { minLength: 10, maxLength: 60 }), (commands) => {
        let state = PLANNED.reduce(Payment.evolve, Payment.initial);
        const paid = new Map<string, number>();
        for (const decide of commands) {
          const decision = decide(state);
          if (isRefused(decision)) continue;
          for (const event of decision) {
            if (event.type === "PayoutRejected") paid.clear();
            const results = event.type === "BatchSettled" ? event.data.results : [];
            for (const { obligation: id, result: became } of results) {
              if (became === "paid") paid.set(id, (paid.get(id) ?? 0) + 1);
            }
            state = Payment.evolve(state, event);
          }
          expect(Math.max(0, ...paid.values()), "times paid").to.be.at.most(1);
          paying = Math.max(paying, paid.size);
          check(state);
        }
      }),
      { numRuns: 300 },
    );
    expect(paying, "obligations paid in one run").to.be.at.least(3);
  });
});

const check = (state: Payment.State): void => {
  const open = inOpenBatches(state);
  expect(new Set(open).size, "in one open batch").to.equal(open.length);
  if (!state.plan) return;
  const { paid, charged, carried, held } = Payment.totalsOf(state);
  let pending = 0n;
  for (const { id, due, status } of state.obligations.values()) {
    expect(status.at === "batched", id).to.equal(open.includes(id));
    if (status.at === "open" || status.at === "batched") pending += due;
    if (status.at === "paid") expect(status.sent + status.charged, id).to.equal(due);
  }
  expect(paid + charged + carried + held + pending, "what was due").to.equal(DUE);
};
