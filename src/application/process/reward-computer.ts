// From a cycle that has ended to an allocation that stands: fetch, check, record, allocate.
import type * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { type Decision, isRefused } from "../../domain/decision.js";
import { sha256 } from "../../domain/digest.js";
import { type DomainEvent } from "../../domain/events.js";
import {
  type ChainId,
  type Cycle as CycleNumber,
  type StreamName,
  type TzAddress,
} from "../../domain/identifiers.js";
import { describeRefusal } from "../../domain/reward/refusals.js";
import * as Reward from "../../domain/reward/reward.js";
import { cycleOf, paymentOf, rewardOf } from "../aggregates.js";
import { allocateInputs, type DelegationLimit } from "../compute-cycle.js";
import { isUnder, policyOf } from "../policy-of.js";
import { type EventMetadata } from "../ports/event-store.js";
import { type RewardSource } from "../ports/reward-source.js";
import {
  allocationOf,
  checksOf,
  factsOf,
  packText,
  replyIn,
  textOf,
  unpackText,
} from "../recorded-rewards.js";
import { type Loaded, type Repository } from "../repository.js";
import { inputsOf } from "../reward-reply.js";

export interface RewardPorts {
  readonly baker: TzAddress;
  readonly source: RewardSource;
  readonly repository: Repository;
  readonly limitOf: DelegationLimit;
  readonly metadata: () => EventMetadata;
}

/** `ready`: an allocation by today's policy stands. Otherwise why not. */
export type RewardsOutcome = { readonly ready: true } | { readonly ready: false; readonly why: string };

export class RewardComputer {
  constructor(private readonly ports: RewardPorts) {}

  /** Takes one cycle as far as it goes now; everything done before is found in the log and not done again. */
  async compute(baker: Baker.State, cycle: CycleNumber): Promise<RewardsOutcome> {
    const { repository } = this.ports;
    let reward = await repository.load(rewardOf(this.ports.baker, cycle));
    if (reward.state.fixed) return { ready: true };
    if (!reward.state.inputs) {
      const refused = await this.record(baker.registered?.chainId, cycle, reward);
      if (refused !== undefined) return { ready: false, why: refused };
      reward = await repository.load(rewardOf(this.ports.baker, cycle));
      if (!reward.state.inputs) return { ready: false, why: "another process is reading the rewards" };
    }
    const why = await this.allocate(baker, cycle, reward);
    if (why !== undefined) return { ready: false, why };
    return this.announce(cycle);
  }

  /** Fetches and records the inputs; returns why they are not believed. */
  private async record(
    chainId: ChainId | undefined,
    cycle: CycleNumber,
    reward: Loaded<Reward.State>,
  ): Promise<string | undefined> {
    const { source } = this.ports;
    const head = await source.head();
    if (head.chainId !== chainId) return `the reward source shows another chain (${head.chainId})`;
    const reply = await source.split(this.ports.baker, cycle);
    const outcome = inputsOf(cycle, reply);
    if ("refused" in outcome) {
      const why = outcome.refused.map(describeRefusal).join("; ");
      const passing = outcome.refused.every(
        ({ check }) => check === "no-data" || check === "unfinished-cycle",
      );
      if (reply === undefined || passing) return why;
      const rejection = { attempt: sha256(textOf(reply)), checks: checksOf(outcome.refused) };
      await this.append(cycle, reward, Reward.rejectInputs(rejection)(reward.state));
      return why;
    }
    if (reply === undefined) return "no data";
    const { inputs } = outcome;
    const text = textOf(reply);
    const recorded = Reward.recordInputs({ ...factsOf(text, reply, inputs), gzipChunks: packText(text) });
    await this.append(cycle, reward, recorded(reward.state));
    return undefined;
  }

  /** Allocates the recorded inputs by today's policy; an allocation by another policy is superseded. */
  private async allocate(
    baker: Baker.State,
    cycle: CycleNumber,
    reward: Loaded<Reward.State>,
  ): Promise<string | undefined> {
    const policy = policyOf(baker);
    const { allocation } = reward.state;
    if (allocation && isUnder(allocation, policy)) return undefined;
    if (await this.isPlanned(cycle)) return undefined;
    if (allocation) {
      const superseded = Reward.supersede({ reason: "policy-changed", actor: "taps" })(reward.state);
      await this.append(cycle, reward, superseded);
    }
    const now = await this.ports.repository.load(rewardOf(this.ports.baker, cycle));
    if (!now.state.inputs) return "its inputs were superseded: the source is asked again";
    const read = inputsOf(cycle, replyIn(unpackText(now.state.raw?.chunks ?? [])));
    if ("refused" in read)
      throw new Error(`recorded inputs of cycle ${cycle} are refused: the log is damaged`);
    const outcome = await allocateInputs(
      { baker: this.ports.baker, inputs: read.inputs, policy },
      this.ports.limitOf,
    );
    if ("refused" in outcome) return outcome.refused.map(describeRefusal).join("; ");
    await this.append(cycle, now, Reward.allocate(allocationOf(policy, outcome))(now.state));
    return undefined;
  }

  /** Whether a plan stands that was made of what is recorded: while somebody rejects it, its allocation is not fixed. */
  private async isPlanned(cycle: CycleNumber): Promise<boolean> {
    const { repository, baker } = this.ports;
    return (await repository.load(paymentOf(baker, cycle))).state.plan !== undefined;
  }

  private async announce(cycle: CycleNumber): Promise<RewardsOutcome> {
    const { repository, baker } = this.ports;
    const { allocation } = (await repository.load(rewardOf(baker, cycle))).state;
    if (!allocation) return { ready: false, why: "another process is allocating" };
    const life = await repository.load(cycleOf(baker, cycle));
    const decision = Cycle.rewardsReady({ digest: allocation.resultDigest })(life.state);
    if (!isRefused(decision) && decision.length > 0) {
      await repository.append(cycleOf(baker, cycle).stream, life.revision, decision, this.ports.metadata());
    }
    return { ready: true };
  }

  private async append<Code extends string>(
    cycle: CycleNumber,
    at: Loaded<unknown>,
    decision: Decision<DomainEvent, Code>,
  ): Promise<void> {
    if (isRefused(decision) || decision.length === 0) return;
    const stream: StreamName = rewardOf(this.ports.baker, cycle).stream;
    await this.ports.repository.append(stream, at.revision, decision, this.ports.metadata());
  }
}
