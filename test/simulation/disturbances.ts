// What may go wrong, or be done by others, at one step of a run.
import { type Chance } from "./chance.js";
import { CONTRACTS, type Shape } from "./shape.js";
import { type NodeFault } from "./unsteady-chain.js";

/** What becomes of a call whose caller is not told: it never happened, it did, or it will. */
export type Effect = "none" | "done" | "later";

export type PersonsAct =
  | { readonly act: "pause" | "resume" }
  | { readonly act: "mode"; readonly mode: "off" | "simulation" | "on" }
  | { readonly act: "fee"; readonly feeBps: number }
  /** `cycle`: how many before the running one. */
  | { readonly act: "hold-cycle" | "release-cycle" | "skip-cycle" | "pay-cycle"; readonly cycle: number }
  | {
      readonly act: "hold-payment" | "release-payment";
      readonly cycle: number;
      readonly delegator: number;
    };

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
  | { readonly do: "bake"; readonly blocks: number; readonly empty: boolean }
  | { readonly do: "reorganise"; readonly depth: 1 | 2; readonly lose: boolean }
  /** The mempool forgets the wallet's operations. */
  | { readonly do: "drop" }
  | { readonly do: "lease"; readonly is: "stolen" | "restored" }
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
  /** `first`: everybody else stands still until it is done, unless told otherwise. */
  | { readonly do: "person"; readonly what: PersonsAct; readonly first: boolean };

/** A reply that is whole JSON, and yet not whole; one that is not JSON fails as a call. */
export type SourceFault = "row-missing" | "row-twice" | "no-data";
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
    case "fee":
      return { act: kind, feeBps: chance.below(20) * 100 };
    case "hold-cycle":
    case "release-cycle":
    case "skip-cycle":
    case "pay-cycle":
      return { act: kind, cycle };
    case "hold-payment":
    case "release-payment":
      return { act: kind, cycle, delegator: chance.below(delegators) };
  }
};

/** Acts that come together, each as often as it stands here: what one stops another lets go. */
const ACTS: readonly [Acts, ...Acts[]] = [
  ["pause", "resume"],
  ["mode"],
  ["mode"],
  ["fee", "hold-cycle", "release-cycle"],
  ["skip-cycle"],
  ["skip-cycle", "release-cycle"],
  ["skip-cycle", "hold-cycle", "release-cycle", "pay-cycle"],
  ["hold-payment", "release-payment"],
  ["fee", "mode", "skip-cycle", "pay-cycle", "hold-payment", "release-payment", "pause", "resume"],
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
  source: (chance) => ({
    do: "source",
    reply: chance.oneOf(["row-missing", "row-twice", "no-data"]),
  }),
  bake: (chance, { ttl }) => ({
    do: "bake",
    empty: chance.happens(0.5),
    blocks: chance.happens(0.2) ? Math.min(ttl + 4, LONGEST_BURST) : chance.between(1, 3),
  }),
  reorganise: (chance) => ({ do: "reorganise", depth: chance.oneOf([1, 2]), lose: chance.happens(0.5) }),
  drop: () => ({ do: "drop" }),
  lease: (chance) => ({ do: "lease", is: chance.oneOf(["stolen", "restored"]) }),
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

/** Calls at which it matters most what becomes of them: so much more often something goes wrong there. */
const CRUCIAL = ["store.append", "chain.simulate", "signer.sign", "witness.write", "chain.inject"];
const CRUCIAL_TIMES = 8;
const HIGHEST_RATE = 0.3;

/** While somebody gives a command, everybody else is at work too: for so many steps, and so often. */
const BUSY_STEPS = 60;
const BUSY_RATE = 0.4;

/** Disturbances by chance: some kinds only, and more or fewer of them, so that seeds differ in character. */
export const byChance = (chance: Chance, shape: Shape): Script => {
  const off = new Set(Object.keys(DRAW).filter((kind) => kind !== "switch" && chance.happens(0.4)));
  const favourite = chance.oneOf(KINDS);
  const enabled = [
    ...KINDS.filter((kind) => !off.has(kind)),
    ...Array.from({ length: chance.oneOf([0, 60]) }, () => favourite),
  ];
  const rate = chance.oneOf([0.005, 0.01, 0.03, 0.1]);
  const acts = chance.oneOf(ACTS);
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
      return drawn;
    },
  };
};

/** The same disturbances at the same steps. */
export const playing = (scheduled: readonly Scheduled[]): Script => {
  const byStep = new Map(scheduled.map(({ at, what }) => [at, what]));
  return { at: (step) => byStep.get(step) };
};
