// Who was due what, told twice: by the pages of the source and a formula of its own, and by recomputing (I6).
import { gunzipSync } from "node:zlib";
import { isDeepStrictEqual } from "node:util";
import { inputsOf } from "../../src/application/reward-reply.js";
import { type RewardReply } from "../../src/application/ports/reward-source.js";
import { type DomainEvent } from "../../src/domain/events.js";
import { type Address, asCycle } from "../../src/domain/identifiers.js";
import * as Ledger from "../../src/domain/ledger/ledger.js";
import { type Obligation } from "../../src/domain/payment/events.js";
import { allocate } from "../../src/domain/reward/allocate.js";
import { printAllocation } from "../../src/domain/reward/compute.js";
import { type AllocatedRow } from "../../src/domain/reward/events.js";
import { policyWith } from "../../src/domain/reward/policy.js";
import { type AllocationPolicy, type TermsRow } from "../../src/domain/reward/policy-codec.js";
import { BAKER } from "../support/chain-model.js";
import { type LoggedFact } from "../support/world/installation.js";
import { type Delegation } from "../support/world/reward-lists.js";
import { type World } from "../support/world/world.js";
import { type Allocated, allocatedTo, plannedFor } from "./formulas.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];

/** Policy and terms from one event of the baker's to the next. */
interface InForce {
  /** How many events stood in the log before it. */
  readonly place: number;
  readonly policy: AllocationPolicy | undefined;
  readonly terms: ReadonlyMap<Address, TermsRow>;
}

interface Rewarded {
  chunks: string[];
  list: readonly Delegation[] | undefined;
  reply: RewardReply | undefined;
  rows: AllocatedRow[];
  allocation: Allocated | undefined;
  isFixed: boolean;
  /** The allocation that was fixed last, reopened since or not. */
  fixed: string | undefined;
}

interface Planned {
  rows: Obligation[];
  plan: Of<"PayoutPlanned"> | undefined;
  dues: ReadonlyMap<string, bigint>;
}

/** Stream of a cycle's payout to its delegators. */
const OF_A_CYCLE = /^payment-[^_]+_\d+$/;

const cycleIn = (stream: string) => asCycle(Number(stream.split("_")[1]));
const byDelegator = (a: { delegator: string }, b: { delegator: string }) =>
  a.delegator < b.delegator ? -1 : 1;

export class Dues {
  private readonly history: InForce[] = [{ place: 0, policy: undefined, terms: new Map() }];
  private readonly rewards = new Map<string, Rewarded>();
  private readonly payments = new Map<string, Planned>();
  private ledger = Ledger.initial;
  private seen = 0;

  constructor(private readonly world: World) {}

  /** Looks at what was appended since the last look. `since`: how long the log was when who appended it looked last. */
  follow(since: number): void {
    const events = this.world.events();
    for (; this.seen < events.length; this.seen += 1) {
      const fact = events[this.seen];
      if (fact !== undefined) this.judge(fact, since);
    }
  }

  private judge({ stream, event }: LoggedFact, since: number): void {
    if (Ledger.Event.options.some((option) => option.shape.type.value === event.type))
      this.ledger = Ledger.evolve(this.ledger, event as Ledger.Event);
    const reward = this.rewardOf(stream);
    const payment = this.paymentOf(stream);
    switch (event.type) {
      case "PolicyChanged":
        return this.change({ policy: event.data.policy });
      case "DelegatorTermsSet": {
        const rows = event.data.rows.map((row) => [row.delegator, row] as const);
        return this.change({ terms: new Map([...this.now().terms, ...rows]) });
      }
      case "DelegatorTermsRemoved":
        return this.change({
          terms: new Map([...this.now().terms].filter(([delegator]) => delegator !== event.data.delegator)),
        });
      case "DelegatorTermsCleared":
        return this.change({ terms: new Map() });
      case "RawReplyRecorded":
        reward.chunks = [...reward.chunks.slice(0, event.data.index), event.data.gzip];
        return;
      case "RewardInputsRecorded":
        return this.judgeInputs(stream, reward);
      case "DelegatorRewardsAllocated":
        reward.rows = [...reward.rows, ...event.data.rows];
        return;
      case "RewardsAllocated":
        return this.judgeAllocation(stream, reward, event.data, since);
      case "RewardInputsSuperseded":
        this.judgeGivenUp(stream, reward);
        reward.reply = undefined;
        return;
      case "AllocationSuperseded":
        this.judgeGivenUp(stream, reward);
        reward.allocation = undefined;
        return;
      case "AllocationFixed":
        return this.judgeFixed(stream, reward, since);
      case "AllocationReopened":
        reward.isFixed = false;
        return;
      case "ObligationsAdded":
        payment.rows = [...payment.rows, ...event.data.rows];
        return;
      case "PayoutPlanned":
        if (OF_A_CYCLE.test(stream)) this.judgePlan(stream, payment, event.data);
        else planned(payment, payment.rows.splice(0).slice(-event.data.count), event.data);
        return;
      case "PayoutRejected":
        this.payments.delete(stream);
        return;
      case "BatchFormed":
        return this.judgeBatch(payment, event.data);
      default:
    }
  }

  /** What is believed is a list that the source has shown, whole and of one moment. */
  private judgeInputs(stream: string, reward: Rewarded): void {
    const text = gunzipSync(Buffer.from(reward.chunks.join(""), "base64")).toString("utf8");
    const reply = JSON.parse(text) as RewardReply;
    const list = this.world.rewards.listOf(cycleIn(stream), reply.pages);
    if (list === undefined) throw new Error(`${stream} believes a list that the source never had`);
    Object.assign(reward, { reply, list });
  }

  private judgeAllocation(
    stream: string,
    reward: Rewarded,
    data: Of<"RewardsAllocated">,
    since: number,
  ): void {
    if (reward.reply === undefined) throw new Error(`${stream} is allocated from what is no longer believed`);
    const rows = reward.rows.splice(0).slice(-data.count);
    const allocation = { ...data, rows };
    reward.allocation = allocation;
    this.judgePolicy(stream, allocation, since);
    const due = allocatedTo(reward.list ?? [], cycleIn(stream), data.policy, data.terms);
    const found = rows.map(({ delegator, recipient, gross, fee, net, status, reason }) => ({
      ...{ delegator, recipient, gross, fee, net, status, reason },
    }));
    if (!isDeepStrictEqual(found, due))
      throw new Error(`${stream} allocates ${inWords(found)} where ${inWords(due)} is due`);
  }

  private judgeGivenUp(stream: string, { isFixed }: Rewarded): void {
    if (isFixed || this.planOf(stream)) throw new Error(`${stream} gives up what is fixed`);
  }

  /** By a policy in force; one that a plan stands on, which somebody did not come to reject, is fixed as it is. */
  private judgeFixed(stream: string, reward: Rewarded, since: number): void {
    const { allocation } = reward;
    if (allocation === undefined) throw new Error(`${stream} fixes what is not allocated`);
    reward.isFixed = true;
    reward.fixed = allocation.resultDigest;
    const plan = this.planOf(stream);
    if (plan === undefined) return this.judgePolicy(stream, allocation, since);
    if (plan.allocation !== allocation.resultDigest) throw new Error(`${stream} is not what is planned`);
  }

  /** Of a cycle's rewards: the plan that stands on them. */
  private planOf(stream: string): Of<"PayoutPlanned"> | undefined {
    return this.payments.get(stream.replace("reward-", "payment-"))?.plan;
  }

  /** The policy was in force when its user last looked, or has come into force since. */
  private judgePolicy(
    stream: string,
    { policy, terms }: Pick<Of<"RewardsAllocated">, "policy" | "terms">,
    since: number,
  ): void {
    const current = this.history.findLastIndex(({ place }) => place < since);
    const isOne = this.history
      .slice(Math.max(0, current))
      .some(
        (was) => isDeepStrictEqual(was.policy, policy) && isDeepStrictEqual([...was.terms.values()], terms),
      );
    if (!isOne) throw new Error(`${stream} is allocated by a policy that was not in force`);
  }

  private judgePlan(stream: string, payment: Planned, plan: Of<"PayoutPlanned">): void {
    const reward = this.rewardOf(stream.replace("payment-", "reward-"));
    const { allocation, reply } = reward;
    const rows = payment.rows.splice(0).slice(-plan.count);
    if (allocation === undefined || reply === undefined || payment.plan !== undefined)
      throw new Error(`${stream} is planned twice, or from nothing`);
    if (reward.fixed !== allocation.resultDigest)
      throw new Error(`${stream} is planned from what may still change`);
    const taken = this.ledger.take?.balances ?? new Map<Address, bigint>();
    const due = plannedFor(allocation, taken, this.world.payer);
    const found = rows.map(({ delegator, recipient, due: sum, self }) => ({
      delegator,
      recipient,
      due: sum,
      self,
    }));
    if (!isDeepStrictEqual([...found].sort(byDelegator), due.sort(byDelegator)))
      throw new Error(`${stream} plans ${inWords(found)} where ${inWords(due)} is due`);
    const { transactionFeePaidBy, allocationFeePaidBy } = allocation.policy;
    if (
      plan.transactionFeePaidBy !== transactionFeePaidBy ||
      plan.allocationFeePaidBy !== allocationFeePaidBy
    )
      throw new Error(`${stream} lets others pay its fees than its policy`);
    this.recompute(stream, reply, allocation);
    planned(payment, rows, plan);
  }

  /** From what the log recorded alone, the same digest comes out again (I6). */
  private recompute(stream: string, reply: RewardReply, allocation: Of<"RewardsAllocated">): void {
    const cycle = cycleIn(stream);
    const read = inputsOf(cycle, reply);
    if ("refused" in read) throw new Error(`${stream}: what was recorded is refused`);
    const policy = policyWith(allocation.policy, allocation.terms);
    const delegationLimit = allocation.delegationLimit ?? undefined;
    const again = allocate(read.inputs, policy, delegationLimit);
    const printed = printAllocation({
      baker: BAKER,
      inputs: read.inputs,
      policy,
      delegationLimit,
      allocation: again,
    });
    if (printed.digest !== allocation.resultDigest)
      throw new Error(`${stream}: recomputing gives ${printed.digest}, not ${allocation.resultDigest}`);
  }

  /** What was planned is what is sent and charged, whatever policy is in force meanwhile. */
  private judgeBatch({ plan, dues }: Planned, { batchId, items }: Of<"BatchFormed">): void {
    for (const { obligation, sent, transactionFee, allocationFee } of items) {
      const isCharged =
        (transactionFee > 0n && plan?.transactionFeePaidBy === "baker") ||
        (allocationFee > 0n && plan?.allocationFeePaidBy === "baker");
      const due = dues.get(obligation);
      if (plan !== undefined && (isCharged || sent + transactionFee + allocationFee !== due))
        throw new Error(`${batchId} sends ${sent} for ${obligation}, of which ${due} is due`);
    }
  }

  private now(): InForce {
    const now = this.history.at(-1);
    if (now === undefined) throw new RangeError("no policy");
    return now;
  }

  private change(to: Partial<InForce>): void {
    this.history.push({ ...this.now(), ...to, place: this.seen });
  }

  private rewardOf(stream: string): Rewarded {
    const known = this.rewards.get(stream);
    const blank = {
      chunks: [],
      list: undefined,
      reply: undefined,
      rows: [],
      allocation: undefined,
      isFixed: false,
      fixed: undefined,
    };
    if (known === undefined) this.rewards.set(stream, blank);
    return known ?? blank;
  }

  private paymentOf(stream: string): Planned {
    const known = this.payments.get(stream);
    const blank = { rows: [], plan: undefined, dues: new Map() };
    if (known === undefined) this.payments.set(stream, blank);
    return known ?? blank;
  }
}

const planned = (payment: Planned, rows: readonly Obligation[], plan: Of<"PayoutPlanned">): void => {
  payment.plan = plan;
  payment.dues = new Map(rows.map(({ id, due }) => [id, due]));
};

const inWords = (rows: readonly object[]): string =>
  JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
