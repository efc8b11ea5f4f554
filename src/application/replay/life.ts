// A cycle's own stream once more: what it says of rewards and payout is what their streams say.
import type * as Cycle from "../../domain/cycle/cycle.js";
import { type Digest } from "../../domain/identifiers.js";
import { settlementOfCycle } from "../process/payer/payout.js";
import { type Findings } from "./findings.js";
import { type PaymentReplay } from "./payment.js";
import { isOf, type Logged } from "./reading.js";
import { type RewardReplay } from "./reward.js";

export class LifeReplay {
  constructor(
    private readonly payment: PaymentReplay,
    private readonly reward: RewardReplay,
    private readonly findings: Findings,
  ) {}

  /** The payment must have been followed to where this event stands. */
  follow(logged: Logged<Cycle.Event>): void {
    if (isOf(logged, "CycleRewardsReady"))
      this.checkAllocation("rewards ready", logged.event.data.digest, logged);
    if (isOf(logged, "CyclePayoutStarted"))
      this.checkAllocation("payout started", logged.event.data.digest, logged);
    if (isOf(logged, "CycleSettled"))
      this.findings.sameFields(
        "settled cycle",
        settlementOfCycle(this.payment.state),
        logged.event.data,
        logged,
      );
    if (isOf(logged, "CycleSkipped") && this.payment.state.plan)
      this.findings.differ("skipped cycle", "no plan", this.payment.state.plan.digest, logged);
  }

  private checkAllocation(what: string, digest: Digest, logged: Logged<Cycle.Event>): void {
    if (!this.reward.allocations.has(digest))
      this.findings.differ(what, "an allocation of the cycle", digest, logged);
  }
}
