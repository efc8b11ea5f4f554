import { expect } from "chai";
import { isRefused } from "../../../../src/domain/decision.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez, ZERO } from "../../../../src/domain/money.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";
import {
  added,
  dissolved,
  formed,
  idOf,
  owed,
  owedTo,
  planned,
  plannedFor,
  planning,
  rootOf,
} from "../../../support/payment-samples.js";

const actor = "ana";
const completed = (plan = 1): Payment.Event => ({
  type: "PayoutCompleted",
  data: { plan, paid: ZERO, charged: ZERO, carried: ZERO, held: ZERO, networkFees: ZERO, networkBurns: ZERO },
});
const rejected = (count: number): Payment.Event => ({
  type: "PayoutRejected",
  data: { planDigest: rootOf(owedTo(count)), reason: "looks wrong", actor },
});
const reject = (count: number) =>
  Payment.reject({ planDigest: rootOf(owedTo(count)), reason: "looks wrong", actor });
const statusOf = (state: Payment.State, n: number) => state.obligations.get(idOf(n))?.status;

describe("planning a payout", () => {
  it("has a stream for each cycle", () => {
    const baker = addressOf("baker");
    expect(Payment.cycleStream(baker, asCycle(750))).to.equal(`payment-${baker}_750`);
  });

  it("writes the obligations and closes them, also none", () => {
    given(Payment)
      .when(planning(owedTo(2)))
      .then(added(owedTo(2)), planned(owedTo(2)))
      .again.thenNothing();
    given(Payment).when(planning([])).then(planned([])).again.thenNothing();
  });

  it("goes on with exactly what is missing, wherever the list was cut", () => {
    const rows = owedTo(1_201);
    const all = planning(rows)(Payment.initial);
    if (isRefused(all)) throw new Error(all.refused);
    const parts = [rows.slice(0, 500), rows.slice(500, 1_000), rows.slice(1_000)];
    expect(all).to.deep.equal([...parts.map((part) => added(part, rows)), planned(rows)]);
    for (let cut = 0; cut < all.length; cut += 1) {
      const state = all.slice(0, cut).reduce(Payment.evolve, Payment.initial);
      expect(planning(rows)(state), `cut after ${cut}`).to.deep.equal(all.slice(cut));
    }
  });

  it("never mixes a plan with one that was left unfinished", () => {
    const [one, two] = [owedTo(600), owedTo(601).slice(1)];
    const begun = [added(one.slice(0, 500), one)];
    const events = [added(two.slice(0, 500), two), added(two.slice(500), two), planned(two)] as const;
    given(Payment, begun)
      .when(planning(two))
      .then(...events)
      .again.thenNothing();
    const state = given(Payment, [...begun, ...events]).thenState();
    expect([...state.obligations.values()].map(({ id }) => id)).to.deep.equal(two.map(({ id }) => id));
    const between = [...begun, added(two.slice(0, 500), two)];
    given(Payment, between)
      .when(planning(one))
      .then(added(one.slice(0, 500), one), added(one.slice(500), one), planned(one));
  });

  it("refuses to fold a plan that was cut short", () => {
    const rows = owedTo(600);
    expect(() => given(Payment, [added(rows.slice(0, 500), rows), planned(rows)]).thenState()).to.throw(
      "closed with 500",
    );
  });

  it("refuses another plan while one stands", () => {
    given(Payment, plannedFor(2))
      .when(planning(owedTo(3)))
      .thenRefused("plan-exists", { plan: 1 });
  });

  it("refuses an obligation that stands twice, or is nothing", () => {
    given(Payment)
      .when(planning([owed(1), owed(2), owed(1)]))
      .thenRefused("does-not-add-up", { obligation: idOf(1) });
    for (const due of [0n, -1n]) {
      const nothing = owed(2, { due: mutez(due) });
      expect(planning([owed(1), nothing])(Payment.initial)).to.deep.equal({
        refused: "does-not-add-up",
        facts: { obligation: idOf(2) },
      });
    }
  });

  it("counts as paid what the payer owes itself, and leaves the others open", () => {
    const rows = [owed(1, { self: true }), owed(2)];
    const state = given(Payment, [added(rows), planned(rows)]).thenState();
    expect(statusOf(state, 1)).to.deep.equal({ at: "paid", sent: 1_001n, charged: 0n, operation: null });
    expect(statusOf(state, 2)).to.deep.equal({ at: "open", returned: 0 });
  });
});

describe("rejecting a plan", () => {
  it("voids it, and the next one has the next number", () => {
    given(Payment, plannedFor(2)).when(reject(2)).then(rejected(2)).again.thenNothing();
    given(Payment, [...plannedFor(2), rejected(2)])
      .when(planning(owedTo(2)))
      .then(added(owedTo(2)), planned(owedTo(2), 2));
    const state = given(Payment, [...plannedFor(2), rejected(2)]).thenState();
    expect([state.plan, state.plans, state.obligations.size]).to.deep.equal([undefined, 1, 0]);
  });

  it("names the plan it means", () => {
    given(Payment, plannedFor(2))
      .when(reject(3))
      .thenRefused("plan-differs", { digest: rootOf(owedTo(2)) });
  });

  it("comes before the first batch, also one that was dissolved", () => {
    const batched = [...plannedFor(2), formed("b/1", 0)];
    given(Payment, batched).when(reject(2)).thenRefused("batch-formed");
    given(Payment, [...batched, dissolved("b/1")])
      .when(reject(2))
      .thenRefused("batch-formed");
  });

  it("comes before the payout is completed: what it carried is then in the ledger already", () => {
    given(Payment, [...plannedFor(0), completed()])
      .when(reject(0))
      .thenRefused("payout-completed");
  });

  it("is nothing without a plan", () => {
    given(Payment).when(reject(2)).thenNothing();
  });
});

describe("simulating a payout", () => {
  const summary = (name: string) => ({
    allocation: sha256(name),
    obligations: 2,
    due: mutez(2_001n),
    batches: 1,
    fees: mutez(700n),
    burns: ZERO,
    failing: [{ delegator: addressOf(1), error: "michelson_v1.script_rejected" }],
  });
  const simulated = (name: string): Payment.Event => ({ type: "PayoutSimulated", data: summary(name) });

  it("is written once for each allocation", () => {
    given(Payment)
      .when(Payment.recordSimulation(summary("one")))
      .then(simulated("one"))
      .again.thenNothing();
    given(Payment, [simulated("one")])
      .when(Payment.recordSimulation(summary("two")))
      .then(simulated("two"));
  });
});
