import { unreachable } from "../decision.js";
import { type Address, type ChainId, type Cycle, type TzAddress } from "../identifiers.js";
import { type Ceilings, DEFAULT_CEILINGS } from "../payment/ceilings.js";
import { type BondPoolMember } from "../reward/bond-pool.js";
import { type AllocationPolicy, type TermsRow } from "../reward/policy-codec.js";
import { type Event, type Mode } from "./events.js";

/** `manager`: is paid the charges of all members. One at most. */
interface PoolMember extends BondPoolMember {
  readonly manager: boolean;
}

export interface State {
  readonly registered: { readonly chainId: ChainId; readonly firstCycle: Cycle } | undefined;
  readonly payer: TzAddress | undefined;
  /** Other wallets that paid before. */
  readonly formerPayers: readonly TzAddress[];
  /** Undefined: the default policy. */
  readonly policy: AllocationPolicy | undefined;
  readonly ceilings: Ceilings;
  readonly terms: ReadonlyMap<Address, TermsRow>;
  readonly bondPool: {
    /** The first cycle that is shared; undefined: the pool is off. */
    readonly since: Cycle | undefined;
    readonly members: ReadonlyMap<Address, PoolMember>;
  };
  readonly mode: Mode;
  /** The first cycle that is paid by itself; undefined before the first switch to *on*. */
  readonly onSince: Cycle | undefined;
  /** Cycles that a person asked for. */
  readonly requested: ReadonlySet<Cycle>;
  /** Up to this cycle all that are paid by themselves are finished; later ones may be too. */
  readonly finishedThrough: Cycle | undefined;
}

export const initial: State = {
  registered: undefined,
  payer: undefined,
  formerPayers: [],
  policy: undefined,
  ceilings: DEFAULT_CEILINGS,
  terms: new Map(),
  bondPool: { since: undefined, members: new Map() },
  mode: "simulation",
  onSince: undefined,
  requested: new Set(),
  finishedThrough: undefined,
};

export const evolve = (state: State, event: Event): State => {
  switch (event.type) {
    case "BakerRegistered":
      return { ...state, registered: event.data };
    case "FirstCycleSet":
      return {
        ...state,
        registered: state.registered && { ...state.registered, firstCycle: event.data.firstCycle },
      };
    case "PayerSet": {
      const { payer } = event.data;
      const former = state.payer === undefined ? [] : [state.payer];
      const formerPayers = [...state.formerPayers, ...former].filter((other) => other !== payer);
      return { ...state, payer, formerPayers };
    }
    case "PolicyChanged":
      return { ...state, policy: event.data.policy };
    case "CeilingsSet":
      return { ...state, ceilings: event.data.ceilings };
    case "DelegatorTermsSet": {
      const terms = new Map(state.terms);
      for (const row of event.data.rows) terms.set(row.delegator, row);
      return { ...state, terms };
    }
    case "DelegatorTermsRemoved": {
      const terms = new Map(state.terms);
      terms.delete(event.data.delegator);
      return { ...state, terms };
    }
    case "DelegatorTermsCleared":
      return { ...state, terms: new Map() };
    case "BondPoolMemberSet": {
      const { actor: _actor, ...member } = event.data;
      const members = new Map(state.bondPool.members).set(member.member, member);
      return { ...state, bondPool: { ...state.bondPool, members } };
    }
    case "BondPoolMemberRemoved": {
      const members = new Map(state.bondPool.members);
      members.delete(event.data.member);
      return { ...state, bondPool: { ...state.bondPool, members } };
    }
    case "BondPoolSwitched":
      return { ...state, bondPool: { ...state.bondPool, since: event.data.fromCycle ?? undefined } };
    case "ModeChanged": {
      const { mode: next, fromCycle } = event.data;
      if (next !== "on" || state.mode === "on") return { ...state, mode: next };
      // Meanwhile a cycle that was asked for may have been paid by other means: it is asked for again, or not.
      return { ...state, mode: next, onSince: fromCycle, requested: new Set() };
    }
    case "CyclePaymentRequested":
      return { ...state, requested: new Set(state.requested).add(event.data.cycle) };
    case "CyclesFinished":
      return { ...state, finishedThrough: event.data.through };
    default:
      return unreachable(event);
  }
};
