import { expect } from "chai";
import { sha256 } from "../../../src/domain/digest.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCounter, asCycle, asLevel, streamName } from "../../../src/domain/identifiers.js";
import { mutez, ZERO } from "../../../src/domain/money.js";
import { type BatchItem, type ItemResult } from "../../../src/domain/payment/events.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { paymentProjection } from "../../../projections/payment.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf, blockOf, operationOf } from "../../support/identifiers.js";
import { RecordedLog } from "../../support/recorded-log.js";

const BAKER = addressOf("baker");
const [ann, bob, self] = [addressOf("ann"), addressOf("bob"), addressOf("payer")];
const STREAM = Payment.cycleStream(BAKER, asCycle(201));
const WALLET = Wallet.stream(self);
const HASH = operationOf(1);
const [first, second] = [sha256("first attempt"), sha256("second attempt")];
/** When the event of this number, from 0, was recorded. */
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);

const owed = (delegator: typeof ann, due: bigint) => ({
  id: `delegator:${delegator}`,
  delegator,
  recipient: delegator,
  due: mutez(due),
  self: delegator === self,
});
const added = (attempt: typeof first, ...rows: ReturnType<typeof owed>[]): DomainEvent => ({
  type: "ObligationsAdded",
  data: { attempt, rows },
});
const planned = (attempt: typeof first): DomainEvent => ({
  type: "PayoutPlanned",
  data: {
    plan: 1,
    attempt,
    count: 3,
    sum: ZERO,
    digest: attempt,
    allocation: attempt,
    taken: ZERO,
    carried: ZERO,
    kept: ZERO,
    transactionFeePaidBy: "baker",
    allocationFeePaidBy: "baker",
    ceilings: null,
  },
});
const item = (delegator: typeof ann, sent: bigint): BatchItem => ({
  obligation: `delegator:${delegator}`,
  sent: mutez(sent),
  transactionFee: mutez(2n),
  allocationFee: mutez(3n),
});
const formed: DomainEvent = {
  type: "BatchFormed",
  data: { batchId: "b1", items: [item(ann, 95n), item(bob, 195n)] },
};
const signed: DomainEvent = {
  type: "OperationSigned",
  data: {
    hash: HASH,
    bytes: "00",
    branch: blockOf(1),
    branchLevel: asLevel(1),
    finalLevel: asLevel(2),
    ttl: 8,
    firstCounter: asCounter(1n),
    lastCounter: asCounter(2n),
    purpose: "batch",
    batchId: "b1",
    payment: STREAM,
    digest: first,
    token: 1n,
  },
};
const included: DomainEvent = {
  type: "OperationIncluded",
  data: { hash: HASH, block: blockOf(7), level: asLevel(7) },
};
const settled = (...results: ItemResult[]): DomainEvent => ({
  type: "BatchSettled",
  data: { batchId: "b1", operation: HASH, results, fee: ZERO, burn: ZERO },
});

const planOf = (log: RecordedLog) => {
  log.record(STREAM, [added(first, owed(ann, 100n), owed(bob, 200n)), added(first, owed(self, 300n))]);
  log.record(STREAM, [planned(first)]);
};
const shownBy = (log: RecordedLog) => foldProjection(paymentProjection, log.events);
/** Without the revision and the position, which have a test of their own. */
const folded = (log: RecordedLog) => {
  const { payment = [], payment_draft: draft } = shownBy(log);
  return {
    payment: payment.map(({ revision: _, wallet_position: __, ...row }) => row),
    payment_draft: draft,
  };
};

const row = (delegator: typeof ann, due: bigint) => ({
  obligation: `${BAKER}_201/delegator:${delegator}`,
  payout: `${BAKER}_201`,
  baker: BAKER,
  cycle: 201,
  kind: "delegator",
  delegator,
  recipient: delegator,
  due,
  sent: null,
  transaction_fee: null,
  allocation_fee: null,
  result: "planned",
  batch_id: null,
  operation_hash: null,
  level: null,
  reason: null,
  planned_at: at(2),
  signed_at: null,
  included_at: null,
  settled_at: null,
});
const ownRow = {
  ...row(self, 300n),
  result: "paid",
  sent: 300n,
  transaction_fee: 0n,
  allocation_fee: 0n,
  settled_at: at(1),
};
const batched = (sent: bigint) => ({
  result: "batched",
  batch_id: "b1",
  sent,
  transaction_fee: 2n,
  allocation_fee: 3n,
});
const rows = (...expected: ({ readonly obligation: string } & Record<string, unknown>)[]) => ({
  payment: expected.sort((a, b) => (a.obligation < b.obligation ? -1 : 1)),
  payment_draft: [],
});

describe("the payment projection", () => {
  it("shows nothing of a plan before the event that closes it", () => {
    const log = new RecordedLog();
    log.record(STREAM, [added(first, owed(ann, 100n), owed(self, 300n))]);
    const { payment, payment_draft: draft } = folded(log);
    expect(payment).to.deep.equal([]);
    expect(draft).to.have.length(2);
  });

  it("has a row an obligation of the attempt that was closed, what is owed to the payer itself paid", () => {
    const log = new RecordedLog();
    planOf(log);
    expect(folded(log)).to.deep.equal(rows(row(ann, 100n), row(bob, 200n), ownRow));
  });

  it("never mixes the rows of an abandoned attempt in", () => {
    const log = new RecordedLog();
    log.record(STREAM, [added(second, owed(ann, 1n), owed(addressOf("nobody"), 2n))]);
    log.record(STREAM, [added(first, owed(bob, 200n)), planned(first)]);
    expect(folded(log)).to.deep.equal(rows(row(bob, 200n)));
  });

  it("follows a batch from its forming to the final block", () => {
    const log = new RecordedLog();
    planOf(log);
    const after = (recorded: readonly DomainEvent[], stream = STREAM) => {
      log.record(stream, recorded);
      return folded(log);
    };
    const both = (change: object) =>
      rows(
        { ...row(ann, 100n), ...batched(95n), ...change },
        { ...row(bob, 200n), ...batched(195n), ...change },
        ownRow,
      );
    expect(after([formed])).to.deep.equal(both({}));
    const sent = { result: "signed", operation_hash: HASH, signed_at: at(4) };
    expect(after([signed], WALLET)).to.deep.equal(both(sent));
    const found = { ...sent, result: "included", level: 7, included_at: at(5) };
    expect(after([included], WALLET)).to.deep.equal(both(found));
    const dropped: DomainEvent = {
      type: "OperationReorganised",
      data: { hash: HASH, block: blockOf(7), level: asLevel(7) },
    };
    expect(after([dropped], WALLET)).to.deep.equal(both(sent));
    expect(after([included], WALLET)).to.deep.equal(both({ ...found, included_at: at(7) }));
    const final: DomainEvent = {
      type: "OperationFinalised",
      data: { hash: HASH, block: blockOf(8), level: asLevel(8), contents: [] },
    };
    const finalised = { ...found, level: 8, included_at: at(7) };
    expect(after([final], WALLET)).to.deep.equal(both(finalised));
    const results: ItemResult[] = [
      { obligation: `delegator:${ann}`, result: "paid" },
      { obligation: `delegator:${bob}`, result: "held", error: "script_rejected" },
    ];
    expect(after([settled(...results)])).to.deep.equal(
      rows(
        { ...row(ann, 100n), ...batched(95n), ...finalised, result: "paid", settled_at: at(9) },
        {
          ...row(bob, 200n),
          ...finalised,
          batch_id: "b1",
          result: "held",
          reason: "script_rejected",
          settled_at: at(9),
        },
        ownRow,
      ),
    );
    const release = { obligation: `delegator:${bob}`, recipient: addressOf("new"), actor: "x" };
    log.record(STREAM, [{ type: "ObligationReleased", data: release }]);
    const released = folded(log)["payment"]?.find((r) => r["delegator"] === bob);
    expect(released).to.deep.equal({ ...row(bob, 200n), recipient: addressOf("new") });
  });

  it("puts what a dead operation held back into its batch, what a batch gives back into the plan", () => {
    const log = new RecordedLog();
    planOf(log);
    log.record(STREAM, [formed]);
    const counter = asCounter(0n);
    const proof = { finalBlock: blockOf(99), finalLevel: asLevel(99), counter, ttl: 8 };
    const dead = { hash: HASH, proof: { rule: "expired" as const, ...proof } };
    log.record(WALLET, [signed, { type: "OperationProvenDead", data: dead }]);
    expect(folded(log)).to.deep.equal(
      rows({ ...row(ann, 100n), ...batched(95n) }, { ...row(bob, 200n), ...batched(195n) }, ownRow),
    );
    const unpaid = rows(row(ann, 100n), row(bob, 200n), ownRow);
    const dissolved = new RecordedLog();
    planOf(dissolved);
    dissolved.record(STREAM, [formed, { type: "BatchDissolved", data: { batchId: "b1", failed: false } }]);
    expect(folded(dissolved)).to.deep.equal(unpaid);
    log.record(WALLET, [signed, included]);
    const back = [ann, bob].map((delegator) => ({
      obligation: `delegator:${delegator}`,
      result: "returned" as const,
    }));
    log.record(STREAM, [settled(...back)]);
    expect(folded(log)).to.deep.equal(unpaid);
  });

  it("marks what is carried or held without a batch, and drops a plan that was rejected", () => {
    const log = new RecordedLog();
    planOf(log);
    const [a, b] = [ann, bob].map((delegator) => `delegator:${delegator}`) as [string, string];
    const reason = "fee-exceeds-amount" as const;
    log.record(STREAM, [
      { type: "ObligationsCarried", data: { reason, obligations: [a] } },
      { type: "ObligationHeld", data: { obligation: b, reason: "asked to", actor: "x" } },
    ]);
    expect(folded(log)).to.deep.equal(
      rows(
        { ...row(ann, 100n), result: "carried", reason, settled_at: at(3) },
        { ...row(bob, 200n), result: "held", reason: "asked to", settled_at: at(4) },
        ownRow,
      ),
    );
    const rejected = { planDigest: first, reason: "wrong", actor: "x" };
    log.record(STREAM, [{ type: "PayoutRejected", data: rejected }]);
    expect(folded(log)).to.deep.equal({ payment: [], payment_draft: [] });
  });

  it("says which event of the payout, and which of a wallet, changed each row last", () => {
    const log = new RecordedLog();
    const revisions = () =>
      [ann, bob, self].map((who) => {
        const found = shownBy(log)["payment"]?.find(({ delegator }) => delegator === who);
        return [found?.["revision"], found?.["wallet_position"]];
      });
    const positionOf = (n: number) => log.events[n]?.position;
    planOf(log);
    expect(revisions()).to.deep.equal([
      [2, null],
      [2, null],
      [2, null],
    ]);
    log.record(STREAM, [
      { type: "ObligationHeld", data: { obligation: `delegator:${ann}`, reason: "x", actor: "x" } },
      { type: "BatchFormed", data: { batchId: "b1", items: [item(bob, 195n)] } },
    ]);
    log.record(WALLET, [signed, included]);
    expect(revisions()).to.deep.equal([
      [3, null],
      [4, positionOf(6)],
      [2, null],
    ]);
    log.record(STREAM, [settled({ obligation: `delegator:${bob}`, result: "paid" })]);
    expect(revisions()).to.deep.equal([
      [3, null],
      [5, positionOf(6)],
      [2, null],
    ]);
  });

  it("keeps payouts that belong to no cycle apart", () => {
    const log = new RecordedLog();
    for (const id of ["x", "y"]) {
      const stream = streamName("payment", BAKER, "batch", id);
      log.record(stream, [added(first, owed(ann, 100n)), planned(first)]);
    }
    const found = folded(log)["payment"]?.map((r) => [r["obligation"], r["payout"], r["cycle"]]);
    expect(found).to.deep.equal(
      ["x", "y"].map((id) => [`${BAKER}_batch_${id}/delegator:${ann}`, `${BAKER}_batch_${id}`, null]),
    );
  });
});
