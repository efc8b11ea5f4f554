import { expect } from "chai";
import * as Baker from "../../../src/domain/baker/baker.js";
import { sha256 } from "../../../src/domain/digest.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCycle, chainId, type StreamName } from "../../../src/domain/identifiers.js";
import * as Ledger from "../../../src/domain/ledger/ledger.js";
import { basisPoints, mutez, ZERO } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { delegatorsProjection } from "../../../projections/delegators.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf, operationOf } from "../../support/identifiers.js";
import { RecordedLog } from "../../support/recorded-log.js";

const BAKER = addressOf("baker");
const [ann, bob] = [addressOf("ann"), addressOf("bob")].sort() as [typeof BAKER, typeof BAKER];
const actor = "x";
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);

const baker = (...events: Baker.Event[]) => {
  const log = new RecordedLog();
  log.record(Baker.stream(BAKER), events);
  return foldProjection(delegatorsProjection, log.events);
};
const registered: Baker.Event = {
  type: "BakerRegistered",
  data: { chainId: chainId.parse("NetXdQprcVkpaWU"), firstCycle: asCycle(201) },
};

const DIGEST = sha256("plan");
const owed = (delegator: typeof ann, due: bigint, self = false) => ({
  ...{ id: `delegator:${delegator}`, delegator, recipient: delegator, due: mutez(due), self },
});
const planned: DomainEvent = {
  type: "PayoutPlanned",
  data: {
    ...{ plan: 1, attempt: DIGEST, count: 2, sum: mutez(300n), digest: DIGEST, allocation: DIGEST },
    ...{ taken: ZERO, carried: ZERO, kept: ZERO, ceilings: null },
    ...{ transactionFeePaidBy: "baker", allocationFeePaidBy: "baker" },
  },
};
const added = (...rows: ReturnType<typeof owed>[]): DomainEvent => ({
  type: "ObligationsAdded",
  data: { attempt: DIGEST, rows },
});
const item = (delegator: typeof ann, sent: bigint) => ({
  ...{
    obligation: `delegator:${delegator}`,
    sent: mutez(sent),
    transactionFee: mutez(2n),
    allocationFee: ZERO,
  },
});
const formed: DomainEvent = {
  type: "BatchFormed",
  data: { batchId: "b1", items: [item(ann, 98n), item(bob, 198n)] },
};
const settled = (ofBob: "paid" | "held"): DomainEvent => ({
  type: "BatchSettled",
  data: {
    ...{ batchId: "b1", operation: operationOf(1), fee: ZERO, burn: ZERO },
    results: [
      { obligation: `delegator:${ann}`, result: "paid" },
      ofBob === "paid"
        ? { obligation: `delegator:${bob}`, result: "paid" }
        : { obligation: `delegator:${bob}`, result: "held", error: "script_rejected" },
    ],
  },
});
const payments = (stream: StreamName, ...events: DomainEvent[]) => {
  const log = new RecordedLog();
  log.record(stream, events);
  return foldProjection(delegatorsProjection, log.events)["delegators"];
};
const cycle = (n: number) => Payment.cycleStream(BAKER, asCycle(n));
const nothing = {
  ...{ baker: BAKER, first_cycle: null, last_cycle: null, paid: 0n, payments: 0n, owed: 0n, held: 0n },
  ...{ last_paid_cycle: null, last_paid_at: null },
};

describe("the delegators projection", () => {
  it("keeps the delegators' own terms, each row whole", () => {
    const set = (
      ...rows: Extract<Baker.Event, { type: "DelegatorTermsSet" }>["data"]["rows"]
    ): Baker.Event => ({
      type: "DelegatorTermsSet",
      data: { rows, actor },
    });
    const none = { baker: BAKER, fee_bps: null, recipient: null, status: null, maximum_balance: null };
    const first = set(
      { delegator: ann, feeBps: basisPoints.parse(0), status: "suspend" },
      { delegator: bob, recipient: ann, maximumBalance: mutez(2n ** 60n) },
    );
    const rowOfBob = { ...none, delegator: bob, recipient: ann, maximum_balance: 2n ** 60n };
    expect(baker(registered, first)["delegator_terms"]).to.deep.equal([
      { ...none, delegator: ann, fee_bps: 0, status: "suspend" },
      rowOfBob,
    ]);
    const second = set({ delegator: ann, feeBps: basisPoints.parse(9) });
    expect(baker(registered, first, second)["delegator_terms"]).to.deep.equal([
      { ...none, delegator: ann, fee_bps: 9 },
      rowOfBob,
    ]);
    const removed: Baker.Event = { type: "DelegatorTermsRemoved", data: { delegator: ann, actor } };
    expect(baker(registered, first, removed)["delegator_terms"]).to.deep.equal([rowOfBob]);
    const cleared: Baker.Event = { type: "DelegatorTermsCleared", data: { actor } };
    expect(baker(registered, first, cleared, second)["delegator_terms"]).to.deep.equal([
      { ...none, delegator: ann, fee_bps: 9 },
    ]);
  });

  it("moves what is owed to what was paid as a batch settles, and keeps the time", () => {
    const plan = [added(owed(ann, 100n), owed(bob, 200n)), planned];
    expect(payments(cycle(201), ...plan, formed)).to.deep.equal([
      { ...nothing, delegator: ann, owed: 100n },
      { ...nothing, delegator: bob, owed: 200n },
    ]);
    const paid = {
      ...nothing,
      delegator: ann,
      paid: 98n,
      payments: 1n,
      last_paid_cycle: 201,
      last_paid_at: at(3),
    };
    expect(payments(cycle(201), ...plan, formed, settled("held"))).to.deep.equal([
      paid,
      { ...nothing, delegator: bob, owed: 200n, held: 200n },
    ]);
  });

  it("takes back what a rejected plan owed, its payments to the payer itself too", () => {
    const plan = [added(owed(ann, 100n), owed(bob, 200n, true)), planned];
    const rejected: DomainEvent = {
      type: "PayoutRejected",
      data: { planDigest: DIGEST, reason: "odd", actor },
    };
    expect(payments(cycle(201), ...plan, rejected)).to.deep.equal([
      { ...nothing, delegator: ann },
      { ...nothing, delegator: bob },
    ]);
  });

  it("counts what no plan has named yet for nothing, nor what is owed to others than delegators", () => {
    expect(payments(cycle(201), added(owed(ann, 100n)))).to.deep.equal([]);
    const toReceiver = { ...owed(ann, 100n), id: `receiver:${ann}` };
    expect(payments(Payment.batchStream(BAKER, "x"), added(toReceiver), planned, formed)).to.deep.equal([]);
  });

  it("keeps what the ledger carries until a plan takes it", () => {
    const log = new RecordedLog();
    const adjusted = (amount: bigint): DomainEvent => ({
      type: "AdjustmentRecorded",
      data: { delegator: ann, amount: mutez(amount), reason: "correction", reference: `${amount}`, actor },
    });
    const balances = () => foldProjection(delegatorsProjection, log.events)["delegator_balances"];
    log.record(Ledger.stream(BAKER), [adjusted(7n), adjusted(-9n)]);
    expect(balances()).to.deep.equal([{ baker: BAKER, delegator: ann, balance: -2n }]);
    log.record(Ledger.stream(BAKER), [{ type: "BalancesTaken", data: { payment: cycle(201), plan: 1 } }]);
    expect(balances()).to.deep.equal([]);
  });
});
