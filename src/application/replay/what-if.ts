// Past cycles by other terms: computed from the inputs that the log recorded; nothing is written.
import { type Address, asCycle, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type Mutez, mutez, sumOf, ZERO } from "../../domain/money.js";
import { type AllocatedRow } from "../../domain/reward/events.js";
import { type PolicyFile, policyWith } from "../../domain/reward/policy.js";
import { describeRefusal } from "../../domain/reward/refusals.js";
import * as Reward from "../../domain/reward/reward.js";
import { rewardOf } from "../aggregates.js";
import { refuseAct } from "../commands/acts.js";
import { allocateInputs, type DelegationLimit } from "../compute-cycle.js";
import { type EventLog } from "../ports/event-log.js";
import { replyIn, unpackText } from "../recorded-rewards.js";
import { inputsOf } from "../reward-reply.js";
import { eventsOf, type ReadLog } from "./reading.js";

/** What one allocation gives; in mutez. */
interface Given {
  readonly engineVersion: string;
  readonly toDelegators: Mutez;
  readonly bakerKeeps: Mutez;
}

interface CycleThen {
  readonly cycle: Cycle;
  readonly was: Given;
  readonly would: Given;
  readonly rows: readonly AllocatedRow[];
  readonly rowsThen: readonly AllocatedRow[];
}

type Totals = Pick<
  Reward.Allocation,
  "engineVersion" | "bakerShare" | "feeTotal" | "kept" | "dust" | "distributed" | "carried"
>;

const givenBy = (allocation: Totals): Given => ({
  engineVersion: allocation.engineVersion,
  toDelegators: mutez(allocation.distributed + allocation.carried),
  bakerKeeps: mutez(allocation.bakerShare + allocation.feeTotal + allocation.kept + allocation.dust),
});

/** What a row gives its delegator, now or carried. */
const owedIn = ({ status, net }: AllocatedRow): Mutez =>
  status === "pay" || status === "carry" ? net : ZERO;

const stateOf = async (log: ReadLog, baker: TzAddress, cycle: Cycle): Promise<Reward.State> => {
  let state = Reward.initial;
  for await (const { event } of eventsOf(log, rewardOf(baker, cycle))) state = Reward.evolve(state, event);
  return state;
};

/** Undefined: nothing was allocated in this cycle. */
const allocateThen = async (
  log: ReadLog,
  baker: TzAddress,
  cycle: Cycle,
  file: PolicyFile,
  limitOf: DelegationLimit,
): Promise<CycleThen | undefined> => {
  const { raw, inputs, allocation } = await stateOf(log, baker, cycle);
  if (raw === undefined || inputs === undefined || allocation === undefined) return undefined;
  const read = inputsOf(cycle, replyIn(unpackText(raw.chunks)));
  if ("refused" in read)
    return refuseAct("inputs-refused", { cycle, why: read.refused.map(describeRefusal).join("; ") });
  // As with "policy set": terms stay where the file does not speak of them.
  const policy = policyWith(file.allocation, file.terms ?? allocation.terms);
  const outcome = await allocateInputs(
    { baker, inputs: read.inputs, policy },
    async (of) => allocation.delegationLimit ?? limitOf(of),
  );
  if ("refused" in outcome)
    return refuseAct("inputs-refused", { cycle, why: outcome.refused.map(describeRefusal).join("; ") });
  return {
    cycle,
    was: givenBy(allocation),
    would: givenBy(outcome.allocation),
    rows: allocation.rows,
    rowsThen: outcome.allocation.rows,
  };
};

interface Change {
  was: Mutez;
  would: Mutez;
}

const difference = ({ was, would }: Change): Mutez => mutez(would - was);

/**
 * What cycles would have given by another policy, each by itself: what the ledger carries from one to the next changes
 * no cycle's share. Throws `ActRefused`, and what log and `limitOf` throw.
 */
export const whatIf = async (
  { log, baker }: { readonly log: EventLog; readonly baker: TzAddress },
  cycles: { readonly first: Cycle; readonly last: Cycle },
  file: PolicyFile,
  limitOf: DelegationLimit,
) => {
  const changes = new Map<Address, Change>();
  const add = (rows: readonly AllocatedRow[], side: keyof Change) => {
    for (const row of rows) {
      const change = changes.get(row.delegator) ?? { was: ZERO, would: ZERO };
      change[side] = mutez(change[side] + owedIn(row));
      changes.set(row.delegator, change);
    }
  };
  const computed: Omit<CycleThen, "rows" | "rowsThen">[] = [];
  const missing: Cycle[] = [];
  for (let n: number = cycles.first; n <= cycles.last; n += 1) {
    const cycle = asCycle(n);
    const then = await allocateThen(log, baker, cycle, file, limitOf);
    if (then === undefined) {
      missing.push(cycle);
      continue;
    }
    const { rows, rowsThen, ...given } = then;
    add(rows, "was");
    add(rowsThen, "would");
    computed.push(given);
  }
  if (computed.length === 0) refuseAct("no-rewards");
  const total = (of: (each: (typeof computed)[number]) => Mutez) => sumOf(computed, of);
  return {
    baker,
    cycles: computed,
    /** Nothing was allocated in these. */
    missing,
    total: {
      toDelegators: {
        was: total(({ was }) => was.toDelegators),
        would: total(({ would }) => would.toDelegators),
      },
      bakerKeeps: { was: total(({ was }) => was.bakerKeeps), would: total(({ would }) => would.bakerKeeps) },
    },
    delegators: [...changes].map(([delegator, change]) => ({
      delegator,
      ...change,
      difference: difference(change),
    })),
  };
};
export type WhatIf = Awaited<ReturnType<typeof whatIf>>;
