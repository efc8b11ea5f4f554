import { expect } from "chai";
import fc from "fast-check";
import { isRefused } from "../../../../src/domain/decision.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { CHECKPOINT_EVERY } from "../../../../src/domain/ledger/fold.js";
import * as Ledger from "../../../../src/domain/ledger/ledger.js";
import { mutez } from "../../../../src/domain/money.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";

type Decide = (state: Ledger.State) => ReturnType<ReturnType<typeof Ledger.take>>;

/** A ledger's events as its decisions give them; a refused one gives none. */
class History {
  readonly events: Ledger.Event[] = [];
  state = Ledger.initial;

  act(decide: Decide): this {
    const decision = decide(this.state);
    return isRefused(decision) ? this : this.record(decision);
  }

  record(events: readonly Ledger.Event[]): this {
    this.events.push(...events);
    this.state = events.reduce(Ledger.evolve, this.state);
    return this;
  }

  /** Where folding may begin, and what it comes to from there. */
  foldFromStart(): { readonly start: number; readonly state: Ledger.State } {
    const startAt = Ledger.findStart();
    for (let start = this.events.length - 1; start >= 0; start -= 1) {
      const event = this.events[start];
      const state = event && startAt(event);
      if (state) return { start, state: this.events.slice(start + 1).reduce(Ledger.evolve, state) };
    }
    return { start: 0, state: this.events.reduce(Ledger.evolve, Ledger.initial) };
  }
}

const planOf = (cycle: number): Ledger.PayoutPlan => ({
  payment: `payment-${addressOf("baker")}_${cycle}`,
  plan: 1,
});
const row = (n: number, amount: bigint): Ledger.CarriedRow => ({
  delegator: addressOf(n),
  amount: mutez(amount),
});
const adjusting = (n: number, amount: bigint, reference: string) =>
  Ledger.adjust({
    delegator: addressOf(n),
    amount: mutez(amount),
    reason: "correction",
    reference,
    actor: "ana",
    allowNegative: true,
  });
const settling = (n: number, number: number) =>
  Ledger.settle({
    delegator: addressOf(n),
    number,
    payment: `payment-${addressOf("baker")}_batch_settle.${addressOf(n)}.${number}`,
    recipient: addressOf("elsewhere"),
    reason: "it has left",
    actor: "ana",
  });
const opening = (rows: readonly Ledger.CarriedRow[]) =>
  Ledger.importBalances({
    file: sha256(JSON.stringify(rows.length)),
    format: "csv",
    cycles: [],
    actor: "ana",
    rows,
  });

/** Told without the fold. */
const newestIn = (events: readonly Ledger.Event[]) => {
  const isReturned = ({ delegator, number }: Ledger.Settlement) =>
    events.some(
      ({ type, data }) =>
        type === "SettlementReturned" && data.delegator === delegator && data.number === number,
    );
  return new Map(
    events.flatMap((event) =>
      event.type === "SettlementTaken"
        ? [[event.data.delegator, { ...event.data, returned: isReturned(event.data) }] as const]
        : [],
    ),
  );
};

/** Cycles that carry something: three events each, and a checkpoint where one is due. */
const afterCycles = (count: number): History => {
  const history = new History();
  for (let cycle = 0; cycle < count; cycle += 1) {
    const plan = planOf(cycle);
    history.act(Ledger.take(plan)).act(Ledger.carry({ ...plan, rows: [row(cycle, 5n)] }));
  }
  return history;
};

describe("the ledger's checkpoint", () => {
  it("is written before a take, after a hundred events", () => {
    expect(CHECKPOINT_EVERY).to.equal(100);
    const taken: Ledger.Event = { type: "BalancesTaken", data: planOf(34) };
    given(
      Ledger,
      afterCycles(33)
        .act(adjusting(1, 4n, "first"))
        .events.slice(0, 99),
    )
      .when(Ledger.take(planOf(34)))
      .then(taken);
    const { events, state } = afterCycles(33).act(adjusting(1, 4n, "first"));
    const [adjustment] = state.adjustments.values();
    if (adjustment === undefined) throw new Error("no adjustment");
    const closed = Array.from({ length: 33 }, (_, cycle) => planOf(cycle));
    given(Ledger, events)
      .when(Ledger.take(planOf(34)))
      .then(
        {
          type: "LedgerCheckpointed",
          data: { foldVersion: 3, closed, imported: [], adjustments: [adjustment], settlements: [] },
        },
        taken,
      )
      .again.thenNothing();
  });

  it("lets folding begin at the take before it", () => {
    const { events, state } = afterCycles(36);
    const [checkpoint, ...others] = events.flatMap(({ type }, i) =>
      type === "LedgerCheckpointed" ? [i] : [],
    );
    expect([checkpoint, others]).to.deep.equal([102, []]);
    const history = new History().record(events);
    expect(history.foldFromStart()).to.deep.equal({ start: 99, state });
  });

  it("is passed over if it is of another fold", () => {
    const events = afterCycles(36).events.map((event): Ledger.Event =>
      event.type === "LedgerCheckpointed" ? { ...event, data: { ...event.data, foldVersion: 1 } } : event,
    );
    const history = new History().record(events);
    expect(history.foldFromStart().start).to.equal(0);
    expect(history.state.closed.size).to.equal(36);
  });

  it("is not written if it would not fit into an append", () => {
    const history = new History();
    for (let n = 0; n < 300; n += 1) history.act(adjusting(n, 1n, `${n} ${"x".repeat(2_000)}`));
    given(Ledger, history.events)
      .when(Ledger.take(planOf(1)))
      .then({ type: "BalancesTaken", data: planOf(1) });
  });

  it("knows nothing of opening balances that are not all written: a take begins them anew", () => {
    const rows = Array.from({ length: 600 }, (_, n) => row(n, 3n));
    const [chunk] = new History().act(opening(rows)).events;
    if (chunk === undefined) throw new Error("no chunk");
    const history = new History().record([chunk]).act(Ledger.take(planOf(1)));
    history.act(opening(rows));
    expect(history.events.map(({ type }) => type)).to.deep.equal([
      "OpeningBalances",
      "BalancesTaken",
      "OpeningBalances",
      "OpeningBalances",
      "OpeningBalancesImported",
    ]);
    expect(history.state.balances.size).to.equal(600);
  });

  it("gives the same state as folding from zero, whatever happens before and after it", () => {
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.constant({ does: "take" as const }) },
      { weight: 6, arbitrary: fc.record({ does: fc.constant("carry" as const), rows: fc.nat(4) }) },
      { weight: 1, arbitrary: fc.constant({ does: "give back" as const }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant("adjust" as const), who: fc.nat(8) }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant("settle" as const), who: fc.nat(8) }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant("return" as const), who: fc.nat(8) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant("import" as const), rows: fc.nat(40) }) },
      {
        weight: 1,
        arbitrary: fc.record({ does: fc.constant("begin to import" as const), rows: fc.nat(40) }),
      },
    );
    let late = 0;
    let settled = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 300, maxLength: 400, size: "max" }), (acts) => {
        const history = new History();
        let cycle = 0;
        for (const [n, one] of acts.entries()) {
          const rows = "rows" in one ? Array.from({ length: one.rows }, (_, i) => row(i, BigInt(n))) : [];
          const open = history.state.take ?? planOf(0);
          if (one.does === "take") history.act(Ledger.take(planOf((cycle += 1))));
          else if (one.does === "carry") history.act(Ledger.carry({ ...open, rows }));
          else if (one.does === "give back") history.act(Ledger.giveBack(open));
          else if (one.does === "adjust") history.act(adjusting(one.who, 7n, `ticket ${n}`));
          else if (one.does === "settle") {
            const newest = history.state.settlements.get(addressOf(one.who))?.number ?? 0;
            history.act(settling(one.who, newest + 1));
          } else if (one.does === "return") {
            const number = history.state.settlements.get(addressOf(one.who))?.number ?? 1;
            history.act(Ledger.returnSettlement({ delegator: addressOf(one.who), number, actor: "ana" }));
          } else if (one.does === "import") history.act(opening(rows));
          else {
            const [chunk] = new History().act(opening(rows)).events;
            if (chunk) history.record([chunk]);
          }
          if (n % 20 > 0) continue;
          const { start, state } = history.foldFromStart();
          if (start > 0) late += 1;
          expect(state).to.deep.equal(history.state);
          settled += state.settlements.size;
          expect(state.settlements).to.deep.equal(newestIn(history.events));
          expect([...state.adjustments]).to.deep.equal([...history.state.adjustments]);
        }
      }),
      { numRuns: 10 },
    );
    expect(late).to.be.above(0);
    expect(settled).to.be.above(0);
  });
});
