import * as Baker from "../../domain/baker/baker.js";
import { type Address } from "../../domain/identifiers.js";
import { type BasisPoints, type Mutez } from "../../domain/money.js";
import { bakerOf } from "../aggregates.js";
import { act, type Acts } from "./acts.js";
import { ensureRegistered, runningCycle } from "./registration.js";

export interface MemberTerms {
  readonly amount: Mutez;
  readonly chargeBps: BasisPoints;
  /** Makes it the manager; one that is stays it without a word. */
  readonly manager: boolean;
}

export const setBondPoolMember = async (acts: Acts, member: Address, terms: MemberTerms): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, bakerOf(acts.baker), Baker.setBondPoolMember({ member, ...terms, actor: acts.actor }));
};

/** Answers whether it was a member. */
export const removeBondPoolMember = async (acts: Acts, member: Address): Promise<boolean> => {
  await ensureRegistered(acts);
  let isMember = false;
  await act(acts, bakerOf(acts.baker), (state) => {
    isMember = state.bondPool.members.has(member);
    return Baker.removeBondPoolMember({ member, actor: acts.actor })(state);
  });
  return isMember;
};

/** On: what is left of the running cycle and of later ones is shared. Off asks no node. */
export const switchBondPool = async (acts: Acts, to: "on" | "off"): Promise<void> => {
  const state = await ensureRegistered(acts);
  const fromCycle = to === "on" ? await runningCycle(acts, state) : null;
  await act(acts, bakerOf(acts.baker), Baker.switchBondPool({ fromCycle, actor: acts.actor }));
};
