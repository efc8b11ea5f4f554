// What each delegator is owed across cycles: taken by a payout's plan, given back as what it left over; what was owed
// before TAPS paid, and what people add or take off.
import { type Decision, refuse } from "../decision.js";
import { merkleRoot } from "../digest.js";
import { chunksOf } from "../event.js";
import { type Address, type Cycle, type Digest, streamName, type TzAddress } from "../identifiers.js";
import { mutez, sumOf, ZERO } from "../money.js";
import { type CarriedRow, type Data, type Event, type PayoutPlan } from "./events.js";
import { checkpointBeforeTake, type State } from "./fold.js";

export {
  type AdjustmentReason,
  adjustmentReason,
  type CarriedRow,
  Event,
  type PayoutPlan,
  type RecordFormat,
  recordFormat,
} from "./events.js";
export { evolve, findStart, initial, type State } from "./fold.js";

export const stream = (baker: TzAddress) => streamName("ledger", baker);

export type Refusal =
  | "take-open"
  | "no-take"
  | "no-balances"
  | "named-twice"
  | "same-balances"
  | "no-amount"
  | "reference-used"
  | "not-taken-off"
  | "below-zero"
  | "nothing-owed";
type Decide = (state: State) => Decision<Event, Refusal>;
/** What one delegator was owed, taken for a payment of its own. */
export type Settlement = Data<"SettlementTaken">;

/** Over a list of balances, as what closes it says it. */
export const rootOf = (rows: readonly CarriedRow[]): Digest =>
  merkleRoot(rows.map(({ delegator, amount }) => ({ amount: amount.toString(), delegator })));

/** What closes a list of rows. */
const closing = (rows: readonly CarriedRow[], root: Digest) => ({
  attempt: root,
  count: rows.length,
  sum: sumOf(rows, (row) => row.amount),
  digest: root,
});

/** Takes every delegator's balance for one plan. One take is open at a time. */
export const take =
  (command: PayoutPlan): Decide =>
  (state) => {
    if (isTaken(command)(state)) return [];
    if (state.take) return refuse("take-open", { payment: state.take.payment, plan: state.take.plan });
    return [...checkpointBeforeTake(state), { type: "BalancesTaken", data: command }];
  };

/**
 * Writes what each delegator is left with (zero rows are left out) and closes the take; goes on behind the
 * chunks of the same rows that are written already.
 */
export const carry =
  (command: PayoutPlan & { readonly rows: readonly CarriedRow[] }): Decide =>
  (state) => {
    const { payment, plan } = command;
    if (isClosed({ payment, plan })(state)) return [];
    if (state.take?.payment !== payment || state.take.plan !== plan)
      return refuse("no-take", { payment, plan });
    const rows = command.rows.filter((row) => row.amount !== 0n);
    const root = rootOf(rows);
    const written = state.writing?.attempt === root ? state.writing.rows.length : 0;
    return [
      ...chunksOf(rows.slice(written)).map((chunk): Event => ({
        type: "CarriedRows",
        data: { attempt: root, rows: chunk },
      })),
      { type: "BalancesCarried", data: { payment, plan, ...closing(rows, root) } },
    ];
  };

/** Gives back exactly what a plan has taken that is void now. */
export const giveBack =
  (plan: PayoutPlan): Decide =>
  (state) => {
    const rows = [...(state.take?.balances ?? [])].map(([delegator, amount]) => ({ delegator, amount }));
    return carry({ ...plan, rows })(state);
  };

/**
 * Adds what a file says that delegators were owed before, once a file; another file with the very same balances is
 * taken for a copy. Goes on behind the chunks of the same rows that are written already. While a take is open they
 * add to what the next one takes.
 */
export const importBalances =
  (
    command: Pick<Data<"OpeningBalancesImported">, "file" | "format" | "cycles" | "actor"> & {
      readonly rows: readonly CarriedRow[];
    },
  ): Decide =>
  (state) => {
    const { file, format, cycles, actor, rows } = command;
    if (state.imported.has(file)) return [];
    if (rows.length === 0) return refuse("no-balances");
    const seen = new Set<Address>();
    const twice = rows.find(({ delegator }) => seen.has(delegator) || !seen.add(delegator));
    if (twice) return refuse("named-twice", { delegator: twice.delegator });
    const root = rootOf(rows);
    const same = [...state.imported.values()].find((other) => other.digest === root);
    if (same) return refuse("same-balances", { file: same.file });
    const written = state.importing.get(root)?.rows.length ?? 0;
    return [
      ...chunksOf(rows.slice(written)).map((chunk): Event => ({
        type: "OpeningBalances",
        data: { file, attempt: root, rows: chunk },
      })),
      { type: "OpeningBalancesImported", data: { file, format, cycles, ...closing(rows, root), actor } },
    ];
  };

/**
 * Adds to a delegator's balance, or takes off, once a reference. What was overpaid may leave less than nothing: later
 * payouts make up for it. Any other reason needs `allowNegative` for that, and while a take is open the balance is what
 * has come since: the rest may be on its way to the delegator.
 */
export const adjust =
  (command: Data<"AdjustmentRecorded"> & { readonly allowNegative: boolean }): Decide =>
  (state) => {
    const { allowNegative, ...adjustment } = command;
    const { delegator, amount, reason, reference } = adjustment;
    const known = state.adjustments.get(reference);
    if (known?.delegator === delegator && known.amount === amount && known.reason === reason) return [];
    if (known) {
      const { delegator: of, amount: by, reason: why } = known;
      return refuse("reference-used", { delegator: of, amount: by, reason: why });
    }
    if (amount === 0n) return refuse("no-amount");
    if (amount > 0n && reason !== "correction") return refuse("not-taken-off", { reason });
    const balance = state.balances.get(delegator) ?? ZERO;
    const after = mutez(balance + amount);
    if (amount < 0n && after < 0n && reason !== "overpaid" && !allowNegative) {
      const taken = state.take && { taken: state.take.balances.get(delegator) ?? ZERO };
      return refuse("below-zero", { balance, after, ...taken });
    }
    return [{ type: "AdjustmentRecorded", data: adjustment }];
  };

/**
 * Takes all that one delegator is owed for a payment of its own, once for each number. Not while a take is open: the
 * balance is on its way then, or what has come since.
 */
export const settle =
  (command: Omit<Settlement, "amount">): Decide =>
  (state) => {
    const { delegator, number } = command;
    if (number <= (state.settlements.get(delegator)?.number ?? 0)) return [];
    if (state.take) return refuse("take-open", { payment: state.take.payment, plan: state.take.plan });
    const amount = state.balances.get(delegator) ?? ZERO;
    if (amount <= 0n) return refuse("nothing-owed", { balance: amount });
    return [{ type: "SettlementTaken", data: { ...command, amount } }];
  };

/** Gives back, once, what a delegator's newest settlement took: its plan is void, and no other will be made of it. */
export const returnSettlement =
  ({ delegator, number, actor }: Omit<Data<"SettlementReturned">, "amount">): Decide =>
  (state) => {
    const newest = state.settlements.get(delegator);
    if (newest?.number !== number || newest.returned) return [];
    return [{ type: "SettlementReturned", data: { delegator, number, amount: newest.amount, actor } }];
  };

/** Whether this plan took the balances, at any time. */
export const isTaken =
  ({ payment, plan }: PayoutPlan) =>
  (state: State): boolean =>
    (state.take?.payment === payment && state.take.plan === plan) || isClosed({ payment, plan })(state);

export const isClosed =
  ({ payment, plan }: PayoutPlan) =>
  (state: State): boolean =>
    (state.closed.get(payment) ?? 0) >= plan;

/** The first of these and later cycles whose payout left something owing elsewhere that was imported. */
export const importedFrom =
  (cycle: Cycle) =>
  (state: State): Cycle | undefined =>
    [...state.imported.values()]
      .flatMap(({ cycles }) => cycles)
      .sort((a, b) => a - b)
      .find((imported) => imported >= cycle);

/** Whether any cycle's plan took balances. */
export const hasTaken = (state: State): boolean => state.take !== undefined || state.closed.size > 0;

/** Whether what a cycle's payout left owing elsewhere was imported. */
export const isImported =
  (cycle: Cycle) =>
  (state: State): boolean =>
    [...state.imported.values()].some(({ cycles }) => cycles.includes(cycle));
