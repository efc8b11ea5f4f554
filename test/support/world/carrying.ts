// A small world whose first cycle leaves balances in the ledger, so that what a later cycle takes shows.
import { asCycle } from "../../../src/domain/identifiers.js";
import { bakerOf, ledgerOf } from "../../../src/application/aggregates.js";
import { act } from "../../../src/application/commands/acts.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import { mutez } from "../../../src/domain/money.js";
import { type Ceilings, DEFAULT_CEILINGS } from "../../../src/domain/payment/ceilings.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { BAKER, modelGenesis } from "../chain-model.js";
import { addressOf, policyOf } from "../rewards.js";
import { paidOnChain } from "./invariants.js";
import { payOn, settle } from "./moments.js";
import { actsOf } from "./people.js";
import { referenceChain } from "./scenario.js";
import { World } from "./world.js";

/** The cycle that takes what the first one carried. */
export const TAKING = asCycle(1);

/** Three are below the minimum payout in one cycle, and above it in two. */
const delegators = [9n, 8n, 2n, 3n, 2n].map((tez, n) => ({
  address: addressOf(n),
  balance: tez * 1_000_000_000n,
}));
const policy = policyOf({ minimumPayout: "3000000", belowMinimumPayout: "carry" }).allocation;

/** Its first cycle is settled. */
export const carryingWorld = async (): Promise<World> => {
  const world = new World({ delegators, policy, genesis: modelGenesis(referenceChain) });
  await world.setUp();
  await settle(world, [0]);
  return world;
};

/** What each delegator is owed across cycles, and what is taken of it at this moment. */
export const balancesOf = async (
  world: World,
): Promise<{ readonly owed: unknown; readonly taken: unknown }> => {
  const { balances, take } = (await actsOf(world).repository.load(ledgerOf(BAKER))).state;
  const rows = (map: ReadonlyMap<string, bigint>) => [...map].map(([of, sum]) => `${of}: ${sum}`).sort();
  return { owed: rows(balances), taken: take && rows(take.balances) };
};

/** What was paid in the first three cycles, in an order that does not depend on when. */
export const paidInThree = (world: World): readonly string[] => [...paidOnChain(world, [0, 1, 2])].sort();

/** Ceilings of a baker: the default ones, but for these. */
export const limit = (world: World, over: Partial<Ceilings>): Promise<void> =>
  act(
    actsOf(world),
    bakerOf(BAKER),
    Baker.setCeilings({ ceilings: { ...DEFAULT_CEILINGS, ...over }, actor: "world" }),
  );

/** The second cycle takes what the first one carried, and its plan waits; the third is not limited. */
export const waiting = async (): Promise<World> => {
  const world = await carryingWorld();
  const stream = Payment.cycleStream(BAKER, TAKING);
  await limit(world, { cycle: mutez(1n) });
  await payOn(world, () =>
    world.events().some((fact) => fact.stream === stream && fact.event.type === "PayoutPlanned"),
  );
  await limit(world, {});
  return world;
};
