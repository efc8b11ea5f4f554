import { type AllocationPolicy, type TermsRow } from "../../domain/reward/policy-codec.js";
import { bakerOf } from "../aggregates.js";
import { type Acts } from "../commands/acts.js";
import { policyOf } from "../policy-of.js";

const besidePolicy = (row: TermsRow, { feeBps: policyFee }: AllocationPolicy) => {
  const { delegator, feeBps, recipient, status, maximumBalance: most } = row;
  return {
    ...(feeBps === undefined ? {} : { feeBps: { is: feeBps, insteadOf: policyFee } }),
    ...(recipient === undefined ? {} : { recipient: { is: recipient, insteadOf: delegator } }),
    ...(status === undefined ? {} : { status: { is: status, insteadOf: "pay" } }),
    ...(most === undefined ? {} : { maximumBalance: { is: most.toString(), insteadOf: null } }),
  };
};

/** Delegators' own terms, each with what would be without it. Amounts in mutez, as decimal strings. */
export const showTerms = async ({ repository, baker }: Acts) => {
  const { allocation, terms } = policyOf((await repository.load(bakerOf(baker))).state);
  return {
    delegators: Object.fromEntries(
      [...terms.values()].map((row) => [row.delegator, besidePolicy(row, allocation)]),
    ),
  };
};
