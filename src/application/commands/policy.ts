import * as Baker from "../../domain/baker/baker.js";
import {
  policyWith,
  printCeilings,
  printPolicy,
  type PolicyProblem,
  resolveCeilings,
  resolvePolicy,
} from "../../domain/reward/policy.js";
import { bakerOf } from "../aggregates.js";
import { policyOf } from "../policy-of.js";
import { act, type Acts } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** The file is not a policy; each problem names its key. */
export class BadPolicy extends Error {
  override readonly name = "BadPolicy";
}

const orBad = <T extends object>(resolved: T | { readonly refused: readonly PolicyProblem[] }): T => {
  if (!("refused" in resolved)) return resolved;
  throw new BadPolicy(resolved.refused.map(({ key, problem }) => `${key}: ${problem}`).join("\n"));
};

/** Reads a policy file's content, or `{preset}`. Throws `BadPolicy`. */
export const readPolicy = (file: unknown) => orBad(resolvePolicy(file));

/** A policy by file or preset for one computation. Throws `BadPolicy`. */
export const policyFrom = (file: unknown) => {
  const { allocation, terms } = readPolicy(file);
  return policyWith(allocation, terms);
};

/**
 * Sets the policy for all cycles that are not planned yet; ceilings and terms stay where the file does not speak of
 * them. Throws `BadPolicy`.
 */
export const setPolicy = async (acts: Acts, file: unknown): Promise<void> => {
  const { allocation: policy, terms, ceilings: given } = readPolicy(file);
  const limits = given && orBad(resolveCeilings(given));
  await ensureRegistered(acts);
  const { actor } = acts;
  const baker = bakerOf(acts.baker);
  if (limits) await act(acts, baker, Baker.setCeilings({ ...limits, actor }));
  const rows = terms === undefined ? undefined : [...terms];
  await act(acts, baker, Baker.changePolicy({ policy, terms: rows, actor }));
};

/** The policy and the ceilings in force, every key filled in: a file that sets them again. */
export const showPolicy = async ({ repository, baker }: Acts) => {
  const { state } = await repository.load(bakerOf(baker));
  return { ...printPolicy(policyOf(state), undefined), ceilings: printCeilings(state.ceilings) };
};
