// A small world whose cycles leave something to a bond pool: a manager, a member whose account is not there yet, a
// contract that refuses, and the payer itself.
import { setBondPoolMember, switchBondPool } from "../../../src/application/commands/bond-pool.js";
import { type Address, asCycle } from "../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { BAKER, modelGenesis, PAYER, someContract, someTz } from "../chain-model.js";
import { addressOf } from "../rewards.js";
import { dataOf } from "./events.js";
import { Crash, type CrashPoint, type Interlude } from "./faults.js";
import { isSettled } from "./installation.js";
import { checkAllIsFinal, checkInvariants, paidOnChain } from "./invariants.js";
import { actsOf } from "./people.js";
import { referenceChain } from "./scenario.js";
import { World } from "./world.js";

export const CYCLE = asCycle(0);
export const BOND = Payment.bondStream(BAKER, CYCLE);
export const MANAGER = someTz("manager");
export const MEMBER = someTz("member");
export const REFUSING = someContract("refuses");

export const setMember = (world: World, member: Address, amount: bigint, chargeBps: number) =>
  setBondPoolMember(actsOf(world), member, {
    amount: mutez(amount),
    chargeBps: basisPoints.parse(chargeBps),
    manager: member === MANAGER,
  });

const delegators = [9n, 8n, 7n].map((tez, n) => ({ address: addressOf(n), balance: tez * 1_000_000_000n }));

/** Its baker is set up; the pool is on. */
export const bondWorld = async (options: Partial<World["options"]> = {}): Promise<World> => {
  const world = new World({ delegators, genesis: modelGenesis(referenceChain), ...options });
  await world.setUp();
  await setMember(world, MANAGER, 500n, 0);
  await setMember(world, MEMBER, 300n, 1_000);
  await setMember(world, REFUSING, 100n, 500);
  await setMember(world, PAYER, 100n, 250);
  await switchBondPool(actsOf(world), "on");
  return world;
};

const MOST_BLOCKS = 80;

/**
 * The first cycle and its pool are paid by a process that may die once, or stand still while others act, who then pay
 * on beside it; invariants are checked after every step. Answers the calls of the first process.
 */
export const payBond = async (
  world: World,
  { point, interlude }: { readonly point?: CrashPoint; readonly interlude?: Interlude } = {},
): Promise<readonly string[]> => {
  const first = world.start(point, interlude);
  const second = interlude && world.start();
  let running = first;
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    try {
      await running.process.step();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      running = world.start();
    }
    checkInvariants(world);
    if (second && first.gate.calls > (interlude?.call ?? 0)) await second.process.step();
    checkInvariants(world);
    if (isSettled(world, CYCLE) && isBondClosed(world)) {
      checkAllIsFinal(world, [CYCLE]);
      return first.gate.names;
    }
    world.bake();
  }
  throw new Error(`not paid after ${MOST_BLOCKS} blocks: ${JSON.stringify(running.reports.slice(-3))}`);
};

/** The bond pool's payment is forgotten by the wallet, with nothing left to pay. */
export const isBondClosed = (world: World, payment: string = BOND): boolean =>
  dataOf(world, "PaymentsClosed").some(({ payments }) => payments.includes(payment));

/** What the cycle's delegators and the pool got, in an order that does not depend on when. */
export const bondOutcomeOf = (world: World): readonly string[] => [...paidOnChain(world, [CYCLE])].sort();

/** How often it was planned. */
export const bondPlansOf = (world: World): number =>
  world.events().filter(({ stream, event }) => stream === BOND && event.type === "PayoutPlanned").length;

/**
 * Dies before and after every `stride`-th call; throws unless all is paid as if nothing had happened, by one plan.
 * Answers how often it died.
 */
export const crashBond = async (stride: number): Promise<number> => {
  const reference = await bondWorld();
  const calls = await payBond(reference);
  const expected = JSON.stringify(bondOutcomeOf(reference));
  let deaths = 0;
  for (let call = 0; call < calls.length; call += stride)
    for (const when of ["before", "after"] as const) {
      const world = await bondWorld();
      await payBond(world, { point: { call, when } });
      const isSame = JSON.stringify(bondOutcomeOf(world)) === expected && bondPlansOf(world) === 1;
      if (!isSame) throw new Error(`died ${when} call ${call} (${calls[call]}): paid other than without`);
      deaths += 1;
    }
  return deaths;
};
