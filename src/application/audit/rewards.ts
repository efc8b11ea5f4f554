// What a delegator earned in a cycle, and by which numbers.
import { type Address, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type AllocatedRow } from "../../domain/reward/events.js";
import type * as Reward from "../../domain/reward/reward.js";
import { rewardOf } from "../aggregates.js";
import { tez } from "../queries/progress.js";
import { type BakerHistory } from "../replay/baker.js";
import { type Difference, Findings } from "../replay/findings.js";
import { ListInWriting } from "../replay/lists.js";
import { eventsOf, isOf, type Logged, type LoggedOf, type ReadLog } from "../replay/reading.js";
import { RewardReplay } from "../replay/reward.js";
import { type Damage } from "./damage.js";
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

export interface RewardPlace {
  readonly log: ReadLog;
  readonly baker: TzAddress;
  readonly cycle: Cycle;
  readonly delegator: Address;
}

/** Tells of inputs and allocations; nothing is believed that is not computed once more. */
export class RewardStory {
  /** The cycle's allocations by digest, as they stand in the log. */
  readonly allocations = new Map<string, Reward.Allocation>();
  /** Whether one of them names the delegator. */
  isNamed = false;
  private readonly findings = new Findings();
  private readonly replay: RewardReplay;
  private readonly writing = new ListInWriting<AllocatedRow>();

  constructor(
    private readonly place: RewardPlace,
    history: BakerHistory,
    private readonly story: Story,
    private readonly damage: Damage,
  ) {
    this.replay = new RewardReplay(place, history, this.findings);
  }

  async tell(): Promise<void> {
    const { log, baker, cycle } = this.place;
    for await (const logged of eventsOf(log, rewardOf(baker, cycle))) {
      const before = this.findings.differences.length;
      this.replay.follow(logged);
      const differences = this.findings.differences.slice(before);
      this.noteDifferences(differences, logged);
      if (isOf(logged, "RewardInputsRecorded")) this.tellInputs(logged);
      else if (isOf(logged, "DelegatorRewardsAllocated"))
        this.writing.add(logged.event.data.attempt, logged.event.data.rows, logged);
      else if (isOf(logged, "RewardsAllocated")) this.tellAllocated(logged, differences.length);
      else this.tellOther(logged);
    }
  }

  /** What differs for others is counted: the story is one delegator's. */
  private noteDifferences(differences: readonly Difference[], logged: Logged<Reward.Event>): void {
    const { damage } = this;
    const isOthers = ({ delegator }: Difference) => delegator !== null && delegator !== this.place.delegator;
    for (const { what, expected, found, event } of differences.filter((each) => !isOthers(each))) {
      const { type, stream, revision } = event ?? { ...logged, type: logged.event.type };
      const why = `event ${revision} of ${stream} (${type}): ${what}: expected ${expected}, found ${found}`;
      damage.add({ stream, revision, why });
    }
    const others = differences.filter(isOthers).length;
    if (others > 0) damage.note(logged, `${others} differences in rows of other delegators`);
  }

  private tellInputs(logged: LoggedOf<"RewardInputsRecorded">): void {
    const { source, headLevel, count, externalDelegated, digest } = logged.event.data;
    const { inputs } = this.replay;
    const own = inputs?.rows.find((row) => row.delegator === this.place.delegator);
    const listed = own
      ? `its delegated balance: ${tez(own.balance)}${own.emptied ? "; its account is empty" : ""}`
      : "it is not in the list";
    this.story.tell(
      logged,
      `rewards read from ${source} at block ${headLevel}: ${count} delegators with ${tez(externalDelegated)}`,
      [inputs ? listed : "the list cannot be read again", `digest of the list ${digest}`],
    );
  }

  /** Rows that are not all there are those that come of the inputs, if these can be read. */
  private tellAllocated(logged: LoggedOf<"RewardsAllocated">, differences: number): void {
    const { data } = logged.event;
    const { cycle, delegator } = this.place;
    const rows = this.writing.close().flatMap(({ row, attempt }) => (attempt === data.attempt ? [row] : []));
    const again = this.replay.allocations.get(data.resultDigest);
    const allocation = rows.length === data.count || again === undefined ? { ...data, rows } : again;
    this.allocations.set(data.resultDigest, allocation);
    const row = allocation.rows.find((each) => each.delegator === delegator);
    if (row === undefined) return;
    this.isNamed = true;
    this.story.tell(
      logged,
      `allocated: ${tez(row.gross)} less the fee of ${tez(row.fee)} is ${tez(row.net)}`,
      [
        ...termsOf(allocation, delegator),
        ...this.formulaOf(row, allocation),
        ...(row.reason === null ? [] : [`${row.status}: ${WHY[row.reason]}`]),
        `digest of the result ${allocation.resultDigest}`,
        ...(differences > 0
          ? [`${differences} DIFFERENCES when computed once more: see taps replay ${cycle}`]
          : []),
      ],
    );
  }

  private formulaOf(row: AllocatedRow, allocation: Reward.Allocation): readonly string[] {
    const { inputs } = this.replay;
    if (inputs === undefined) return ["its inputs cannot be read again"];
    try {
      return formulaOf(row, inputs, allocation);
    } catch (error) {
      // A limit that is needed and not there.
      if (!(error instanceof RangeError)) throw error;
      return ["its formula cannot be filled in with these terms"];
    }
  }

  private tellOther(logged: Logged<Reward.Event>): void {
    const { event } = logged;
    const { story } = this;
    switch (event.type) {
      case "RewardInputsRejected": {
        const why = event.data.checks.map(({ message }) => message);
        return story.tell(logged, "rewards that were read are not believed", why);
      }
      case "RewardInputsSuperseded":
        return story.tell(logged, `the rewards are read again: ${event.data.reason} (${event.data.actor})`);
      case "AllocationSuperseded":
        return story.tell(logged, `that allocation is given up: ${event.data.reason} (${event.data.actor})`);
      case "AllocationFixed":
        return story.tell(logged, `fixed: a payout is planned from ${event.data.digest}`);
      case "AllocationReopened":
        return story.tell(logged, `open again: the plan is void (${event.data.actor})`);
      default:
    }
  }
}
