import * as Baker from "../../domain/baker/baker.js";
import { type Address, type Cycle } from "../../domain/identifiers.js";
import { type BasisPoints, type Mutez } from "../../domain/money.js";
import { bakerOf } from "../aggregates.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

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

export const removeBondPoolMember = async (acts: Acts, member: Address): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, bakerOf(acts.baker), Baker.removeBondPoolMember({ member, actor: acts.actor }));
};

/** The cycle that runs on the registered chain. */
const runningCycle = async (acts: Acts, { registered }: Baker.State): Promise<Cycle> => {
  const { chainId, cycle } = await acts.chain.head();
  if (registered && registered.chainId !== chainId)
    refuseAct("other-chain", { registered: registered.chainId, found: chainId });
  return cycle;
};

/** On: what is left of the running cycle and of later ones is shared. Off asks no node. */
export const switchBondPool = async (acts: Acts, to: "on" | "off"): Promise<void> => {
  const state = await ensureRegistered(acts);
  const fromCycle = to === "on" ? await runningCycle(acts, state) : null;
  await act(acts, bakerOf(acts.baker), Baker.switchBondPool({ fromCycle, actor: acts.actor }));
};
