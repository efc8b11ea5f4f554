// What a plan took from the ledger for one delegator, where that came from, and what was left there afterwards.
import { type OpenList, withChunk } from "../../domain/event.js";
import { type Address, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import { type Mutez, mutez, ZERO } from "../../domain/money.js";
import { ledgerOf } from "../aggregates.js";
import { type LoggedEvent } from "../ports/event-log.js";
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
import { type Damage, notWhole } from "./damage.js";
import { type Story } from "./story.js";

/** What changed the delegator's balance. */
interface Source {
  readonly amount: Mutez;
  readonly text: string;
}

const placeIn = ({ revision }: LoggedEvent): string => `event ${revision} of the ledger`;

const nameOf = ({ payment }: Ledger.PayoutPlan): string => payment.slice(payment.indexOf("_") + 1);

type Chunk = LoggedOf<"CarriedRows"> | LoggedOf<"OpeningBalances">;
type Closing = LoggedOf<"BalancesCarried"> | LoggedOf<"OpeningBalancesImported">;

type Open = OpenList<Ledger.CarriedRow>;

/** Lists of balances up to what closes them: imports are written beside each other, and beside what a payout leaves. */
class Lists {
  private carried: Open | undefined;
  private readonly importing = new Map<string, Open>();

  constructor(
    private readonly delegator: Address,
    private readonly damage: Damage,
  ) {}

  add({ event }: Chunk): void {
    if (event.type === "CarriedRows") this.carried = withChunk(this.carried, event.data);
    else {
      const { attempt } = event.data;
      this.importing.set(attempt, withChunk(this.importing.get(attempt), event.data));
    }
  }

  /** The delegator's balance in the list, none is 0; undefined: its row is not there, and not all rows are. */
  close(closing: Closing): Mutez | undefined {
    const { attempt, count, digest } = closing.event.data;
    const open = closing.event.type === "BalancesCarried" ? this.carried : this.importing.get(attempt);
    const rows = open?.attempt === attempt ? open.rows : [];
    const isWhole = rows.length === count && Ledger.rootOf(rows) === digest;
    if (!isWhole) this.damage.note(closing, notWhole(rows.length, count));
    const own = rows.find(({ delegator }) => delegator === this.delegator)?.amount;
    return own ?? (rows.length === count ? ZERO : undefined);
  }
}

/** Reads the ledger around single takes. */
export class LedgerStory {
  private readonly aggregate;
  private readonly log: ReadLog;
  private readonly delegator: Address;
  private readonly positions: Positions;

  constructor(
    of: { readonly log: ReadLog; readonly baker: TzAddress; readonly delegator: Address },
    private readonly story: Story,
    private readonly damage: Damage,
  ) {
    this.log = of.log;
    this.delegator = of.delegator;
    this.aggregate = ledgerOf(of.baker);
    this.positions = new Positions(of.log, this.aggregate.stream);
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
    const lists = this.lists();
    for await (const logged of nearestOf(this.log, this.aggregate, { from })) {
      if (isOf(logged, "CarriedRows")) lists.add(logged);
      if (!isOf(logged, "BalancesCarried")) continue;
      const { payment, plan: number } = logged.event.data;
      if (payment !== plan.payment || number !== plan.plan) return false;
      const amount = lists.close(logged);
      const left = amount === undefined ? "its row cannot be read" : tez(amount);
      this.story.tell(logged, `left in the ledger for later payouts: ${left}`);
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
    const sources: Source[] = [];
    const lists = this.lists();
    if (end === first) return sources;
    for await (const logged of eventsOf(this.log, this.aggregate, { from: first, limit: end - first })) {
      // A limit counts what can be read.
      if (logged.revision >= end) break;
      if (isOf(logged, "CarriedRows") || isOf(logged, "OpeningBalances")) lists.add(logged);
      const told =
        isOf(logged, "BalancesCarried") || isOf(logged, "OpeningBalancesImported")
          ? this.closed(logged, lists)
          : this.told(logged);
      if (told) sources.push(told);
    }
    return sources;
  }

  private lists(): Lists {
    return new Lists(this.delegator, this.damage);
  }

  private closed(logged: Closing, lists: Lists): Source | undefined {
    const { event } = logged;
    const amount = lists.close(logged);
    if (amount === undefined || amount === 0n) return undefined;
    const what =
      event.type === "BalancesCarried"
        ? `what the payout of ${nameOf(event.data)} left`
        : `imported from ${event.data.format}`;
    return { amount, text: `${what} (${placeIn(logged)})` };
  }

  private told(logged: Logged<Ledger.Event>): Source | undefined {
    const { event } = logged;
    const at = placeIn(logged);
    switch (event.type) {
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
