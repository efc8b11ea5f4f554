// The plan of what a cycle leaves to those who put up the bond (ALLOCATION section 4, PAYMENT section 9).
import { type Decision, isRefused } from "../decision.js";
import { type Address, type Digest, isContractAddress, type TzAddress } from "../identifiers.js";
import { type Mutez, ZERO } from "../money.js";
import { type BondPool, type SettledCycle, splitBondPool } from "../reward/bond-pool.js";
import { type PlanCeilings } from "./ceilings.js";
import { type Event, type Obligation, obligationId, type ObligationKind } from "./events.js";
import { type State } from "./fold.js";
import { plan, type Refusal } from "./payment.js";
import { atBakersCost } from "./transfers.js";

/**
 * Fixes what each member is paid, with how it came about; nobody, if the baker is left with nothing. The network's
 * costs of paying it are the baker's. `allocation`: the cycle's. Above a ceiling it waits for approval.
 */
export const planBondPool =
  (
    cycle: SettledCycle,
    { members, manager }: BondPool,
    {
      allocation,
      payer,
      ceilings,
    }: { readonly allocation: Digest; readonly payer: TzAddress; readonly ceilings: PlanCeilings },
  ) =>
  (state: State): Decision<Event, Refusal> => {
    const { shares, ...split } = splitBondPool(cycle, members);
    const owed = (kind: ObligationKind, to: Address, due: Mutez): readonly Obligation[] =>
      due > 0n ? [{ id: obligationId(kind, to), delegator: to, recipient: to, due, self: to === payer }] : [];
    const obligations = [
      ...shares.flatMap(({ member, net }) => owed("member", member, net)),
      ...owed("manager", manager, split.charges),
    ].sort((a, b) => Number(isContractAddress(a.recipient)) - Number(isContractAddress(b.recipient)));
    const limits = { ceilings, rewards: ZERO, before: [] };
    const planned = plan({ obligations, allocation, taken: ZERO, ...atBakersCost, limits })(state);
    if (isRefused(planned) || planned.length === 0) return planned;
    const data = { ...split, networkCosts: cycle.networkCosts, shares: [...shares], manager };
    return [{ type: "BondPoolShared", data }, ...planned];
  };
