// How a payment's events become its state: the plan, its batches, and what became of each obligation.
import { unreachable } from "../decision.js";
import { closedRows, type OpenList, withChunk } from "../event.js";
import { type Digest, type OperationHash } from "../identifiers.js";
import { type Mutez, mutez, ZERO } from "../money.js";
import { type BatchItem, type Event, type ItemResult, type Obligation } from "./events.js";

/** An obligation that came back this often, or that a person released, is sent alone. */
export const ALONE = 2;
/** An obligation that came back once is sent with at most this many others. */
export const SMALL_BATCH = 16;

export type Status =
  /** `returned`: how often it came back unpaid through another content's fault; from 2 on it is sent alone. */
  | { readonly at: "open"; readonly returned: number }
  | { readonly at: "batched"; readonly batchId: string; readonly returned: number }
  | {
      readonly at: "paid";
      readonly sent: Mutez;
      readonly charged: Mutez;
      readonly operation: OperationHash | null;
    }
  | { readonly at: "carried" }
  | { readonly at: "held"; readonly reason: string };

export interface Batch {
  readonly items: readonly BatchItem[];
  readonly at: "formed" | "dissolved" | "settled";
}

export type Planned = Extract<Event, { type: "PayoutPlanned" }>["data"];
type Completed = Extract<Event, { type: "PayoutCompleted" }>["data"];

export interface State {
  /** Rows of the attempt being written. */
  readonly writing: OpenList<Obligation> | undefined;
  readonly plan: Planned | undefined;
  /** Number of the newest plan, void ones included. */
  readonly plans: number;
  readonly obligations: ReadonlyMap<string, Obligation & { readonly status: Status }>;
  readonly batches: ReadonlyMap<string, Batch>;
  readonly networkFees: Mutez;
  readonly networkBurns: Mutez;
  readonly completed: Completed | undefined;
  /** Allocation that was last simulated. */
  readonly simulated: Digest | undefined;
}

export const initial: State = {
  writing: undefined,
  plan: undefined,
  plans: 0,
  obligations: new Map(),
  batches: new Map(),
  networkFees: ZERO,
  networkBurns: ZERO,
  completed: undefined,
  simulated: undefined,
};

const withStatus = (
  state: State,
  changes: Iterable<readonly [string, (old: Status) => Status]>,
): State["obligations"] => {
  const obligations = new Map(state.obligations);
  for (const [id, change] of changes) {
    const obligation = obligations.get(id);
    if (obligation) obligations.set(id, { ...obligation, status: change(obligation.status) });
  }
  return obligations;
};

const withBatch = (state: State, batchId: string, change: (batch: Batch) => Batch): State["batches"] => {
  const batch = state.batches.get(batchId);
  return batch ? new Map(state.batches).set(batchId, change(batch)) : state.batches;
};

const returnedOf = (status: Status): number =>
  status.at === "open" || status.at === "batched" ? status.returned : 0;

const settled =
  (item: BatchItem | undefined, result: ItemResult, operation: OperationHash) =>
  (old: Status): Status => {
    switch (result.result) {
      case "paid":
        return {
          at: "paid",
          sent: item?.sent ?? ZERO,
          charged: mutez((item?.transactionFee ?? 0n) + (item?.allocationFee ?? 0n)),
          operation,
        };
      case "returned":
        return { at: "open", returned: returnedOf(old) + 1 };
      case "held":
        return { at: "held", reason: result.error };
      default:
        return unreachable(result);
    }
  };

const initialStatus = (row: Obligation): Status =>
  row.self ? { at: "paid", sent: row.due, charged: ZERO, operation: null } : { at: "open", returned: 0 };

export const evolve = (state: State, event: Event): State => {
  switch (event.type) {
    case "ObligationsAdded":
      return { ...state, writing: withChunk(state.writing, event.data) };
    case "PayoutPlanned": {
      const rows = closedRows(state.writing, event.data);
      const obligations = new Map(rows.map((row) => [row.id, { ...row, status: initialStatus(row) }]));
      return { ...state, writing: undefined, plan: event.data, plans: event.data.plan, obligations };
    }
    case "PayoutRejected":
      return { ...state, plan: undefined, obligations: new Map() };
    case "BatchFormed": {
      const { batchId, items } = event.data;
      const batched = (old: Status): Status => ({ at: "batched", batchId, returned: returnedOf(old) });
      return {
        ...state,
        batches: new Map(state.batches).set(batchId, { items, at: "formed" }),
        obligations: withStatus(
          state,
          items.map((item) => [item.obligation, batched] as const),
        ),
      };
    }
    case "BatchDissolved": {
      const items = state.batches.get(event.data.batchId)?.items ?? [];
      const open = (old: Status): Status => ({ at: "open", returned: returnedOf(old) });
      return {
        ...state,
        batches: withBatch(state, event.data.batchId, (batch) => ({ ...batch, at: "dissolved" })),
        obligations: withStatus(
          state,
          items.map((item) => [item.obligation, open] as const),
        ),
      };
    }
    case "BatchSettled": {
      const { batchId, results, operation, fee, burn } = event.data;
      const items = new Map(state.batches.get(batchId)?.items.map((item) => [item.obligation, item]));
      return {
        ...state,
        batches: withBatch(state, batchId, (batch) => ({ ...batch, at: "settled" })),
        obligations: withStatus(
          state,
          results.map(
            (result) =>
              [result.obligation, settled(items.get(result.obligation), result, operation)] as const,
          ),
        ),
        networkFees: mutez(state.networkFees + fee),
        networkBurns: mutez(state.networkBurns + burn),
      };
    }
    case "ObligationsCarried":
      return {
        ...state,
        obligations: withStatus(
          state,
          event.data.obligations.map((id) => [id, () => ({ at: "carried" as const })] as const),
        ),
      };
    case "ObligationHeld": {
      const { obligation, reason } = event.data;
      return { ...state, obligations: withStatus(state, [[obligation, () => ({ at: "held", reason })]]) };
    }
    case "ObligationReleased": {
      const obligations = new Map(state.obligations);
      const released = obligations.get(event.data.obligation);
      const { obligation, recipient } = event.data;
      if (released)
        obligations.set(obligation, { ...released, recipient, status: { at: "open", returned: ALONE } });
      return { ...state, obligations };
    }
    case "PayoutSimulated":
      return { ...state, simulated: event.data.allocation };
    case "PayoutCompleted":
      return { ...state, completed: event.data };
    default:
      return unreachable(event);
  }
};
