import { expect } from "chai";
import { mutez } from "../../../../src/domain/money.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { given } from "../../../support/given.js";
import { addressOf, operationOf } from "../../../support/identifiers.js";
import {
  added,
  dissolved,
  formed,
  idOf,
  owedTo,
  planned,
  plannedFor,
} from "../../../support/payment-samples.js";

const actor = "ana";
const held = (n: number, reason = "asked to", by = actor): Payment.Event => ({
  type: "ObligationHeld",
  data: { obligation: idOf(n), reason, actor: by },
});
const released = (n: number): Payment.Event => ({
  type: "ObligationReleased",
  data: { obligation: idOf(n), recipient: addressOf("elsewhere"), actor },
});
const carried = (...numbers: readonly number[]): Payment.Event => ({
  type: "ObligationsCarried",
  data: { reason: "fee-exceeds-amount", obligations: numbers.map(idOf) },
});
const paid = (batchId: string, n: number): Payment.Event => ({
  type: "BatchSettled",
  data: {
    batchId,
    operation: operationOf(n),
    results: [{ obligation: idOf(n), result: "paid" }],
    fee: mutez(500n),
    burn: mutez(10n),
  },
});
const totals = (over: object = {}) => ({
  plan: 1,
  paid: mutez(0n),
  charged: mutez(0n),
  carried: mutez(0n),
  held: mutez(0n),
  networkFees: mutez(0n),
  networkBurns: mutez(0n),
  ...over,
});
const completed = (over: object = {}): Payment.Event => ({ type: "PayoutCompleted", data: totals(over) });

const hold = (n: number) => Payment.hold({ obligation: idOf(n), reason: "asked to", actor });
const release = (n: number) =>
  Payment.release({ obligation: idOf(n), recipient: addressOf("elsewhere"), actor });
const setAside = (...numbers: readonly number[]) => Payment.setAside({ obligations: numbers.map(idOf) });

const statusOf = (events: readonly Payment.Event[], n: number) =>
  given(Payment, events).thenState().obligations.get(idOf(n))?.status;
const batched = [...plannedFor(3), formed("b/1", 0)];

describe("holding an obligation", () => {
  it("keeps an open one from being paid, once", () => {
    given(Payment, plannedFor(3)).when(hold(1)).then(held(1)).again.thenNothing();
    expect(statusOf([...plannedFor(3), held(1)], 1)).to.deep.equal({ at: "held", reason: "asked to" });
  });

  it("needs the batch it is in to be dissolved first", () => {
    given(Payment, batched).when(hold(0)).thenRefused("in-batch", { batchId: "b/1" });
    given(Payment, [...batched, dissolved("b/1")])
      .when(hold(0))
      .then(held(0));
  });

  it("is refused for what is paid, carried or unknown", () => {
    given(Payment, [...batched, paid("b/1", 0)])
      .when(hold(0))
      .thenRefused("not-open", { at: "paid" });
    given(Payment, [...plannedFor(3), carried(1)])
      .when(hold(1))
      .thenRefused("not-open", { at: "carried" });
    given(Payment, plannedFor(3))
      .when(hold(9))
      .thenRefused("unknown-obligation", { obligation: idOf(9) });
  });
});

describe("releasing an obligation", () => {
  it("opens it again, to be sent alone to the recipient of that moment", () => {
    given(Payment, [...plannedFor(3), held(1)])
      .when(release(1))
      .then(released(1))
      .again.thenRefused("not-held");
    const state = given(Payment, [...plannedFor(3), held(1), released(1)]).thenState();
    expect(state.obligations.get(idOf(1))).to.deep.equal({
      id: idOf(1),
      delegator: addressOf(1),
      recipient: addressOf("elsewhere"),
      due: 1_001n,
      self: false,
      status: { at: "open", returned: Payment.ALONE },
    });
  });

  it("is refused at any other moment", () => {
    given(Payment, plannedFor(3)).when(release(1)).thenRefused("not-held");
    given(Payment, batched).when(release(0)).thenRefused("not-held");
    given(Payment, [...batched, paid("b/1", 0)])
      .when(release(0))
      .thenRefused("not-held");
    given(Payment, [...plannedFor(3), carried(1)])
      .when(release(1))
      .thenRefused("not-held");
    given(Payment, plannedFor(3))
      .when(release(9))
      .thenRefused("unknown-obligation", { obligation: idOf(9) });
  });

  it("reopens nothing else of a completed payout", () => {
    const events = [...plannedFor(2), formed("b/1", 0), paid("b/1", 0), held(1), completed(), released(1)];
    expect(statusOf(events, 0)).to.deep.include({ at: "paid" });
    given(Payment, events).when(hold(1)).then(held(1));
    given(Payment, events).when(Payment.complete).thenNothing();
  });
});

describe("setting obligations aside", () => {
  it("carries what its own fees would eat up, once", () => {
    given(Payment, plannedFor(3)).when(setAside(0, 2)).then(carried(0, 2)).again.thenNothing();
    expect(statusOf([...plannedFor(3), carried(0)], 0)).to.deep.equal({ at: "carried" });
  });

  it("passes over what is not open", () => {
    given(Payment, batched)
      .when(setAside(0, 1, 9))
      .then(carried(1));
  });

  it("carries in chunks of at most 500", () => {
    const rows = owedTo(501);
    const all = rows.map((_, n) => n);
    given(Payment, [added(rows), planned(rows)])
      .when(setAside(...all))
      .then(carried(...all.slice(0, 500)), carried(500));
  });

  it("holds it for a person once the payout's take is closed", () => {
    const events = [...plannedFor(1), held(0), completed(), released(0)];
    given(Payment, events)
      .when(setAside(0))
      .then(held(0, "fee-exceeds-amount", "taps"))
      .again.thenNothing();
  });

  it("leaves what is carried to the ledger, whole", () => {
    const state = given(Payment, [...plannedFor(3), carried(0, 2), held(1)]).thenState();
    expect(Payment.carriedObligations(state)).to.deep.equal([
      { delegator: addressOf(0), amount: 1_000n },
      { delegator: addressOf(2), amount: 1_002n },
    ]);
  });
});

describe("completing a payout", () => {
  it("says the totals once each obligation is paid, carried or held", () => {
    const events = [...batched, paid("b/1", 0), carried(1), held(2)];
    const sums = { paid: mutez(998n), charged: mutez(2n), carried: mutez(1_001n), held: mutez(1_002n) };
    const network = { networkFees: mutez(500n), networkBurns: mutez(10n) };
    given(Payment, events)
      .when(Payment.complete)
      .then(completed({ ...sums, ...network }))
      .again.thenNothing();
    given(Payment, [planned([])])
      .when(Payment.complete)
      .then(completed())
      .again.thenNothing();
  });

  it("waits for what is open or in a batch", () => {
    given(Payment).when(Payment.complete).thenRefused("no-plan");
    given(Payment, [...batched, carried(1), held(2)])
      .when(Payment.complete)
      .thenRefused("not-open", { pending: 1 });
    given(Payment, plannedFor(3)).when(Payment.complete).thenRefused("not-open", { pending: 3 });
    given(Payment, [...plannedFor(1), held(0), released(0)])
      .when(Payment.complete)
      .thenRefused("not-open", { pending: 1 });
  });

  it("adds up to what was due", () => {
    const events = [...batched, paid("b/1", 0), carried(1), held(2)];
    const {
      paid: sent,
      charged,
      carried: kept,
      held: waiting,
      pending,
    } = Payment.totalsOf(given(Payment, events).thenState());
    expect([sent + charged + kept + waiting, pending]).to.deep.equal([3_003n, 0]);
  });
});
