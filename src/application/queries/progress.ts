// The log in people's words: one line a step of a payout, and a summary that adds up.
import { type DomainEvent } from "../../domain/events.js";
import { type Mutez, mutez } from "../../domain/money.js";
import { type LoggedEvent } from "../ports/event-log.js";

/** Tez with all six decimals, from mutez. */
export const tez = (amount: bigint): string => {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, "0");
  const whole = digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amount < 0n ? "-" : ""}${whole}.${digits.slice(-6)} tez`;
};

const short = (hash: string): string => `${hash.slice(0, 12)}...`;

const cycleOf = (stream: string): string => `cycle ${stream.split("_").at(-1) ?? "?"}`;

/** A line for an event that a person watching a payout wants to see; undefined for the others. */
export const describeEvent = ({
  event,
  stream,
}: Pick<LoggedEvent, "event" | "stream">): string | undefined => {
  switch (event.type) {
    case "CycleEnded":
      return `${cycleOf(stream)}  ended; its last block is final (final level ${event.data.finalLevel})`;
    case "RewardInputsRecorded":
      return `${cycleOf(stream)}  rewards read: ${event.data.count} delegators with ${tez(event.data.externalDelegated)}`;
    case "RewardsAllocated":
      return `${cycleOf(stream)}  allocated by ${event.data.engineVersion}: pool ${tez(event.data.pool)}, to delegators ${tez(event.data.distributed)}`;
    case "PayoutPlanned":
      return `${cycleOf(stream)}  planned: ${event.data.count} payments, ${tez(event.data.sum)}`;
    case "BatchFormed": {
      const sum = event.data.items.reduce((total, item) => total + item.sent, 0n);
      return `${cycleOf(stream)}  batch formed: ${event.data.items.length} transfers, ${tez(sum)}`;
    }
    case "OperationSigned":
      return `           signed ${short(event.data.hash)} (counters ${event.data.firstCounter} to ${event.data.lastCounter}), written down, then injected`;
    case "OperationIncluded":
      return `           included ${short(event.data.hash)} in block ${event.data.level}`;
    case "OperationReorganised":
      return `           block ${event.data.level} left the chain: ${short(event.data.hash)} goes out again`;
    case "OperationFinalised":
      return `           FINAL ${event.data.hash} in block ${event.data.level}`;
    case "ObligationHeld":
      return `${cycleOf(stream)}  held ${event.data.obligation}: ${event.data.reason}`;
    case "PayoutSimulated":
      return `${cycleOf(stream)}  simulated: ${event.data.obligations} payments, ${tez(event.data.due)}, fees ${tez(event.data.fees)}; nothing was signed`;
    case "WalletPaused":
      return `           PAUSED (${event.data.reason}): ${event.data.detail}`;
    case "CycleSettled":
      return `${cycleOf(stream)}  SETTLED: ${tez(event.data.paid)} paid, ${tez(event.data.carried)} carried, ${tez(event.data.held)} held`;
    default:
      return undefined;
  }
};

interface CycleSum {
  readonly cycle: string;
  pool: Mutez;
  stays: Mutez;
  fees: Mutez;
  paid: Mutez;
  carried: Mutez;
  held: Mutez;
}

/** Adds up settled cycles from their events, so that pool = stays with the baker + paid + charged + carried + held. */
export class PayoutSummary {
  private readonly cycles = new Map<string, CycleSum>();
  private readonly settled: CycleSum[] = [];

  get count(): number {
    return this.settled.length;
  }

  add(event: DomainEvent, stream: string): void {
    const cycle = cycleOf(stream);
    switch (event.type) {
      case "RewardsAllocated": {
        const { pool, bakerShare, feeTotal, dust, kept } = event.data;
        const stays = mutez(bakerShare + feeTotal + dust + kept);
        const zero = mutez(0n);
        this.cycles.set(cycle, { cycle, pool, stays, fees: zero, paid: zero, carried: zero, held: zero });
        return;
      }
      case "PayoutCompleted": {
        const sum = this.cycles.get(cycle);
        if (sum) sum.fees = mutez(event.data.networkFees + event.data.networkBurns);
        return;
      }
      case "CycleSettled": {
        const sum = this.cycles.get(cycle);
        if (!sum) return;
        this.settled.push(
          Object.assign(sum, { paid: event.data.paid, carried: event.data.carried, held: event.data.held }),
        );
        return;
      }
      default:
        return;
    }
  }

  /** A line a cycle, and the proof that each adds up. */
  lines(): readonly string[] {
    return this.settled.flatMap(({ cycle, pool, stays, fees, paid, carried, held }) => [
      `${cycle}: pool ${tez(pool)} = ${tez(stays)} stays with the baker + ${tez(paid)} paid + ${tez(carried)} carried + ${tez(held)} held` +
        (pool === stays + paid + carried + held
          ? ""
          : `  (differs by ${pool - stays - paid - carried - held} mutez: balances of other cycles, or fees charged)`),
      `         network fees and burns, paid by the baker: ${tez(fees)}`,
    ]);
  }
}
