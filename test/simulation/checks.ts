// What must hold in a run: the invariants of the design after every step, and liveness in the end.
import { isDeepStrictEqual } from "node:util";
import { FINALITY } from "../support/finality.js";
import { cycleOf, ledgerOf, paymentOf, rewardOf, walletOf } from "../../src/application/aggregates.js";
import { Repository } from "../../src/application/repository.js";
import * as Cycle from "../../src/domain/cycle/cycle.js";
import { asCycle } from "../../src/domain/identifiers.js";
import { sumOf } from "../../src/domain/money.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../support/chain-model.js";
import { checkAllIsFinal, checkSafety } from "../support/world/invariants.js";
import { Dues } from "./dues.js";
import { checkBalance, checkOthers, othersOf } from "./ending.js";
import { Judges } from "./judges/judges.js";
import { settlements } from "./other-payments.js";
import { Oracle } from "./oracle.js";
import { assertReplays } from "../support/world/replaying.js";
import { type World } from "../support/world/world.js";

/** Checks a world whenever log, injections or chain have changed. */
export class Watch {
  private seen: readonly unknown[] = [];
  private oracle: Oracle;
  private dues: Dues;
  private judges: Judges;
  private restores = 0;

  constructor(private readonly world: World) {
    this.oracle = new Oracle(world);
    this.dues = new Dues(world);
    this.judges = new Judges(world);
  }

  /** `since`: how long the log was when whoever has acted now looked last. */
  check(since: number): void {
    const { store, injected, model } = this.world;
    const now = [store.size, injected.length, model.head.hash];
    if (isDeepStrictEqual(now, this.seen)) return;
    this.seen = now;
    const isPutBack = this.world.restores > this.restores;
    this.restores = this.world.restores;
    if (isPutBack) {
      this.oracle = new Oracle(this.world);
      this.dues = new Dues(this.world);
      this.judges = new Judges(this.world);
    }
    this.oracle.follow();
    // What was appended long ago is judged by all that was in force before.
    const looked = isPutBack ? 0 : since;
    this.dues.follow(looked);
    this.judges.follow(looked);
    this.oracle.judgeChain();
    checkSafety(this.world);
  }
}

/** Cycles that have ended for good at this moment. */
export const endedCycles = ({ model }: World): readonly number[] => {
  const running = model.cycleOf(model.head.level);
  return Array.from({ length: running }, (_, cycle) => cycle).filter(
    (cycle) => model.cycleLevels(asCycle(cycle)).last <= model.head.level - FINALITY,
  );
};

/** What still keeps these cycles from being done, for a person to mend; the cycles as they stand. */
export const standingOf = async (world: World, cycles: readonly number[]) => {
  const repository = new Repository(new CodedEventLog(world.store));
  const { state: wallet } = await repository.load(walletOf(world.payer));
  const standing = [];
  for (const cycle of cycles) {
    const { state: life } = await repository.load(cycleOf(BAKER, asCycle(cycle)));
    const { state: payment } = await repository.load(paymentOf(BAKER, asCycle(cycle)));
    // Open in a settled cycle: whoever let it go did not hear that it was done, and says it again.
    const held = [...payment.obligations.values()].filter(({ status }) =>
      status.at === "held"
        ? status.reason !== "fee-exceeds-amount"
        : status.at === "open" && life.at === "settled",
    );
    standing.push({ cycle, life, held, isDone: Cycle.isFinished(life) && held.length === 0 });
  }
  const others = othersOf(world, cycles);
  const isDone =
    standing.every((cycle) => cycle.isDone) &&
    others.isDone &&
    wallet.operations.length === 0 &&
    wallet.delegations.length === 0;
  return { wallet, cycles: standing, others, isDone };
};

export type Standing = Awaited<ReturnType<typeof standingOf>>;

/** Everything that these cycles owed has come to its end (I8), no mutez is missing (I4), and it comes out again (I6). */
export const checkEnd = async (world: World, cycles: readonly number[]): Promise<void> => {
  const { cycles: standing, others } = await standingOf(world, cycles);
  const settled = standing.filter(({ life }) => life.at === "settled").map(({ cycle }) => cycle);
  checkAllIsFinal(world, settled);
  checkOthers(world, others);
  checkBalance(world);
  await checkLedger(world, endedCycles(world));
  await assertReplays(world);
};

/**
 * What planned cycles allocated was paid, charged, is held or still to be paid, stayed with the baker, or stands in
 * the ledger for a later cycle. What a plan has taken counts where the plan put it.
 */
const checkLedger = async (world: World, cycles: readonly number[]): Promise<void> => {
  const repository = new Repository(new CodedEventLog(world.store));
  const { balances, take, adjustments } = (await repository.load(ledgerOf(BAKER))).state;
  let allocated = 0n;
  // What was sent by hand other than what was due came into the ledger, or left it, beside what cycles allocate.
  let accounted =
    sumOf(balances.values(), (amount) => amount) - sumOf(adjustments.values(), ({ amount }) => amount);
  // What was settled with single delegators has left the ledger for payments of its own.
  accounted += sumOf(settlements(world), ({ amount }) => amount);
  for (const cycle of cycles) {
    const payment = paymentOf(BAKER, asCycle(cycle));
    const { plan, obligations } = (await repository.load(payment)).state;
    if (plan === undefined) continue;
    const { allocation } = (await repository.load(rewardOf(BAKER, asCycle(cycle)))).state;
    for (const { net, status, reason } of allocation?.rows ?? [])
      if (status === "pay" || status === "carry" || reason === "below-minimum-payout") allocated += net;
    const isOpen = payment.stream === take?.payment;
    accounted += plan.kept + (isOpen ? plan.carried : 0n);
    for (const { due, status } of obligations.values())
      if (isOpen || status.at !== "carried") accounted += due;
  }
  if (allocated !== accounted) throw new Error(`${allocated} was allocated, ${accounted} is accounted for`);
};
