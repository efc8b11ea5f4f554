import { expect } from "chai";
import { mutez } from "../../../../src/domain/money.js";
import { excessesOf, type Limits } from "../../../../src/domain/payment/ceilings.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { given } from "../../../support/given.js";
import {
  added,
  formed,
  idOf,
  item,
  owed,
  owedTo,
  planned,
  planning,
  rootOf,
} from "../../../support/payment-samples.js";
import { operationOf } from "../../../support/identifiers.js";

const actor = "ana";
const amounts = (...list: readonly bigint[]) => list.map(mutez);
const limits = (over: Partial<Limits> = {}, ceilings: Partial<Limits["ceilings"]> = {}): Limits => ({
  ceilings: {
    operation: mutez(10_000n),
    cycle: mutez(20_000n),
    deviationFromLastCyclesPct: 50,
    ...ceilings,
  },
  rewards: mutez(100n),
  before: [],
  ...over,
});

describe("what a plan is above", () => {
  it("is no ceiling that it only reaches", () => {
    expect(excessesOf(amounts(10_000n, 10_000n), limits({ before: amounts(200n) }))).to.deep.equal([]);
    expect(excessesOf([], limits())).to.deep.equal([]);
  });

  it("is the operation's where one payment is, and the cycle's where all together are", () => {
    const one = { ceiling: "operation", limit: 10_000n, found: 10_001n };
    expect(excessesOf(amounts(1n, 10_001n), limits())).to.deep.equal([one]);
    const all = { ceiling: "cycle", limit: 20_000n, found: 20_001n };
    expect(excessesOf(amounts(10_000n, 10_000n, 1n), limits())).to.deep.equal([all]);
    expect(excessesOf(amounts(10_001n, 10_000n), limits())).to.deep.equal([one, all]);
  });

  it("is the deviation, above and below the exact mean of the last cycles", () => {
    const off = (rewards: bigint, ...before: readonly bigint[]) =>
      excessesOf([], limits({ rewards: mutez(rewards), before: amounts(...before) }));
    const excess = (found: bigint, mean: bigint) => [
      { ceiling: "deviationFromLastCyclesPct", limit: 50, mean, found },
    ];
    expect(off(150n, 100n)).to.deep.equal([]);
    expect(off(151n, 100n)).to.deep.equal(excess(151n, 100n));
    expect(off(50n, 100n)).to.deep.equal([]);
    expect(off(49n, 100n)).to.deep.equal(excess(49n, 100n));
    expect(off(152n, 101n, 102n)).to.deep.equal([]);
    expect(off(153n, 101n, 102n)).to.deep.equal(excess(153n, 101n));
  });

  it("is no deviation without a past, or where the past earned nothing", () => {
    expect(excessesOf([], limits({ rewards: mutez(10n ** 15n) }))).to.deep.equal([]);
    expect(excessesOf([], limits({ before: amounts(0n, 0n) }))).to.deep.equal([]);
  });
});

describe("a plan above a ceiling", () => {
  const rows = owedTo(3);
  const above = limits({}, { cycle: mutez(3_000n) });
  const awaited = (plan = 1, of = rows): Payment.Event => ({
    type: "PayoutAwaitsApproval",
    data: {
      plan,
      planDigest: rootOf(of),
      exceeded: [{ ceiling: "cycle", limit: mutez(3_000n), found: mutez(3_003n) }],
    },
  });
  const approved: Payment.Event = { type: "PayoutApproved", data: { planDigest: rootOf(rows), actor } };
  const rejected: Payment.Event = {
    type: "PayoutRejected",
    data: { planDigest: rootOf(rows), reason: "too much", actor },
  };
  const waits = [awaited(), added(rows), planned(rows, 1, above.ceilings)];
  const approve = Payment.approve({ planDigest: rootOf(rows), actor });
  const reject = Payment.reject({ planDigest: rootOf(rows), reason: "too much", actor });
  const form = Payment.formBatch({ batchId: "b/1", items: [item(0)] });
  const isAwaited = (events: readonly Payment.Event[]) =>
    Payment.awaitsApproval(given(Payment, events).thenState());

  it("says so before it stands, wherever the list was cut", () => {
    const [first, second, third] = waits;
    if (!first || !second || !third) throw new Error("no such events");
    given(Payment).when(planning(rows, above)).then(first, second, third).again.thenNothing();
    given(Payment, [first]).when(planning(rows, above)).then(second, third);
    given(Payment, [first, second]).when(planning(rows, above)).then(third);
    expect(isAwaited(waits)).to.equal(true);
  });

  it("keeps the ceilings that it was held against, also where it is below", () => {
    given(Payment)
      .when(planning(rows, limits()))
      .then(added(rows), planned(rows, 1, limits().ceilings));
  });

  it("counts what leaves the wallet alone", () => {
    const own = [owed(0), owed(1), owed(2, { self: true })];
    given(Payment)
      .when(planning(own, above))
      .then(added(own), planned(own, 1, above.ceilings));
  });

  it("waits for as long as nobody approves it, whatever the ceilings become", () => {
    const [first] = waits;
    if (!first) throw new Error("no such event");
    const cut = [first, added(rows), planned(rows, 1, limits().ceilings)];
    given(Payment, [first])
      .when(planning(rows, limits()))
      .then(added(rows), planned(rows, 1, limits().ceilings));
    expect(isAwaited(cut)).to.equal(true);
    const other = rows.slice(1);
    expect(isAwaited([first, added(other), planned(other)])).to.equal(false);
  });

  it("forms no batch before it is approved", () => {
    given(Payment, waits)
      .when(form)
      .thenRefused("awaits-approval", { digest: rootOf(rows) });
    given(Payment, [...waits, approved])
      .when(form)
      .then(formed("b/1", 0));
  });

  it("is approved once, under its own digest", () => {
    given(Payment, waits).when(approve).then(approved).again.thenNothing();
    given(Payment).when(approve).thenRefused("no-plan");
    given(Payment, [added(rows), planned(rows)])
      .when(approve)
      .thenRefused("not-awaited");
    given(Payment, waits)
      .when(Payment.approve({ planDigest: rootOf(owedTo(2)), actor }))
      .thenRefused("plan-differs", { digest: rootOf(rows) });
    expect(given(Payment, [...waits, approved]).thenState().approval?.approvedBy).to.equal(actor);
  });

  it("may be rejected, also when it was approved; the next one waits by itself", () => {
    for (const before of [waits, [...waits, approved]]) {
      given(Payment, before).when(reject).then(rejected).again.thenNothing();
      const again = [...before, rejected];
      given(Payment, again)
        .when(planning(rows, above))
        .then(awaited(2), added(rows), planned(rows, 2, above.ceilings));
      expect(isAwaited([...again, awaited(2), added(rows), planned(rows, 2, above.ceilings)])).to.equal(true);
      given(Payment, again).when(approve).thenRefused("no-plan");
    }
  });

  it("is not rejected once some of it was paid outside: the next one would pay that again", () => {
    const outside: Payment.Event = {
      type: "ObligationPaidOutside",
      data: {
        obligation: idOf(0),
        operation: operationOf(1),
        content: 0,
        sent: mutez(1_000n),
        fee: mutez(400n),
        burn: mutez(0n),
        actor,
      },
    };
    given(Payment, [...waits, outside])
      .when(reject)
      .thenRefused("paid-outside");
    const own = [owed(0), owed(1, { self: true })];
    given(Payment, [added(own), planned(own)])
      .when(Payment.reject({ planDigest: rootOf(own), reason: "too much", actor }))
      .then({ type: "PayoutRejected", data: { planDigest: rootOf(own), reason: "too much", actor } });
  });

  it("sends in one operation what its ceiling allows, and one payment at least", () => {
    const tight = limits({}, { operation: mutez(1_999n) }).ceilings;
    const plan = [added(rows), planned(rows, 1, tight)];
    given(Payment, plan)
      .when(Payment.formBatch({ batchId: "b/1", items: [item(0), item(1)] }))
      .then(formed("b/1", 0, 1));
    given(Payment, plan)
      .when(Payment.formBatch({ batchId: "b/1", items: [item(1), item(2)] }))
      .then(formed("b/1", 1, 2));
    given(Payment, [added(rows), planned(rows, 1, { ...tight, operation: mutez(1_998n) })])
      .when(Payment.formBatch({ batchId: "b/1", items: [item(1), item(2)] }))
      .thenRefused("over-ceiling", { ceiling: 1_998n, sum: 1_999n });
    given(Payment, [added(rows), planned(rows, 1, { ...tight, operation: mutez(1n) })])
      .when(Payment.formBatch({ batchId: "b/1", items: [item(1)] }))
      .then(formed("b/1", 1));
  });
});
