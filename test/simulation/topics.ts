// What a run has to do with, and what people do in it.
import { type Acts } from "./acts.js";
import { type Chance } from "./chance.js";

/** What stops the wallet each time until somebody says what it was: seldom enough that the rest is seen too. */
export const FOREIGN_KINDS = ["owner", "second", "restore"] as const;
export type Foreign = (typeof FOREIGN_KINDS)[number];
const FOREIGN: readonly [Foreign | undefined, ...(Foreign | undefined)[]] = [
  ...(["owner", "owner", "owner", "owner", "second", "restore"] as const),
  ...Array.from({ length: 14 }, () => undefined),
];

/** Money beside what cycles owe. */
const MONEY = ["money", "bond", "ceilings"] as const;
export type Money = (typeof MONEY)[number] | "sent";

/** What each run has, when one thing is looked into. */
export const TOPICS = [...FOREIGN_KINDS, "witness", "policy", "terms", "mode", ...MONEY] as const;
export type Topic = (typeof TOPICS)[number];

/** Topics that are all about what people say. */
export const OF_PEOPLE: readonly (Topic | undefined)[] = ["policy", "terms", "mode"];

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

const WITH_OWNER: readonly [Acts, ...Acts[]] = [
  ["classify"],
  ["classify", "hold-payment", "release-payment"],
  ["classify", "skip-cycle", "hold-cycle", "release-cycle"],
  ["classify", "pause", "resume", "mode"],
];

/** People who know what another log says let it be paid: what they gave up here, that one may have paid. */
const WITH_ANOTHER_LOG: readonly [Acts, ...Acts[]] = [
  ["classify"],
  ["classify", "pause", "resume"],
  ["classify", "classify", "policy", "terms", "hold-payment", "release-payment"],
];
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

const OF_MODE: readonly [Acts, ...Acts[]] = [["mode"], ["mode", "pay-cycle"], ["mode", "pause", "resume"]];

/** What people do with money, beside the rest. */
const OF_MONEY: Readonly<Record<Money, readonly [Acts, ...Acts[]]>> = {
  money: [
    ["transfer", "transfer", "batch", "resume-payment"],
    ["transfer", "batch", "hold-other", "release-other", "resume-payment"],
    ["transfer", "batch", "mode", "resume-payment"],
    ["adjust", "adjust", "settle", "settle"],
    ["adjust", "settle", "settle", "hold-other", "release-other", "resume-payment"],
    ["delegate", "delegate", "transfer"],
    ["transfer", "batch", "delegate", "adjust", "settle", "settle", "hold-other", "release-other"],
  ],
  bond: [
    ["bond-member", "remove-member", "bond-pool"],
    ["bond-member", "hold-other", "release-other"],
    ["bond-member", "resume-payment", "mode"],
    ["bond-member", "hold-payment", "release-payment"],
    ["bond-pool", "bond-member", "policy", "adjust", "recompute", "hold-other", "release-other"],
  ],
  sent: [
    ["transfer", "batch"],
    ["transfer", "batch", "resume-payment", "mode"],
    ["delegate", "transfer"],
  ],
  ceilings: [
    ["approve", "approve", "reject", "release-cycle"],
    ["approve", "reject", "ceilings", "release-cycle"],
    ["approve", "reject", "recompute", "release-cycle"],
    ["approve", "skip-cycle", "hold-payment", "release-payment"],
    ["approve", "adjust", "settle", "settle", "hold-other", "release-other"],
    ["recompute", "recompute", "terms"],
  ],
};

export const drawForeign = (chance: Chance, about: Topic | undefined): Foreign | undefined => {
  switch (about) {
    case undefined:
      return chance.oneOf(FOREIGN);
    case "policy":
    case "terms":
    case "mode":
      return undefined;
    case "money":
    case "bond":
    case "ceilings":
      return chance.happens(0.2) ? "owner" : undefined;
    case "witness":
      return "restore";
    default:
      return about;
  }
};

/** Of which combinations of acts a run has one. */
export const actsWith = (
  foreign: Foreign | undefined,
  about: Topic | undefined,
): readonly [Acts, ...Acts[]] => {
  if (about === "policy") return OF_POLICY;
  if (about === "terms") return OF_TERMS;
  if (about === "mode") return OF_MODE;
  if (foreign === undefined) return ACTS;
  return foreign === "owner" ? WITH_OWNER : WITH_ANOTHER_LOG;
};

/** So many of the runs that are about nothing in particular have money in them. */
const WITH_MONEY = 0.15;

/**
 * Whether there is such money in a run. Where a log is put back only what people send is: of the rest they would have to
 * know how the ledger stood, or the pool, to name what the lost part of the log has paid. Beside another installation
 * there is none.
 */
export const drawMoney = (
  chance: Chance,
  foreign: Foreign | undefined,
  about: Topic | undefined,
): readonly Money[] => {
  const topic = MONEY.find((money) => money === about);
  const isFit = foreign === "restore" || (about === undefined && foreign !== "second");
  if (topic === undefined && !(isFit && chance.happens(WITH_MONEY))) return [];
  if (foreign === "restore") return ["sent"];
  const first = topic ?? chance.oneOf(MONEY);
  return chance.happens(0.25) ? [...new Set([first, chance.oneOf(MONEY)])] : [first];
};

/** Acts that come early in a run with such money: without them the others would find nothing to act on. */
const OPENING: Readonly<Record<Money, Acts[number] | undefined>> = {
  money: undefined,
  sent: undefined,
  bond: "bond-pool",
  ceilings: "ceilings",
};

/** Combinations of acts for money, and what begins it. */
export const drawMoneyActs = (chance: Chance, money: readonly Money[]) => ({
  acts: money.flatMap((kind) => chance.oneOf(OF_MONEY[kind])),
  opening: money.flatMap((kind) => OPENING[kind] ?? []),
});
