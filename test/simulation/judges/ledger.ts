// What stands in the ledger, and who takes it from there.
import { type DomainEvent } from "../../../src/domain/events.js";
import { type LoggedFact } from "../../support/world/installation.js";
import { isOther } from "../other-payments.js";
import { type Standings } from "./standings.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];
type Balances = Map<string, bigint>;

export class LedgerJudge {
  private balances: Balances = new Map();
  /** `sum`: of all balances that it took. */
  private take: (Of<"BalancesTaken"> & { readonly sum: bigint }) | undefined;
  private readonly carried: Of<"CarriedRows">[] = [];
  private readonly references = new Set<string>();
  /** Each delegator's newest. */
  private readonly settlements = new Map<string, Of<"SettlementTaken">>();
  /** Payments whose settlement came back. */
  private readonly returned = new Set<string>();

  constructor(private readonly standings: Standings) {}

  judge({ stream, event }: LoggedFact): void {
    switch (event.type) {
      case "BalancesTaken":
        if (this.take) throw new Error(`${event.data.payment} takes what ${this.take.payment} has taken`);
        this.take = { ...event.data, sum: [...this.balances.values()].reduce((all, one) => all + one, 0n) };
        this.balances = new Map();
        return;
      case "PayoutPlanned":
        if (!isOther(stream)) this.judgePlan(stream, event.data);
        return;
      case "CarriedRows":
        this.carried.push(event.data);
        return;
      case "BalancesCarried":
        return this.judgeCarried(event.data);
      case "AdjustmentRecorded":
        return this.judgeAdjustment(event.data);
      case "SettlementTaken":
        return this.judgeSettlement(event.data);
      case "SettlementReturned":
        return this.judgeReturned(event.data);
      default:
    }
  }

  private judgePlan(stream: string, { plan, taken }: Of<"PayoutPlanned">): void {
    const { take } = this;
    if (take?.payment !== stream || take.plan !== plan || take.sum !== taken)
      throw new Error(`${stream} plans with ${taken}, of ${take?.sum ?? "nothing"} taken`);
  }

  private judgeCarried({ payment, plan, attempt, count, sum }: Of<"BalancesCarried">): void {
    if (this.take?.payment !== payment || this.take.plan !== plan)
      throw new Error(`${payment} carries what it has not taken`);
    const rows = this.carried.filter((chunk) => chunk.attempt === attempt).flatMap((chunk) => chunk.rows);
    const last = count === 0 ? [] : rows.slice(-count);
    for (const { delegator, amount } of last) this.add(delegator, amount);
    const total = last.reduce((all, { amount }) => all + amount, 0n);
    if (last.length !== count || total !== sum) throw new Error(`${payment} carries ${total}, not ${sum}`);
    this.take = undefined;
  }

  private judgeAdjustment({ reference, delegator, amount, reason }: Of<"AdjustmentRecorded">): void {
    if (this.references.has(reference)) throw new Error(`${reference} is adjusted for twice`);
    if (amount === 0n || (amount > 0n && reason !== "correction"))
      throw new Error(`${reference}: ${amount} for ${reason}`);
    this.references.add(reference);
    this.add(delegator, amount);
  }

  /** All that is owed, by itself, once the one before has come to its end. */
  private judgeSettlement(data: Of<"SettlementTaken">): void {
    const { delegator, amount, number, payment } = data;
    const balance = this.balances.get(delegator) ?? 0n;
    const before = this.settlements.get(delegator);
    if (this.take) throw new Error(`${payment} takes while ${this.take.payment} does`);
    if (amount !== balance || amount <= 0n) throw new Error(`${payment} takes ${amount} of ${balance}`);
    if (number !== (before?.number ?? 0) + 1) throw new Error(`${payment} is not the next one`);
    const fates = before ? [...this.standings.get(before.payment).fates.values()] : ["paid"];
    if (!fates.every((fate) => fate === "paid" || fate === "held"))
      throw new Error(`${payment} begins before ${before?.payment ?? ""} has ended`);
    this.settlements.set(delegator, data);
    this.add(delegator, 0n - amount);
  }

  /** All that the newest one took, once, when its payment can pay nothing any more. */
  private judgeReturned({ delegator, number, amount }: Of<"SettlementReturned">): void {
    const newest = this.settlements.get(delegator);
    if (newest?.number !== number || newest.amount !== amount || this.returned.has(newest.payment))
      throw new Error(`settlement ${number} of ${delegator} does not give back ${amount}`);
    if (this.standings.get(newest.payment).plan)
      throw new Error(`${newest.payment} gives back what its plan pays`);
    this.returned.add(newest.payment);
    this.add(delegator, amount);
  }

  private add(delegator: string, amount: bigint): void {
    this.balances.set(delegator, (this.balances.get(delegator) ?? 0n) + amount);
  }
}
