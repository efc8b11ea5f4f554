// How the ledger's events become its state, and where folding may begin.
import { unreachable } from "../decision.js";
import { closedRows, type OpenList, withChunk } from "../event.js";
import { type Address, type Digest } from "../identifiers.js";
import { type Mutez, mutez, ZERO } from "../money.js";
import { type CarriedRow, type Data, type Event, type PayoutPlan } from "./events.js";

export interface State {
  /** Balances that no plan has taken; none is 0. */
  readonly balances: ReadonlyMap<Address, Mutez>;
  readonly take: (PayoutPlan & { readonly balances: ReadonlyMap<Address, Mutez> }) | undefined;
  /** Rows of the attempt being written, in order. */
  readonly writing: OpenList<CarriedRow> | undefined;
  /** Plans whose take is closed, by payment stream: the newest plan's number. */
  readonly closed: ReadonlyMap<string, number>;
  /**
   * Opening balances that are not all written, by attempt: people write beside each other and beside a payout. A take
   * begins them anew.
   */
  readonly importing: ReadonlyMap<Digest, OpenList<CarriedRow>>;
  /** Files whose opening balances are in the ledger. */
  readonly imported: ReadonlyMap<Digest, Data<"OpeningBalancesImported">>;
  /** By reference, in the order recorded. */
  readonly adjustments: ReadonlyMap<string, Data<"AdjustmentRecorded">>;
  /** Each delegator's newest. `returned`: it was rejected, and its amount given back. */
  readonly settlements: ReadonlyMap<Address, Data<"SettlementTaken"> & { readonly returned: boolean }>;
  /** Events since the last checkpoint. */
  readonly events: number;
}

/** Raised with every change of `evolve` or of the state's shape: older checkpoints are then passed over. */
const FOLD_VERSION = 3;

export const initial: State = {
  balances: new Map(),
  take: undefined,
  writing: undefined,
  closed: new Map(),
  importing: new Map(),
  imported: new Map(),
  adjustments: new Map(),
  settlements: new Map(),
  events: 0,
};

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

export const evolve = (state: State, event: Event): State => ({
  ...applied(state, event),
  events: event.type === "LedgerCheckpointed" ? 0 : state.events + 1,
});

const applied = (state: State, event: Event): State => {
  switch (event.type) {
    case "BalancesTaken": {
      const take = { ...event.data, balances: state.balances };
      return { ...state, balances: new Map(), take, importing: new Map() };
    }
    case "CarriedRows":
      return { ...state, writing: withChunk(state.writing, event.data) };
    case "BalancesCarried": {
      const rows = closedRows(state.writing, event.data);
      const closed = new Map(state.closed).set(event.data.payment, event.data.plan);
      return { ...state, balances: added(state.balances, rows), take: undefined, writing: undefined, closed };
    }
    case "OpeningBalances": {
      const { attempt, rows } = event.data;
      const open = withChunk(state.importing.get(attempt), { attempt, rows });
      return { ...state, importing: new Map(state.importing).set(attempt, open) };
    }
    case "OpeningBalancesImported": {
      const { file, attempt } = event.data;
      const rows = closedRows(state.importing.get(attempt), event.data);
      const importing = new Map(state.importing);
      importing.delete(attempt);
      const imported = new Map(state.imported).set(file, event.data);
      return { ...state, balances: added(state.balances, rows), importing, imported };
    }
    case "AdjustmentRecorded": {
      const adjustments = new Map(state.adjustments).set(event.data.reference, event.data);
      return { ...state, balances: added(state.balances, [event.data]), adjustments };
    }
    case "SettlementTaken": {
      const { delegator, amount } = event.data;
      const balances = added(state.balances, [{ delegator, amount: mutez(0n - amount) }]);
      const settlement = { ...event.data, returned: false };
      return { ...state, balances, settlements: new Map(state.settlements).set(delegator, settlement) };
    }
    case "SettlementReturned": {
      // Where folding began late the settlement itself may be unknown yet: the checkpoint says the rest.
      const balances = added(state.balances, [event.data]);
      const settlement = state.settlements.get(event.data.delegator);
      if (settlement?.number !== event.data.number) return { ...state, balances };
      const returned = { ...settlement, returned: true };
      return {
        ...state,
        balances,
        settlements: new Map(state.settlements).set(settlement.delegator, returned),
      };
    }
    case "LedgerCheckpointed": {
      const { foldVersion, closed, imported, adjustments, settlements } = event.data;
      if (foldVersion !== FOLD_VERSION) return state;
      return {
        ...state,
        closed: new Map(closed.map(({ payment, plan }) => [payment, plan])),
        imported: new Map(imported.map((data) => [data.file, data])),
        adjustments: new Map(adjustments.map((data) => [data.reference, data])),
        settlements: new Map(settlements.map((data) => [data.delegator, data])),
      };
    }
    default:
      return unreachable(event);
  }
};

/**
 * Where folding may begin, looked for from the newest event backwards: at the take before the newest checkpoint. What
 * that take found is gone from the balances by then, and the rest of the state is in the checkpoint.
 */
export const findStart = () => {
  let isCheckpointed = false;
  return (event: Event): State | undefined => {
    isCheckpointed ||= event.type === "LedgerCheckpointed" && event.data.foldVersion === FOLD_VERSION;
    return isCheckpointed && event.type === "BalancesTaken" ? evolve(initial, event) : undefined;
  };
};

/** A checkpoint is due after this many events; a start reads so many, and those of one cycle before. */
export const CHECKPOINT_EVERY = 100;
/** It must fit into one append. Of a ledger that has more to remember there is none, and a start reads all of it. */
const MOST_BYTES = 600_000;

const textOf = (data: Data<"LedgerCheckpointed">): string =>
  JSON.stringify(data, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

/** The checkpoint that is due before a take, while no other is open: `findStart` relies on that place. */
export const checkpointBeforeTake = (state: State): readonly Event[] => {
  if (state.events < CHECKPOINT_EVERY) return [];
  const data = {
    foldVersion: FOLD_VERSION,
    closed: [...state.closed].map(([payment, plan]) => ({ payment, plan })),
    imported: [...state.imported.values()],
    adjustments: [...state.adjustments.values()],
    settlements: [...state.settlements.values()],
  };
  return Buffer.byteLength(textOf(data)) > MOST_BYTES ? [] : [{ type: "LedgerCheckpointed", data }];
};
