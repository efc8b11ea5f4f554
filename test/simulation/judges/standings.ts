// What became of each payment, told by its events and the chain, without the fold that the payer uses.
import { type DomainEvent } from "../../../src/domain/events.js";
import { type OperationHash } from "../../../src/domain/identifiers.js";
import { type BatchItem, type Obligation } from "../../../src/domain/payment/events.js";
import { type LoggedFact } from "../../support/world/installation.js";
import { type World } from "../../support/world/world.js";
import { History } from "./history.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];

export type Fate = "open" | "batched" | "paid" | "carried" | "held";

export interface Standing {
  plan: Of<"PayoutPlanned"> | undefined;
  /** Of the plan, in its order. */
  rows: readonly Obligation[];
  readonly fates: Map<string, Fate>;
  readonly batches: Map<string, readonly BatchItem[]>;
  isCompleted: boolean;
  /** Fees and burns of its final operations that its receivers were not charged for, in mutez; it may be below 0. */
  readonly costs: History<bigint>;
}

/** What each content of an operation cost beside what it moved, as its block shows it, in mutez. */
const contentCosts = ({ model }: World, hash: OperationHash): readonly bigint[] => {
  const { originationSize, costPerByte } = model.genesis.rules.constants;
  const found = model.blockOf(hash)?.operations.find(({ operation }) => operation.hash === hash);
  return (found?.operation.contents ?? []).map(({ fee }, i) => {
    const result = found?.results[i];
    const isApplied = result?.status === "applied";
    const bytes = isApplied ? result.paidStorage + (result.allocated ? originationSize : 0n) : 0n;
    return fee + bytes * costPerByte;
  });
};

/** The same of all of them. */
export const costsOf = (world: World, hash: OperationHash): bigint =>
  contentCosts(world, hash).reduce((sum, cost) => sum + cost, 0n);

export class Standings {
  private readonly payments = new Map<string, Standing>();
  private readonly writing = new Map<string, readonly Obligation[]>();

  constructor(private readonly world: World) {}

  /** All of a world's log. */
  static of(world: World): Standings {
    const standings = new Standings(world);
    for (const [place, fact] of world.events().entries()) standings.follow(fact, place);
    return standings;
  }

  get(stream: string): Standing {
    const known = this.payments.get(stream);
    const blank: Standing = {
      plan: undefined,
      rows: [],
      fates: new Map(),
      batches: new Map(),
      isCompleted: false,
      costs: new History(0n),
    };
    if (known === undefined) this.payments.set(stream, blank);
    return known ?? blank;
  }

  follow({ stream, event }: LoggedFact, place: number): void {
    if (!stream.startsWith("payment-")) return;
    const payment = this.get(stream);
    const { fates } = payment;
    switch (event.type) {
      case "ObligationsAdded":
        this.writing.set(stream, [...(this.writing.get(stream) ?? []), ...event.data.rows]);
        return;
      case "PayoutPlanned":
        payment.plan = event.data;
        payment.rows =
          event.data.count === 0 ? [] : (this.writing.get(stream) ?? []).slice(-event.data.count);
        for (const { id, self } of payment.rows) fates.set(id, self ? "paid" : "open");
        return;
      case "PayoutRejected":
        payment.plan = undefined;
        payment.rows = [];
        fates.clear();
        return;
      case "BatchFormed":
        payment.batches.set(event.data.batchId, event.data.items);
        for (const { obligation } of event.data.items) fates.set(obligation, "batched");
        return;
      case "BatchDissolved":
        for (const { obligation } of payment.batches.get(event.data.batchId) ?? [])
          fates.set(obligation, "open");
        return;
      case "BatchSettled":
        return this.settle(payment, event.data, place);
      case "ObligationsCarried":
        for (const id of event.data.obligations) fates.set(id, "carried");
        return;
      case "ObligationHeld":
        fates.set(event.data.obligation, "held");
        return;
      case "ObligationReleased":
        fates.set(event.data.obligation, "open");
        return;
      case "ObligationPaidOutside": {
        const { obligation, operation, content } = event.data;
        fates.set(obligation, "paid");
        payment.costs.push(place, payment.costs.now + (contentCosts(this.world, operation)[content] ?? 0n));
        return;
      }
      case "PayoutCompleted":
        return this.complete(stream, payment);
      default:
    }
  }

  private settle(payment: Standing, data: Of<"BatchSettled">, place: number): void {
    const items = payment.batches.get(data.batchId) ?? [];
    let charged = 0n;
    for (const [i, { obligation, result }] of data.results.entries()) {
      payment.fates.set(obligation, result === "returned" ? "open" : result);
      const item = items[i];
      if (result === "paid" && item) charged += item.transactionFee + item.allocationFee;
    }
    payment.costs.push(place, payment.costs.now + costsOf(this.world, data.operation) - charged);
  }

  private complete(stream: string, payment: Standing): void {
    const open = [...payment.fates].find(([, fate]) => fate === "open" || fate === "batched");
    if (open) throw new Error(`${stream} is said to be complete, and ${open[0]} is ${open[1]}`);
    payment.isCompleted = true;
  }
}
