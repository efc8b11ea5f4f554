// Where a run's disturbances come from.
import { Chance } from "./chance.js";
import { type Disturbance, DRAW, type Kind, type Scheduled } from "./disturbances.js";
import { type Acts, drawPersonsAct, type PersonsAct } from "./acts.js";
import { type Shape } from "./shape.js";
import {
  actsWith,
  drawForeign,
  drawMoney,
  drawMoneyActs,
  FOREIGN_KINDS,
  OF_PEOPLE,
  type Topic,
} from "./topics.js";

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

const isForeign = (kind: Kind): boolean => FOREIGN_KINDS.some((each) => each === kind);
/** Where another log comes in, it comes so many times as often as anything else. */
const OF_ANOTHER_LOG = 10;
const ANOTHER_LOG = ["second", "restore"] as const;
/** Calls at which it matters most what becomes of them: so much more often something goes wrong there. */
const CRUCIAL = ["store.append", "chain.simulate", "signer.sign", "witness.write", "chain.inject"];
const CRUCIAL_TIMES = 8;
const HIGHEST_RATE = 0.3;

/** While somebody gives a command, everybody else is at work too: for so many steps, and so often. */
const BUSY_STEPS = 60;
const BUSY_RATE = 0.4;

/** Other numbers for money than for the rest: a run without any is what it was before there was money. */
const MONEY = 0x20e7;
/** Acts for money that come at some step whatever else comes. */
const PLANNED = 6;
/** So many times more often than anything else people act where there is money. */
const PEOPLE = 4;

interface Due {
  readonly from: number;
  readonly act: PersonsAct;
}

/** What people do with money in a run: acts at steps of their own, and others that come as anything does. */
const moneyOf = (shape: Shape, foreign: ReturnType<typeof drawForeign>, about: Topic | undefined) => {
  const chance = new Chance(shape.seed ^ MONEY);
  const { acts, opening } = drawMoneyActs(chance, drawMoney(chance, foreign, about));
  const [first, ...rest] = acts;
  if (first === undefined) return { acts, due: [] };
  const drawn = (act: PersonsAct["act"], from: number): Due => ({
    from,
    act: drawPersonsAct(act, chance, shape),
  });
  const due = [
    ...opening.map((act) => drawn(act, 0)),
    ...Array.from({ length: PLANNED }, () =>
      drawn(chance.oneOf([first, ...rest]), chance.below(shape.steps)),
    ),
  ];
  return { acts, due: due.sort((a, b) => a.from - b.from) };
};

/** Disturbances by chance: some kinds only, and more or fewer of them, so that seeds differ in character. */
export const byChance = (chance: Chance, shape: Shape, about?: Topic): Script => {
  const off = new Set(Object.keys(DRAW).filter((kind) => kind !== "switch" && chance.happens(0.4)));
  const foreign = drawForeign(chance, about);
  const favourite = OF_PEOPLE.includes(about) ? "person" : chance.oneOf(KINDS);
  const another = ANOTHER_LOG.filter((kind) => kind === foreign);
  const money = moneyOf(shape, foreign, about);
  const people = money.acts.length > 0 ? PEOPLE : 0;
  const enabled = [
    ...KINDS.filter((kind) => !off.has(kind)),
    ...Array.from({ length: OF_ANOTHER_LOG }, () => another).flat(),
    ...Array.from({ length: chance.oneOf([0, 60]) }, () => favourite),
    ...Array.from({ length: people }, () => "person" as const),
  ].filter((kind) => kind === foreign || !isForeign(kind));
  const rate = chance.oneOf([0.005, 0.01, 0.03, 0.1]);
  const usual = chance.oneOf(actsWith(foreign, about));
  const acts: Acts = [...usual, ...money.acts, ...money.acts];
  const due = [...money.due];
  let busyUntil = 0;
  return {
    at: (step, call) => {
      const [first = "switch", ...rest] = enabled;
      if (step >= shape.steps) return undefined;
      const [begins] = due;
      if (begins !== undefined && begins.from <= step) {
        due.shift();
        return { do: "person", what: begins.act, first: true };
      }
      if (step < busyUntil && chance.happens(BUSY_RATE)) return DRAW.switch(chance, shape, acts);
      const times = CRUCIAL.includes(call) ? CRUCIAL_TIMES : 1;
      if (!chance.happens(Math.min(rate * times, HIGHEST_RATE))) return undefined;
      const drawn = DRAW[chance.oneOf([first, ...rest])](chance, shape, acts);
      if (drawn.do === "person" && chance.happens(0.6)) busyUntil = step + BUSY_STEPS;
      if (about !== "witness" || drawn.do !== "restore") return drawn;
      return { ...drawn, seenBy: "file", lost: Math.min(drawn.lost, 2) };
    },
  };
};

/** The same disturbances at the same steps. */
export const playing = (scheduled: readonly Scheduled[]): Script => {
  const byStep = new Map(scheduled.map(({ at, what }) => [at, what]));
  return { at: (step) => byStep.get(step) };
};
