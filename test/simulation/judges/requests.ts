// What people asked the wallet for: nothing else is signed beside cycles, and nothing of it twice.
import { type DomainEvent } from "../../../src/domain/events.js";
import { type OperationHash } from "../../../src/domain/identifiers.js";
import { type LoggedFact } from "../../support/world/installation.js";
import { type World } from "../../support/world/world.js";
import { isOnceOnly } from "../money.js";
import { isOther } from "../other-payments.js";
import { type Standings } from "./standings.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];

interface Delegation {
  readonly to: string | null;
  /** Not to be signed any more. */
  isOver: boolean;
  isSigned: boolean;
}

export class RequestsJudge {
  private requests = new Set<string>();
  private readonly delegations = new Map<string, Delegation>();
  private readonly signed = new Map<OperationHash, Of<"OperationSigned">>();
  /** Receivers that are to be paid once, by operations that are final. */
  private readonly paid = new Map<string, OperationHash>();

  constructor(
    private readonly world: World,
    private readonly standings: Standings,
  ) {}

  judge({ event }: LoggedFact): void {
    switch (event.type) {
      case "PaymentRequested":
        if (this.standings.get(event.data.payment).plan === undefined)
          throw new Error(`${event.data.payment} is asked for without a plan`);
        this.requests.add(event.data.payment);
        return;
      case "PaymentsClosed":
        for (const payment of event.data.payments) this.requests.delete(payment);
        return;
      case "DelegationRequested":
        this.delegations.set(event.data.id, { to: event.data.to, isOver: false, isSigned: false });
        return;
      case "BatchVoided":
        return this.endDelegations([event.data.batchId]);
      case "BatchClosed":
        return this.endDelegations(event.data.batchIds);
      case "WalletPaused":
        if (event.data.reason === "mode") this.withdraw();
        return;
      case "OperationSigned":
        this.signed.set(event.data.hash, event.data);
        return this.judgeSigned(event.data);
      case "OperationFinalised":
        return this.judgeFinal(event.data.hash);
      default:
    }
  }

  private judgeSigned({ hash, payment, purpose, batchId }: Of<"OperationSigned">): void {
    if (payment !== null && isOther(payment)) {
      if (!this.requests.has(payment)) throw new Error(`${hash} pays ${payment}, which nobody asks for`);
      if (!this.standings.get(payment).batches.has(batchId ?? "")) throw new Error(`${hash} pays no batch`);
    }
    if (purpose !== "delegation") return;
    const asked = this.delegations.get(batchId ?? "");
    if (asked === undefined || asked.isOver) throw new Error(`${hash} delegates, and nobody asks for it`);
    asked.isSigned = true;
  }

  /** A delegation is the one that was asked for; who is to be paid once is. */
  private judgeFinal(hash: OperationHash): void {
    const { purpose, batchId = null } = this.signed.get(hash) ?? {};
    const included = this.world.model
      .blockOf(hash)
      ?.operations.find(({ operation }) => operation.hash === hash);
    for (const [i, content] of (included?.operation.contents ?? []).entries()) {
      const isApplied = included?.results[i]?.status === "applied";
      const delegates = content.kind === "delegation";
      if (delegates !== (purpose === "delegation")) throw new Error(`${hash} is no ${purpose ?? "intent"}`);
      if (delegates && (content.delegate ?? null) !== this.delegations.get(batchId ?? "")?.to)
        throw new Error(`${hash} delegates to ${content.delegate ?? "nobody"}`);
      if (isApplied && content.kind === "transaction") this.pay(content.destination, hash);
    }
    if (purpose === "delegation") this.endDelegations([batchId ?? ""]);
  }

  private pay(receiver: string, hash: OperationHash): void {
    if (!isOnceOnly(receiver)) return;
    const other = this.paid.get(receiver);
    if (other) throw new Error(`${receiver} is paid by ${other} and by ${hash}`);
    this.paid.set(receiver, hash);
  }

  /** Whoever leaves *on* may have it done by other means. */
  private withdraw(): void {
    this.requests = new Set();
    for (const delegation of this.delegations.values()) delegation.isOver ||= !delegation.isSigned;
  }

  private endDelegations(ids: readonly string[]): void {
    for (const id of ids) {
      const delegation = this.delegations.get(id);
      if (delegation) delegation.isOver = true;
    }
  }
}
