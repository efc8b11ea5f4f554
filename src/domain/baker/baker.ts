// The baker's terms: which chain, from which cycle, who pays, by what policy, and whether at all.
import { z } from "zod";
import { type Decision, refuse, unreachable } from "../decision.js";
import { canonicalJson } from "../digest.js";
import { chunksOf, defineEvent } from "../event.js";
import {
  type Address,
  chainId,
  type ChainId,
  type Cycle,
  cycleNumber,
  streamName,
  tzAddress,
  type TzAddress,
} from "../identifiers.js";
import {
  type AllocationPolicy,
  allocationPolicyCodec,
  type TermsRow,
  termsRowCodec,
} from "../reward/policy-codec.js";

export const stream = (baker: TzAddress) => streamName("baker", baker);

export const mode = z.enum(["off", "simulation", "on"]);
export type Mode = z.infer<typeof mode>;

const BakerRegistered = defineEvent("BakerRegistered", 1, { chainId, firstCycle: cycleNumber });
const PayerSet = defineEvent("PayerSet", 1, { payer: tzAddress, actor: z.string() });
const PolicyChanged = defineEvent("PolicyChanged", 1, { policy: allocationPolicyCodec, actor: z.string() });
const DelegatorTermsSet = defineEvent("DelegatorTermsSet", 1, {
  rows: z.array(termsRowCodec),
  actor: z.string(),
});
const DelegatorTermsCleared = defineEvent("DelegatorTermsCleared", 1, { actor: z.string() });
/** `fromCycle`: the cycle that was running; earlier ones ended before the switch. */
const ModeChanged = defineEvent("ModeChanged", 1, { mode, fromCycle: cycleNumber, actor: z.string() });

/** A person asks for a cycle that is not paid by itself. */
const CyclePaymentRequested = defineEvent("CyclePaymentRequested", 1, {
  cycle: cycleNumber,
  actor: z.string(),
});

export const Event = z.discriminatedUnion("type", [
  BakerRegistered,
  PayerSet,
  PolicyChanged,
  DelegatorTermsSet,
  DelegatorTermsCleared,
  ModeChanged,
  CyclePaymentRequested,
]);
export type Event = z.infer<typeof Event>;

export interface State {
  readonly registered: { readonly chainId: ChainId; readonly firstCycle: Cycle } | undefined;
  readonly payer: TzAddress | undefined;
  /** Undefined: the default policy. */
  readonly policy: AllocationPolicy | undefined;
  readonly terms: ReadonlyMap<Address, TermsRow>;
  readonly mode: Mode;
  /** The first cycle that is paid by itself; undefined before the first switch to *on*. */
  readonly onSince: Cycle | undefined;
  /** Cycles that a person asked for. */
  readonly requested: ReadonlySet<Cycle>;
}

export const initial: State = {
  registered: undefined,
  payer: undefined,
  policy: undefined,
  terms: new Map(),
  mode: "simulation",
  onSince: undefined,
  requested: new Set(),
};

export const evolve = (state: State, event: Event): State => {
  switch (event.type) {
    case "BakerRegistered":
      return { ...state, registered: event.data };
    case "PayerSet":
      return { ...state, payer: event.data.payer };
    case "PolicyChanged":
      return { ...state, policy: event.data.policy };
    case "DelegatorTermsSet": {
      const terms = new Map(state.terms);
      for (const row of event.data.rows) terms.set(row.delegator, row);
      return { ...state, terms };
    }
    case "DelegatorTermsCleared":
      return { ...state, terms: new Map() };
    case "ModeChanged": {
      const { mode: next, fromCycle } = event.data;
      return {
        ...state,
        mode: next,
        onSince: next === "on" && state.mode !== "on" ? fromCycle : state.onSince,
      };
    }
    case "CyclePaymentRequested":
      return { ...state, requested: new Set(state.requested).add(event.data.cycle) };
    default:
      return unreachable(event);
  }
};

export type Refusal =
  "not-registered" | "other-chain" | "other-first-cycle" | "other-payer" | "no-payer" | "too-many-terms";
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

/** The wallet that pays; it never changes silently, for another wallet knows nothing of what was paid. */
export const setPayer =
  (command: Data<"PayerSet">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    if (state.payer === command.payer) return [];
    return state.payer === undefined
      ? [{ type: "PayerSet", data: command }]
      : refuse("other-payer", { registered: state.payer, asked: command.payer });
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

export const changeMode =
  (command: Data<"ModeChanged">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    if (command.mode === "on" && !state.payer) return refuse("no-payer");
    return state.mode === command.mode ? [] : [{ type: "ModeChanged", data: command }];
  };

/** A person's word that a cycle is to be paid: one that TAPS would not pay by itself, or that it thinks is done. */
export const requestPayment =
  (command: Data<"CyclePaymentRequested">): Decide =>
  (state) => {
    if (!state.registered) return refuse("not-registered");
    return state.requested.has(command.cycle) ? [] : [{ type: "CyclePaymentRequested", data: command }];
  };

/** Whether a cycle is to be paid: by itself, since it ended in mode *on*, or because a person asked for it. */
export const pays = (state: State, cycle: Cycle): boolean => {
  if (state.requested.has(cycle)) return true;
  const { registered, onSince } = state;
  return (
    registered !== undefined && onSince !== undefined && cycle >= registered.firstCycle && cycle >= onSince
  );
};
