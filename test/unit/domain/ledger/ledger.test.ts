import { expect } from "chai";
import fc from "fast-check";
import { isRefused } from "../../../../src/domain/decision.js";
import { merkleRoot } from "../../../../src/domain/digest.js";
import { type Address } from "../../../../src/domain/identifiers.js";
import * as Ledger from "../../../../src/domain/ledger/ledger.js";
import { type Mutez, mutez, sumOf } from "../../../../src/domain/money.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";

const baker = addressOf("baker");
const [first, second] = [`payment-${baker}_750`, `payment-${baker}_751`];
const planOf = (payment: string, plan = 1): Ledger.PayoutPlan => ({ payment, plan });

const row = (n: number, amount: bigint): Ledger.CarriedRow => ({
  delegator: addressOf(n),
  amount: mutez(amount),
});
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => row(n, BigInt(n) * 7n - 100n || 1n));

const rootOf = (rows: readonly Ledger.CarriedRow[]) =>
  merkleRoot(rows.map(({ delegator, amount }) => ({ delegator, amount: `${amount}` })));
const taken = (payment: string, plan = 1): Ledger.Event => ({
  type: "BalancesTaken",
  data: { payment, plan },
});
const chunk = (rows: readonly Ledger.CarriedRow[], of = rows): Ledger.Event => ({
  type: "CarriedRows",
  data: { attempt: rootOf(of), rows: [...rows] },
});
const carried = (rows: readonly Ledger.CarriedRow[], payment: string, plan = 1): Ledger.Event => {
  const sum = sumOf(rows, ({ amount }) => amount);
  return {
    type: "BalancesCarried",
    data: { payment, plan, attempt: rootOf(rows), count: rows.length, sum, digest: rootOf(rows) },
  };
};
const balances = (rows: readonly Ledger.CarriedRow[]): ReadonlyMap<Address, Mutez> =>
  new Map(rows.map(({ delegator, amount }) => [delegator, amount]));

const some = [row(1, 500n), row(2, -40n)];
const filled = [taken(first), chunk(some), carried(some, first)];

describe("ledger", () => {
  it("has a stream of its own", () => {
    expect(Ledger.stream(baker)).to.equal(`ledger-${baker}`);
  });

  it("gives every balance to one plan at a time", () => {
    given(Ledger, filled)
      .when(Ledger.take(planOf(second)))
      .then(taken(second))
      .again.thenNothing();
    given(Ledger, [...filled, taken(second)])
      .when(Ledger.take(planOf(`payment-${baker}_752`)))
      .thenRefused("take-open", { payment: second, plan: 1 });
    given(Ledger, [...filled, taken(second)])
      .when(Ledger.take(planOf(second, 2)))
      .thenRefused("take-open", { payment: second, plan: 1 });
  });

  it("does not take again for a plan whose take is closed, nor for an earlier one", () => {
    given(Ledger, filled)
      .when(Ledger.take(planOf(first)))
      .thenNothing();
    const rejected = [...filled, taken(first, 2), carried([], first, 2)];
    given(Ledger, rejected)
      .when(Ledger.take(planOf(first, 1)))
      .thenNothing();
    given(Ledger, rejected)
      .when(Ledger.take(planOf(first, 3)))
      .then(taken(first, 3));
  });

  it("writes what is left over and closes the take, also with nothing", () => {
    const carry = Ledger.carry({ ...planOf(first), rows: some });
    given(Ledger, [taken(first)])
      .when(carry)
      .then(chunk(some), carried(some, first))
      .again.thenNothing();
    given(Ledger, [taken(first)])
      .when(Ledger.carry({ ...planOf(first), rows: [] }))
      .then(carried([], first))
      .again.thenNothing();
  });

  it("leaves zero rows out", () => {
    const rows = [row(1, 0n), ...some, row(3, 0n)];
    given(Ledger, [taken(first)])
      .when(Ledger.carry({ ...planOf(first), rows }))
      .then(chunk(some), carried(some, first));
  });

  it("closes only the take that is open", () => {
    const carry = (plan: Ledger.PayoutPlan) => Ledger.carry({ ...plan, rows: some });
    given(Ledger)
      .when(carry(planOf(first)))
      .thenRefused("no-take", { payment: first, plan: 1 });
    given(Ledger, [taken(first)])
      .when(carry(planOf(second)))
      .thenRefused("no-take", { payment: second, plan: 1 });
    given(Ledger, [taken(first)])
      .when(carry(planOf(first, 2)))
      .thenRefused("no-take", { payment: first, plan: 2 });
  });

  it("writes long lists in chunks of at most 500", () => {
    const rows = rowsOf(1_201);
    const chunks = [rows.slice(0, 500), rows.slice(500, 1_000), rows.slice(1_000)].map((part) =>
      chunk(part, rows),
    );
    const [a, b, c] = chunks;
    if (!a || !b || !c) throw new Error("three chunks");
    given(Ledger, [taken(first)])
      .when(Ledger.carry({ ...planOf(first), rows }))
      .then(a, b, c, carried(rows, first));
  });

  it("goes on with exactly what is missing, wherever the list was cut", () => {
    const rows = rowsOf(1_201);
    const carry = Ledger.carry({ ...planOf(first), rows });
    const all = carry(given(Ledger, [taken(first)]).thenState());
    if (isRefused(all)) throw new Error(all.refused);
    expect(all).to.have.length(4);
    for (let cut = 0; cut < all.length; cut += 1) {
      const state = given(Ledger, [taken(first), ...all.slice(0, cut)]).thenState();
      expect(carry(state), `cut after ${cut}`).to.deep.equal(all.slice(cut));
    }
  });

  it("never mixes a list with one that was left unfinished", () => {
    const [unfinished, rows] = [rowsOf(900), [...rowsOf(600), row(7_000, 1n)]];
    const begun = [taken(first), chunk(unfinished.slice(0, 500), unfinished)];
    const events = [
      chunk(rows.slice(0, 500), rows),
      chunk(rows.slice(500), rows),
      carried(rows, first),
    ] as const;
    given(Ledger, begun)
      .when(Ledger.carry({ ...planOf(first), rows }))
      .then(...events);
    const after = given(Ledger, [...begun, ...events]).thenState();
    expect(after.balances).to.deep.equal(balances(rows));
  });

  it("begins anew when another list came in between", () => {
    const [one, two] = [rowsOf(900), rowsOf(901)];
    const begun = [taken(first), chunk(one.slice(0, 500), one), chunk(two.slice(0, 500), two)];
    given(Ledger, begun)
      .when(Ledger.carry({ ...planOf(first), rows: one }))
      .then(chunk(one.slice(0, 500), one), chunk(one.slice(500), one), carried(one, first));
  });

  it("refuses to fold a list that was cut short", () => {
    const rows = rowsOf(600);
    const cut = [taken(first), chunk(rows.slice(0, 500), rows), carried(rows, first)];
    expect(() => given(Ledger, cut).thenState()).to.throw("600 rows is closed with 500");
    expect(() => given(Ledger, [taken(first), chunk(some), carried(rows, first)]).thenState()).to.throw(
      "closed with 0",
    );
  });

  it("adds what comes back to nothing else, and forgets balances of 0", () => {
    const back = [row(2, 40n), row(3, 5n)];
    const events = [...filled, taken(second), chunk(back), carried(back, second)];
    expect(given(Ledger, events).thenState().balances).to.deep.equal(balances(back));
    const twice = [row(1, 5n), row(1, -5n), row(2, 3n)];
    const doubled = [taken(first), chunk(twice), carried(twice, first)];
    expect(given(Ledger, doubled).thenState().balances).to.deep.equal(balances([row(2, 3n)]));
  });

  it("folds every event", () => {
    const open = given(Ledger, [...filled, taken(second), chunk(some)]).thenState();
    expect(open).to.deep.equal({
      ...Ledger.initial,
      take: { payment: second, plan: 1, balances: balances(some) },
      writing: { attempt: rootOf(some), rows: some },
      closed: new Map([[first, 1]]),
      events: 5,
    });
    expect(given(Ledger, filled).thenState()).to.deep.equal({
      ...Ledger.initial,
      balances: balances(some),
      closed: new Map([[first, 1]]),
      events: 3,
    });
  });

  it("answers what is taken and closed", () => {
    const state = given(Ledger, filled).thenState();
    expect([Ledger.isTaken(planOf(first))(state), Ledger.isTaken(planOf(second))(state)]).to.deep.equal([
      true,
      false,
    ]);
    const open = given(Ledger, [...filled, taken(second)]).thenState();
    expect([Ledger.isTaken(planOf(second))(open), Ledger.isClosed(planOf(second))(open)]).to.deep.equal([
      true,
      false,
    ]);
  });

  it("neither makes nor loses a mutez over any row of plans", () => {
    const amounts = fc.array(fc.tuple(fc.nat(8), fc.bigInt({ min: -1_000n, max: 1_000n })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(amounts, { maxLength: 6 }), (plans) => {
        let state = Ledger.initial;
        const run = (decision: ReturnType<ReturnType<typeof Ledger.take>>) => {
          if (isRefused(decision)) throw new Error(decision.refused);
          state = decision.reduce(Ledger.evolve, state);
        };
        plans.forEach((given, n) => {
          const plan = planOf(`payment-${baker}_${n}`);
          const before = state.balances;
          run(Ledger.take(plan)(state));
          expect(state.take?.balances).to.deep.equal(before);
          run(Ledger.carry({ ...plan, rows: given.map(([who, amount]) => row(who, amount)) })(state));
          const expected = given.reduce((total, [, amount]) => total + amount, 0n);
          expect(sumOf(state.balances.values(), (amount) => amount)).to.equal(expected);
        });
      }),
      { numRuns: 50 },
    );
  });
});
