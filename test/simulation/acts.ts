// What people may do at one step of a run, and which of it comes together.
import { type ApprovalsAct, drawApprovalsAct } from "./approvals.js";
import { type BondAct, drawBondAct } from "./bond.js";
import { type Chance } from "./chance.js";
import { drawMoneyAct, type MoneyAct } from "./money.js";
import { drawPoliciesAct, type PoliciesAct } from "./policies.js";
import { type Shape } from "./shape.js";

export type PersonsAct =
  | { readonly act: "pause" | "resume" }
  | { readonly act: "mode"; readonly mode: "off" | "simulation" | "on" }
  | PoliciesAct
  | MoneyAct
  | BondAct
  | ApprovalsAct
  /** `cycle`: how many before the running one. */
  | { readonly act: "hold-cycle" | "release-cycle" | "skip-cycle" | "pay-cycle"; readonly cycle: number }
  | {
      readonly act: "hold-payment" | "release-payment";
      readonly cycle: number;
      readonly delegator: number;
    }
  /** Of an operation that TAPS did not sign. */
  | { readonly act: "classify"; readonly pays: boolean };

/** One of a kind, by chance. */
export const drawPersonsAct = (
  kind: PersonsAct["act"],
  chance: Chance,
  { delegators }: Shape,
): PersonsAct => {
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
    case "transfer":
    case "batch":
    case "resume-payment":
    case "hold-other":
    case "release-other":
    case "delegate":
    case "adjust":
    case "settle":
      return drawMoneyAct(kind, chance, delegators);
    case "bond-pool":
    case "bond-member":
    case "remove-member":
      return drawBondAct(kind, chance);
    case "ceilings":
    case "approve":
    case "reject":
    case "recompute":
      return drawApprovalsAct(kind, chance);
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

/** Acts that come together in a run, each as often as it stands there. */
export type Acts = readonly [PersonsAct["act"], ...PersonsAct["act"][]];
