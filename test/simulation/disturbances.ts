// What may go wrong, or be done by others, at one step of a run.
import { type Chance } from "./chance.js";
import { type OperatorsAct } from "./operator.js";
import { type Gift, GIFTS } from "./owner.js";
import { drawPoliciesAct, type PoliciesAct } from "./policies.js";
import { drawRestore, type Restore } from "./restore.js";
import { drawRevision, type Revision } from "./revisions.js";
import { CONTRACTS, type Shape } from "./shape.js";
import { drawSubscriptionFault, type SubscriptionFault } from "./subscription.js";
import { drawUpgrade, type Upgrade } from "./upgrades.js";
import { type NodeFault } from "./unsteady-chain.js";

/** What becomes of a call whose caller is not told: it never happened, it did, or it will. */
export type Effect = "none" | "done" | "later";

export type PersonsAct =
  | { readonly act: "pause" | "resume" }
  | { readonly act: "mode"; readonly mode: "off" | "simulation" | "on" }
  | PoliciesAct
  /** `cycle`: how many before the running one. */
  | { readonly act: "hold-cycle" | "release-cycle" | "skip-cycle" | "pay-cycle"; readonly cycle: number }
  | {
      readonly act: "hold-payment" | "release-payment";
      readonly cycle: number;
      readonly delegator: number;
    }
  /** Of an operation that TAPS did not sign. */
  | { readonly act: "classify"; readonly pays: boolean };

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
  | { readonly do: "refuse-injection"; readonly kind: "temporary" | "branch" }
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

const personsAct = (kind: PersonsAct["act"], chance: Chance, { delegators }: Shape): PersonsAct => {
  const cycle = chance.oneOf([0, 1, 1, 1, 1, 1, 1, 2, 2, 3]);
  switch (kind) {
    case "pause":
    case "resume":
      return { act: kind };
    case "mode":
      return { act: kind, mode: chance.oneOf(["off", "simulation", "on"]) };
    case "policy":
    case "terms":
    case "clear-terms":
      return drawPoliciesAct(kind, chance, delegators);
    case "hold-cycle":
    case "release-cycle":
    case "skip-cycle":
    case "pay-cycle":
      return { act: kind, cycle };
    case "hold-payment":
    case "release-payment":
      return { act: kind, cycle, delegator: chance.below(delegators) };
    case "classify":
      return { act: kind, pays: chance.happens(0.7) };
  }
};

/** Acts that come together, each as often as it stands here: what one stops another lets go. */
const ACTS: readonly [Acts, ...Acts[]] = [
  ["pause", "resume"],
  ["mode"],
  ["mode"],
  ["policy", "hold-cycle", "release-cycle"],
  ["policy"],
  ["policy", "terms", "terms", "clear-terms", "hold-payment", "release-payment"],
  ["skip-cycle"],
  ["skip-cycle", "release-cycle"],
  ["skip-cycle", "hold-cycle", "release-cycle", "pay-cycle"],
  ["hold-payment", "release-payment"],
  [
    "policy",
    "terms",
    "mode",
    "skip-cycle",
    "pay-cycle",
    "hold-payment",
    "release-payment",
    "pause",
    "resume",
  ],
];
type Acts = readonly [PersonsAct["act"], ...PersonsAct["act"][]];

type Draw<K extends Kind> = (chance: Chance, shape: Shape, acts: Acts) => Extract<Disturbance, { do: K }>;

const DRAW: { readonly [K in Kind]: Draw<K> } = {
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
  "refuse-injection": (chance) => ({ do: "refuse-injection", kind: chance.oneOf(kinds) }),
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
    what: personsAct(chance.oneOf(acts), chance, shape),
    first: chance.happens(0.7),
  }),
};

/** Each as often as it stands here. */
const KINDS: readonly [Kind, ...Kind[]] = [
  "switch",
  ...(Object.keys(DRAW) as readonly string[] as readonly Kind[]),
  ...(["fail", "kill", "kill", "contract", "contract"] as const),
  ...(["person", "person", "person", "person", "person", "person"] as const),
];

/** Where a run's disturbances come from: chance, or a list that is to be played again. */
export interface Script {
  /** `call`: whose turn it is, if nobody else goes first. */
  at(step: number, call: string): Disturbance | undefined;
}

/** What stops the wallet each time until somebody says what it was: seldom enough that the rest is seen too. */
const FOREIGN_KINDS = ["owner", "second", "restore"] as const;
type Foreign = (typeof FOREIGN_KINDS)[number];
const FOREIGN: readonly [Foreign | undefined, ...(Foreign | undefined)[]] = [
  ...(["owner", "owner", "owner", "owner", "second", "restore"] as const),
  ...Array.from({ length: 14 }, () => undefined),
];
const isForeign = (kind: Kind): boolean => FOREIGN_KINDS.some((each) => each === kind);
const WITH_OWNER: readonly [Acts, ...Acts[]] = [
  ["classify"],
  ["classify", "hold-payment", "release-payment"],
  ["classify", "skip-cycle", "hold-cycle", "release-cycle"],
  ["classify", "pause", "resume", "mode"],
];
/** Where another log comes in, it comes so many times as often as anything else. */
const OF_ANOTHER_LOG = 10;
const ANOTHER_LOG = ["second", "restore"] as const;
/** People who know what another log says let it be paid: what they gave up here, that one may have paid. */
const WITH_ANOTHER_LOG: readonly [Acts, ...Acts[]] = [
  ["classify"],
  ["classify", "pause", "resume"],
  ["classify", "classify", "policy", "terms", "hold-payment", "release-payment"],
];
/** What each run has, when one thing is looked into. */
export const TOPICS = [...FOREIGN_KINDS, "witness", "policy", "terms"] as const;
export type Topic = (typeof TOPICS)[number];
const OF_TERMS: readonly [Acts, ...Acts[]] = [
  ["terms"],
  ["terms", "clear-terms"],
  ["terms", "hold-cycle", "release-cycle"],
];
const OF_POLICY: readonly [Acts, ...Acts[]] = [
  ["policy"],
  ["policy", "hold-cycle", "release-cycle"],
  ["policy", "terms", "clear-terms"],
];
const drawForeign = (chance: Chance, about: Topic | undefined): Foreign | undefined => {
  switch (about) {
    case undefined:
      return chance.oneOf(FOREIGN);
    case "policy":
    case "terms":
      return undefined;
    case "witness":
      return "restore";
    default:
      return about;
  }
};
const actsWith = (foreign: Foreign | undefined, about: Topic | undefined): readonly [Acts, ...Acts[]] => {
  if (about === "policy") return OF_POLICY;
  if (about === "terms") return OF_TERMS;
  if (foreign === undefined) return ACTS;
  return foreign === "owner" ? WITH_OWNER : WITH_ANOTHER_LOG;
};

/** Calls at which it matters most what becomes of them: so much more often something goes wrong there. */
const CRUCIAL = ["store.append", "chain.simulate", "signer.sign", "witness.write", "chain.inject"];
const CRUCIAL_TIMES = 8;
const HIGHEST_RATE = 0.3;

/** While somebody gives a command, everybody else is at work too: for so many steps, and so often. */
const BUSY_STEPS = 60;
const BUSY_RATE = 0.4;

/** Disturbances by chance: some kinds only, and more or fewer of them, so that seeds differ in character. */
export const byChance = (chance: Chance, shape: Shape, about?: Topic): Script => {
  const off = new Set(Object.keys(DRAW).filter((kind) => kind !== "switch" && chance.happens(0.4)));
  const foreign = drawForeign(chance, about);
  const favourite = about === "policy" || about === "terms" ? "person" : chance.oneOf(KINDS);
  const another = ANOTHER_LOG.filter((kind) => kind === foreign);
  const enabled = [
    ...KINDS.filter((kind) => !off.has(kind)),
    ...Array.from({ length: OF_ANOTHER_LOG }, () => another).flat(),
    ...Array.from({ length: chance.oneOf([0, 60]) }, () => favourite),
  ].filter((kind) => kind === foreign || !isForeign(kind));
  const rate = chance.oneOf([0.005, 0.01, 0.03, 0.1]);
  const acts = chance.oneOf(actsWith(foreign, about));
  let busyUntil = 0;
  return {
    at: (step, call) => {
      const [first = "switch", ...rest] = enabled;
      if (step >= shape.steps) return undefined;
      if (step < busyUntil && chance.happens(BUSY_RATE)) return DRAW.switch(chance, shape, acts);
      const times = CRUCIAL.includes(call) ? CRUCIAL_TIMES : 1;
      if (!chance.happens(Math.min(rate * times, HIGHEST_RATE))) return undefined;
      const drawn = DRAW[chance.oneOf([first, ...rest])](chance, shape, acts);
      if (drawn.do === "person" && chance.happens(0.6)) busyUntil = step + BUSY_STEPS;
      return about === "witness" && drawn.do === "restore" ? { ...drawn, seenBy: "file" } : drawn;
    },
  };
};

/** The same disturbances at the same steps. */
export const playing = (scheduled: readonly Scheduled[]): Script => {
  const byStep = new Map(scheduled.map(({ at, what }) => [at, what]));
  return { at: (step) => byStep.get(step) };
};
