// A payment stream once more: its plans, its batches, what became of each obligation, what it leaves in the ledger.
import { isDeepStrictEqual } from "node:util";
import { isRefused } from "../../domain/decision.js";
import { type Address, type StreamName } from "../../domain/identifiers.js";
import { min, type Mutez, mutez } from "../../domain/money.js";
import { isDelegators, type Obligation } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import { type OperationReader } from "../ports/chain.js";
import { leftRows } from "../process/payer/payout.js";
import { BatchReplay, type FinalOperation } from "./batch.js";
import { checkApproval } from "./ceilings.js";
import { type Findings } from "./findings.js";
import { type LedgerReplay, takenRows } from "./ledger.js";
import { compareRows, ListInWriting, type RowAt } from "./lists.js";
import { type ExpectedPlan, type PlanSource } from "./plans.js";
import { isOf, type Logged, type LoggedOf } from "./reading.js";
import { type Operations, type WalletReplay } from "./wallet.js";

export interface PaymentSources {
  readonly reader: OperationReader;
  readonly wallet: WalletReplay;
  readonly ledger: LedgerReplay;
  readonly findings: Findings;
}

export class PaymentReplay {
  /** As it should be, after what was followed. */
  state = Payment.initial;
  /** As the log has it, since the wallet said something else of a batch. */
  private asSaid: Payment.State | undefined;
  /** Network costs since its payments were complete, each as often as it changed. */
  readonly costs: Mutez[] = [];
  shared: LoggedOf<"BondPoolShared"> | undefined;
  private readonly writing = new ListInWriting<Obligation>();
  private readonly batches: BatchReplay;
  private awaits: LoggedOf<"PayoutAwaitsApproval"> | undefined;
  /** What the plan that stands took from the ledger, and is not closed there. */
  private open: (NonNullable<ExpectedPlan["ledger"]> & { readonly plan: number }) | undefined;

  constructor(
    readonly stream: StreamName,
    private readonly source: PlanSource,
    operations: Operations,
    private readonly sources: PaymentSources,
  ) {
    this.batches = new BatchReplay(sources.reader, operations, sources.findings);
  }

  /** Final operations that were followed. */
  get final(): readonly FinalOperation[] {
    return this.batches.final;
  }

  /** How many signed operations were followed. */
  get signed(): number {
    return this.batches.signed;
  }

  /** The plan whose take must be closed in the ledger by the end. */
  get openTake(): number | undefined {
    return this.open?.plan;
  }

  async follow(logged: Logged<Payment.Event>): Promise<void> {
    if (isOf(logged, "ObligationsAdded")) {
      this.writing.add(logged.event.data.attempt, logged.event.data.rows, logged);
    } else if (isOf(logged, "PayoutPlanned")) await this.planned(logged);
    else if (isOf(logged, "PayoutRejected")) await this.rejected(logged);
    else if (isOf(logged, "PayoutCompleted")) await this.completed(logged);
    else if (isOf(logged, "BatchFormed"))
      this.apply(await this.batches.formed(logged, this.stream, this.state));
    else if (isOf(logged, "BatchSettled")) this.settled(logged);
    else {
      if (isOf(logged, "PayoutAwaitsApproval")) this.awaits = logged;
      else if (isOf(logged, "BondPoolShared")) this.shared = logged;
      else if (isOf(logged, "BatchDissolved")) this.batches.dissolved(logged);
      else if (isOf(logged, "PayoutApproved")) this.checkPlanDigest("approved plan", logged);
      else if (isOf(logged, "ObligationPaidOutside")) await this.checkOutside(logged);
      else this.checkStanding(logged);
      this.apply(logged.event);
    }
  }

  private apply(event: Payment.Event): void {
    this.state = Payment.evolve(this.state, event);
    this.asSaid &&= Payment.evolve(this.asSaid, event);
    if (this.state.completed && COSTING.has(event.type)) this.costs.push(Payment.networkCostsOf(this.state));
  }

  private settled(logged: LoggedOf<"BatchSettled">): void {
    const { differences } = this.sources.findings;
    const before = differences.length;
    const expected = this.batches.settled(logged, this.state);
    const asSaid = this.asSaid ?? this.state;
    this.apply(expected);
    if (differences.length > before || this.asSaid) this.asSaid = Payment.evolve(asSaid, logged.event);
  }

  private async planned(logged: LoggedOf<"PayoutPlanned">): Promise<void> {
    const { findings } = this.sources;
    const found = this.writing.close();
    const { awaits } = this;
    this.awaits = undefined;
    findings.counts.plans += 1;
    findings.counts.obligations += found.length;
    const rows = found.map(({ row }) => row);
    const before = { ...this.state, approval: undefined };
    const expected = await this.source(logged, before, rows);
    const closing = expected?.events.at(-1);
    if (expected === undefined || closing?.type !== "PayoutPlanned") {
      if (expected) findings.differ("plan", "one that is not planned yet", logged.event.data.digest, logged);
      const { attempt } = logged.event.data;
      const event = { ...logged.event, data: { ...logged.event.data, count: rows.length } };
      this.state = Payment.evolve({ ...this.state, writing: { attempt, rows } }, event);
      return;
    }
    this.compare(logged, expected, closing, found);
    const { events, limits } = expected;
    if (limits) await checkApproval(findings, { logged, events, limits, awaits });
    this.checkShared(events);
    this.open = expected.ledger && { ...expected.ledger, plan: closing.data.plan };
    for (const event of events)
      if (event.type !== "PayoutAwaitsApproval" && event.type !== "BondPoolShared") this.apply(event);
  }

  private compare(
    logged: LoggedOf<"PayoutPlanned">,
    expected: ExpectedPlan,
    closing: LoggedOf<"PayoutPlanned">["event"],
    found: readonly RowAt<Obligation>[],
  ): void {
    const { findings } = this.sources;
    findings.sameFields("plan", closing.data, logged.event.data, logged);
    const rows = expected.events.flatMap((event) =>
      event.type === "ObligationsAdded" ? event.data.rows : [],
    );
    const { attempt } = closing.data;
    compareRows(findings, "obligation", { attempt, expected: rows, found, closing: logged });
  }

  private checkShared(events: readonly Payment.Event[]): void {
    const event = events.find(({ type }) => type === "BondPoolShared");
    if (event?.type !== "BondPoolShared" || this.shared === undefined) return;
    const { shares, ...sums } = event.data;
    const { findings } = this.sources;
    const { data } = this.shared.event;
    findings.sameFields("bond pool", sums, data, this.shared);
    findings.same("bond pool: shares", shares.length, data.shares.length, this.shared);
    shares.forEach((share, i) => {
      const found = data.shares[i];
      if (found && this.shared) findings.sameFields("share", share, found, this.shared, share.member);
    });
  }

  private async rejected(logged: LoggedOf<"PayoutRejected">): Promise<void> {
    this.checkPlanDigest("rejected plan", logged);
    const { open } = this;
    this.apply(logged.event);
    if (open) await this.close(open.plan, takenRows(open.taken));
  }

  private async completed(logged: LoggedOf<"PayoutCompleted">): Promise<void> {
    const { findings } = this.sources;
    if (this.asSaid && agrees(this.asSaid, logged)) this.state = this.asSaid;
    this.asSaid = undefined;
    const event = completionOf(this.state);
    if (event?.type !== "PayoutCompleted")
      findings.differ("completed payout", "one whose obligations are at their end", "others", logged);
    else findings.sameFields("completed payout", event.data, logged.event.data, logged);
    this.apply(event ?? logged.event);
    const { open } = this;
    if (open) await this.close(open.plan, leftRows(open, this.state));
  }

  private async close(plan: number, rows: ReturnType<typeof takenRows>): Promise<void> {
    const { ledger } = this.sources;
    const closed = await ledger.carried({ payment: this.stream, plan }, rows);
    if (closed) this.open = undefined;
  }

  private checkPlanDigest(
    what: string,
    logged: LoggedOf<"PayoutApproved"> | LoggedOf<"PayoutRejected">,
  ): void {
    this.sources.findings.same(what, this.state.plan?.digest, logged.event.data.planDigest, logged);
  }

  /** What is held, let go or carried is where that can be. */
  private checkStanding(logged: Logged<Payment.Event>): void {
    const named = standingNamed(logged.event);
    for (const id of named?.ids ?? []) {
      const standing = this.state.obligations.get(id);
      const what = `${named?.what}: obligation`;
      this.sources.findings.same(what, named?.from, standing?.status.at, logged, standing?.delegator);
    }
  }

  /** A foreign operation's content that paid an obligation sent what it is said to have sent. */
  private async checkOutside(logged: LoggedOf<"ObligationPaidOutside">): Promise<void> {
    const { findings, wallet } = this.sources;
    const { obligation, operation, content, sent } = logged.event.data;
    const owed = this.state.obligations.get(obligation);
    const foreign = await wallet.foreignBefore(operation, logged.position);
    const paid = foreign?.event.data.contents[content];
    if (owed === undefined || paid?.amount == null)
      return findings.differ("paid outside", "an obligation, and a content that paid it", null, logged);
    const { delegator, recipient, due } = owed;
    findings.same("paid outside: sent", min(paid.amount, due), sent, logged, delegator);
    findings.sameFields(
      "paid outside",
      { fee: paid.fee, burn: paid.burn },
      logged.event.data,
      logged,
      delegator,
    );
    findings.same("paid outside: status", "applied", paid.status, logged, delegator);
    if (paid.destination !== recipient && paid.destination !== delegator)
      findings.differ("paid outside: receiver", recipient, paid.destination, logged, delegator);
    if (isDelegators(obligation)) await this.checkAdjusted(logged, mutez(due - paid.amount), delegator);
  }

  /** What a delegator got too much or too little outside stands in the ledger. */
  private async checkAdjusted(
    logged: LoggedOf<"ObligationPaidOutside">,
    difference: Mutez,
    delegator: Address,
  ): Promise<void> {
    const { findings, ledger, wallet } = this.sources;
    const { operation, content } = logged.event.data;
    if (difference === 0n) return;
    const adjusted = await ledger.adjustmentOf(`${operation}/${content}`, logged.position);
    if (adjusted)
      findings.sameFields(
        "adjustment",
        { delegator, amount: difference },
        adjusted.event.data,
        adjusted,
        delegator,
      );
    else if (await wallet.isClassifiedAfter(operation, logged.position))
      findings.differ("adjustment", difference, null, logged, delegator);
  }
}

/** Events that change what a payout cost, or fix it. */
const COSTING: ReadonlySet<Payment.Event["type"]> = new Set([
  "PayoutCompleted",
  "BatchSettled",
  "ObligationPaidOutside",
]);

const completionOf = (state: Payment.State): Payment.Event | undefined => {
  const decision = Payment.complete(state);
  return isRefused(decision) ? undefined : decision[0];
};

/** Whether a payout's end is that of this state: of two that disagree it tells which to go on with. */
const agrees = (state: Payment.State, { event }: LoggedOf<"PayoutCompleted">): boolean =>
  isDeepStrictEqual(completionOf(state), event);

/** Which obligations an event moves, and where they must stand before. */
const standingNamed = (event: Payment.Event) => {
  switch (event.type) {
    case "ObligationHeld":
      return { what: "held", from: "open" as const, ids: [event.data.obligation] };
    case "ObligationReleased":
      return { what: "released", from: "held" as const, ids: [event.data.obligation] };
    case "ObligationsCarried":
      return { what: "carried", from: "open" as const, ids: event.data.obligations };
    default:
      return undefined;
  }
};
