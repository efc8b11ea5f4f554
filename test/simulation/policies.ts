// The baker changes policy and terms at any moment.
import { type Acts } from "../../src/application/commands/acts.js";
import { setPolicy } from "../../src/application/commands/policy.js";
import { clearTerms, setTerms } from "../../src/application/commands/terms.js";
import { basisPoints, mutez } from "../../src/domain/money.js";
import { addressOf } from "../support/rewards.js";
import { type World } from "../support/world/world.js";
import { type Chance } from "./chance.js";

const paidBy = ["baker", "delegator"] as const;

/** As a policy's file says it. */
export const drawFile = (chance: Chance) => ({
  feeBps: chance.below(20) * 100,
  minimumPayout: chance.oneOf(["0", "0", "2000000"]),
  belowMinimumPayout: chance.oneOf(["carry", "keep"] as const),
  minimumBalance: chance.oneOf(["0", "0", "1000000000"]),
  belowMinimumBalance: chance.oneOf(["keep", "share"] as const),
  transactionFeePaidBy: chance.oneOf(paidBy),
  allocationFeePaidBy: chance.oneOf(paidBy),
});

const drawTerms = (chance: Chance) => ({
  ...(chance.happens(0.5) ? { feeBps: chance.below(20) * 100 } : {}),
  ...(chance.happens(0.5) ? { recipient: chance.oneOf(["another", "another", "payer"] as const) } : {}),
  ...(chance.happens(0.4) ? { status: chance.oneOf(["pay", "suspend", "ignore"] as const) } : {}),
  ...(chance.happens(0.3) ? { maximumTez: chance.between(1, 2_000) } : {}),
});

export type PoliciesAct =
  | { readonly act: "policy"; readonly file: ReturnType<typeof drawFile> }
  | { readonly act: "terms"; readonly delegator: number; readonly terms: ReturnType<typeof drawTerms> }
  | { readonly act: "clear-terms"; readonly delegator: number };

export const drawPoliciesAct = (act: PoliciesAct["act"], chance: Chance, delegators: number): PoliciesAct => {
  switch (act) {
    case "policy":
      return { act, file: drawFile(chance) };
    case "terms":
      return { act, delegator: chance.below(delegators), terms: drawTerms(chance) };
    case "clear-terms":
      return { act, delegator: chance.below(delegators) };
  }
};

/** Accounts that are nobody's receivers else. */
const OTHERS = 500;

export const carryOutPolicies = (world: World, acts: Acts, what: PoliciesAct): Promise<void> => {
  if (what.act === "policy") return setPolicy(acts, what.file);
  const delegator = world.delegator(what.delegator);
  if (what.act === "clear-terms") return clearTerms(acts, delegator);
  const { recipient, maximumTez, feeBps, ...status } = what.terms;
  const to = recipient === "payer" ? world.payer : addressOf(OTHERS + what.delegator);
  return setTerms(acts, delegator, {
    ...status,
    ...(feeBps === undefined ? {} : { feeBps: basisPoints.parse(feeBps) }),
    ...(recipient === undefined ? {} : { recipient: to }),
    ...(maximumTez === undefined ? {} : { maximumBalance: mutez(BigInt(maximumTez) * 1_000_000n) }),
  });
};
