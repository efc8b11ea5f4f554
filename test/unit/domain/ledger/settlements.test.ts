import * as Ledger from "../../../../src/domain/ledger/ledger.js";
import { mutez } from "../../../../src/domain/money.js";
import { expect } from "chai";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";

const ANN = addressOf(1);
const payment = `payment-${addressOf("baker")}_batch_settle.${ANN}.1`;
const settling = (number = 1) => ({
  delegator: ANN,
  number,
  payment,
  recipient: addressOf("savings"),
  reason: "it has left",
  actor: "cli:ben",
});
const taken = (amount: bigint, number = 1): Ledger.Event => ({
  type: "SettlementTaken",
  data: { ...settling(number), amount: mutez(amount) },
});
const owed = (amount: bigint, delegator = ANN, reference = "before"): Ledger.Event => ({
  type: "AdjustmentRecorded",
  data: { delegator, amount: mutez(amount), reason: "correction", reference, actor: "cli:ben" },
});
const plan = { payment: `payment-${addressOf("baker")}_750`, plan: 1 };
const taking: Ledger.Event = { type: "BalancesTaken", data: plan };

describe("a settlement", () => {
  it("takes all that one delegator is owed, and nothing of another's", () => {
    const events = [owed(700n), owed(300n, addressOf(2), "other")];
    given(Ledger, events).when(Ledger.settle(settling())).then(taken(700n)).again.thenNothing();
    const { balances } = given(Ledger, [...events, taken(700n)]).thenState();
    expect(balances).to.deep.equal(new Map([[addressOf(2), 300n]]));
  });

  it("takes once for a number, whatever came since; the next number takes that", () => {
    const events = [owed(700n), taken(700n), owed(5n, ANN, "later")];
    given(Ledger, events)
      .when(Ledger.settle({ ...settling(), recipient: ANN, actor: "cli:ann" }))
      .thenNothing();
    given(Ledger, events)
      .when(Ledger.settle(settling(2)))
      .then(taken(5n, 2));
  });

  it("takes nothing where nothing is owed", () => {
    given(Ledger).when(Ledger.settle(settling())).thenRefused("nothing-owed", { balance: 0n });
    given(Ledger, [owed(-3n)])
      .when(Ledger.settle(settling()))
      .thenRefused("nothing-owed", { balance: -3n });
    given(Ledger, [owed(700n), taken(700n)])
      .when(Ledger.settle(settling(2)))
      .thenRefused("nothing-owed", { balance: 0n });
  });

  it("takes nothing while a take is open, also of what has come since", () => {
    for (const events of [
      [owed(700n), taking],
      [taking, owed(700n)],
    ])
      given(Ledger, events).when(Ledger.settle(settling())).thenRefused("take-open", plan);
  });
});
