// What a delegator earned in a cycle, and by which numbers.
import { type Address, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type AllocatedRow } from "../../domain/reward/events.js";
import * as Reward from "../../domain/reward/reward.js";
import { rewardOf } from "../aggregates.js";
import { tez } from "../queries/progress.js";
import { Findings } from "../replay/findings.js";
import { type BakerHistory } from "../replay/baker.js";
import { eventsOf, isOf, type LoggedOf, type ReadLog } from "../replay/reading.js";
import { RewardReplay } from "../replay/reward.js";
import { formulaOf } from "./formula.js";
import { type Story } from "./story.js";

const percent = (basisPoints: number): string => `${basisPoints / 100} %`;

const WHY: Readonly<Record<NonNullable<AllocatedRow["reason"]>, string>> = {
  ignored: "ignored by its terms: all others share its part",
  suspended: "suspended by its terms: the baker keeps it",
  "below-minimum-balance": "its balance is below the minimum",
  emptied: "its account was empty",
  zero: "there is nothing to pay",
  "below-minimum-payout": "below the minimum payout by itself",
};

/** The terms that were applied to one delegator. */
const termsOf = (
  { policy, terms, engineVersion }: Reward.Allocation,
  delegator: Address,
): readonly string[] => {
  const own = terms.find((row) => row.delegator === delegator);
  const ownFee = own?.feeBps === undefined ? "" : `, its own ${percent(own.feeBps)}`;
  return [
    `engine ${engineVersion}; fee ${percent(policy.feeBps)}${ownFee}`,
    `minimum payout ${tez(policy.minimumPayout)}, below it: ${policy.belowMinimumPayout}; minimum balance ${tez(policy.minimumBalance)}`,
    `the network's fee is paid by the ${policy.transactionFeePaidBy}, a new account's by the ${policy.allocationFeePaidBy}`,
    ...(own?.recipient === undefined ? [] : [`sent to ${own.recipient}`]),
    ...(own?.status === undefined ? [] : [`its status: ${own.status}`]),
    ...(own?.maximumBalance === undefined ? [] : [`at most ${tez(own.maximumBalance)} of its balance count`]),
  ];
};

/** The allocations of a cycle by digest, as they stand in the log, and whether they name the delegator. */
export interface Earned {
  readonly allocations: ReadonlyMap<string, Reward.Allocation>;
  readonly isNamed: boolean;
}

/** Tells of inputs and allocations; nothing is believed that is not computed once more. */
export const tellRewards = async (
  place: {
    readonly log: ReadLog;
    readonly baker: TzAddress;
    readonly cycle: Cycle;
    readonly delegator: Address;
  },
  history: BakerHistory,
  story: Story,
): Promise<Earned> => {
  const { log, baker, cycle, delegator } = place;
  const findings = new Findings();
  const replay = new RewardReplay({ baker, cycle }, history, findings);
  let state = Reward.initial;
  let isNamed = false;
  const allocations = new Map<string, Reward.Allocation>();
  const tellAllocated = (logged: LoggedOf<"RewardsAllocated">, differences: number): void => {
    const { allocation } = state;
    const row = allocation?.rows.find((each) => each.delegator === delegator);
    if (allocation === undefined) return;
    allocations.set(allocation.resultDigest, allocation);
    isNamed ||= row !== undefined;
    if (row === undefined) return;
    const { inputs } = replay;
    story.tell(logged, `allocated: ${tez(row.gross)} less the fee of ${tez(row.fee)} is ${tez(row.net)}`, [
      ...termsOf(allocation, delegator),
      ...(inputs ? formulaOf(row, inputs, allocation) : ["its inputs cannot be read again"]),
      ...(row.reason === null ? [] : [`${row.status}: ${WHY[row.reason]}`]),
      `digest of the result ${allocation.resultDigest}`,
      ...(differences > 0
        ? [`${differences} DIFFERENCES when computed once more: see taps replay ${cycle}`]
        : []),
    ]);
  };
  for await (const logged of eventsOf(log, rewardOf(baker, cycle))) {
    const before = findings.differences.length;
    replay.follow(logged);
    state = Reward.evolve(state, logged.event);
    if (isOf(logged, "RewardInputsRecorded")) {
      const { source, headLevel, count, externalDelegated, digest } = logged.event.data;
      const own = replay.inputs?.rows.find((row) => row.delegator === delegator);
      story.tell(
        logged,
        `rewards read from ${source} at block ${headLevel}: ${count} delegators with ${tez(externalDelegated)}`,
        [
          own
            ? `its delegated balance: ${tez(own.balance)}${own.emptied ? "; its account is empty" : ""}`
            : "it is not in the list",
          `digest of the list ${digest}`,
        ],
      );
    } else if (isOf(logged, "RewardInputsRejected"))
      story.tell(
        logged,
        "rewards that were read are not believed",
        logged.event.data.checks.map(({ message }) => message),
      );
    else if (isOf(logged, "RewardInputsSuperseded"))
      story.tell(
        logged,
        `the rewards are read again: ${logged.event.data.reason} (${logged.event.data.actor})`,
      );
    else if (isOf(logged, "RewardsAllocated")) tellAllocated(logged, findings.differences.length - before);
    else if (isOf(logged, "AllocationSuperseded"))
      story.tell(
        logged,
        `that allocation is given up: ${logged.event.data.reason} (${logged.event.data.actor})`,
      );
    else if (isOf(logged, "AllocationFixed"))
      story.tell(logged, `fixed: a payout is planned from ${logged.event.data.digest}`);
    else if (isOf(logged, "AllocationReopened"))
      story.tell(logged, `open again: the plan is void (${logged.event.data.actor})`);
  }
  return { allocations, isNamed };
};
