import { isDeepStrictEqual } from "node:util";
import * as Baker from "../../domain/baker/baker.js";
import { isRefused } from "../../domain/decision.js";
import { type Address } from "../../domain/identifiers.js";
import { type TermsRow } from "../../domain/reward/policy-codec.js";
import { bakerOf } from "../aggregates.js";
import { act, type Acts } from "./acts.js";
import { ensureRegistered } from "./registration.js";

export type OwnTerms = Omit<TermsRow, "delegator">;

/** Sets the terms that are named, of one delegator, for all cycles that are not planned yet. */
export const setTerms = async (acts: Acts, delegator: Address, terms: OwnTerms): Promise<void> => {
  const { baker, actor } = acts;
  await ensureRegistered(acts);
  await act(acts, bakerOf(baker), Baker.setTerms({ baker, row: { delegator, ...terms }, actor }));
};

/** Sets one delegator's terms as a whole, for all cycles that are not planned yet: what is not named follows the policy. */
export const replaceTerms = async (acts: Acts, delegator: Address, terms: OwnTerms): Promise<void> => {
  const { baker, actor } = acts;
  await ensureRegistered(acts);
  const clear = Baker.clearTerms({ delegator, actor });
  const set = Baker.setTerms({ baker, row: { delegator, ...terms }, actor });
  await act(acts, bakerOf(baker), (state) => {
    if (isDeepStrictEqual(state.terms.get(delegator), { delegator, ...terms })) return [];
    const cleared = clear(state);
    if (isRefused(cleared)) return cleared;
    const done = set(cleared.reduce(Baker.evolve, state));
    return isRefused(done) ? done : [...cleared, ...done];
  });
};

/** One delegator follows the policy alone, in all cycles that are not planned yet. */
export const clearTerms = async (acts: Acts, delegator: Address): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, bakerOf(acts.baker), Baker.clearTerms({ delegator, actor: acts.actor }));
};
