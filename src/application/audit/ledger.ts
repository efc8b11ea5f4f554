// What a plan took from the ledger for one delegator, where that came from, and what was left there afterwards.
import { type Address, type TzAddress } from "../../domain/identifiers.js";
import type * as Ledger from "../../domain/ledger/ledger.js";
import { type Mutez, mutez, ZERO } from "../../domain/money.js";
import { ledgerOf } from "../aggregates.js";
import { tez } from "../queries/progress.js";
import {
  eventsOf,
  isOf,
  type Logged,
  type LoggedOf,
  nearestOf,
  Positions,
  type ReadLog,
} from "../replay/reading.js";
import { type Story } from "./story.js";

const nameOf = ({ payment }: Ledger.PayoutPlan): string => payment.slice(payment.indexOf("_") + 1);

/** Reads the ledger around single takes. */
export class LedgerStory {
  private readonly aggregate;
  private readonly positions: Positions;

  constructor(
    private readonly log: ReadLog,
    baker: TzAddress,
    private readonly delegator: Address,
    private readonly story: Story,
  ) {
    this.aggregate = ledgerOf(baker);
    this.positions = new Positions(log, this.aggregate.stream);
  }

  /** Tells what a plan took, and of what it came; answers the amount. */
  async tellTaken(planned: LoggedOf<"PayoutPlanned">): Promise<Mutez> {
    const plan = { payment: planned.stream, plan: planned.event.data.plan };
    const found = await this.around(planned, plan);
    if (found === undefined) return ZERO;
    const { at, sources } = found;
    let sum = 0n;
    const why: string[] = [];
    for (const { amount, text } of sources) {
      sum += amount;
      why.push(`${tez(amount)}: ${text}`);
    }
    if (sum !== 0n || why.length > 0)
      this.story.tell(at, `taken from the ledger for this payout: ${tez(sum)}`, why);
    return mutez(sum);
  }

  /** Tells what the end of a plan left in the ledger; answers whether it has ended there. */
  async tellLeft(planned: LoggedOf<"PayoutPlanned">): Promise<boolean> {
    const plan = { payment: planned.stream, plan: planned.event.data.plan };
    const from = await this.positions.firstBehind(planned.position);
    let rows: readonly Ledger.CarriedRow[] = [];
    for await (const logged of nearestOf(this.log, this.aggregate, { from })) {
      if (isOf(logged, "CarriedRows")) rows = [...rows, ...logged.event.data.rows];
      if (!isOf(logged, "BalancesCarried")) continue;
      const { payment, plan: number } = logged.event.data;
      if (payment !== plan.payment || number !== plan.plan) return false;
      const amount = rows.findLast(({ delegator }) => delegator === this.delegator)?.amount ?? ZERO;
      this.story.tell(logged, `left in the ledger for later payouts: ${tez(amount)}`);
      return true;
    }
    return false;
  }

  /** The take of a plan, and what changed the delegator's balance since the take before. */
  private async around(planned: LoggedOf<"PayoutPlanned">, plan: Ledger.PayoutPlan) {
    const behind = await this.positions.firstBehind(planned.position);
    if (behind === 0) return undefined;
    let at: LoggedOf<"BalancesTaken"> | undefined;
    let first = 0;
    const back = { from: behind - 1, direction: "backwards" as const };
    for await (const logged of nearestOf(this.log, this.aggregate, back)) {
      if (!isOf(logged, "BalancesTaken")) continue;
      if (at !== undefined) {
        first = logged.revision + 1;
        break;
      }
      const { payment, plan: number } = logged.event.data;
      if (payment !== plan.payment || number !== plan.plan) return undefined;
      at = logged;
    }
    if (at === undefined) return undefined;
    return { at, sources: await this.sourcesIn(first, at.revision) };
  }

  private async sourcesIn(first: number, end: number) {
    const sources: { readonly amount: Mutez; readonly text: string }[] = [];
    let carried: Mutez | undefined;
    const imported = new Map<string, Mutez>();
    if (end === first) return sources;
    for await (const logged of eventsOf(this.log, this.aggregate, { from: first, limit: end - first })) {
      carried = this.rowIn(logged, "CarriedRows") ?? carried;
      if (isOf(logged, "OpeningBalances")) {
        const amount = this.rowIn(logged, "OpeningBalances");
        if (amount !== undefined) imported.set(logged.event.data.attempt, amount);
      }
      const told = this.told(logged, carried, imported);
      if (told) sources.push(told);
    }
    return sources;
  }

  private rowIn(logged: Logged<Ledger.Event>, type: "CarriedRows" | "OpeningBalances"): Mutez | undefined {
    const { event } = logged;
    if (event.type !== type) return undefined;
    return event.data.rows.find(({ delegator }) => delegator === this.delegator)?.amount;
  }

  private told(
    logged: Logged<Ledger.Event>,
    carried: Mutez | undefined,
    imported: ReadonlyMap<string, Mutez>,
  ): { readonly amount: Mutez; readonly text: string } | undefined {
    const { event } = logged;
    const at = `event ${logged.revision} of the ledger`;
    switch (event.type) {
      case "BalancesCarried":
        return carried === undefined
          ? undefined
          : { amount: carried, text: `what the payout of ${nameOf(event.data)} left (${at})` };
      case "OpeningBalancesImported": {
        const amount = imported.get(event.data.attempt);
        return amount === undefined
          ? undefined
          : { amount, text: `imported from ${event.data.format} (${at})` };
      }
      case "AdjustmentRecorded": {
        const { delegator, amount, reason, reference, actor } = event.data;
        const text = `${reason}, reference "${reference}", by ${actor} (${at})`;
        return delegator === this.delegator ? { amount, text } : undefined;
      }
      case "SettlementTaken": {
        const { delegator, amount, payment } = event.data;
        const text = `paid by itself: ${payment} (${at})`;
        return delegator === this.delegator ? { amount: mutez(-1n * amount), text } : undefined;
      }
      default:
        return undefined;
    }
  }
}
