import * as Baker from "../../domain/baker/baker.js";
import { isRefused } from "../../domain/decision.js";
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
import { type Revision } from "../ports/event-store.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** The file is not a policy; each problem names its key. */
export class BadPolicy extends Error {
  override readonly name = "BadPolicy";
  constructor(readonly problems: readonly PolicyProblem[]) {
    super(problems.map(({ key, problem }) => `${key}: ${problem}`).join("\n"));
  }
}

const orBad = <T extends object>(resolved: T | { readonly refused: readonly PolicyProblem[] }): T => {
  if (!("refused" in resolved)) return resolved;
  throw new BadPolicy(resolved.refused);
};

/** Reads a policy file's content, or `{preset}`. Throws `BadPolicy`. */
export const readPolicy = (file: unknown) => orBad(resolvePolicy(file));

/** A policy by file or preset for one computation. Throws `BadPolicy`. */
export const policyFrom = (file: unknown) => {
  const { allocation, terms } = readPolicy(file);
  return policyWith(allocation, terms);
};

/** Ceilings and policy in one decision: both are set, or neither. */
const decideOn = (file: unknown, actor: string) => {
  const { allocation: policy, terms, ceilings: given } = readPolicy(file);
  const limits = given && orBad(resolveCeilings(given));
  const rows = terms === undefined ? undefined : [...terms];
  const change = Baker.changePolicy({ policy, terms: rows, actor });
  return (state: Baker.State): ReturnType<typeof change> => {
    const limited = limits ? Baker.setCeilings({ ...limits, actor })(state) : [];
    if (isRefused(limited)) return limited;
    const changed = change(limited.reduce(Baker.evolve, state));
    return isRefused(changed) ? changed : [...limited, ...changed];
  };
};

/**
 * Sets the policy for all cycles that are not planned yet; ceilings and terms stay where the file does not speak of
 * them. `standing`: the revision of the settings that it is to change; refused as `changed-since` if they have another
 * by now. Throws `BadPolicy` and `ActRefused`.
 */
export const setPolicy = async (acts: Acts, file: unknown, standing?: Revision): Promise<void> => {
  const decide = decideOn(file, acts.actor);
  await ensureRegistered(acts);
  const baker = bakerOf(acts.baker);
  if (standing === undefined) return act(acts, baker, decide);
  const { state, revision } = await acts.repository.load(baker);
  if (revision !== standing) refuseAct("changed-since", { revision });
  const decision = decide(state);
  if (isRefused(decision)) throw new ActRefused(decision);
  if (decision.length === 0) return;
  const { appended } = await acts.repository.append(baker.stream, revision, decision, acts.metadata());
  if (!appended) refuseAct("changed-since");
};

/** The policy and the ceilings in force, every key filled in: a file that sets them again. */
export const showPolicy = async ({ repository, baker }: Acts) => {
  const { state } = await repository.load(bakerOf(baker));
  return { ...printPolicy(policyOf(state), undefined), ceilings: printCeilings(state.ceilings) };
};
