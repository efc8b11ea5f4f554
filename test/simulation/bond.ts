// Who shares what cycles leave with the baker changes at any moment.
import { type Acts } from "../../src/application/commands/acts.js";
import {
  removeBondPoolMember,
  setBondPoolMember,
  switchBondPool,
} from "../../src/application/commands/bond-pool.js";
import { type Address } from "../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../src/domain/money.js";
import { someTz } from "../support/chain-model.js";
import { addressOf } from "../support/rewards.js";
import { type World } from "../support/world/world.js";
import { type Chance } from "./chance.js";

interface Member {
  readonly member: number;
  /** What it put in, in mutez. */
  readonly amount: number;
  readonly chargeBps: number;
  readonly manager: boolean;
}

export type BondAct =
  /** On: a manager and two members are set before. */
  | { readonly act: "bond-pool"; readonly to: "on" | "off" }
  | ({ readonly act: "bond-member" } & Member)
  | { readonly act: "remove-member"; readonly member: number };

const MEMBERS = 6;

export const drawBondAct = (act: BondAct["act"], chance: Chance): BondAct => {
  switch (act) {
    case "bond-pool":
      return { act, to: chance.happens(0.7) ? "on" : "off" };
    case "bond-member":
      return {
        act,
        member: chance.below(MEMBERS),
        amount: chance.oneOf([0, 1, 3, 500, 1_000_000_007]),
        chargeBps: chance.oneOf([0, 250, 1_000, 9_999, 10_000]),
        manager: chance.happens(0.3),
      };
    case "remove-member":
      return { act, member: chance.below(MEMBERS) };
  }
};

/** Among them a contract that may change its mind, the payer itself, and a delegator. */
const memberOf = (world: World, n: number): Address => {
  const { delegators } = world.options;
  const members = [
    someTz("manager"),
    addressOf(1_500),
    addressOf(1_501),
    world.delegator(delegators.length - 1),
    world.payer,
    world.delegator(0),
  ];
  return members[n % members.length] ?? world.payer;
};

const FOUNDERS: readonly Member[] = [
  { member: 0, amount: 500, chargeBps: 0, manager: true },
  { member: 1, amount: 300, chargeBps: 1_000, manager: false },
  { member: 3, amount: 100, chargeBps: 500, manager: false },
];

const setMember = (world: World, acts: Acts, { member, amount, chargeBps, manager }: Member): Promise<void> =>
  setBondPoolMember(acts, memberOf(world, member), {
    amount: mutez(BigInt(amount)),
    chargeBps: basisPoints.parse(chargeBps),
    manager,
  });

export const carryOutBond = async (world: World, acts: Acts, what: BondAct): Promise<unknown> => {
  switch (what.act) {
    case "bond-pool":
      if (what.to === "on") for (const founder of FOUNDERS) await setMember(world, acts, founder);
      return switchBondPool(acts, what.to);
    case "bond-member":
      return setMember(world, acts, what);
    case "remove-member":
      return removeBondPoolMember(acts, memberOf(world, what.member));
  }
};
