import { expect } from "chai";
import { isRefused } from "../../../../src/domain/decision.js";
import { merkleRoot, sha256 } from "../../../../src/domain/digest.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import * as Ledger from "../../../../src/domain/ledger/ledger.js";
import { mutez, sumOf } from "../../../../src/domain/money.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";

const actor = "cli:ana";
const cycles = [asCycle(748), asCycle(749)];
const FILE = sha256("delegator,mutez\n");
const OTHER = sha256("another file");
const payment = `payment-${addressOf("baker")}_750`;

const row = (n: number, amount: bigint): Ledger.CarriedRow => ({
  delegator: addressOf(n),
  amount: mutez(amount),
});
const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => row(n, BigInt(n) - 100n || 1n));
const rootOf = (rows: readonly Ledger.CarriedRow[]) =>
  merkleRoot(rows.map(({ delegator, amount }) => ({ delegator, amount: `${amount}` })));

const opening = (rows: readonly Ledger.CarriedRow[], file = FILE) =>
  Ledger.importBalances({ file, format: "csv", cycles, rows, actor });
const chunk = (rows: readonly Ledger.CarriedRow[], of = rows, file = FILE): Ledger.Event => ({
  type: "OpeningBalances",
  data: { file, attempt: rootOf(of), rows: [...rows] },
});
const imported = (rows: readonly Ledger.CarriedRow[], file = FILE): Ledger.Event => ({
  type: "OpeningBalancesImported",
  data: {
    file,
    format: "csv",
    cycles,
    attempt: rootOf(rows),
    count: rows.length,
    sum: sumOf(rows, ({ amount }) => amount),
    digest: rootOf(rows),
    actor,
  },
});
const taken: Ledger.Event = { type: "BalancesTaken", data: { payment, plan: 1 } };
const carriedChunk = (rows: readonly Ledger.CarriedRow[], of = rows): Ledger.Event => ({
  type: "CarriedRows",
  data: { attempt: rootOf(of), rows: [...rows] },
});

const some = [row(1, 500n), row(2, -40n)];

describe("opening balances", () => {
  it("are in the ledger once their list is closed, and not before", () => {
    given(Ledger).when(opening(some)).then(chunk(some), imported(some)).again.thenNothing();
    expect(given(Ledger, [chunk(some)]).thenState().balances).to.deep.equal(new Map());
    expect(given(Ledger, [chunk(some), imported(some)]).thenState()).to.deep.equal({
      ...Ledger.initial,
      balances: new Map([
        [addressOf(1), 500n],
        [addressOf(2), -40n],
      ]),
      events: 2,
      imported: new Map([[FILE, imported(some).data]]),
    });
  });

  it("name the cycles that left them", () => {
    const state = given(Ledger, [chunk(some), imported(some)]).thenState();
    expect([747, 748, 749].map((n) => Ledger.isImported(asCycle(n))(state))).to.deep.equal([
      false,
      true,
      true,
    ]);
  });

  it("add to what is there", () => {
    const more = [row(2, 40n), row(3, 7n)];
    const state = given(Ledger, [
      chunk(some),
      imported(some),
      chunk(more, more, OTHER),
      imported(more, OTHER),
    ]);
    expect(state.thenState().balances).to.deep.equal(
      new Map([
        [addressOf(1), 500n],
        [addressOf(3), 7n],
      ]),
    );
  });

  it("of the same file are there already, however it is read the second time", () => {
    given(Ledger, [chunk(some), imported(some)])
      .when(opening([row(1, 9_999n)]))
      .thenNothing();
  });

  it("that are a copy of another file's are refused", () => {
    given(Ledger, [chunk(some), imported(some)])
      .when(opening(some, OTHER))
      .thenRefused("same-balances", { file: FILE });
  });

  it("name somebody, and each once", () => {
    given(Ledger).when(opening([])).thenRefused("no-balances");
    given(Ledger)
      .when(opening([row(1, 5n), row(2, 5n), row(1, 6n)]))
      .thenRefused("named-twice", { delegator: addressOf(1) });
  });

  it("go on with exactly what is missing, wherever the list was cut", () => {
    const rows = rowsOf(1_201);
    const all = opening(rows)(Ledger.initial);
    if (isRefused(all)) throw new Error(all.refused);
    const parts = [rows.slice(0, 500), rows.slice(500, 1_000), rows.slice(1_000)];
    expect(all).to.deep.equal([...parts.map((part) => chunk(part, rows)), imported(rows)]);
    for (let cut = 0; cut < all.length; cut += 1) {
      const state = given(Ledger, all.slice(0, cut)).thenState();
      expect(opening(rows)(state), `cut after ${cut}`).to.deep.equal(all.slice(cut));
    }
  });

  it("are not mixed with another reading of the same file that was left unfinished", () => {
    const [one, two] = [rowsOf(600), rowsOf(601).slice(1)];
    const begun = [chunk(one.slice(0, 500), one)];
    const events = [chunk(two.slice(0, 500), two), chunk(two.slice(500), two), imported(two)] as const;
    given(Ledger, begun)
      .when(opening(two))
      .then(...events);
    const { balances } = given(Ledger, [...begun, ...events]).thenState();
    expect([...balances]).to.deep.equal(two.map(({ delegator, amount }) => [delegator, amount]));
  });

  it("come in beside another file's, and beside what a payout carries", () => {
    const [one, two, back] = [rowsOf(600), [row(9_000, 1n)], rowsOf(700)];
    const [first, second] = [chunk(one.slice(0, 500), one), chunk(one.slice(500), one)];
    const begun = [
      taken,
      first,
      carriedChunk(back.slice(0, 500), back),
      chunk(two, two, OTHER),
      second,
      imported(two, OTHER),
    ];
    given(Ledger, begun).when(opening(one)).then(imported(one));
    const rest = carriedChunk(back.slice(500), back);
    const closed: Ledger.Event = {
      type: "BalancesCarried",
      data: {
        payment,
        plan: 1,
        attempt: rootOf(back),
        count: 700,
        sum: sumOf(back, ({ amount }) => amount),
        digest: rootOf(back),
      },
    };
    given(Ledger, [...begun, imported(one)])
      .when(Ledger.carry({ payment, plan: 1, rows: back }))
      .then(rest, closed);
    const { balances, importing } = given(Ledger, [...begun, imported(one), rest, closed]).thenState();
    expect(importing.size).to.equal(0);
    const total = [...one, ...two, ...back].reduce((sum, { amount }) => sum + amount, 0n);
    expect(sumOf(balances.values(), (amount) => amount)).to.equal(total);
  });

  it("that come while a plan has the balances wait for the next one", () => {
    const begun = [chunk(some), imported(some), taken];
    const more = [row(1, 3n)];
    given(Ledger, begun)
      .when(opening(more, OTHER))
      .then(chunk(more, more, OTHER), imported(more, OTHER));
    const state = given(Ledger, [...begun, chunk(more, more, OTHER), imported(more, OTHER)]).thenState();
    expect(state.balances).to.deep.equal(new Map([[addressOf(1), 3n]]));
    expect(state.take?.balances.get(addressOf(1))).to.equal(500n);
  });

  it("are not folded from a list that was cut short", () => {
    const rows = rowsOf(600);
    expect(() => given(Ledger, [chunk(rows.slice(0, 500), rows), imported(rows)]).thenState()).to.throw(
      "600 rows is closed with 500",
    );
  });
});
