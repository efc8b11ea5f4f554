import { expect } from "chai";
import fc from "fast-check";
import { type Address, address } from "../../../../src/domain/identifiers.js";
import { type Mutez, mutez, sumOf } from "../../../../src/domain/money.js";
import { type PlannableRow, planPayout, type PlanTerms } from "../../../../src/domain/payment/plan.js";
import { addressOf } from "../../../support/identifiers.js";

const PAYER = addressOf("payer");
const CONTRACT = address.parse("KT1Np1h72jGkRkfxNHLXNNJLHNbj9doPz4bR");

const row = (n: number, net: bigint, over: Partial<PlannableRow> = {}): PlannableRow => ({
  delegator: addressOf(n),
  recipient: addressOf(n),
  net: mutez(net),
  status: "pay",
  reason: null,
  ...over,
});
const terms = (over: Partial<PlanTerms> = {}): PlanTerms => ({
  payer: PAYER,
  minimumPayout: mutez(100n),
  belowMinimumPayout: "carry",
  minimumIsBelow: false,
  ...over,
});
const took = (...balances: readonly (readonly [number, bigint])[]): ReadonlyMap<Address, Mutez> =>
  new Map(balances.map(([n, amount]) => [addressOf(n), mutez(amount)]));

/** What one row with a taken balance becomes: due, carried, kept. */
const outcome = (of: PlannableRow, taken: bigint, under: PlanTerms) => {
  const balances = taken === 0n ? took() : new Map([[of.delegator, mutez(taken)]]);
  const { due, carried, kept } = planPayout([of], balances, under).totals;
  return [due, carried, kept];
};

const PAYABLE: readonly Partial<PlannableRow>[] = [
  { status: "pay" },
  { status: "carry", reason: "below-minimum-payout" },
  { status: "keep", reason: "below-minimum-payout" },
];
const NOT_PAYABLE: readonly Partial<PlannableRow>[] = [
  { status: "skip", reason: "ignored" },
  { status: "keep", reason: "suspended" },
  { status: "keep", reason: "below-minimum-balance" },
  { status: "skip", reason: "below-minimum-balance" },
  { status: "keep", reason: "emptied" },
];

describe("a payout's plan", () => {
  it("owes net and taken balance together", () => {
    for (const kind of PAYABLE) {
      expect(outcome(row(1, 150n, kind), 0n, terms())).to.deep.equal([150n, 0n, 0n]);
      expect(outcome(row(1, 60n, kind), 40n, terms())).to.deep.equal([100n, 0n, 0n]);
      expect(outcome(row(1, 160n, kind), -60n, terms())).to.deep.equal([100n, 0n, 0n]);
    }
    const zero = row(1, 0n, { status: "skip", reason: "zero" });
    expect(outcome(zero, 100n, terms())).to.deep.equal([100n, 0n, 0n]);
  });

  it("carries a sum of nothing or less as it is", () => {
    for (const belowMinimumPayout of ["carry", "keep"] as const) {
      const under = terms({ belowMinimumPayout });
      expect(outcome(row(1, 60n), -60n, under)).to.deep.equal([0n, 0n, 0n]);
      expect(outcome(row(1, 60n), -61n, under)).to.deep.equal([0n, -1n, 0n]);
      expect(outcome(row(1, 0n, { status: "skip", reason: "zero" }), -5n, under)).to.deep.equal([
        0n,
        -5n,
        0n,
      ]);
    }
  });

  it("carries a sum below the minimum, or keeps this cycle's net and never what was carried", () => {
    const keep = terms({ belowMinimumPayout: "keep" });
    for (const kind of PAYABLE) {
      expect(outcome(row(1, 59n, kind), 40n, terms())).to.deep.equal([0n, 99n, 0n]);
      expect(outcome(row(1, 59n, kind), 40n, keep)).to.deep.equal([0n, 40n, 59n]);
      expect(outcome(row(1, 99n, kind), 0n, keep)).to.deep.equal([0n, 0n, 99n]);
    }
  });

  it("takes what was overpaid off the net first, and keeps only what is left of it below the minimum", () => {
    const keep = terms({ belowMinimumPayout: "keep" });
    for (const kind of PAYABLE) {
      expect(outcome(row(1, 99n, kind), -40n, keep)).to.deep.equal([0n, 0n, 59n]);
      expect(outcome(row(1, 99n, kind), -40n, terms())).to.deep.equal([0n, 59n, 0n]);
      expect(outcome(row(1, 99n, kind), -140n, keep)).to.deep.equal([0n, -41n, 0n]);
      expect(outcome(row(1, 139n, kind), -40n, keep)).to.deep.equal([0n, 0n, 99n]);
      expect(outcome(row(1, 140n, kind), -40n, keep)).to.deep.equal([100n, 0n, 0n]);
    }
  });

  it("takes an overpayment off payout after payout, none below 0, until it is made up for", () => {
    const nets = [150n, 150n, 150n, 150n];
    let balance = -370n;
    const payouts = nets.map((net) => {
      const [due = 0n, carried = 0n] = outcome(row(1, net), balance, terms({ minimumPayout: mutez(0n) }));
      balance = carried;
      return [due, carried];
    });
    expect(payouts).to.deep.equal([
      [0n, -220n],
      [0n, -70n],
      [80n, 0n],
      [150n, 0n],
    ]);
  });

  it("compares with the minimum as the engine does", () => {
    for (const [net, dueUnderTezpay] of [
      [99n, 0n],
      [100n, 0n],
      [101n, 101n],
    ] as const) {
      const [due] = outcome(row(1, net), 0n, terms({ minimumIsBelow: true }));
      expect(due, `${net}`).to.equal(dueUnderTezpay);
    }
    expect(outcome(row(1, 1n), 0n, terms({ minimumPayout: mutez(0n), minimumIsBelow: true }))).to.deep.equal([
      1n,
      0n,
      0n,
    ]);
  });

  it("carries unchanged what was taken for rows that are not paid, and for who is not in the cycle", () => {
    for (const belowMinimumPayout of ["carry", "keep"] as const) {
      const under = terms({ belowMinimumPayout });
      for (const kind of NOT_PAYABLE) {
        for (const taken of [500n, 5n, -5n]) {
          expect(outcome(row(1, 150n, kind), taken, under)).to.deep.equal([0n, taken, 0n]);
        }
      }
      const plan = planPayout([], took([7, 500n], [8, -5n]), under);
      expect(plan.carried).to.deep.equal([
        { delegator: addressOf(7), amount: 500n },
        { delegator: addressOf(8), amount: -5n },
      ]);
      expect(plan.totals).to.deep.equal({ taken: 495n, due: 0n, carried: 495n, kept: 0n });
    }
  });

  it("settles in the plan what the payer owes itself, as delegator or as recipient", () => {
    const rows = [
      row(1, 200n),
      row(0, 200n, { delegator: PAYER, recipient: addressOf("elsewhere") }),
      row(3, 200n, { recipient: PAYER }),
    ];
    const selves = planPayout(rows, took(), terms()).obligations.map(({ delegator, self }) => [
      delegator,
      self,
    ]);
    expect(selves).to.deep.equal([
      [addressOf(1), false],
      [PAYER, true],
      [addressOf(3), true],
    ]);
  });

  it("fixes recipients, and names obligations by delegator", () => {
    const [first, second] = [
      row(1, 200n, { recipient: addressOf("one") }),
      row(2, 300n, { recipient: addressOf("one") }),
    ];
    expect(planPayout([first, second], took(), terms()).obligations).to.deep.equal([
      {
        id: `delegator:${addressOf(1)}`,
        delegator: addressOf(1),
        recipient: addressOf("one"),
        due: 200n,
        self: false,
      },
      {
        id: `delegator:${addressOf(2)}`,
        delegator: addressOf(2),
        recipient: addressOf("one"),
        due: 300n,
        self: false,
      },
    ]);
  });

  it("puts contracts after implicit accounts, each in the order of the rows", () => {
    const rows = [
      row(1, 200n, { recipient: CONTRACT }),
      row(2, 200n),
      row(3, 200n, { recipient: CONTRACT }),
      row(4, 200n),
    ];
    const order = planPayout(rows, took(), terms()).obligations.map(({ delegator }) => delegator);
    expect(order).to.deep.equal([2, 4, 1, 3].map(addressOf));
  });

  it("carries no row of zero", () => {
    const plan = planPayout([row(1, 50n)], took([1, -50n], [9, 0n]), terms());
    expect(plan.carried).to.deep.equal([]);
  });

  it("throws on a delegator who stands in the allocation twice", () => {
    expect(() => planPayout([row(1, 200n), row(1, 200n)], took(), terms())).to.throw("twice");
  });

  const amount = fc.bigInt({ min: -300n, max: 300n });
  const anyRow = fc.record({
    net: fc.bigInt({ min: 0n, max: 300n }),
    kind: fc.constantFrom(...PAYABLE, ...NOT_PAYABLE, { status: "skip" as const, reason: "zero" }),
    taken: fc.option(amount, { nil: undefined }),
    toPayer: fc.boolean(),
  });
  const anyTerms = fc.record({
    minimumPayout: fc.bigInt({ min: 0n, max: 200n }).map(mutez),
    belowMinimumPayout: fc.constantFrom("carry" as const, "keep" as const),
    minimumIsBelow: fc.boolean(),
  });

  it("keeps every delegator's sum to the mutez, for any allocation, balances and terms", () => {
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 12 }),
        fc.array(amount, { maxLength: 4 }),
        anyTerms,
        (given, absent, under) => {
          const rows = given.map(({ net, kind, toPayer }, n) => {
            const worth = kind.reason === "zero" ? 0n : net;
            return row(n, worth, { ...kind, ...(toPayer ? { recipient: PAYER } : {}) });
          });
          const balances = took(
            ...given.flatMap(({ taken }, n) => (taken === undefined ? [] : ([[n, taken]] as const))),
            ...absent.map((taken, n) => [1_000 + n, taken] as const),
          );
          const plan = planPayout(rows, balances, terms(under));
          const payable = (of: PlannableRow) =>
            PAYABLE.concat({ status: "skip", reason: "zero" }).some(
              ({ status, reason }) => of.status === status && (reason === undefined || of.reason === reason),
            );
          let kept = 0n;
          for (const delegator of new Set([...rows.map((r) => r.delegator), ...balances.keys()])) {
            const own = rows.find((r) => r.delegator === delegator);
            const before = (own && payable(own) ? own.net : 0n) + (balances.get(delegator) ?? 0n);
            const due = plan.obligations.filter((o) => o.delegator === delegator);
            const rest = plan.carried.filter((c) => c.delegator === delegator);
            expect(due.length + rest.length <= 2 && due.length <= 1 && rest.length <= 1).to.equal(true);
            expect(due.every((o) => o.due > 0n) && rest.every((c) => c.amount !== 0n)).to.equal(true);
            const loss = before - sumOf(due, (o) => o.due) - sumOf(rest, (c) => c.amount);
            const debt = (balances.get(delegator) ?? 0n) < 0n ? (balances.get(delegator) ?? 0n) : 0n;
            expect(
              loss >= 0n && (loss === 0n || loss === (own?.net ?? 0n) + debt),
              "only this cycle's net is ever kept, and what was overpaid comes off it",
            ).to.equal(true);
            kept += loss;
          }
          expect(plan.totals.kept).to.equal(kept);
          if (under.belowMinimumPayout === "carry") expect(kept).to.equal(0n);
          const nets = sumOf(rows.filter(payable), (r) => r.net);
          expect(nets + plan.totals.taken).to.equal(plan.totals.due + plan.totals.carried + plan.totals.kept);
          expect(plan.totals.due).to.equal(sumOf(plan.obligations, (o) => o.due));
          expect(plan.totals.carried).to.equal(sumOf(plan.carried, (c) => c.amount));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("owes no sum below the minimum and carries none at or above it", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 300n }), amount, anyTerms, (net, taken, under) => {
        const [due = 0n] = outcome(row(1, net), taken, terms(under));
        const owing = net + taken;
        const below = under.minimumIsBelow ? owing <= under.minimumPayout : owing < under.minimumPayout;
        expect(due).to.equal(owing > 0n && !below ? owing : 0n);
      }),
    );
  });
});
