// What the wallets' streams say of batches: every operation that was signed for one, and its fate.
import { type DomainEvent } from "../../domain/events.js";
import { type OperationHash, type TzAddress } from "../../domain/identifiers.js";
import type * as Wallet from "../../domain/wallet/wallet.js";
import { walletOf } from "../aggregates.js";
import { type Position } from "../ports/event-store.js";
import { isOf, type Logged, type LoggedOf, nearestOf, Positions, type ReadLog } from "./reading.js";

/** One signed operation, and what the log says became of it. */
export interface SignedOperation {
  readonly payer: TzAddress;
  readonly signed: LoggedOf<"OperationSigned">;
  readonly fates: Logged<Wallet.Event>[];
  readonly final: LoggedOf<"OperationFinalised"> | undefined;
}

/** Positions of the log, both included, between which a batch was formed and came to its end. */
export interface Interval {
  readonly from: Position;
  readonly to: Position | undefined;
}

/** The same places with fewer intervals: those that overlap are one. */
export const joined = (intervals: readonly Interval[]): readonly Interval[] => {
  const result: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => Number(a.from - b.from))) {
    const last = result.at(-1);
    if (last === undefined || (last.to !== undefined && last.to < next.from)) result.push(next);
    else if (last.to !== undefined && (next.to === undefined || next.to > last.to))
      result[result.length - 1] = { from: last.from, to: next.to };
  }
  return result;
};

const hashOf = (event: DomainEvent): OperationHash | undefined => {
  switch (event.type) {
    case "OperationRefused":
    case "OperationIncluded":
    case "OperationReorganised":
    case "OperationFinalised":
    case "OperationProvenDead":
      return event.data.hash;
    default:
      return undefined;
  }
};

/** Operations in the order signed, as a part of a wallet's stream tells of them. */
export class Operations {
  private readonly known = new Map<OperationHash, SignedOperation>();
  /** Batches that were given up unsigned, or after each of their operations had died. */
  readonly voided = new Map<string, LoggedOf<"BatchVoided">>();

  follow(payer: TzAddress, logged: Logged<Wallet.Event>): void {
    if (isOf(logged, "OperationSigned"))
      this.known.set(logged.event.data.hash, { payer, signed: logged, fates: [], final: undefined });
    if (isOf(logged, "BatchVoided")) this.voided.set(logged.event.data.batchId, logged);
    const hash = hashOf(logged.event);
    const operation = hash && this.known.get(hash);
    if (operation === undefined) return;
    operation.fates.push(logged);
    if (isOf(logged, "OperationFinalised"))
      this.known.set(logged.event.data.hash, { ...operation, final: logged });
  }

  ofBatch(batchId: string): readonly SignedOperation[] {
    return [...this.known.values()].filter(({ signed }) => signed.event.data.batchId === batchId);
  }

  all(): Iterable<SignedOperation> {
    return this.known.values();
  }
}

interface Reader {
  readonly payer: TzAddress;
  readonly positions: Positions;
}

/** Reads the parts of the wallets' streams that payments ask for. */
export class WalletReplay {
  private readonly readers: readonly Reader[];

  constructor(
    private readonly log: ReadLog,
    wallets: readonly TzAddress[],
  ) {
    this.readers = wallets.map((payer) => ({
      payer,
      positions: new Positions(log, walletOf(payer).stream),
    }));
  }

  /** What was signed in these parts of the log, whatever for. */
  async operationsIn(intervals: readonly Interval[]): Promise<Operations> {
    const found = new Operations();
    for (const { payer, positions } of this.readers)
      for (const { from, to } of joined(intervals)) {
        const first = await positions.firstBehind(from);
        for await (const logged of nearestOf(this.log, walletOf(payer), { from: first })) {
          if (to !== undefined && logged.position > to) {
            positions.know(to, logged.revision);
            break;
          }
          found.follow(payer, logged);
        }
      }
    return found;
  }

  /** The foreign operation of a hash, found before a position; looked for from there backwards. */
  async foreignBefore(
    hash: OperationHash,
    position: Position,
  ): Promise<LoggedOf<"ForeignOperationFound"> | undefined> {
    for (const { payer, positions } of this.readers) {
      const behind = await positions.firstBehind(position);
      if (behind === 0) continue;
      const back = nearestOf(this.log, walletOf(payer), { from: behind - 1, direction: "backwards" });
      for await (const logged of back)
        if (isOf(logged, "ForeignOperationFound") && logged.event.data.hash === hash) return logged;
    }
    return undefined;
  }

  /** Whether a person's word on a foreign operation stands behind a position: all that it says is written by then. */
  async isClassifiedAfter(hash: OperationHash, position: Position): Promise<boolean> {
    for (const { payer, positions } of this.readers) {
      const from = await positions.firstBehind(position);
      for await (const logged of nearestOf(this.log, walletOf(payer), { from }))
        if (isOf(logged, "ForeignOperationClassified") && logged.event.data.hash === hash) return true;
    }
    return false;
  }
}
