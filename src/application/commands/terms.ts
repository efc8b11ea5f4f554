import * as Baker from "../../domain/baker/baker.js";
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

/** One delegator follows the policy alone, in all cycles that are not planned yet. */
export const clearTerms = async (acts: Acts, delegator: Address): Promise<void> => {
  await ensureRegistered(acts);
  await act(acts, bakerOf(acts.baker), Baker.clearTerms({ delegator, actor: acts.actor }));
};
