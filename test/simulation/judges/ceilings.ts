// Which plans a person has to look at, and what may be signed of them.
import { isDeepStrictEqual } from "node:util";
import { type DomainEvent } from "../../../src/domain/events.js";
import { type OperationHash } from "../../../src/domain/identifiers.js";
import { type Ceilings, DEFAULT_CEILINGS } from "../../../src/domain/payment/ceilings.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { type LoggedFact } from "../../support/world/installation.js";
import { type World } from "../../support/world/world.js";
import { isOther } from "../other-payments.js";
import { History } from "./history.js";
import { type Rewards } from "./rewards.js";
import { type Standings } from "./standings.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];

/** A cycle is held against so many before it. */
const COMPARED = 10;

const isTransfer = (stream: string): boolean => /_batch_(?!settle\.)/.test(stream);

export class CeilingsJudge {
  private readonly ceilings = new History<Ceilings>(DEFAULT_CEILINGS);
  private readonly awaiting = new Map<string, Of<"PayoutAwaitsApproval">>();
  private readonly approved = new Set<string>();
  /** The highest fees that each operation may have cost. */
  private readonly fees = new Map<OperationHash, bigint>();

  constructor(
    private readonly world: World,
    private readonly standings: Standings,
    private readonly rewards: Rewards,
  ) {}

  judge({ stream, event }: LoggedFact, since: number, place: number): void {
    switch (event.type) {
      case "CeilingsSet":
        return this.ceilings.push(place, event.data.ceilings);
      case "PayoutAwaitsApproval":
        this.awaiting.set(stream, event.data);
        return;
      case "PayoutPlanned":
        return this.judgePlan(stream, event.data, since);
      case "PayoutApproved":
        if (this.standings.get(stream).plan?.digest !== event.data.planDigest)
          throw new Error(`${stream} is approved by the digest of another plan`);
        this.approved.add(`${stream} ${event.data.planDigest}`);
        return;
      case "PayoutRejected":
        this.approved.delete(`${stream} ${event.data.planDigest}`);
        return;
      case "BatchFormed":
        return this.judgeBatch(stream, event.data);
      case "OperationSigned":
        return this.judgeSigned(event.data, since);
      case "OperationFinalised":
        if (this.feesOf(event.data.hash) > (this.fees.get(event.data.hash) ?? 0n))
          throw new Error(`${event.data.hash} cost more fees than its ceiling`);
        return;
      default:
    }
  }

  private judgePlan(stream: string, plan: Of<"PayoutPlanned">, since: number): void {
    if (isTransfer(stream)) {
      if (plan.ceilings !== null) throw new Error(`${stream} has ceilings, and is a person's word`);
      return;
    }
    const isInForce = this.ceilings
      .since(since)
      .some(({ operationFee: _, ...ceilings }) => isDeepStrictEqual(ceilings, plan.ceilings));
    if (!isInForce) throw new Error(`${stream} is planned under ceilings that were not in force`);
    const above = this.above(stream, plan);
    const awaited = this.awaitedFor(stream, plan)?.exceeded.map(({ ceiling }) => ceiling) ?? [];
    if (!isDeepStrictEqual(above, awaited))
      throw new Error(`${stream} waits for ${awaited.join()}, and is above ${above.join()}`);
  }

  private above(stream: string, { ceilings }: Of<"PayoutPlanned">): readonly string[] {
    if (ceilings === null) return [];
    const sums = this.standings.get(stream).rows.flatMap(({ self, due }) => (self ? [] : [BigInt(due)]));
    const isOff = !isOther(stream) && this.isOff(stream, BigInt(ceilings.deviationFromLastCyclesPct));
    return [
      ...(sums.some((sum) => sum > ceilings.operation) ? ["operation"] : []),
      ...(sums.reduce((all, sum) => all + sum, 0n) > ceilings.cycle ? ["cycle"] : []),
      ...(isOff ? ["deviationFromLastCyclesPct"] : []),
    ];
  }

  private isOff(stream: string, percent: bigint): boolean {
    const cycle = Number(Payment.cycleOfStream(stream));
    const paid = Array.from({ length: COMPARED }, (_, n) => cycle - 1 - n).flatMap((one) => {
      const { isFixed, given } = this.rewards.ofPayment(stream.replace(/\d+$/, String(one)));
      return isFixed ? [given] : [];
    });
    const total = paid.reduce((sum, given) => sum + given, 0n);
    const off = this.rewards.ofPayment(stream).given * BigInt(paid.length) - total;
    return total > 0n && (off < 0n ? -off : off) * 100n > percent * total;
  }

  private awaitedFor(stream: string, { plan, digest }: Pick<Of<"PayoutPlanned">, "plan" | "digest">) {
    const awaited = this.awaiting.get(stream);
    return awaited?.plan === plan && awaited.planDigest === digest ? awaited : undefined;
  }

  private judgeBatch(stream: string, { batchId, items }: Of<"BatchFormed">): void {
    const { plan } = this.standings.get(stream);
    if (!plan) throw new Error(`${batchId} is of no plan`);
    const isApproved = this.approved.has(`${stream} ${plan.digest}`);
    if (this.awaitedFor(stream, plan) && !isApproved) throw new Error(`${batchId} awaits approval`);
    const sum = items.reduce((all, { sent }) => all + sent, 0n);
    if (plan.ceilings && sum > plan.ceilings.operation && items.length > 1)
      throw new Error(`${batchId} sends ${sum}, above the ceiling of an operation`);
  }

  private judgeSigned({ hash }: Of<"OperationSigned">, since: number): void {
    const highest = this.ceilings
      .since(since)
      .reduce((most, { operationFee }) => (operationFee > most ? operationFee : most), 0n);
    this.fees.set(hash, highest);
  }

  private feesOf(hash: OperationHash): bigint {
    const block = this.world.model.blockOf(hash);
    const found = block?.operations.find(({ operation }) => operation.hash === hash);
    return (found?.operation.contents ?? []).reduce((sum, { fee }) => sum + fee, 0n);
  }
}
