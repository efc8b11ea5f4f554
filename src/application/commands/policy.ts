import * as Baker from "../../domain/baker/baker.js";
import { policyWith, printPolicy, resolvePolicy } from "../../domain/reward/policy.js";
import { bakerOf } from "../aggregates.js";
import { policyOf } from "../process/reward-computer.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** The file is not a policy; each problem names its key. */
export class BadPolicy extends Error {
  override readonly name = "BadPolicy";
}

/** Reads a policy file's content, or `{preset}`. Throws `BadPolicy`. */
export const readPolicy = (file: unknown) => {
  const resolved = resolvePolicy(file);
  if ("refused" in resolved) {
    throw new BadPolicy(resolved.refused.map(({ key, problem }) => `${key}: ${problem}`).join("\n"));
  }
  return resolved;
};

/** A policy by file or preset for one computation. Throws `BadPolicy`. */
export const policyFrom = (file: unknown) => {
  const { allocation, terms } = readPolicy(file);
  return policyWith(allocation, terms);
};

/**
 * Sets the policy for all cycles that are not planned yet. Ceilings are refused: a limit that nothing keeps would
 * be trusted. Throws `BadPolicy`.
 */
export const setPolicy = async (acts: Acts, file: unknown): Promise<void> => {
  const { allocation: policy, terms, ceilings } = readPolicy(file);
  if (ceilings !== undefined) refuseAct("ceilings");
  await ensureRegistered(acts);
  const rows = terms === undefined ? undefined : [...terms];
  await act(acts, bakerOf(acts.baker), Baker.changePolicy({ policy, terms: rows, actor: acts.actor }));
};

/** The policy in force, every key filled in. */
export const showPolicy = async ({ repository, baker }: Acts) =>
  printPolicy(policyOf((await repository.load(bakerOf(baker))).state), undefined);
