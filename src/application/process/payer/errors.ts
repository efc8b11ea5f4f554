import { type NodeError } from "../../ports/chain.js";

/** Errors of a node that are about the receiver of a transfer: only these hold it (PAYMENT section 2). */
const RECEIVERS = [
  "michelson_v1.script_rejected",
  "michelson_v1.runtime_error",
  "michelson_v1.bad_contract_parameter",
  "michelson_v1.no_such_entrypoint",
  "contract.non_existing_contract",
];
/** About the receiver only if it was simulated alone. */
const RECEIVERS_ALONE = ["gas_exhausted.operation", "storage_exhausted.operation"];
/** About the payer: the payout stops until there are funds. */
const PAYERS = [
  "contract.balance_too_low",
  "tez.subtraction_underflow",
  "contract.cannot_pay_storage_fee",
  "implicit.empty_implicit_contract",
  "implicit.empty_implicit_delegated_contract",
];

const endsWithOneOf = (id: string, suffixes: readonly string[]) =>
  suffixes.some((suffix) => id.endsWith(suffix));

export const isPayersFault = (id: string): boolean => endsWithOneOf(id, PAYERS);

export type Fault = "receiver" | "payer" | "other";

/** Whose fault a failing simulation is, by the errors of the content that failed. */
export const faultOf = (errors: readonly NodeError[], alone: boolean): Fault => {
  const ids = errors.map((error) => error.id);
  if (ids.some(isPayersFault)) return "payer";
  if (ids.some((id) => endsWithOneOf(id, RECEIVERS))) return "receiver";
  return alone && ids.some((id) => endsWithOneOf(id, RECEIVERS_ALONE)) ? "receiver" : "other";
};
