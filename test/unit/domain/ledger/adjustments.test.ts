import { expect } from "chai";
import fc from "fast-check";
import { isRefused } from "../../../../src/domain/decision.js";
import { sha256 } from "../../../../src/domain/digest.js";
import * as Ledger from "../../../../src/domain/ledger/ledger.js";
import { mutez, sumOf } from "../../../../src/domain/money.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";

const payment = `payment-${addressOf("baker")}_750`;
const taken: Ledger.Event = { type: "BalancesTaken", data: { payment, plan: 1 } };

const adjustment = (amount: bigint, over: { reason?: Ledger.AdjustmentReason; reference?: string } = {}) => ({
  delegator: addressOf(1),
  amount: mutez(amount),
  reason: "correction" as const,
  reference: "ticket 7",
  actor: "cli:ana",
  ...over,
});
type Adjustment = ReturnType<typeof adjustment>;
const recorded = (data: Adjustment): Ledger.Event => ({ type: "AdjustmentRecorded", data });
const adjusting = (data: Adjustment, allowNegative = false) => Ledger.adjust({ ...data, allowNegative });
/** The delegator's balance is this. */
const owed = (amount: bigint): Ledger.Event => recorded(adjustment(amount, { reference: "before" }));

describe("an adjustment", () => {
  it("adds to a balance or takes off, and leaves none of 0", () => {
    given(Ledger)
      .when(adjusting(adjustment(700n)))
      .then(recorded(adjustment(700n)));
    const events = [owed(700n), recorded(adjustment(-300n))];
    expect(given(Ledger, events).thenState().balances).to.deep.equal(new Map([[addressOf(1), 400n]]));
    const none = [owed(700n), recorded(adjustment(-700n))];
    expect(given(Ledger, none).thenState().balances).to.deep.equal(new Map());
  });

  it("is recorded once a reference, whoever says it again", () => {
    const known = [recorded(adjustment(700n))];
    given(Ledger, known)
      .when(adjusting({ ...adjustment(700n), actor: "cli:ben" }))
      .thenNothing();
    const before = { delegator: addressOf(1), amount: 700n, reason: "correction" };
    for (const other of [
      adjustment(701n),
      { ...adjustment(700n), delegator: addressOf(2) },
      adjustment(-700n, { reason: "overpaid" }),
    ])
      given(Ledger, known).when(adjusting(other)).thenRefused("reference-used", before);
    given(Ledger, known)
      .when(adjusting(adjustment(700n, { reference: "ticket 8" })))
      .then(recorded(adjustment(700n, { reference: "ticket 8" })));
  });

  it("is of an amount, and slashing and overpayments only take off", () => {
    given(Ledger)
      .when(adjusting(adjustment(0n)))
      .thenRefused("no-amount");
    for (const reason of ["slashing", "overpaid"] as const)
      given(Ledger, [owed(900n)])
        .when(adjusting(adjustment(5n, { reason })))
        .thenRefused("not-taken-off", { reason });
  });

  it("for an overpayment leaves less than nothing, which later payouts make up for", () => {
    const overpaid = adjustment(-900n, { reason: "overpaid" });
    given(Ledger, [owed(700n)])
      .when(adjusting(overpaid))
      .then(recorded(overpaid));
    expect(
      given(Ledger, [owed(700n), recorded(overpaid)])
        .thenState()
        .balances.get(addressOf(1)),
    ).to.equal(-200n);
  });

  it("for another reason takes off what is there, and more only when told", () => {
    for (const reason of ["slashing", "correction"] as const) {
      const all = adjustment(-700n, { reason });
      given(Ledger, [owed(700n)])
        .when(adjusting(all))
        .then(recorded(all));
      const more = adjustment(-701n, { reason });
      given(Ledger, [owed(700n)])
        .when(adjusting(more))
        .thenRefused("below-zero", { balance: 700n, after: -1n });
      given(Ledger, [owed(700n)])
        .when(adjusting(more, true))
        .then(recorded(more));
    }
  });

  it("may add to a balance below nothing without making it whole", () => {
    const overpaid = recorded(adjustment(-900n, { reason: "overpaid", reference: "before" }));
    given(Ledger, [overpaid])
      .when(adjusting(adjustment(100n)))
      .then(recorded(adjustment(100n)));
  });

  it("that comes while a plan has the balances waits for the next one, and counts on none of them", () => {
    const open = [owed(700n), taken];
    given(Ledger, open)
      .when(adjusting(adjustment(-300n)))
      .thenRefused("below-zero", { balance: 0n, after: -300n, taken: 700n });
    const overpaid = adjustment(-300n, { reason: "overpaid" });
    given(Ledger, open).when(adjusting(overpaid)).then(recorded(overpaid));
    const state = given(Ledger, [...open, recorded(overpaid)]).thenState();
    expect(state.balances).to.deep.equal(new Map([[addressOf(1), -300n]]));
    expect(state.take?.balances).to.deep.equal(new Map([[addressOf(1), 700n]]));
  });
});

describe("the ledger's balances", () => {
  const amount = fc.bigInt({ min: -1_000n, max: 1_000n });
  const rows = fc
    .uniqueArray(fc.tuple(fc.nat(8), amount), { selector: ([who]) => who, maxLength: 6 })
    .map((list) => list.map(([who, value]) => ({ delegator: addressOf(who), amount: mutez(value) })));
  const act = fc.oneof(
    fc.record({ does: fc.constant("import" as const), rows, file: fc.nat(5).map((n) => sha256(`${n}`)) }),
    fc.record({
      does: fc.constant("adjust" as const),
      who: fc.nat(8),
      amount,
      reason: fc.constantFrom(...Ledger.adjustmentReason.options),
      reference: fc.nat(12).map((n) => `ticket ${n}`),
      allowNegative: fc.boolean(),
    }),
    fc.record({ does: fc.constant("take" as const) }),
    fc.record({ does: fc.constant("carry" as const), rows }),
    fc.record({ does: fc.constant("give back" as const) }),
  );

  it("are what was imported, adjusted and carried less what was taken, in any order", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        let state = Ledger.initial;
        let plan = 1;
        const sums = { imported: 0n, adjusted: 0n, carried: 0n, taken: 0n };
        const decide = (one: (typeof acts)[number]) => {
          switch (one.does) {
            case "import":
              return Ledger.importBalances({
                file: one.file,
                rows: one.rows,
                format: "csv",
                cycles: [],
                actor: "ana",
              })(state);
            case "adjust": {
              const { who, amount: by, reason, reference, allowNegative } = one;
              const data = { ...adjustment(by, { reason, reference }), delegator: addressOf(who) };
              return adjusting(data, allowNegative)(state);
            }
            case "take":
              return Ledger.take({ payment, plan })(state);
            case "carry":
              return Ledger.carry({ payment, plan, rows: one.rows })(state);
            case "give back":
              return Ledger.giveBack({ payment, plan })(state);
          }
        };
        for (const one of acts) {
          const before = sumOf(state.balances.values(), (value) => value);
          const decision = decide(one);
          const events = isRefused(decision) ? [] : decision;
          for (const event of events) {
            if (event.type === "BalancesTaken") sums.taken += before;
            if (event.type === "OpeningBalancesImported") sums.imported += event.data.sum;
            if (event.type === "AdjustmentRecorded") sums.adjusted += event.data.amount;
            if (event.type === "BalancesCarried") {
              sums.carried += event.data.sum;
              plan += 1;
            }
          }
          state = events.reduce(Ledger.evolve, state);
          const { imported, adjusted, carried, taken: out } = sums;
          expect(sumOf(state.balances.values(), (value) => value)).to.equal(
            imported + adjusted + carried - out,
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});
