// The log in people's words: one line a step of a payout, and a summary that adds up.
import { type DomainEvent } from "../../domain/events.js";
import { parseStreamName } from "../../domain/identifiers.js";
import { type LoggedEvent } from "../ports/event-log.js";

/** Tez with all six decimals, from mutez. */
export const tez = (amount: bigint): string => {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, "0");
  const whole = digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amount < 0n ? "-" : ""}${whole}.${digits.slice(-6)} tez`;
};

const short = (hash: string): string => `${hash.slice(0, 12)}...`;

/** What an event's stream is about: `cycle 750`, `bond pool 750`, or the id of a payment of its own. */
const subjectOf = (stream: string): string => {
  const [, cycle = "?", id] = parseStreamName(stream).elements;
  if (id === undefined) return `cycle ${cycle}`;
  return cycle === "bond" ? `bond pool ${id}` : `payment ${id}`;
};

/** A line for an event that a person watching a payout wants to see; undefined for the others. */
export const describeEvent = ({
  event,
  stream,
}: Pick<LoggedEvent, "event" | "stream">): string | undefined => {
  switch (event.type) {
    case "CycleEnded":
      return `${subjectOf(stream)}  ended; its last block is final (final level ${event.data.finalLevel})`;
    case "RewardInputsRecorded":
      return `${subjectOf(stream)}  rewards read: ${event.data.count} delegators with ${tez(event.data.externalDelegated)}`;
    case "RewardsAllocated":
      return `${subjectOf(stream)}  allocated by ${event.data.engineVersion}: pool ${tez(event.data.pool)}, to delegators ${tez(event.data.distributed)}`;
    case "PayoutPlanned":
      return `${subjectOf(stream)}  planned: ${event.data.count} payments, ${tez(event.data.sum)}`;
    case "PayoutAwaitsApproval":
      return `${subjectOf(stream)}  AWAITS APPROVAL: above ${event.data.exceeded.map(({ ceiling }) => ceiling).join(", ")}; plan ${event.data.planDigest}`;
    case "PayoutApproved":
      return `${subjectOf(stream)}  approved by ${event.data.actor}`;
    case "PayoutRejected":
      return `${subjectOf(stream)}  plan rejected: ${event.data.reason}`;
    case "BatchFormed": {
      const sum = event.data.items.reduce((total, item) => total + item.sent, 0n);
      return `${subjectOf(stream)}  batch formed: ${event.data.items.length} transfers, ${tez(sum)}`;
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
      return `${subjectOf(stream)}  held ${event.data.obligation}: ${event.data.reason}`;
    case "PayoutSimulated":
      return `${subjectOf(stream)}  simulated: ${event.data.obligations} payments, ${tez(event.data.due)}, fees ${tez(event.data.fees)}; nothing was signed`;
    case "ForeignOperationFound":
      return `           FOREIGN ${event.data.hash} in block ${event.data.level}: nothing is signed until it is classified ("taps reconcile")`;
    case "WalletPaused":
      return `           PAUSED (${event.data.reason}): ${event.data.detail}`;
    case "CycleSettled":
      return `${subjectOf(stream)}  SETTLED: ${tez(event.data.paid)} paid, ${tez(event.data.carried)} carried, ${tez(event.data.held)} held`;
    default:
      return undefined;
  }
};

interface CycleSum {
  readonly cycle: string;
  readonly pool: bigint;
  /** What earlier cycles owed and this one's plan took over. */
  taken: bigint;
  /** What the plan leaves with the baker. */
  stays: bigint;
  networkCosts: bigint;
}

interface SettledSum extends CycleSum {
  readonly paid: bigint;
  readonly carried: bigint;
  readonly held: bigint;
}

/** Adds up settled cycles from their events: pool + taken = stays with the baker + paid + carried + held, in mutez. */
export class PayoutSummary {
  private readonly cycles = new Map<string, CycleSum>();
  private readonly settled: SettledSum[] = [];

  get count(): number {
    return this.settled.length;
  }

  add(event: DomainEvent, stream: string): void {
    const cycle = subjectOf(stream);
    const sum = this.cycles.get(cycle);
    switch (event.type) {
      case "RewardsAllocated": {
        const { pool } = event.data;
        this.cycles.set(cycle, { cycle, pool, taken: 0n, stays: pool, networkCosts: 0n });
        return;
      }
      case "PayoutPlanned": {
        if (!sum) return;
        sum.taken = event.data.taken;
        sum.stays = sum.pool + sum.taken - event.data.sum - event.data.carried;
        return;
      }
      case "PayoutCompleted": {
        if (sum) sum.networkCosts = event.data.networkFees + event.data.networkBurns;
        return;
      }
      case "CycleSettled": {
        if (!sum) return;
        const { paid, carried, held } = event.data;
        this.settled.push({ ...sum, paid, carried, held });
        return;
      }
      default:
        return;
    }
  }

  /** Lines of the cycles that settled last, oldest first; a cycle that does not add up says so. */
  lines(cycles: number): readonly string[] {
    return this.settled
      .slice(-cycles)
      .flatMap(({ cycle, pool, taken, stays, networkCosts, paid, carried, held }) => {
        const missing = pool + taken - stays - paid - carried - held;
        return [
          `${cycle}: pool ${tez(pool)}${taken === 0n ? "" : ` + ${tez(taken)} from earlier cycles`} = ` +
            `${tez(stays)} stays with the baker + ${tez(paid)} paid + ${tez(carried)} carried + ${tez(held)} held` +
            (missing === 0n ? "" : `  DOES NOT ADD UP: ${missing} mutez`),
          `         network fees and burns: ${tez(networkCosts)}`,
        ];
      });
  }
}
