import { unreachable } from "../decision.js";
import { type Cycle } from "../identifiers.js";
import { type Mutez } from "../money.js";

/** Why a source's reply is not believed (ALLOCATION section 1). Rows are counted from 0 over all pages. */
export type InputRefusal =
  /** `row` is undefined for a field of the baker's own part. */
  | { readonly check: "missing-field"; readonly field: string; readonly row: number | undefined }
  | {
      readonly check: "bad-amount" | "bad-address";
      readonly field: string;
      readonly row: number | undefined;
      readonly value: string;
    }
  | { readonly check: "row-count"; readonly rows: number; readonly announced: number }
  | {
      readonly check: "balance-sum";
      readonly sum: Mutez;
      readonly announced: Mutez;
      readonly difference: Mutez;
    }
  /** `delegators`: the first few of `count`. */
  | { readonly check: "duplicate-delegator"; readonly delegators: readonly string[]; readonly count: number }
  | { readonly check: "wrong-cycle"; readonly asked: Cycle; readonly found: number }
  /** `future`: fields of the reply that speak of blocks still to come. */
  | {
      readonly check: "unfinished-cycle";
      readonly headLevel: number;
      readonly lastLevel: number;
      readonly future: readonly string[];
    }
  | { readonly check: "unknown-income"; readonly field: string }
  | { readonly check: "changed-between-pages"; readonly fields: readonly string[] }
  | { readonly check: "no-data"; readonly cycle: Cycle }
  | { readonly check: "missing-constant"; readonly constant: string; readonly cycle: Cycle };

const place = ({ field, row }: { readonly field: string; readonly row: number | undefined }): string =>
  row === undefined ? field : `${field} of row ${row}`;

const facts = (refusal: InputRefusal): string => {
  switch (refusal.check) {
    case "missing-field":
      return `${place(refusal)} is missing or of another kind`;
    case "bad-amount":
      return `${place(refusal)} is ${refusal.value}, not an integer from 0 to 2^53 - 1`;
    case "bad-address":
      return `${place(refusal)} is ${refusal.value}, not a Tezos address`;
    case "row-count":
      return `${refusal.rows} delegators came, delegatorsCount announces ${refusal.announced}`;
    case "balance-sum":
      return (
        `the delegated balances add up to ${refusal.sum} mutez, externalDelegatedBalance is ` +
        `${refusal.announced}: a difference of ${refusal.difference}`
      );
    case "duplicate-delegator":
      return `${refusal.count} rows repeat an address: ${refusal.delegators.join(", ")}`;
    case "wrong-cycle":
      return `asked for cycle ${refusal.asked}, the reply is of cycle ${refusal.found}`;
    case "unfinished-cycle":
      return (
        `the source's head is at level ${refusal.headLevel}, the cycle is final at ${refusal.lastLevel + 2}` +
        (refusal.future.length > 0 ? `; not 0: ${refusal.future.join(", ")}` : "")
      );
    case "unknown-income":
      return `${refusal.field} is a kind of income that this release does not know`;
    case "changed-between-pages":
      return `the pages differ in ${refusal.fields.join(", ")}`;
    case "no-data":
      return `the source has no rewards of this baker for cycle ${refusal.cycle}`;
    case "missing-constant":
      return `${refusal.constant} is not known for cycle ${refusal.cycle}`;
    default:
      return unreachable(refusal);
  }
};

/** One line for a person: the check's name, the field and the numbers. */
export const describeRefusal = (refusal: InputRefusal): string => `${refusal.check}: ${facts(refusal)}`;
