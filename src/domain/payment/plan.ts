import { type Address, isContractAddress, type TzAddress } from "../identifiers.js";
import { type CarriedRow } from "../ledger/ledger.js";
import { max, min, type Mutez, mutez, sumOf, ZERO } from "../money.js";
import { type Obligation, obligationId } from "./events.js";

/** What planning needs of an allocated row. `reason` is ALLOCATION section 4's. */
export interface PlannableRow {
  readonly delegator: Address;
  readonly recipient: Address;
  readonly net: Mutez;
  readonly status: "pay" | "carry" | "keep" | "skip";
  readonly reason: string | null;
}

export interface PlanTerms {
  readonly payer: TzAddress;
  readonly minimumPayout: Mutez;
  readonly belowMinimumPayout: "carry" | "keep";
  /** `tezpay/1` treats an amount that equals the minimum as below it. */
  readonly minimumIsBelow: boolean;
}

export interface Plan {
  /** Implicit receivers first, then contracts, each in the order of the rows. */
  readonly obligations: readonly Obligation[];
  /** Balances that go back into the ledger whatever becomes of the obligations; no zero rows. */
  readonly carried: readonly CarriedRow[];
  readonly totals: {
    readonly taken: Mutez;
    readonly due: Mutez;
    readonly carried: Mutez;
    readonly kept: Mutez;
  };
}

/** Whether a row's net may be paid, now or with a later cycle's. */
export const isPayable = (row: Pick<PlannableRow, "status" | "reason">): boolean =>
  row.status === "pay" ||
  row.status === "carry" ||
  row.reason === "zero" ||
  row.reason === "below-minimum-payout";

/** One row and its taken balance: what is owed now, what is carried, what stays with the baker. */
const settleRow = (row: PlannableRow, taken: Mutez, terms: PlanTerms) => {
  if (!isPayable(row)) return { due: ZERO, carried: taken, kept: ZERO };
  const owed = mutez(row.net + taken);
  if (owed <= 0n) return { due: ZERO, carried: owed, kept: ZERO };
  const below = terms.minimumIsBelow ? owed <= terms.minimumPayout : owed < terms.minimumPayout;
  if (!below) return { due: owed, carried: ZERO, kept: ZERO };
  // What was overpaid comes off the net before the baker keeps any of it: else the delegator would pay twice.
  return terms.belowMinimumPayout === "carry"
    ? { due: ZERO, carried: owed, kept: ZERO }
    : { due: ZERO, carried: max(taken, ZERO), kept: min(owed, row.net) };
};

/**
 * Joins a cycle's allocation with the balances taken from the ledger (PAYMENT section 1).
 * nets of payable rows + taken = due + carried + kept, checked.
 */
export const planPayout = (
  rows: readonly PlannableRow[],
  taken: ReadonlyMap<Address, Mutez>,
  terms: PlanTerms,
): Plan => {
  const obligations: Obligation[] = [];
  const carried: CarriedRow[] = [];
  const inCycle = new Set<Address>();
  let kept = 0n;
  let nets = 0n;
  for (const row of rows) {
    const { delegator, recipient } = row;
    if (inCycle.has(delegator)) throw new Error(`${delegator} stands in the allocation twice`);
    inCycle.add(delegator);
    const outcome = settleRow(row, taken.get(delegator) ?? ZERO, terms);
    if (isPayable(row)) nets += row.net;
    kept += outcome.kept;
    if (outcome.carried !== 0n) carried.push({ delegator, amount: outcome.carried });
    if (outcome.due > 0n) {
      const self = delegator === terms.payer || recipient === terms.payer;
      obligations.push({
        id: obligationId("delegator", delegator),
        delegator,
        recipient,
        due: outcome.due,
        self,
      });
    }
  }
  for (const [delegator, amount] of taken) {
    if (!inCycle.has(delegator) && amount !== 0n) carried.push({ delegator, amount });
  }
  const totals = {
    taken: mutez([...taken.values()].reduce((total, amount) => total + amount, 0n)),
    due: sumOf(obligations, (row) => row.due),
    carried: sumOf(carried, (row) => row.amount),
    kept: mutez(kept),
  };
  if (nets + totals.taken !== totals.due + totals.carried + totals.kept) {
    throw new Error("a plan that does not add up: this is a defect in planPayout");
  }
  const contracts = obligations.filter((row) => isContractAddress(row.recipient));
  const implicit = obligations.filter((row) => !isContractAddress(row.recipient));
  return { obligations: [...implicit, ...contracts], carried, totals };
};
