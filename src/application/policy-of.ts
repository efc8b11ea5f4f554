import { isDeepStrictEqual } from "node:util";
import type * as Baker from "../domain/baker/baker.js";
import { type Policy, policyWith, resolvePolicy } from "../domain/reward/policy.js";
import type * as Reward from "../domain/reward/reward.js";

/** The baker's policy as it stands now, with every delegator's terms. */
export const policyOf = (baker: Baker.State): Policy => {
  if (baker.policy) return policyWith(baker.policy, [...baker.terms.values()]);
  const resolved = resolvePolicy({});
  if ("refused" in resolved) throw new Error("the default policy does not resolve");
  return policyWith(resolved.allocation, [...baker.terms.values()]);
};

/** Whether an allocation was made by exactly this policy and these terms. */
export const isUnder = (allocation: Reward.Allocation, { allocation: policy, terms }: Policy): boolean =>
  isDeepStrictEqual(allocation.policy, policy) && isDeepStrictEqual(allocation.terms, [...terms.values()]);
