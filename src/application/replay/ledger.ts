// The ledger once more: what each plan took from it, and what it left there.
import { isRefused } from "../../domain/decision.js";
import { type Address, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import { type Mutez, sumOf, ZERO } from "../../domain/money.js";
import { ledgerOf } from "../aggregates.js";
import { type Position, type Revision } from "../ports/event-store.js";
import { type Findings } from "./findings.js";
import { compareRows, ListInWriting } from "./lists.js";
import { eventsOf, isOf, type Logged, type LoggedOf, nearestOf, Positions, type ReadLog } from "./reading.js";

/** What a plan found in the ledger. */
export interface Taken {
  readonly at: LoggedOf<"BalancesTaken">;
  readonly balances: ReadonlyMap<Address, Mutez>;
}

type Carried = LoggedOf<"BalancesCarried">;

/** The fold before an event of this revision. */
interface Folded {
  readonly revision: Revision;
  readonly state: Ledger.State;
}

const BEGINNING: Folded = { revision: 0, state: Ledger.initial };

/**
 * Folds the ledger forwards as plans ask for what they took, in the order of the log; whoever asks for an earlier one
 * has it folded from the take before that.
 */
export class LedgerReplay {
  private readonly aggregate;
  private readonly positions: Positions;
  private folded: Folded | undefined;
  constructor(
    private readonly log: ReadLog,
    baker: TzAddress,
    private readonly findings: Findings,
  ) {
    this.aggregate = ledgerOf(baker);
    this.positions = new Positions(log, this.aggregate.stream);
  }

  /** What a plan took before a position; undefined: it took nothing. */
  async taken(plan: Ledger.PayoutPlan, before: Position): Promise<Taken | undefined> {
    const behind = await this.positions.firstBehind(before);
    const at = await this.takeBefore(behind, plan);
    if (at === undefined) return undefined;
    await this.foldTo(at.revision + 1);
    return { at, balances: this.folded?.state.take?.balances ?? new Map() };
  }

  /**
   * Holds what a plan's end left in the ledger against what it should have left. Undefined: the take is not closed.
   * Goes on with what should be there.
   */
  async carried(plan: Ledger.PayoutPlan, rows: readonly Ledger.CarriedRow[]): Promise<Carried | undefined> {
    const before = this.folded;
    if (before === undefined) return undefined;
    let { state } = before;
    const writing = new ListInWriting<Ledger.CarriedRow>();
    for await (const logged of nearestOf(this.log, this.aggregate, { from: before.revision })) {
      if (isOf(logged, "CarriedRows")) writing.add(logged.event.data.attempt, logged.event.data.rows, logged);
      else if (isOf(logged, "BalancesCarried")) {
        const closed = this.close(state, logged, plan, rows, writing);
        this.folded = { revision: logged.revision + 1, state: closed };
        return logged;
      } else state = this.fold(state, logged);
    }
    return undefined;
  }

  /** Looks at what stands behind the last take too, up to a position. */
  async to(position: Position): Promise<void> {
    await this.foldTo(await this.positions.firstBehind(position));
  }

  /** What was taken before a position to be paid by this payment; undefined: nothing was. */
  async settlementOf(payment: string, before: Position): Promise<LoggedOf<"SettlementTaken"> | undefined> {
    const behind = await this.positions.firstBehind(before);
    const back = { from: behind - 1, direction: "backwards" as const };
    if (behind > 0)
      for await (const logged of nearestOf(this.log, this.aggregate, back))
        if (isOf(logged, "SettlementTaken") && logged.event.data.payment === payment) return logged;
    return undefined;
  }

  /** The adjustment of a reference, written after a position; undefined: there is none. */
  async adjustmentOf(
    reference: string,
    after: Position,
  ): Promise<LoggedOf<"AdjustmentRecorded"> | undefined> {
    const from = await this.positions.firstBehind(after);
    for await (const logged of nearestOf(this.log, this.aggregate, { from }))
      if (isOf(logged, "AdjustmentRecorded") && logged.event.data.reference === reference) return logged;
    return undefined;
  }

  private close(
    state: Ledger.State,
    logged: Carried,
    plan: Ledger.PayoutPlan,
    rows: readonly Ledger.CarriedRow[],
    writing: ListInWriting<Ledger.CarriedRow>,
  ): Ledger.State {
    const { findings } = this;
    const decision = Ledger.carry({ ...plan, rows })({ ...state, writing: undefined });
    const closing = isRefused(decision) ? undefined : decision.at(-1);
    if (isRefused(decision) || closing?.type !== "BalancesCarried") {
      findings.differ("carried balances", "an open take", "none", logged);
      return state;
    }
    const found = writing.close();
    findings.counts.carriedRows += found.length;
    findings.sameFields("carried balances", closing.data, logged.event.data, logged);
    const expected = rows.filter(({ amount }) => amount !== 0n);
    const { attempt } = closing.data;
    compareRows(findings, "carried row", { attempt, expected, found, closing: logged });
    return decision.reduce(Ledger.evolve, { ...state, writing: undefined });
  }

  /** Looks back from a revision for the take of a plan; the takes of others end the search. */
  private async takeBefore(
    revision: Revision,
    { payment, plan }: Ledger.PayoutPlan,
  ): Promise<LoggedOf<"BalancesTaken"> | undefined> {
    if (revision === 0) return undefined;
    const back = nearestOf(this.log, this.aggregate, { from: revision - 1, direction: "backwards" });
    for await (const logged of back) {
      if (!isOf(logged, "BalancesTaken")) continue;
      const { data } = logged.event;
      return data.payment === payment && data.plan === plan ? logged : undefined;
    }
    return undefined;
  }

  /** Folds up to a revision, that one not included. */
  private async foldTo(revision: Revision): Promise<void> {
    const near = this.folded && this.folded.revision <= revision ? this.folded : undefined;
    let { revision: next, state } = near ?? (await this.startBefore(revision));
    if (revision > next)
      for await (const logged of eventsOf(this.log, this.aggregate, { from: next, limit: revision - next })) {
        state = this.fold(state, logged);
        next = logged.revision + 1;
      }
    this.folded = { revision: next, state };
  }

  /** What a take found is gone from the balances: the fold may begin with the one before the one at `revision` - 1. */
  private async startBefore(revision: Revision): Promise<Folded> {
    if (revision < 2) return BEGINNING;
    const back = nearestOf(this.log, this.aggregate, { from: revision - 2, direction: "backwards" });
    for await (const logged of back)
      if (logged.event.type === "BalancesTaken")
        return { revision: logged.revision + 1, state: Ledger.evolve(Ledger.initial, logged.event) };
    return BEGINNING;
  }

  private fold(state: Ledger.State, logged: Logged<Ledger.Event>): Ledger.State {
    if (isOf(logged, "OpeningBalancesImported")) this.checkImport(state, logged);
    if (isOf(logged, "SettlementTaken")) {
      const { delegator, amount } = logged.event.data;
      this.findings.same(
        "settlement: amount",
        state.balances.get(delegator) ?? ZERO,
        amount,
        logged,
        delegator,
      );
    }
    if (isOf(logged, "SettlementReturned")) {
      const { delegator, number, amount } = logged.event.data;
      const settlement = state.settlements.get(delegator);
      if (settlement?.number === number)
        this.findings.same("settlement: returned", settlement.amount, amount, logged, delegator);
    }
    return Ledger.evolve(state, this.mended(state, logged));
  }

  /** A list that is closed with another number of rows cannot be folded: it is said, and those that are there count. */
  private mended(state: Ledger.State, logged: Logged<Ledger.Event>): Ledger.Event {
    const { event } = logged;
    if (event.type !== "BalancesCarried" && event.type !== "OpeningBalancesImported") return event;
    const { attempt, count } = event.data;
    const open = event.type === "BalancesCarried" ? state.writing : state.importing.get(attempt);
    const rows = open?.attempt === attempt ? open.rows.length : 0;
    if (rows === count) return event;
    this.findings.differ("rows of a closed list", rows, count, logged);
    return event.type === "BalancesCarried"
      ? { ...event, data: { ...event.data, count: rows } }
      : { ...event, data: { ...event.data, count: rows } };
  }

  private checkImport(state: Ledger.State, logged: LoggedOf<"OpeningBalancesImported">): void {
    const { data } = logged.event;
    const rows = state.importing.get(data.attempt)?.rows ?? [];
    const digest = Ledger.rootOf(rows);
    const expected = { attempt: digest, sum: sumOf(rows, ({ amount }) => amount), digest };
    this.findings.sameFields("opening balances", expected, data, logged);
  }
}

/** What an interrupted or void plan gives back. */
export const takenRows = ({ balances }: Taken): readonly Ledger.CarriedRow[] =>
  [...balances].map(([delegator, amount]) => ({ delegator, amount }));
