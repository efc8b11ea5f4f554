// The baker's terms: which chain, from which cycle, who pays, by what policy, and whether at all.
import { z } from "zod";
import { type Decision, refuse } from "../decision.js";
import { canonicalJson } from "../digest.js";
import { chunksOf } from "../event.js";
import { asCycle, type ChainId, type Cycle, streamName, type TzAddress } from "../identifiers.js";
import { sumOf } from "../money.js";
import { type Ceilings, ceilingsCodec } from "../payment/ceilings.js";
import { type BondPool } from "../reward/bond-pool.js";
import {
  type AllocationPolicy,
  allocationPolicyCodec,
  type TermsRow,
  termsRowCodec,
} from "../reward/policy-codec.js";
import { type Event } from "./events.js";
import { evolve, type State } from "./fold.js";

export { Event, type Mode } from "./events.js";
export { evolve, initial, type State } from "./fold.js";

export const stream = (baker: TzAddress) => streamName("baker", baker);

export type Refusal =
  | "not-registered"
  | "other-chain"
  | "other-first-cycle"
  | "pays-already"
  | "other-payer"
  | "tz4-payer"
  | "no-payer"
  | "mode-on"
  | "too-many-terms"
  | "baker-is-no-delegator"
  | "recipient-is-baker"
  | "recipient-is-payer"
  | "payer-is-not-sent"
  | "too-many-members"
  | "no-members"
  | "nothing-put-in"
  | "no-manager";
type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
type Decide = (state: State) => Decision<Event, Refusal>;

/** Registers once; `firstCycle` undefined accepts what is registered. */
export const register =
  (command: {
    readonly chainId: ChainId;
    readonly firstCycle: Cycle;
    readonly startCycle: Cycle | undefined;
  }): Decide =>
  ({ registered }) => {
    if (!registered) {
      const firstCycle = command.startCycle ?? command.firstCycle;
      return [{ type: "BakerRegistered", data: { chainId: command.chainId, firstCycle } }];
    }
    if (registered.chainId !== command.chainId) {
      return refuse("other-chain", { registered: registered.chainId, found: command.chainId });
    }
    if (command.startCycle !== undefined && command.startCycle !== registered.firstCycle) {
      return refuse("other-first-cycle", { registered: registered.firstCycle, asked: command.startCycle });
    }
    return [];
  };

/** Moves the first cycle that is paid by itself, while nothing is paid. */
export const setFirstCycle =
  (command: Data<"FirstCycleSet">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    if (state.registered.firstCycle === command.firstCycle) return [];
    return state.mode === "on" ? refuse("pays-already") : [{ type: "FirstCycleSet", data: command }];
  };

/** The wallet that pays; it never changes silently, for another wallet knows nothing of what was paid. */
export const setPayer =
  (command: Data<"PayerSet">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    if (state.payer === command.payer) return [];
    const wrong = unfit(state, command.payer);
    if (wrong) return wrong;
    return state.payer === undefined
      ? [{ type: "PayerSet", data: command }]
      : refuse("other-payer", { registered: state.payer, asked: command.payer });
  };

/** A tz4's signature is longer than operations are reckoned with; shares that went to the payer would go nowhere. */
const unfit = ({ terms }: State, payer: TzAddress) => {
  if (payer.startsWith("tz4")) return refuse("tz4-payer" as const);
  const [back] = [...terms.values()].filter(({ recipient }) => recipient === payer);
  if (back) return refuse("recipient-is-payer" as const, { delegator: back.delegator });
  return terms.get(payer)?.recipient === undefined ? undefined : refuse("payer-is-not-sent" as const);
};

/** Makes another wallet the one that pays. Its former one must be handed over before, outside of *on*. */
export const changePayer =
  (command: Data<"PayerSet">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    if (state.payer === command.payer) return [];
    if (state.mode === "on") return refuse("mode-on");
    return unfit(state, command.payer) ?? [{ type: "PayerSet", data: command }];
  };

/** More would not fit into one append, which keeps policy and terms together. */
const MAX_TERMS = 4_000;

const policyText = (policy: AllocationPolicy): string =>
  canonicalJson(z.encode(allocationPolicyCodec, policy));
const termsText = (terms: Iterable<TermsRow>): string =>
  canonicalJson([...terms].map((row) => z.encode(termsRowCodec, row)));

/** Replaces the policy; with `terms` given also all delegators' terms. */
export const changePolicy =
  (command: {
    readonly policy: AllocationPolicy;
    readonly terms: readonly TermsRow[] | undefined;
    readonly actor: string;
  }): Decide =>
  (state) => {
    const { policy, terms, actor } = command;
    if (!state.registered) return refuse("not-registered");
    if (terms && terms.length > MAX_TERMS)
      return refuse("too-many-terms", { limit: MAX_TERMS, found: terms.length });
    const samePolicy = state.policy !== undefined && policyText(state.policy) === policyText(policy);
    const sameTerms = terms === undefined || termsText(terms) === termsText(state.terms.values());
    if (samePolicy && sameTerms) return [];
    const cleared: Event[] = state.terms.size > 0 ? [{ type: "DelegatorTermsCleared", data: { actor } }] : [];
    return [
      { type: "PolicyChanged", data: { policy, actor } },
      ...(terms
        ? [
            ...cleared,
            ...chunksOf(terms).map((rows): Event => ({ type: "DelegatorTermsSet", data: { rows, actor } })),
          ]
        : []),
    ];
  };

const ceilingsText = (ceilings: Ceilings): string => canonicalJson(z.encode(ceilingsCodec, ceilings));

/** Sets what may be paid without asking, for every plan to come. */
export const setCeilings =
  (command: Data<"CeilingsSet">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    const isSame = ceilingsText(state.ceilings) === ceilingsText(command.ceilings);
    return isSame ? [] : [{ type: "CeilingsSet", data: command }];
  };

/**
 * Sets some of one delegator's terms; what is not named stays. Where a policy file is taken as it is, terms that would
 * send a share nowhere but back are refused here.
 */
export const setTerms =
  (command: { readonly baker: TzAddress; readonly row: TermsRow; readonly actor: string }): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    const { delegator, recipient } = command.row;
    if (delegator === command.baker) return refuse("baker-is-no-delegator");
    if (recipient === command.baker) return refuse("recipient-is-baker");
    if (recipient !== undefined && recipient === state.payer) return refuse("recipient-is-payer");
    if (recipient !== undefined && delegator === state.payer) return refuse("payer-is-not-sent");
    const stands = state.terms.get(delegator);
    if (!stands && state.terms.size >= MAX_TERMS)
      return refuse("too-many-terms", { limit: MAX_TERMS, found: state.terms.size + 1 });
    const row = { ...stands, ...command.row };
    if (stands && termsText([stands]) === termsText([row])) return [];
    return [{ type: "DelegatorTermsSet", data: { rows: [row], actor: command.actor } }];
  };

/** Takes all of one delegator's terms away. */
export const clearTerms =
  (command: Data<"DelegatorTermsRemoved">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    return state.terms.has(command.delegator) ? [{ type: "DelegatorTermsRemoved", data: command }] : [];
  };

/** A cycle's split is one event. */
const MAX_MEMBERS = 1_000;

/** Why a bond pool could share nothing. */
const lacks = (members: State["bondPool"]["members"]): Refusal | undefined => {
  if (members.size === 0) return "no-members";
  if (sumOf(members.values(), ({ amount }) => amount) === 0n) return "nothing-put-in";
  return [...members.values()].some(({ manager }) => manager) ? undefined : "no-manager";
};

/** Changes of the bond pool that leave it off, or able to share. */
const changeBondPool = (state: State, changes: readonly Event[]): Decision<Event, Refusal> => {
  const { since, members } = changes.reduce(evolve, state).bondPool;
  const lacking = since === undefined ? undefined : lacks(members);
  return lacking === undefined ? changes : refuse(lacking);
};

/** Sets what a member put in and is charged; a manager stays it until another is named, who takes its place. */
export const setBondPoolMember =
  (command: Data<"BondPoolMemberSet">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    const { members } = state.bondPool;
    const stands = members.get(command.member);
    if (!stands && members.size >= MAX_MEMBERS) return refuse("too-many-members", { limit: MAX_MEMBERS });
    const data = { ...command, manager: command.manager || stands?.manager === true };
    const isSame =
      stands?.amount === data.amount &&
      stands.chargeBps === data.chargeBps &&
      stands.manager === data.manager;
    if (isSame) return [];
    const former = [...members.values()].filter(
      ({ member, manager }) => manager && data.manager && member !== data.member,
    );
    return changeBondPool(state, [
      ...former.map((member): Event => ({
        type: "BondPoolMemberSet",
        data: { ...member, manager: false, actor: command.actor },
      })),
      { type: "BondPoolMemberSet", data },
    ]);
  };

export const removeBondPoolMember =
  (command: Data<"BondPoolMemberRemoved">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    if (!state.bondPool.members.has(command.member)) return [];
    return changeBondPool(state, [{ type: "BondPoolMemberRemoved", data: command }]);
  };

export const switchBondPool =
  (command: Data<"BondPoolSwitched">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    const isOn = state.bondPool.since !== undefined;
    if (isOn === (command.fromCycle !== null)) return [];
    return changeBondPool(state, [{ type: "BondPoolSwitched", data: command }]);
  };

/** `anew`: also where it stands already, so that whoever changes it at the same time meets this. */
export const changeMode =
  (command: Data<"ModeChanged">, how: "once" | "anew" = "once"): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    if (command.mode === "on" && !state.payer) return refuse("no-payer");
    return state.mode === command.mode && how === "once" ? [] : [{ type: "ModeChanged", data: command }];
  };

/** A person's word that a cycle is to be paid: one that TAPS would not pay by itself, or that it thinks is done. */
export const requestPayment =
  (command: Data<"CyclePaymentRequested">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    return state.requested.has(command.cycle) ? [] : [{ type: "CyclePaymentRequested", data: command }];
  };

/** The first cycle that is paid by itself and not known to be finished; undefined before the first switch to *on*. */
export const firstUnfinished = ({ registered, onSince, finishedThrough }: State): Cycle | undefined =>
  registered && onSince !== undefined
    ? asCycle(Math.max(registered.firstCycle, onSince, (finishedThrough ?? -1) + 1))
    : undefined;

/** Cycles are written down as finished so many at a time. */
const FINISHED_TOGETHER = 10;

/**
 * Up to here all cycles that are paid by themselves are finished: they are not looked at again unless a person asks for
 * one. Written now and then, so that whoever starts does not read years of cycles.
 */
export const finishCycles =
  (command: Data<"CyclesFinished">): Decide =>
  (state) => {
    const first = firstUnfinished(state);
    if (first === undefined || command.through - first + 1 < FINISHED_TOGETHER) return [];
    return [{ type: "CyclesFinished", data: command }];
  };

/** Whether a cycle is to be paid: by itself, since it ended in mode *on*, or because a person asked for it. */
export const pays = (state: State, cycle: Cycle): boolean => {
  if (state.requested.has(cycle)) return true;
  const { registered, onSince } = state;
  return (
    registered !== undefined && onSince !== undefined && cycle >= registered.firstCycle && cycle >= onSince
  );
};

/** Who shares what a cycle leaves with the baker; undefined: nobody, for the pool is off, or was when the cycle ended. */
export const bondPoolOf = (state: State, cycle: Cycle): BondPool | undefined => {
  const { since, members } = state.bondPool;
  const manager = [...members.values()].find((member) => member.manager);
  if (since === undefined || cycle < since || !manager) return undefined;
  return { members: [...members.values()], manager: manager.member };
};
