// A cycle's rewards once more: from the recorded reply to the inputs, from them to the allocation.
import { isRefused } from "../../domain/decision.js";
import { sha256 } from "../../domain/digest.js";
import { type Cycle, type Digest, type TzAddress } from "../../domain/identifiers.js";
import { allocate } from "../../domain/reward/allocate.js";
import { printAllocation } from "../../domain/reward/compute.js";
import { type AllocatedRow } from "../../domain/reward/events.js";
import { type RewardInputs } from "../../domain/reward/inputs.js";
import { policyWith } from "../../domain/reward/policy.js";
import { describeRefusal } from "../../domain/reward/refusals.js";
import * as Reward from "../../domain/reward/reward.js";
import { allocationOf, checksOf, factsOf, replyIn, unpackText } from "../recorded-rewards.js";
import { inputsOf } from "../reward-reply.js";
import { type BakerHistory } from "./baker.js";
import { type Findings } from "./findings.js";
import { isOf, type Logged, type LoggedOf } from "./reading.js";
import { compareRows, ListInWriting, type RowAt } from "./lists.js";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What one recorded reply gives, read again. Throws on chunks that are no reply. */
const readAgain = (
  cycle: Cycle,
  chunks: readonly string[],
): { readonly inputs: RewardInputs; readonly facts: Omit<Reward.Inputs, "chunks"> } => {
  const text = unpackText(chunks);
  const reply = replyIn(text);
  const outcome = inputsOf(cycle, reply);
  if ("refused" in outcome) throw new Error(outcome.refused.map(describeRefusal).join("; "));
  return { inputs: outcome.inputs, facts: factsOf(text, reply, outcome.inputs) };
};

/** Why a recorded reply is not believed; undefined where these chunks are not all of it. */
const checksAgain = (cycle: Cycle, chunks: readonly string[], attempt: Digest) => {
  try {
    const text = unpackText(chunks);
    if (sha256(text) !== attempt) return undefined;
    const outcome = inputsOf(cycle, replyIn(text));
    return "refused" in outcome ? checksOf(outcome.refused) : [];
  } catch {
    return undefined;
  }
};

export class RewardReplay {
  /** Each allocation as it is computed again, by the digests that the log knows it by. */
  readonly allocations = new Map<Digest, Reward.Allocation>();
  /** What the last ones were computed from; undefined where it could not be read. */
  inputs: RewardInputs | undefined;
  private chunks: readonly string[] = [];
  private reply: LoggedOf<"RawReplyRecorded"> | undefined;
  private recorded: Reward.Inputs | undefined;
  private readonly writing = new ListInWriting<AllocatedRow>();
  private standing: Digest | undefined;
  private isFixed = false;

  constructor(
    private readonly place: { readonly baker: TzAddress; readonly cycle: Cycle },
    private readonly history: BakerHistory,
    private readonly findings: Findings,
  ) {}

  follow(logged: Logged<Reward.Event>): void {
    if (isOf(logged, "RawReplyRecorded")) this.followReply(logged);
    else if (isOf(logged, "RewardInputsRecorded")) this.followInputs(logged);
    else if (isOf(logged, "RewardInputsRejected")) this.followRejected(logged);
    else if (isOf(logged, "DelegatorRewardsAllocated"))
      this.writing.add(logged.event.data.attempt, logged.event.data.rows, logged);
    else if (isOf(logged, "RewardsAllocated")) this.followAllocation(logged);
    else if (isOf(logged, "AllocationSuperseded")) this.followSuperseded(logged);
    else if (isOf(logged, "AllocationFixed")) this.followFixed(logged, logged.event.data.digest, true);
    else if (isOf(logged, "AllocationReopened")) this.followFixed(logged, logged.event.data.digest, false);
    else if (isOf(logged, "RewardInputsSuperseded")) {
      this.findings.same(
        "superseded inputs: attempt",
        this.recorded?.attempt,
        logged.event.data.attempt,
        logged,
      );
      this.recorded = undefined;
    }
  }

  private followReply(logged: LoggedOf<"RawReplyRecorded">): void {
    const { attempt, index, gzip } = logged.event.data;
    const before = this.reply?.event.data.attempt === attempt ? this.chunks : [];
    if (index > before.length) this.findings.differ("reply: index of a chunk", before.length, index, logged);
    this.chunks = [...before.slice(0, index), gzip];
    this.reply = logged;
  }

  private followInputs(logged: LoggedOf<"RewardInputsRecorded">): void {
    const { data } = logged.event;
    const { findings } = this;
    findings.counts.inputs += 1;
    this.recorded = data;
    this.inputs = undefined;
    const chunks = this.chunks.slice(0, data.chunks);
    findings.same("inputs: chunks", chunks.length, data.chunks, logged);
    try {
      const { inputs, facts } = readAgain(this.place.cycle, chunks);
      this.inputs = inputs;
      findings.sameFields("inputs", facts, data, logged);
      if (this.reply)
        findings.same("reply: attempt", facts.attempt, this.reply.event.data.attempt, this.reply);
      this.recorded = { ...facts, chunks: data.chunks };
    } catch (error) {
      findings.differ("reply", "a reply that is believed", messageOf(error), this.reply ?? logged);
    }
  }

  /**
   * The payer records no reply that it does not believe: why it does not can be seen again only of one that it had begun
   * to record, by a release that believed it.
   */
  private followRejected(logged: LoggedOf<"RewardInputsRejected">): void {
    const { attempt, checks } = logged.event.data;
    const expected = checksAgain(this.place.cycle, this.chunks, attempt);
    if (expected) this.findings.sameFields("rejected inputs", { checks: expected }, { checks }, logged);
  }

  private followAllocation(logged: LoggedOf<"RewardsAllocated">): void {
    const { data } = logged.event;
    const rows = this.writing.close();
    const again = this.allocateAgain(logged);
    this.findings.counts.rows += rows.length;
    const allocation = again?.allocation ?? { ...data, rows: rows.map(({ row }) => row) };
    this.allocations.set(data.resultDigest, allocation).set(allocation.resultDigest, allocation);
    this.standing = allocation.resultDigest;
    if (again === undefined) return this.checkClosed(rows, logged);
    const { policy, terms, ...results } = again.closing;
    this.findings.sameFields("allocation", results, data, logged);
    if (!this.history.hadTerms(policy, terms, logged.position))
      this.findings.differ("allocation: policy", "one that was in force before", "another", logged);
    const { attempt } = again.closing;
    const list = { attempt, expected: again.allocation.rows, found: rows, closing: logged };
    compareRows(this.findings, "allocated row", list);
  }

  /** Where the rows cannot be computed, they are at least those that were closed. */
  private checkClosed(found: readonly RowAt<AllocatedRow>[], logged: LoggedOf<"RewardsAllocated">): void {
    const { count, digest } = logged.event.data;
    const rows = found.map(({ row }) => row);
    if (this.findings.same("allocated rows", count, rows.length, logged))
      this.findings.same("allocation: digest", Reward.rootOf(rows), digest, logged);
  }

  /** Undefined where it cannot be computed. */
  private allocateAgain(logged: LoggedOf<"RewardsAllocated">) {
    const { data } = logged.event;
    const { inputs, recorded, findings } = this;
    const { baker } = this.place;
    if (inputs === undefined || recorded === undefined) {
      if (recorded === undefined) findings.differ("allocation", "recorded inputs", null, logged);
      return undefined;
    }
    const policy = policyWith(data.policy, data.terms);
    const delegationLimit = data.delegationLimit ?? undefined;
    try {
      const allocation = allocate(inputs, policy, delegationLimit);
      const computed = printAllocation({ baker, inputs, policy, delegationLimit, allocation });
      const command = allocationOf(policy, { allocation, delegationLimit, computed });
      const decision = Reward.allocate(command)({ ...Reward.initial, inputs: recorded });
      const closing = isRefused(decision) ? undefined : decision.at(-1);
      if (closing?.type !== "RewardsAllocated") throw new Error("no allocation comes of it");
      return { closing: closing.data, allocation: { ...closing.data, rows: allocation.rows } };
    } catch (error) {
      findings.differ("allocation", "one that can be computed again", messageOf(error), logged);
      return undefined;
    }
  }

  private followSuperseded(logged: LoggedOf<"AllocationSuperseded">): void {
    this.findings.same("superseded allocation", this.standing, logged.event.data.resultDigest, logged);
    if (this.isFixed) this.findings.differ("superseded allocation", "one that is not fixed", "fixed", logged);
    this.standing = undefined;
  }

  private followFixed(logged: Logged<Reward.Event>, digest: Digest, isFixed: boolean): void {
    this.findings.same(isFixed ? "fixed allocation" : "reopened allocation", this.standing, digest, logged);
    this.isFixed = isFixed;
  }
}
