import { expect } from "chai";
import { mutez } from "../../../../src/domain/money.js";
import { type BatchItem, type ItemResult } from "../../../../src/domain/payment/events.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { given } from "../../../support/given.js";
import { operationOf } from "../../../support/identifiers.js";
import { dissolved, formed, idOf, item, plannedFor } from "../../../support/payment-samples.js";

const form = (...items: readonly BatchItem[]) => Payment.formBatch({ batchId: "b/1", items: [...items] });
const operation = operationOf(1);
const settled = (results: ItemResult[], batchId = "b/1"): Payment.Event & { type: "BatchSettled" } => ({
  type: "BatchSettled",
  data: { batchId, operation, results, fee: mutez(900n), burn: mutez(64_250n) },
});
const paid = (n: number): ItemResult => ({ obligation: idOf(n), result: "paid" });
const returned = (n: number): ItemResult => ({ obligation: idOf(n), result: "returned" });
const failed = (n: number): ItemResult => ({ obligation: idOf(n), result: "held", error: "script_rejected" });

const batched = [...plannedFor(3), formed("b/1", 0, 1)];
const statuses = (events: readonly Payment.Event[]) =>
  [...given(Payment, events).thenState().obligations.values()].map(({ status }) => status);

describe("forming a batch", () => {
  it("puts open obligations into it, once", () => {
    given(Payment, plannedFor(3))
      .when(form(item(0), item(1)))
      .then(formed("b/1", 0, 1))
      .again.thenNothing();
    given(Payment, plannedFor(3))
      .when(form(item(2, 64n)))
      .then({
        type: "BatchFormed",
        data: {
          batchId: "b/1",
          items: [
            { obligation: idOf(2), sent: mutez(936n), transactionFee: mutez(2n), allocationFee: mutez(64n) },
          ],
        },
      });
  });

  it("takes another batch under the same id for another one", () => {
    given(Payment, batched)
      .when(form(item(0), item(1)))
      .thenNothing();
    const others = [
      [item(0)],
      [item(1), item(0)],
      [item(0), item(1), item(2)],
      [item(0), item(2)],
      [item(0), item(1, 1n)],
    ];
    for (const items of others)
      given(Payment, batched)
        .when(form(...items))
        .thenRefused("batch-differs", { batchId: "b/1" });
  });

  it("refuses an obligation twice, for it would be paid twice", () => {
    given(Payment, plannedFor(3))
      .when(form(item(0), item(1), item(0)))
      .thenRefused("does-not-add-up", { obligation: idOf(0) });
  });

  it("refuses what is not planned, not open, or nothing", () => {
    given(Payment)
      .when(form(item(0)))
      .thenRefused("no-plan");
    given(Payment, plannedFor(3)).when(form()).thenRefused("does-not-add-up", { batchId: "b/1" });
    given(Payment, plannedFor(3))
      .when(form(item(3)))
      .thenRefused("unknown-obligation", { obligation: idOf(3) });
    const again = Payment.formBatch({ batchId: "b/2", items: [item(2), item(1)] });
    given(Payment, batched)
      .when(again)
      .thenRefused("not-open", { obligation: idOf(1) });
  });

  it("refuses an obligation that is paid, carried or held", () => {
    const events: Payment.Event[] = [
      ...batched,
      settled([paid(0), failed(1)]),
      { type: "ObligationsCarried", data: { reason: "fee-exceeds-amount", obligations: [idOf(2)] } },
    ];
    for (const n of [0, 1, 2]) {
      const again = Payment.formBatch({ batchId: "b/2", items: [item(n)] });
      given(Payment, events)
        .when(again)
        .thenRefused("not-open", { obligation: idOf(n) });
    }
  });

  it("refuses amounts that are not exactly what is due", () => {
    const wrong: Partial<BatchItem>[] = [
      { sent: mutez(999n) },
      { sent: mutez(997n) },
      { sent: mutez(0n), transactionFee: mutez(1_000n) },
      { sent: mutez(-1n), transactionFee: mutez(1_001n) },
      { sent: mutez(1_005n), transactionFee: mutez(-5n) },
      { sent: mutez(1_003n), allocationFee: mutez(-5n) },
    ];
    for (const over of wrong) {
      given(Payment, plannedFor(3))
        .when(form({ ...item(0), ...over }))
        .thenRefused("does-not-add-up", { obligation: idOf(0), due: 1_000n });
    }
  });
});

describe("dissolving a batch", () => {
  it("frees its obligations, once", () => {
    given(Payment, batched).when(Payment.dissolve("b/1")).then(dissolved("b/1")).again.thenNothing();
    expect(statuses([...batched, dissolved("b/1")])).to.deep.equal(
      Array.from({ length: 3 }, () => ({ at: "open", returned: 0 })),
    );
  });

  it("is refused for a batch that is unknown or settled", () => {
    given(Payment, batched).when(Payment.dissolve("b/2")).thenRefused("unknown-batch");
    given(Payment, [...batched, settled([paid(0), paid(1)])])
      .when(Payment.dissolve("b/1"))
      .thenRefused("batch-settled");
  });
});

describe("settling a batch", () => {
  const settle = (event: ReturnType<typeof settled>) => Payment.settleBatch(event.data);

  it("writes what became of each content, once", () => {
    const event = settled([paid(0), returned(1)]);
    given(Payment, batched).when(settle(event)).then(event).again.thenNothing();
  });

  it("names each obligation of the batch, in order", () => {
    const wrong = [
      [paid(0)],
      [paid(1), paid(0)],
      [paid(0), paid(1), paid(2)],
      [paid(0), paid(2)],
      [paid(0), paid(0)],
    ];
    for (const results of wrong) {
      given(Payment, batched)
        .when(settle(settled(results)))
        .thenRefused("does-not-add-up", { batchId: "b/1" });
    }
  });

  it("is refused for a batch that is unknown or dissolved", () => {
    given(Payment, batched)
      .when(settle(settled([paid(0)], "b/2")))
      .thenRefused("unknown-batch");
    given(Payment, [...batched, dissolved("b/1")])
      .when(settle(settled([paid(0), paid(1)])))
      .thenRefused("unknown-batch");
  });

  it("pays, returns or holds", () => {
    const events = [...plannedFor(3), formed("b/1", 0, 1, 2), settled([paid(0), returned(1), failed(2)])];
    expect(statuses(events)).to.deep.equal([
      { at: "paid", sent: 998n, charged: 2n, operation },
      { at: "open", returned: 1 },
      { at: "held", reason: "script_rejected" },
    ]);
    const state = given(Payment, events).thenState();
    expect([state.networkFees, state.networkBurns]).to.deep.equal([900n, 64_250n]);
  });

  it("remembers how often an obligation came back, over batches that were dissolved too", () => {
    const once = [...plannedFor(1), formed("b/1", 0), settled([returned(0)])];
    expect(statuses([...once, formed("b/2", 0)])).to.deep.equal([
      { at: "batched", batchId: "b/2", returned: 1 },
    ]);
    const twice = [
      ...once,
      formed("b/2", 0),
      dissolved("b/2"),
      formed("b/3", 0),
      settled([returned(0)], "b/3"),
    ];
    expect(statuses(twice)).to.deep.equal([{ at: "open", returned: Payment.ALONE }]);
  });

  it("leaves only batches that are formed open", () => {
    const events = [
      ...plannedFor(3),
      formed("b/1", 0),
      formed("b/2", 1),
      formed("b/3", 2),
      dissolved("b/1"),
      settled([paid(1)], "b/2"),
    ];
    const open = Payment.openBatches(given(Payment, events).thenState());
    expect(open).to.deep.equal([["b/3", { items: [item(2)], at: "formed" }]]);
  });
});
