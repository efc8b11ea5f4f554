// What the owner of a wallet sends by hand beside what its payer pays.
import { ledgerOf, paymentOf } from "../../../src/application/aggregates.js";
import { type Claim } from "../../../src/application/commands/classify.js";
import { Repository } from "../../../src/application/repository.js";
import { type Address, asCycle, type OperationHash } from "../../../src/domain/identifiers.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../chain-model.js";
import { addressOf } from "../rewards.js";
import { dataOf } from "./events.js";
import { payOn, runTo } from "./moments.js";
import { referenceWorld } from "./scenario.js";
import { type World } from "./world.js";

export const CYCLE = asCycle(0);
export const DELEGATOR = addressOf(30);
/** The payment of that cycle. */
export const STREAM = Payment.cycleStream(BAKER, CYCLE);
/** One of its transfers is said to have paid a delegator. */
export const claim = (delegator: Address = DELEGATOR, content = 0): Claim => ({
  content,
  payment: STREAM,
  obligation: `delegator:${delegator}`,
});

/** By that cycle's plan. */
export const dueTo = async (world: World, delegator: Address = DELEGATOR): Promise<bigint> => {
  const repository = new Repository(new CodedEventLog(world.store));
  const { state } = await repository.load(paymentOf(BAKER, CYCLE));
  const found = state.obligations.get(`delegator:${delegator}`);
  if (found === undefined) throw new Error("nothing is planned for it");
  return found.due;
};
export const ledgerOfWorld = async (world: World) =>
  (await new Repository(new CodedEventLog(world.store)).load(ledgerOf(BAKER))).state;

/** The plan of cycle 0 stands; then the owner sends by hand, and the payer finds it. */
export const paidByHand = async (
  to: Address,
  amountOf: (due: bigint) => bigint,
): Promise<{ readonly world: World; readonly hash: OperationHash; readonly due: bigint }> => {
  const world = referenceWorld();
  await world.setUp();
  await runTo(world, "BatchFormed");
  const due = await dueTo(world);
  const { hash } = world.sendByHand([{ to, amount: amountOf(due) }]);
  world.bake();
  await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
  return { world, hash, due };
};
