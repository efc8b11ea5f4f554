// What was planned for one delegator, and how it was paid.
import { type Address, type StreamName } from "../../domain/identifiers.js";
import { max, min, type Mutez, mutez, ZERO } from "../../domain/money.js";
import { obligationId } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import { isPayable } from "../../domain/payment/plan.js";
import { type AllocationPolicy } from "../../domain/reward/policy-codec.js";
import type * as Reward from "../../domain/reward/reward.js";
import { tez } from "../queries/progress.js";
import { isOf, type Logged, type LoggedOf } from "../replay/reading.js";
import { type Operations } from "../replay/wallet.js";
import { type Damage, notWhole } from "./damage.js";
import { type LedgerStory } from "./ledger.js";
import { costsIn, dueIn, type InBatch, tellOperations } from "./operations.js";
import { type Story } from "./story.js";

interface Planning {
  readonly allocations: ReadonlyMap<string, Reward.Allocation>;
  readonly ledger: LedgerStory;
  readonly operations: Operations;
  readonly story: Story;
  readonly damage: Damage;
}

export class PaymentStory {
  state = Payment.initial;
  /** Whether any plan had to do with the delegator. */
  isNamed = false;
  /** Of the plan that stands. */
  whyNothingIsPaid: string | undefined;
  /** Whether the rows of the newest plan are those that it closed. */
  isWhole = true;
  private readonly id: string;
  private planned: LoggedOf<"PayoutPlanned"> | undefined;

  constructor(
    readonly stream: StreamName,
    private readonly delegator: Address,
    private readonly sources: Planning,
  ) {
    this.id = obligationId("delegator", delegator);
  }

  /** Where the obligation stands now; undefined: there is none. */
  get standing() {
    return this.state.obligations.get(this.id);
  }

  async follow(logged: Logged<Payment.Event>): Promise<void> {
    const before = this.standing;
    this.state = Payment.evolve(this.state, this.mended(logged));
    const { story } = this.sources;
    if (isOf(logged, "PayoutPlanned")) await this.tellPlan(logged);
    else if (isOf(logged, "PayoutRejected")) {
      story.tell(logged, `the plan is void: ${logged.event.data.reason} (${logged.event.data.actor})`);
      await this.tellLeft();
    } else if (isOf(logged, "PayoutCompleted")) await this.tellLeft();
    else if (isOf(logged, "BatchFormed")) this.tellBatch(logged, before?.due);
    else this.tellOther(logged);
  }

  /** A plan whose rows are not all there has those that are. */
  private mended(logged: Logged<Payment.Event>): Payment.Event {
    const { event } = logged;
    if (event.type !== "PayoutPlanned") return event;
    const { attempt, count, digest } = event.data;
    const { writing } = this.state;
    const rows = writing?.attempt === attempt ? writing.rows : [];
    this.isWhole = rows.length === count && Payment.rootOf(rows) === digest;
    if (!this.isWhole) this.sources.damage.note(logged, notWhole(rows.length, count));
    return { ...event, data: { ...event.data, count: rows.length } };
  }

  private async tellPlan(logged: LoggedOf<"PayoutPlanned">): Promise<void> {
    const { allocations, ledger, story } = this.sources;
    const { data } = logged.event;
    const allocation = allocations.get(data.allocation);
    const row = allocation?.rows.find(({ delegator }) => delegator === this.delegator);
    this.planned = logged;
    const taken = await ledger.tellTaken(logged);
    this.isNamed ||= row !== undefined || taken !== 0n || this.standing !== undefined;
    const { standing } = this;
    const digest = `plan ${data.plan}, digest ${data.digest}`;
    const net = row?.net ?? 0n;
    this.whyNothingIsPaid =
      standing === undefined ? this.whyNothing(row, taken, allocation?.policy) : undefined;
    if (standing === undefined && !this.isWhole)
      return story.tell(logged, "planned: its row is not among what can be read of it", [digest]);
    if (standing === undefined)
      return story.tell(logged, "planned: nothing is paid to it", [this.whyNothingIsPaid ?? "", digest]);
    const sum = `${tez(net)} of this cycle${taken === 0n ? "" : ` and ${tez(taken)} from the ledger`}`;
    story.tell(logged, `planned: ${tez(standing.due)} to ${standing.recipient}, ${sum}`, [
      ...(standing.self ? ["it is the wallet that pays: settled without a transfer"] : []),
      digest,
    ]);
  }

  private whyNothing(
    row: Reward.AllocatedRow | undefined,
    taken: Mutez,
    policy: AllocationPolicy | undefined,
  ): string {
    if (row === undefined) return `it is not in this cycle: ${tez(taken)} stay in the ledger as they are`;
    if (!isPayable(row))
      return `${row.reason ?? row.status}: nothing of this cycle is its, and ${tez(taken)} stay in the ledger as they are`;
    const sum = mutez(row.net + taken);
    const sums = `${tez(row.net)} and ${tez(taken)} from the ledger are ${tez(sum)}`;
    if (sum <= 0n) return `${sums}: carried as they are`;
    const below = `${sums}, below the minimum payout`;
    return policy?.belowMinimumPayout === "keep"
      ? `${below}: the baker keeps ${tez(min(sum, row.net))}, and ${tez(max(taken, ZERO))} are carried`
      : `${below}: carried`;
  }

  private async tellLeft(): Promise<void> {
    if (this.planned) await this.sources.ledger.tellLeft(this.planned);
  }

  private tellBatch(logged: LoggedOf<"BatchFormed">, due: Mutez | undefined): void {
    const { batchId, items } = logged.event.data;
    const index = items.findIndex(({ obligation }) => obligation === this.id);
    const item = items[index];
    if (item === undefined) return;
    const place: InBatch = { batchId, index, item };
    const { story, operations } = this.sources;
    story.tell(
      logged,
      `put into batch ${batchId.slice(batchId.indexOf("_") + 1)}: ${tez(item.sent)} are sent`,
      [costsIn(item, due ?? dueIn(item)), `one of ${items.length} transfers in one operation`],
    );
    tellOperations(operations, place, story);
  }

  private tellOther(logged: Logged<Payment.Event>): void {
    const text = this.textOf(logged.event);
    if (text !== undefined) this.sources.story.tell(logged, text);
  }

  private textOf(event: Payment.Event): string | undefined {
    switch (event.type) {
      case "PayoutAwaitsApproval":
        return `the plan waits for the baker's approval: above ${event.data.exceeded.map(({ ceiling }) => ceiling).join(", ")}`;
      case "PayoutApproved":
        return `the plan is approved by ${event.data.actor}`;
      case "BatchSettled":
        return this.resultIn(event.data.results);
      case "ObligationHeld":
        return this.of(event.data, `held by ${event.data.actor}: ${event.data.reason}`);
      case "ObligationReleased":
        return this.of(
          event.data,
          `let go by ${event.data.actor}: it is paid alone, to ${event.data.recipient}`,
        );
      case "ObligationPaidOutside": {
        const { operation, content, sent, actor } = event.data;
        const text = `paid outside of TAPS, as ${actor} says: ${tez(sent)} by content ${content} of operation ${operation}`;
        return this.of(event.data, text);
      }
      case "ObligationsCarried":
        return event.data.obligations.includes(this.id)
          ? "carried: the network's fee would be more than what is due"
          : undefined;
      default:
        return undefined;
    }
  }

  private of({ obligation }: { readonly obligation: string }, text: string): string | undefined {
    return obligation === this.id ? text : undefined;
  }

  private resultIn(
    results: readonly { readonly obligation: string; readonly result: string }[],
  ): string | undefined {
    const result = results.find(({ obligation }) => obligation === this.id)?.result;
    return result === undefined ? undefined : RESULTS[result];
  }
}

const RESULTS: Readonly<Record<string, string>> = {
  paid: "settled: paid",
  returned: "settled: not paid through another's fault, it is sent again with fewer others",
  held: "settled: not paid through its receiver's fault, and held for a person",
};
