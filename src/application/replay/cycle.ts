// One cycle once more: its streams in the order of the log.
import type * as Cycle from "../../domain/cycle/cycle.js";
import { type Cycle as CycleNumber, type TzAddress } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import type * as Reward from "../../domain/reward/reward.js";
import { paymentIn, rewardOf } from "../aggregates.js";
import { type Position } from "../ports/event-store.js";
import { type BakerHistory } from "./baker.js";
import { type EarlierRewards } from "./ceilings.js";
import { PaymentReplay, type PaymentSources } from "./payment.js";
import { LifeReplay } from "./life.js";
import { planOfBond, planOfCycle, type SharedCycle } from "./plans.js";
import { eventsOf, type Logged, type ReadLog } from "./reading.js";
import { RewardReplay } from "./reward.js";
import { type Interval } from "./wallet.js";

export interface CycleSources extends PaymentSources {
  readonly log: ReadLog;
  readonly baker: TzAddress;
  readonly history: BakerHistory;
  readonly earlier: EarlierRewards;
}

export interface ReplayedCycle {
  /** Whom the allocations name. */
  readonly allocations: Iterable<Reward.Allocation>;
  readonly payments: readonly PaymentReplay[];
}

export const listed = async <Event>(events: AsyncIterable<Event>): Promise<readonly Event[]> => {
  const list: Event[] = [];
  for await (const event of events) list.push(event);
  return list;
};

/** From where a batch was formed to where its payment says how it ended. */
export const intervalsOf = (events: readonly Logged<Payment.Event>[]): readonly Interval[] => {
  const ends = new Map<string, Position>();
  for (const { event, position } of events)
    if (event.type === "BatchSettled" || event.type === "BatchDissolved")
      ends.set(event.data.batchId, position);
  return events.flatMap(({ event, position }) =>
    event.type === "BatchFormed" ? [{ from: position, to: ends.get(event.data.batchId) }] : [],
  );
};

/** What the cycle has come to once its payments are complete. */
const sharedOf = (
  { state, costs }: PaymentReplay,
  allocations: RewardReplay["allocations"],
): SharedCycle | undefined => {
  const allocation = state.plan && allocations.get(state.plan.allocation);
  return allocation && state.completed && { allocation, keptByPlan: state.plan.kept, networkCosts: costs };
};

/** Follows a cycle from its rewards to its settlement; `life` is its own stream, which tells when it was paid. */
export const replayCycle = async (
  cycle: CycleNumber,
  life: readonly Logged<Cycle.Event>[],
  sources: CycleSources,
): Promise<ReplayedCycle> => {
  const { log, baker, history, wallet, findings } = sources;
  const reward = new RewardReplay({ baker, cycle }, history, findings);
  for await (const logged of eventsOf(log, rewardOf(baker, cycle))) reward.follow(logged);
  const { allocations } = reward;
  const stream = Payment.cycleStream(baker, cycle);
  const bondStream = Payment.bondStream(baker, cycle);
  const events = await listed(eventsOf(log, paymentIn(stream)));
  const bondEvents = await listed(eventsOf(log, paymentIn(bondStream)));
  const operations = await wallet.operationsIn(intervalsOf([...events, ...bondEvents]));
  const plan = planOfCycle({ cycle, payment: stream }, allocations, sources);
  const payment = new PaymentReplay(stream, plan, operations, sources);
  const shared = () => sharedOf(payment, allocations);
  const bond: PaymentReplay = new PaymentReplay(
    bondStream,
    planOfBond(shared, () => bond.shared, sources),
    operations,
    sources,
  );
  const lifeReplay = new LifeReplay(payment, reward, findings);
  const steps = [
    ...life.map((logged) => ({ at: logged.position, follow: async () => lifeReplay.follow(logged) })),
    ...events.map((logged) => ({ at: logged.position, follow: () => payment.follow(logged) })),
    ...bondEvents.map((logged) => ({ at: logged.position, follow: () => bond.follow(logged) })),
  ];
  for (const { follow } of steps.sort((a, b) => (a.at < b.at ? -1 : 1))) await follow();
  const settled = life.findLast(
    ({ event }) => event.type === "CycleSettled" || event.type === "CycleSkipped",
  );
  if (payment.openTake !== undefined && settled)
    findings.differ("carried balances", `those of plan ${payment.openTake}`, null, settled);
  findings.counts.cycles += 1;
  return { allocations: allocations.values(), payments: [payment, bond] };
};
