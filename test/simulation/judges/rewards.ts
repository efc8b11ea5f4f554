import { type AllocatedRow } from "../../../src/domain/reward/events.js";
import { type LoggedFact } from "../../support/world/installation.js";

interface Rewarded {
  written: AllocatedRow[];
  rows: readonly AllocatedRow[];
  isFixed: boolean;
  /** What it gives its delegators, paid now or carried, in mutez. */
  given: bigint;
}

const isGiven = ({ status }: AllocatedRow): boolean => status === "pay" || status === "carry";

/** What each cycle's newest allocation says, as the log tells it. */
export class Rewards {
  private readonly known = new Map<string, Rewarded>();

  /** By a cycle's payment stream. */
  ofPayment(stream: string): Rewarded {
    return this.of(stream.replace("payment-", "reward-"));
  }

  follow({ stream, event }: LoggedFact): void {
    if (!stream.startsWith("reward-")) return;
    const reward = this.of(stream);
    switch (event.type) {
      case "DelegatorRewardsAllocated":
        reward.written.push(...event.data.rows);
        return;
      case "RewardsAllocated":
        reward.rows = event.data.count === 0 ? [] : reward.written.slice(-event.data.count);
        reward.given = reward.rows.filter(isGiven).reduce((sum, { net }) => sum + net, 0n);
        return;
      case "AllocationFixed":
        reward.isFixed = true;
        return;
      case "AllocationReopened":
        reward.isFixed = false;
        return;
      default:
    }
  }

  private of(stream: string): Rewarded {
    const known = this.known.get(stream);
    const blank = { written: [], rows: [], isFixed: false, given: 0n };
    if (known === undefined) this.known.set(stream, blank);
    return known ?? blank;
  }
}
