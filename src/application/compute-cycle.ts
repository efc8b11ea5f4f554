import { asCycle, type Cycle, type TzAddress } from "../domain/identifiers.js";
import { allocate, type Allocation } from "../domain/reward/allocate.js";
import { type ComputedCycle, printAllocation } from "../domain/reward/compute.js";
import { type InputsOutcome, type RewardInputs } from "../domain/reward/inputs.js";
import { type Policy } from "../domain/reward/policy.js";
import { type InputRefusal } from "../domain/reward/refusals.js";
import { type RewardSource } from "./ports/reward-source.js";
import { inputsOf } from "./reward-reply.js";

/**
 * The protocol's limit of delegated over own staked balance that was in force in a cycle; undefined when it is not
 * known. May throw `ChainUnavailable`.
 */
export type DelegationLimit = (cycle: Cycle) => Promise<number | undefined>;

export type Refused = { readonly refused: readonly [InputRefusal, ...InputRefusal[]] };
export type AllocationOutcome =
  | {
      readonly allocation: Allocation;
      readonly delegationLimit: number | undefined;
      readonly computed: ComputedCycle;
    }
  | Refused;

/** Allocates inputs that passed every check; the protocol's limit is asked for only if the policy needs it. */
export const allocateInputs = async (
  {
    baker,
    inputs,
    policy,
  }: { readonly baker: TzAddress; readonly inputs: RewardInputs; readonly policy: Policy },
  limitOf: DelegationLimit,
): Promise<AllocationOutcome> => {
  const { cycle } = inputs;
  const isProtected = policy.allocation.overdelegationProtection;
  const delegationLimit = isProtected ? await limitOf(cycle) : undefined;
  if (isProtected && delegationLimit === undefined) {
    return { refused: [{ check: "missing-constant", constant: "limit_of_delegation_over_baking", cycle }] };
  }
  const allocation = allocate(inputs, policy, delegationLimit);
  const computed = printAllocation({ baker, inputs, policy, delegationLimit, allocation });
  return { allocation, delegationLimit, computed };
};

/** Cycles before the one that is running that may still be unfinished: the last one, within two blocks. */
const STEPS_BACK = 3;

/** The newest cycle that is not unfinished, as the source sees it. */
const readLast = async (baker: TzAddress, source: RewardSource): Promise<InputsOutcome> => {
  const { cycle: running } = await source.head();
  let outcome: InputsOutcome;
  let cycle = running;
  do {
    cycle = asCycle(Math.max(cycle - 1, 0));
    outcome = inputsOf(cycle, await source.split(baker, cycle));
  } while (isUnfinished(outcome) && cycle > 0 && running - cycle < STEPS_BACK);
  return outcome;
};

const isUnfinished = (outcome: InputsOutcome): boolean =>
  "refused" in outcome && outcome.refused.some(({ check }) => check === "unfinished-cycle");

export interface ComputePorts {
  readonly source: RewardSource;
  readonly limitOf: DelegationLimit;
}

/**
 * Works out who is owed what for one cycle, from the source alone; writes nothing. Throws `SourceUnavailable`,
 * and what `limitOf` throws.
 */
export const computeCycle = async (
  query: { readonly baker: TzAddress; readonly cycle: Cycle | "last"; readonly policy: Policy },
  { source, limitOf }: ComputePorts,
): Promise<{ readonly computed: ComputedCycle } | Refused> => {
  const { baker, cycle, policy } = query;
  const outcome =
    cycle === "last" ? await readLast(baker, source) : inputsOf(cycle, await source.split(baker, cycle));
  if ("refused" in outcome) return outcome;
  return allocateInputs({ baker, inputs: outcome.inputs, policy }, limitOf);
};
