// A second opinion on every event: what may stand in the log, told without the code that wrote it.
import { isDeepStrictEqual } from "node:util";
import { type DomainEvent } from "../../src/domain/events.js";
import { type Level, type OperationHash } from "../../src/domain/identifiers.js";
import { FINALITY } from "../support/finality.js";
import { type LoggedFact } from "../support/world/installation.js";
import { type World } from "../support/world/world.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];
type Fate = "live" | "dead" | "final";

/** A process waits as long as the head that it is shown tells: blocks by which a simulated node may be late. */
const MOST_BEHIND = 16;

/** Whether the last term began on a database that is not this one. */
const isOfAnotherDatabase = (world: World): boolean => {
  const term = world.events().findLast(({ event }) => event.type === "TermStarted")?.event;
  return term?.type === "TermStarted" && !isDeepStrictEqual(term.data.identity, world.identity);
};

export class Oracle {
  private token = 0n;
  private readonly pauses = new Set<string>();
  private readonly foreign = new Set<OperationHash>();
  private readonly signed = new Map<OperationHash, Of<"OperationSigned">>();
  private readonly fates = new Map<OperationHash, Fate>();
  private readonly voided = new Set<string>();
  /** What was paid by hand: what is left of what was due, by operation, content, payment and obligation. */
  private readonly outside = new Map<string, bigint>();
  /** By payment and obligation. */
  private readonly due = new Map<string, bigint>();
  /** By reference. */
  private readonly adjustments = new Map<string, bigint>();
  /** Items of each batch that was formed. */
  private readonly batches = new Map<string, readonly { readonly obligation: string }[]>();
  private seen = 0;
  /** Where the log ended when it was put back, as can be told of it; until it says so itself. */
  private lacksFrom: number | undefined;
  /** What stands from there on is signed after all that the log may have forgotten can be in no block. */
  private readonly putBack: { readonly from: number; readonly level: number } | undefined;

  constructor(private readonly world: World) {
    if (!world.hasForgotten && !world.lacksWitnessed() && !isOfAnotherDatabase(world)) return;
    this.lacksFrom = world.events().length;
    this.putBack = { from: this.lacksFrom, level: world.model.head.level };
  }

  /** Looks at what was appended since the last look. Throws at the first event that may not be. */
  follow(): void {
    const events = this.world.events();
    for (const fact of events.slice(this.seen)) {
      this.judgeLack(fact);
      this.judge(fact);
      this.seen += 1;
    }
  }

  /** A log that was put back says so before anything more is signed. */
  private judgeLack({ event }: LoggedFact): void {
    if (this.lacksFrom === undefined || this.seen < this.lacksFrom) return;
    if (event.type === "WalletPaused" && event.data.reason === "restored") this.lacksFrom = undefined;
    if (event.type === "OperationSigned")
      throw new Error(`${event.data.hash} was signed on a log that does not know that it was put back`);
  }

  /** Nothing is signed while an operation may live that a log has forgotten. */
  private judgeForgotten({ hash, finalLevel }: Of<"OperationSigned">): void {
    if (this.putBack === undefined || this.seen < this.putBack.from) return;
    const { level } = this.putBack;
    const { protocols, model } = this.world;
    // An upgrade may shorten lives, of what is there already, too.
    const life = protocols.leastTimeToLive(level, model.head.level);
    const deadFrom = level - FINALITY + life + 1 - MOST_BEHIND;
    if (finalLevel < deadFrom)
      throw new Error(`${hash} was signed at ${finalLevel}, before block ${deadFrom}`);
  }

  /** What is said to be dead is in no block, what is final in one that stays. */
  judgeChain(): void {
    for (const [hash, fate] of this.fates) {
      const block = this.world.model.blockOf(hash);
      if (fate === "dead" && block !== undefined)
        throw new Error(`${hash} is proven dead and stands in block ${block.level}`);
      if (fate === "final" && block === undefined) throw new Error(`${hash} is final and in no block`);
    }
  }

  private judge({ stream, event }: LoggedFact): void {
    switch (event.type) {
      case "TermStarted":
        this.token = event.data.token;
        return;
      case "WalletPaused":
        this.pauses.add(event.data.reason);
        return;
      case "WalletResumed":
        this.pauses.delete(event.data.reason);
        return;
      case "ForeignOperationFound":
        this.foreign.add(event.data.hash);
        return;
      case "ObligationsAdded":
        for (const { id, due } of event.data.rows) this.due.set(`${stream} ${id}`, due);
        return;
      case "AdjustmentRecorded":
        this.adjustments.set(event.data.reference, event.data.amount);
        return;
      case "ObligationPaidOutside":
        return this.judgeOutside(stream, event.data);
      case "ForeignOperationClassified":
        return this.judgeClassified(event.data);
      case "OperationSigned":
        return this.judgeSigned(event.data);
      case "OperationProvenDead":
        this.fates.set(event.data.hash, "dead");
        return;
      case "OperationFinalised":
        return this.judgeFinal(event.data);
      case "BatchVoided":
        this.voided.add(event.data.batchId);
        return this.judgeVoided(event.data.batchId);
      case "BatchFormed":
        this.batches.set(event.data.batchId, event.data.items);
        return;
      case "BatchDissolved":
        if (!this.voided.has(event.data.batchId))
          throw new Error(`${event.data.batchId} is dissolved before it is void`);
        return;
      case "BatchSettled":
        return this.judgeSettled(event.data);
      case "CycleEnded":
        return this.judgeEnded(stream, event.data.finalLevel);
      default:
    }
  }

  private judgeSigned(data: Of<"OperationSigned">): void {
    const { hash, token, batchId, finalLevel } = data;
    this.judgeForgotten(data);
    const headSeen = finalLevel + FINALITY;
    const { protocols } = this.world;
    if (!protocols.isKnownAt(headSeen) || !protocols.isKnownAt(headSeen + 1))
      throw new Error(`${hash} was signed under a protocol that is not known`);
    if (token !== this.token)
      throw new Error(`${hash} was signed in term ${token}, and it is term ${this.token}`);
    if (this.pauses.size > 0) throw new Error(`${hash} was signed while paused: ${[...this.pauses].join()}`);
    if (this.foreign.size > 0) throw new Error(`${hash} was signed beside foreign operations`);
    if (batchId !== null && this.voided.has(batchId)) throw new Error(`${hash} pays a void batch`);
    for (const [other, { batchId: otherBatch }] of this.signed) {
      const fate = this.fates.get(other);
      if (batchId !== null && otherBatch === batchId && fate !== "dead")
        throw new Error(`${hash} pays the batch of ${other}, which is ${fate}`);
    }
    this.signed.set(hash, data);
    this.fates.set(hash, "live");
  }

  /** A transfer by hand that is final, and sent at least what is said. */
  private judgeOutside(stream: string, data: Of<"ObligationPaidOutside">): void {
    const { operation, content, obligation, sent } = data;
    const block = this.world.model.blockOf(operation);
    const included = block?.operations.find(({ operation: { hash } }) => hash === operation);
    const transfer = included?.operation.contents[content];
    const isSent = included?.results[content]?.status === "applied" && transfer?.kind === "transaction";
    const isFinal = (block?.level ?? Infinity) <= this.world.model.head.level - FINALITY;
    if (!this.world.byHand.has(operation) || !isFinal || !isSent || transfer.amount < sent)
      throw new Error(`${operation} did not send ${sent} for ${obligation}`);
    const due = this.due.get(`${stream} ${obligation}`) ?? 0n;
    this.outside.set(`${operation} ${content} ${stream} ${obligation}`, due - transfer.amount);
  }

  private judgeClassified({ hash, pays }: Of<"ForeignOperationClassified">): void {
    for (const { content, payment, obligation } of pays) {
      // Of other money it is its person's to send the rest, or to have it back.
      if (!obligation.startsWith("delegator:")) continue;
      const rest = this.outside.get(`${hash} ${content} ${payment} ${obligation}`);
      if (rest === undefined || rest !== (this.adjustments.get(`${hash}/${content}`) ?? 0n))
        throw new Error(`${hash} paid ${obligation}, and ${rest} of it does not stand in the ledger`);
    }
    for (const told of this.outside.keys()) {
      const isNamed = pays.some(
        ({ content, payment, obligation }) => told === `${hash} ${content} ${payment} ${obligation}`,
      );
      if (told.startsWith(`${hash} `) && !isNamed)
        throw new Error(`${told} is paid outside, and the classification does not say so`);
    }
    this.foreign.delete(hash);
  }

  private judgeFinal({ hash, level }: Of<"OperationFinalised">): void {
    const block = this.world.model.blockOf(hash);
    const { head } = this.world.model;
    if (block === undefined || block.level !== level || level > head.level - FINALITY)
      throw new Error(`${hash} is said to be final at ${level} when the head is ${head.level}`);
    this.fates.set(hash, "final");
  }

  private judgeVoided(batchId: string): void {
    for (const [hash, { batchId: of }] of this.signed) {
      if (of === batchId && this.fates.get(hash) !== "dead")
        throw new Error(`${batchId} is void with ${hash} on its way`);
    }
  }

  private judgeSettled({ batchId, operation, results }: Of<"BatchSettled">): void {
    if (this.fates.get(operation) !== "final") throw new Error(`${batchId} is settled by no final operation`);
    const included = this.world.model
      .blockOf(operation)
      ?.operations.find(({ operation: { hash } }) => hash === operation);
    const items = this.batches.get(batchId) ?? [];
    for (const [i, { obligation, result }] of results.entries()) {
      const { status, errors } = included?.results[i] ?? { status: "skipped", errors: [] };
      const isRight = result === "paid" ? status === "applied" : status !== "applied";
      const isToBlame = result !== "held" || errors.length > 0;
      if (items[i]?.obligation !== obligation || !isRight || !isToBlame)
        throw new Error(`${batchId} says ${result} of ${obligation}, and the chain says otherwise`);
    }
  }

  private judgeEnded(stream: string, finalLevel: Level): void {
    const cycle = Number(stream.split("_")[1]);
    const { blocksPerCycle } = this.world.model.genesis.rules.constants;
    if (finalLevel < (cycle + 1) * blocksPerCycle || finalLevel > this.world.model.head.level - FINALITY)
      throw new Error(`${stream} is said to have ended at ${finalLevel}`);
  }
}
