// What may go wrong, or be done by others, at one step of a run.
import { type NodeError } from "../../src/application/ports/chain.js";
import { type Acts, drawPersonsAct, type PersonsAct } from "./acts.js";
import { type Chance } from "./chance.js";
import { type OperatorsAct } from "./operator.js";
import { type Gift, GIFTS } from "./owner.js";
import { drawRestore, type Restore } from "./restore.js";
import { drawRevision, type Revision } from "./revisions.js";
import { CONTRACTS, type Shape } from "./shape.js";
import { drawSubscriptionFault, type SubscriptionFault } from "./subscription.js";
import { drawUpgrade, type Upgrade } from "./upgrades.js";
import { type NodeFault } from "./unsteady-chain.js";

/** What becomes of a call whose caller is not told: it never happened, it did, or it will. */
export type Effect = "none" | "done" | "later";

export type Disturbance =
  /** Somebody else goes first. */
  | { readonly do: "switch"; readonly to: number }
  /** The call answers "not available". */
  | { readonly do: "fail"; readonly effect: Effect }
  /** The process dies at the call and is started again so many rounds later, perhaps on a node that keeps little. */
  | { readonly do: "kill"; readonly effect: Effect; readonly rounds: number; readonly pruned: boolean }
  /** The process is told to stop, and started again so many rounds later. */
  | { readonly do: "stop"; readonly rounds: number }
  /** The process stands still, its call not yet made. */
  | { readonly do: "freeze"; readonly rounds: number }
  | { readonly do: "node"; readonly fault: NodeFault; readonly rounds: number }
  /** The next one is refused by the node. */
  | { readonly do: "refuse-simulation"; readonly kind: "temporary" | "branch" }
  /** `taken`: the node took it all the same. */
  | { readonly do: "refuse-injection"; readonly kind: NodeError["kind"]; readonly taken: boolean }
  | { readonly do: "source"; readonly reply: SourceFault }
  /** From now on the source shows another list. */
  | { readonly do: "revise"; readonly revision: Revision }
  | { readonly do: "bake"; readonly blocks: number; readonly empty: boolean }
  | { readonly do: "reorganise"; readonly depth: 1 | 2; readonly lose: boolean }
  | ({ readonly do: "upgrade" } & Upgrade)
  /** The mempool forgets the wallet's operations. */
  | { readonly do: "drop" }
  | { readonly do: "lease"; readonly is: "stolen" | "restored" }
  /** Of a projector: that of the read model of this number. */
  | {
      readonly do: "subscription";
      readonly projector: number;
      readonly of: number;
      readonly fault: SubscriptionFault;
    }
  /** The read models' schema is dropped, or the database crashes and has lost that many of its last commits. */
  | { readonly do: "read-models"; readonly lose: "all" | number }
  /** Of the read models. */
  | ({ readonly do: "operator" } & OperatorsAct)
  | { readonly do: "skew"; readonly minutes: number }
  /** Time passes without a block. */
  | { readonly do: "slow"; readonly seconds: number }
  /** The wallet gets more than it will ever need. */
  | { readonly do: "fund" }
  /** A receiver is emptied, or funded by somebody else. */
  | { readonly do: "receiver"; readonly delegator: number; readonly is: "emptied" | "funded" }
  /** A contract begins to refuse, or no longer does. */
  | {
      readonly do: "contract";
      readonly contract: number;
      readonly is: "refusing" | "accepting" | "burning-gas";
    }
  /** The wallet's owner sends by hand. */
  | { readonly do: "owner"; readonly delegator: number; readonly gift: Gift }
  /** Another installation on the same wallet begins, or its people say what they know of this one's operations. */
  | { readonly do: "second" }
  | ({ readonly do: "restore" } & Restore)
  /** `first`: everybody else stands still until it is done, unless told otherwise. */
  | { readonly do: "person"; readonly what: PersonsAct; readonly first: boolean };

/** A reply that is whole JSON, and yet not whole; a revision comes between pages. One that is not JSON fails as a call. */
export type SourceFault = (typeof SOURCE_FAULTS)[number] | Revision;
const SOURCE_FAULTS = [
  "row-missing",
  "row-twice",
  "no-data",
  "page-missing",
  "page-twice",
  "other-cycle",
] as const;
export type Kind = Disturbance["do"];

/** A disturbance and the step of the run at which it comes. */
export interface Scheduled {
  readonly at: number;
  readonly what: Disturbance;
}

/** Blocks in a row: enough for an operation of the shorter lives to expire. */
const LONGEST_BURST = 16;

const effects = ["none", "done", "later"] as const;
const kinds = ["temporary", "branch"] as const;

const nodeFault = (chance: Chance): NodeFault =>
  chance.oneOf<NodeFault>([
    { is: "stuck", back: chance.below(4) },
    { is: "wavering", back: chance.below(4) },
    { is: "pruned", keeps: chance.between(2, 4) },
    { is: "of-another-chain" },
    { is: "down" },
  ]);

type Draw<K extends Kind> = (chance: Chance, shape: Shape, acts: Acts) => Extract<Disturbance, { do: K }>;

/** One of each kind, by chance; `acts`: of people. */
export const DRAW: { readonly [K in Kind]: Draw<K> } = {
  switch: (chance) => ({ do: "switch", to: chance.below(8) }),
  fail: (chance) => ({ do: "fail", effect: chance.oneOf(effects) }),
  kill: (chance) => ({
    do: "kill",
    effect: chance.oneOf(effects),
    rounds: chance.below(7),
    pruned: chance.happens(0.3),
  }),
  stop: (chance) => ({ do: "stop", rounds: chance.below(3) }),
  freeze: (chance) => ({ do: "freeze", rounds: chance.between(1, 8) }),
  node: (chance) => ({ do: "node", fault: nodeFault(chance), rounds: chance.between(1, 12) }),
  "refuse-simulation": (chance) => ({ do: "refuse-simulation", kind: chance.oneOf(kinds) }),
  "refuse-injection": (chance) => ({
    do: "refuse-injection",
    kind: chance.oneOf([...kinds, "permanent"]),
    taken: chance.happens(0.5),
  }),
  source: (chance, { delegators }) => ({
    do: "source",
    reply: chance.happens(0.4) ? drawRevision(chance, delegators) : chance.oneOf(SOURCE_FAULTS),
  }),
  revise: (chance, { delegators }) => ({ do: "revise", revision: drawRevision(chance, delegators) }),
  bake: (chance, { ttl }) => ({
    do: "bake",
    empty: chance.happens(0.5),
    blocks: chance.happens(0.2) ? Math.min(ttl + 4, LONGEST_BURST) : chance.between(1, 3),
  }),
  reorganise: (chance) => ({ do: "reorganise", depth: chance.oneOf([1, 2]), lose: chance.happens(0.5) }),
  upgrade: (chance) => ({ do: "upgrade", ...drawUpgrade(chance) }),
  drop: () => ({ do: "drop" }),
  lease: (chance) => ({ do: "lease", is: chance.oneOf(["stolen", "restored"]) }),
  subscription: (chance, { projectors }) => ({
    do: "subscription",
    projector: chance.below(projectors),
    of: chance.below(4),
    fault: drawSubscriptionFault(chance),
  }),
  "read-models": (chance) => ({ do: "read-models", lose: chance.oneOf<"all" | number>(["all", 1, 2, 3]) }),
  operator: (chance) => ({
    do: "operator",
    act: chance.oneOf(["snapshot", "snapshot", "rebuild", "roll-back", "to-head"]),
    of: chance.below(4),
    back: chance.below(20),
  }),
  skew: (chance) => ({ do: "skew", minutes: chance.between(-10, 10) }),
  slow: (chance) => ({ do: "slow", seconds: chance.between(1, 30) }),
  fund: () => ({ do: "fund" }),
  receiver: (chance, { delegators }) => ({
    do: "receiver",
    delegator: chance.below(delegators),
    is: chance.oneOf(["emptied", "funded"]),
  }),
  contract: (chance) => ({
    do: "contract",
    contract: chance.below(CONTRACTS),
    is: chance.oneOf(["refusing", "accepting", "burning-gas"]),
  }),
  owner: (chance, { delegators }) => ({
    do: "owner",
    delegator: chance.below(delegators),
    gift: chance.oneOf(GIFTS),
  }),
  second: () => ({ do: "second" }),
  restore: (chance) => ({ do: "restore", ...drawRestore(chance) }),
  person: (chance, shape, acts) => ({
    do: "person",
    what: drawPersonsAct(chance.oneOf(acts), chance, shape),
    first: chance.happens(0.7),
  }),
};
