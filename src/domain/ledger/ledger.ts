// What each delegator is owed across cycles: taken by a payout's plan, given back as what it left over.
import { z } from "zod";
import { type Decision, refuse, unreachable } from "../decision.js";
import { merkleRoot } from "../digest.js";
import { chunksOf, closedRows, defineEvent, type OpenList, withChunk } from "../event.js";
import { address, type Address, digest, streamName, type TzAddress } from "../identifiers.js";
import { type Mutez, mutez, signedMutezCodec, sumOf, ZERO } from "../money.js";

export const stream = (baker: TzAddress) => streamName("ledger", baker);

/** A payout's plan: the payment stream and the number of the plan in it. */
const payoutPlan = z.strictObject({ payment: z.string(), plan: z.number().int().positive() });
export type PayoutPlan = z.infer<typeof payoutPlan>;

const carriedRow = z.strictObject({ delegator: address, amount: signedMutezCodec });
export type CarriedRow = z.infer<typeof carriedRow>;

const BalancesTaken = defineEvent("BalancesTaken", 1, payoutPlan.shape);
const CarriedRows = defineEvent("CarriedRows", 1, { attempt: digest, rows: z.array(carriedRow) });
const BalancesCarried = defineEvent("BalancesCarried", 1, {
  ...payoutPlan.shape,
  attempt: digest,
  count: z.number().int(),
  sum: signedMutezCodec,
  digest,
});

export const Event = z.discriminatedUnion("type", [BalancesTaken, CarriedRows, BalancesCarried]);
export type Event = z.infer<typeof Event>;

export interface State {
  /** Balances that no plan has taken; none is 0. */
  readonly balances: ReadonlyMap<Address, Mutez>;
  readonly take: (PayoutPlan & { readonly balances: ReadonlyMap<Address, Mutez> }) | undefined;
  /** Rows of the attempt being written, in order. */
  readonly writing: OpenList<CarriedRow> | undefined;
  /** Plans whose take is closed, by payment stream: the newest plan's number. */
  readonly closed: ReadonlyMap<string, number>;
}

export const initial: State = { balances: new Map(), take: undefined, writing: undefined, closed: new Map() };

const added = (
  balances: ReadonlyMap<Address, Mutez>,
  rows: readonly CarriedRow[],
): ReadonlyMap<Address, Mutez> => {
  const result = new Map(balances);
  for (const { delegator, amount } of rows) {
    const balance = mutez((result.get(delegator) ?? ZERO) + amount);
    if (balance === 0n) result.delete(delegator);
    else result.set(delegator, balance);
  }
  return result;
};

export const evolve = (state: State, event: Event): State => {
  switch (event.type) {
    case "BalancesTaken":
      return { ...state, balances: new Map(), take: { ...event.data, balances: state.balances } };
    case "CarriedRows":
      return { ...state, writing: withChunk(state.writing, event.data) };
    case "BalancesCarried": {
      const rows = closedRows(state.writing, event.data);
      const closed = new Map(state.closed).set(event.data.payment, event.data.plan);
      return { balances: added(state.balances, rows), take: undefined, writing: undefined, closed };
    }
    default:
      return unreachable(event);
  }
};

export type Refusal = "take-open" | "no-take";

/** Takes every delegator's balance for one plan. One take is open at a time. */
export const take =
  (command: PayoutPlan) =>
  (state: State): Decision<Event, Refusal> => {
    if (isTaken(command)(state)) return [];
    if (state.take) return refuse("take-open", { payment: state.take.payment, plan: state.take.plan });
    return [{ type: "BalancesTaken", data: command }];
  };

/**
 * Writes what each delegator is left with (zero rows are left out) and closes the take; goes on behind the
 * chunks of the same rows that are written already.
 */
export const carry =
  (command: PayoutPlan & { readonly rows: readonly CarriedRow[] }) =>
  (state: State): Decision<Event, Refusal> => {
    const { payment, plan } = command;
    if (isClosed({ payment, plan })(state)) return [];
    if (state.take?.payment !== payment || state.take.plan !== plan)
      return refuse("no-take", { payment, plan });
    const rows = command.rows.filter((row) => row.amount !== 0n);
    const root = merkleRoot(rows.map((row) => ({ delegator: row.delegator, amount: row.amount.toString() })));
    const written = state.writing?.attempt === root ? state.writing.rows.length : 0;
    return [
      ...chunksOf(rows.slice(written)).map((chunk): Event => ({
        type: "CarriedRows",
        data: { attempt: root, rows: chunk },
      })),
      {
        type: "BalancesCarried",
        data: {
          payment,
          plan,
          attempt: root,
          count: rows.length,
          sum: sumOf(rows, (row) => row.amount),
          digest: root,
        },
      },
    ];
  };

/** Gives back exactly what a plan has taken that is void now. */
export const giveBack =
  (plan: PayoutPlan) =>
  (state: State): Decision<Event, Refusal> => {
    const rows = [...(state.take?.balances ?? [])].map(([delegator, amount]) => ({ delegator, amount }));
    return carry({ ...plan, rows })(state);
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
