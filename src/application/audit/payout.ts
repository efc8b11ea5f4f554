// The whole story of what one delegator was paid in one cycle, and why.
import type * as Cycle from "../../domain/cycle/cycle.js";
import { type Address, type Cycle as CycleNumber, type TzAddress } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import { cycleOf, paymentIn } from "../aggregates.js";
import { refuseAct } from "../commands/acts.js";
import { type EventLog } from "../ports/event-log.js";
import { tez } from "../queries/progress.js";
import { BakerHistory } from "../replay/baker.js";
import { intervalsOf, listed } from "../replay/cycle.js";
import { eventsOf, isOf, type Logged, logUpTo } from "../replay/reading.js";
import { WalletReplay } from "../replay/wallet.js";
import { Damage, readableLog, type Unread } from "./damage.js";
import { LedgerStory } from "./ledger.js";
import { PaymentStory } from "./payments.js";
import { RewardStory } from "./rewards.js";
import { Story, type StoryStep } from "./story.js";

export interface PayoutStory {
  readonly baker: TzAddress;
  readonly cycle: CycleNumber;
  readonly delegator: Address;
  /** Where it stands now, in one sentence. */
  readonly outcome: string;
  /** In the order of the log. */
  readonly steps: readonly StoryStep[];
  /** What of it cannot be read, or does not hold together: the rest is told without it. */
  readonly unread: readonly Unread[];
}

const tellLife = (logged: Logged<Cycle.Event>, story: Story): void => {
  if (isOf(logged, "CycleOpened")) {
    const { firstLevel, lastLevel } = logged.event.data;
    story.tell(logged, `the cycle: blocks ${firstLevel} to ${lastLevel}`);
  }
  if (isOf(logged, "CycleEnded"))
    story.tell(logged, `it has ended: block ${logged.event.data.finalLevel} is final`);
  if (isOf(logged, "CycleHeld")) {
    const { reason, detail, actor } = logged.event.data;
    story.tell(logged, `the cycle is held (${reason}: ${detail}) by ${actor}`);
  }
  if (isOf(logged, "CycleReleased")) story.tell(logged, `the cycle goes on (${logged.event.data.actor})`);
  if (isOf(logged, "CycleReopened"))
    story.tell(logged, `the cycle pays what was let go (${logged.event.data.actor})`);
  if (isOf(logged, "CycleSettled")) story.tell(logged, "the cycle is settled");
  if (isOf(logged, "CycleSkipped"))
    story.tell(logged, `the cycle is given up: ${logged.event.data.reason} (${logged.event.data.actor})`);
};

const outcomeOf = (
  { standing, state, isWhole, whyNothingIsPaid }: PaymentStory,
  isSkipped: boolean,
): string => {
  if (isSkipped) return "not paid: the cycle was skipped";
  if (standing === undefined && !isWhole) return "its row is not among what can be read of the plan";
  if (standing === undefined)
    return state.plan ? `nothing is paid in this cycle: ${whyNothingIsPaid}` : "not planned yet";
  const { status, due, recipient } = standing;
  switch (status.at) {
    case "paid":
      if (status.operation === null)
        return `settled without a transfer: ${tez(due)} are the paying wallet's own`;
      return `paid: ${tez(status.sent)} to ${recipient} by operation ${status.operation}${status.content === undefined ? "" : ", outside of TAPS"}`;
    case "carried":
      return `carried to a later cycle: ${tez(due)}`;
    case "held":
      return `held: ${tez(due)}, ${status.reason}`;
    case "open":
      return `to be paid: ${tez(due)} to ${recipient}`;
    case "batched":
      return `under way: ${tez(due)} to ${recipient}`;
  }
};

/**
 * Collects all that the log says of one delegator's payout in a cycle, as far as it can be read. Throws `ActRefused` for a
 * cycle that the log does not know, and for a delegator that has nothing to do with it.
 */
export const auditPayout = async (
  { log: whole, baker }: { readonly log: EventLog; readonly baker: TzAddress },
  cycle: CycleNumber,
  delegator: Address,
): Promise<PayoutStory> => {
  const damage = new Damage();
  const log = readableLog(logUpTo(whole, await whole.head()), damage);
  const story = new Story();
  const life = await listed(eventsOf(log, cycleOf(baker, cycle)));
  if (life.length === 0 && damage.found.length === 0) refuseAct("never-opened");
  for (const logged of life) tellLife(logged, story);
  const history = await BakerHistory.read(log, baker);
  const rewards = new RewardStory({ log, baker, cycle, delegator }, history, story, damage);
  await rewards.tell();
  const stream = Payment.cycleStream(baker, cycle);
  const events = await listed(eventsOf(log, paymentIn(stream)));
  const operations = await new WalletReplay(log, history.wallets).operationsIn(intervalsOf(events));
  const ledger = new LedgerStory({ log, baker, delegator }, story, damage);
  const { allocations } = rewards;
  const payment = new PaymentStory(stream, delegator, { allocations, ledger, operations, story, damage });
  for (const logged of events) await payment.follow(logged);
  const unread = damage.found;
  if (!rewards.isNamed && !payment.isNamed && unread.length === 0)
    refuseAct("not-in-cycle", { cycle, delegator });
  const isSkipped = life.some(({ event }) => event.type === "CycleSkipped");
  const said = outcomeOf(payment, isSkipped);
  const outcome = damage.isIn(stream) ? `not certain, for its payment cannot all be read: ${said}` : said;
  return { baker, cycle, delegator, outcome, steps: story.steps(), unread };
};
