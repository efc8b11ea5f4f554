import { expect } from "chai";
import * as Baker from "../../../src/domain/baker/baker.js";
import * as Cycle from "../../../src/domain/cycle/cycle.js";
import { sha256 } from "../../../src/domain/digest.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCycle, asLevel, streamName } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Reward from "../../../src/domain/reward/reward.js";
import { cyclesProjection } from "../../../projections/cycles.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf } from "../../support/identifiers.js";
import { POLICY } from "../../support/payouts.js";
import { RecordedLog } from "../../support/recorded-log.js";

const BAKER = addressOf("baker");
const CYCLE = asCycle(201);
const CYCLE_STREAM = Cycle.stream(BAKER, CYCLE);
const REWARD_STREAM = Reward.stream(BAKER, CYCLE);
const PAYMENT_STREAM = Payment.cycleStream(BAKER, CYCLE);
const DIGEST = sha256("allocation");
const actor = "x";
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);

const REVISIONS = ["life_revision", "reward_revision", "payment_revision", "request_revision"];
const empty = {
  ...Object.fromEntries(
    Object.keys(cyclesProjection.tables[0]?.columns ?? {})
      .filter((name) => !REVISIONS.includes(name))
      .map((name) => [name, null]),
  ),
  baker: BAKER,
  cycle: 201,
  state: "unknown",
};
const opened: DomainEvent = {
  type: "CycleOpened",
  data: { firstLevel: asLevel(10), lastLevel: asLevel(19) },
};
const isOpen = { ...empty, state: "open", first_level: 10, last_level: 19, opened_at: at(0) };
const shownBy = (log: RecordedLog) => foldProjection(cyclesProjection, log.events)["cycles"] ?? [];
/** Without the revisions, which have a test of their own. */
const rowsOf = (log: RecordedLog) =>
  shownBy(log).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !REVISIONS.includes(name))),
  );
const allocated: DomainEvent = {
  type: "RewardsAllocated",
  data: {
    attempt: DIGEST,
    inputs: DIGEST,
    engineVersion: "taps/1",
    policy: POLICY,
    terms: [],
    delegationLimit: 9,
    pool: mutez(100n),
    bakerShare: mutez(40n),
    feeTotal: mutez(5n),
    distributed: mutez(50n),
    carried: mutez(3n),
    kept: mutez(1n),
    dust: mutez(1n),
    count: 7,
    sum: mutez(54n),
    digest: DIGEST,
    resultDigest: DIGEST,
  },
};
const shares = {
  digest: DIGEST,
  engine: "taps/1",
  delegators: 7,
  pool: 100n,
  baker_share: 40n,
  fee_total: 5n,
  distributed: 50n,
  allocation_carried: 3n,
  allocation_kept: 1n,
  dust: 1n,
};
const planned: DomainEvent = {
  type: "PayoutPlanned",
  data: {
    plan: 1,
    attempt: DIGEST,
    count: 6,
    sum: mutez(51n),
    digest: DIGEST,
    allocation: DIGEST,
    taken: mutez(-2n),
    carried: mutez(3n),
    kept: mutez(0n),
    transactionFeePaidBy: "baker",
    allocationFeePaidBy: "baker",
    ceilings: null,
  },
};

describe("the cycles projection", () => {
  it("follows a cycle from its first block to its settled payout", () => {
    const log = new RecordedLog();
    const after = (stream: typeof CYCLE_STREAM, event: DomainEvent) => {
      log.record(stream, [event]);
      return rowsOf(log);
    };
    expect(after(CYCLE_STREAM, opened)).to.deep.equal([isOpen]);
    const ended = { ...isOpen, state: "ended", ended_at: at(1) };
    const end: DomainEvent = { type: "CycleEnded", data: { finalLevel: asLevel(21) } };
    expect(after(CYCLE_STREAM, end)).to.deep.equal([ended]);
    const shared = { ...ended, ...shares, allocated_at: at(2) };
    expect(after(REWARD_STREAM, allocated)).to.deep.equal([shared]);
    const ready = { ...shared, state: "rewards-ready" };
    const readyEvent: DomainEvent = { type: "CycleRewardsReady", data: { digest: DIGEST } };
    expect(after(CYCLE_STREAM, readyEvent)).to.deep.equal([ready]);
    const paying = { ...ready, state: "paying", started_at: at(4) };
    const start: DomainEvent = { type: "CyclePayoutStarted", data: { digest: DIGEST } };
    expect(after(CYCLE_STREAM, start)).to.deep.equal([paying]);
    const withPlan = { ...paying, plan_digest: DIGEST, obligations: 6, due: 51n, taken: -2n };
    expect(after(PAYMENT_STREAM, planned)).to.deep.equal([withPlan]);
    const sums = { paid: mutez(45n), carried: mutez(2n), held: mutez(1n), networkCosts: mutez(3n) };
    const settled = { ...withPlan, state: "settled", paid: 45n, carried: 2n, held: 1n, network_costs: 3n };
    const settle: DomainEvent = { type: "CycleSettled", data: sums };
    expect(after(CYCLE_STREAM, settle)).to.deep.equal([{ ...settled, settled_at: at(6) }]);
    const reopen: DomainEvent = { type: "CycleReopened", data: { actor } };
    expect(after(CYCLE_STREAM, reopen)).to.deep.equal([{ ...settled, state: "paying" }]);
  });

  it("shows which ceilings a plan is above, who approved it, and forgets both with the plan", () => {
    const exceeded = [{ ceiling: "cycle" as const, limit: mutez(50n), found: mutez(51n) }];
    const awaits: DomainEvent = {
      type: "PayoutAwaitsApproval",
      data: { plan: 1, planDigest: DIGEST, exceeded },
    };
    const approved: DomainEvent = { type: "PayoutApproved", data: { planDigest: DIGEST, actor } };
    const data = { planDigest: DIGEST, reason: "too much", actor };
    const log = new RecordedLog();
    log.record(PAYMENT_STREAM, [awaits, planned]);
    const shown = [{ ceiling: "cycle", limit: "50", found: "51" }];
    const waiting = { ...empty, plan_digest: DIGEST, obligations: 6, due: 51n, taken: -2n, exceeded: shown };
    expect(rowsOf(log)).to.deep.equal([waiting]);
    log.record(PAYMENT_STREAM, [approved]);
    expect(rowsOf(log)).to.deep.equal([{ ...waiting, approved_by: actor }]);
    log.record(PAYMENT_STREAM, [{ type: "PayoutRejected", data }]);
    expect(rowsOf(log)).to.deep.equal([empty]);
  });

  it("says why a cycle is held, and forgets it when it is released or skipped", () => {
    const held: DomainEvent = { type: "CycleHeld", data: { reason: "person", detail: "a look", actor } };
    const skipped: DomainEvent = { type: "CycleSkipped", data: { reason: "too old", actor } };
    const log = new RecordedLog();
    log.record(CYCLE_STREAM, [opened, held]);
    expect(rowsOf(log)).to.deep.equal([{ ...isOpen, held_reason: "person", held_detail: "a look" }]);
    log.record(CYCLE_STREAM, [{ type: "CycleReleased", data: { actor } }]);
    expect(rowsOf(log)).to.deep.equal([isOpen]);
    log.record(CYCLE_STREAM, [held, skipped]);
    expect(rowsOf(log)).to.deep.equal([{ ...isOpen, state: "skipped", skipped_reason: "too old" }]);
  });

  it("shows a reply that was not believed until one was", () => {
    const checks = [{ check: "row-count", message: "56 of 57" }];
    const log = new RecordedLog();
    log.record(REWARD_STREAM, [{ type: "RewardInputsRejected", data: { attempt: DIGEST, checks } }]);
    expect(rowsOf(log)).to.deep.equal([{ ...empty, rejected: checks }]);
    const amounts = { ownDelegated: mutez(3n), externalDelegated: mutez(2n), ownStaked: mutez(1n) };
    const none = { blocks: mutez(0n), attestations: mutez(0n), dal: mutez(0n), blockFees: mutez(0n) };
    const income = { ...none, nonceRevelations: mutez(0n), vdfRevelations: mutez(0n) };
    const list = { attempt: DIGEST, chunks: 1, count: 1, sum: mutez(0n), digest: DIGEST };
    const levels = { source: "tzkt" as const, headLevel: 9, lastLevel: 7 };
    log.record(REWARD_STREAM, [
      { type: "RewardInputsRecorded", data: { ...list, ...levels, ...amounts, income } },
    ]);
    const balances = { own_delegated: 3n, external_delegated: 2n, own_staked: 1n };
    const byKind = Object.fromEntries(Object.keys(income).map((kind) => [kind, "0"]));
    expect(rowsOf(log)).to.deep.equal([{ ...empty, ...balances, income: byKind }]);
    const why = { attempt: DIGEST, reason: "an old list", actor };
    log.record(REWARD_STREAM, [{ type: "RewardInputsSuperseded", data: why }]);
    expect(rowsOf(log)).to.deep.equal([empty]);
  });

  it("takes a superseded allocation and a rejected plan away", () => {
    const log = new RecordedLog();
    log.record(CYCLE_STREAM, [opened]);
    log.record(REWARD_STREAM, [allocated]);
    log.record(PAYMENT_STREAM, [planned]);
    const rejected = { planDigest: DIGEST, reason: "wrong", actor };
    log.record(PAYMENT_STREAM, [{ type: "PayoutRejected", data: rejected }]);
    expect(rowsOf(log)).to.deep.equal([{ ...isOpen, ...shares, allocated_at: at(1) }]);
    const superseded = { resultDigest: DIGEST, reason: "terms", actor };
    log.record(REWARD_STREAM, [{ type: "AllocationSuperseded", data: superseded }]);
    expect(rowsOf(log)).to.deep.equal([isOpen]);
  });

  it("keeps what a simulated payout would have been", () => {
    const failing = [{ delegator: addressOf("ann"), error: "script_rejected" }];
    const sums = { due: mutez(9n), fees: mutez(2n), burns: mutez(1n) };
    const simulated = { allocation: DIGEST, obligations: 3, batches: 1, failing, ...sums };
    const log = new RecordedLog();
    log.record(PAYMENT_STREAM, [{ type: "PayoutSimulated", data: simulated }]);
    const simulation = { obligations: 3, batches: 1, due: "9", fees: "2", burns: "1", failing };
    expect(rowsOf(log)).to.deep.equal([{ ...empty, simulation }]);
  });

  it("has a row for a cycle that a person asked for, and none for money outside cycles", () => {
    const log = new RecordedLog();
    const asked: DomainEvent = { type: "CyclePaymentRequested", data: { cycle: CYCLE, actor: "ann" } };
    log.record(Baker.stream(BAKER), [asked]);
    log.record(streamName("payment", BAKER, "bond", 201), [planned]);
    log.record(streamName("payment", BAKER, "batch", "x"), [planned]);
    expect(rowsOf(log)).to.deep.equal([{ ...empty, requested_by: "ann" }]);
    log.record(CYCLE_STREAM, [opened]);
    expect(rowsOf(log)).to.deep.equal([{ ...isOpen, requested_by: "ann", opened_at: at(3) }]);
  });

  it("says which event of each stream changed it last", () => {
    const log = new RecordedLog();
    const revisions = () => shownBy(log).map((row) => REVISIONS.map((name) => row[name]));
    log.record(PAYMENT_STREAM, [
      { type: "ObligationsAdded", data: { attempt: DIGEST, rows: [] } },
      planned,
      { type: "BatchFormed", data: { batchId: "b1", items: [] } },
    ]);
    expect(revisions()).to.deep.equal([[null, null, 1, null]]);
    log.record(CYCLE_STREAM, [opened]);
    log.record(REWARD_STREAM, [allocated, allocated]);
    expect(revisions()).to.deep.equal([[0, 1, 1, null]]);
    log.record(Baker.stream(BAKER), [
      { type: "FirstCycleSet", data: { firstCycle: CYCLE, actor } },
      { type: "CyclePaymentRequested", data: { cycle: CYCLE, actor } },
    ]);
    expect(revisions()).to.deep.equal([[0, 1, 1, 1]]);
  });
});
