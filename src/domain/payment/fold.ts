// How a payment's events become its state: the plan, its batches, and what became of each obligation.
import { unreachable } from "../decision.js";
import { closedRows, type OpenList, withChunk } from "../event.js";
import { type Digest, type OperationHash } from "../identifiers.js";
import { type Mutez, mutez, ZERO } from "../money.js";
import { type BatchItem, type Event, type ItemResult, type Obligation } from "./events.js";
import { Obligations, type Standing, type Status } from "./obligations.js";

/** An obligation that came back this often, or that a person released, is sent alone. */
export const ALONE = 2;
/** An obligation that came back once is sent with at most this many others. */
export const SMALL_BATCH = 16;

export interface Batch {
  readonly items: readonly BatchItem[];
  readonly at: "formed" | "dissolved" | "settled";
}

export type Planned = Extract<Event, { type: "PayoutPlanned" }>["data"];
type Awaited = Extract<Event, { type: "PayoutAwaitsApproval" }>["data"];
type Rejected = Extract<Event, { type: "PayoutRejected" }>["data"];
type Shared = Extract<Event, { type: "BondPoolShared" }>["data"];
type Completed = Extract<Event, { type: "PayoutCompleted" }>["data"];

export interface State {
  /** Rows of the attempt being written. */
  readonly writing: OpenList<Obligation> | undefined;
  readonly plan: Planned | undefined;
  /** What the plan that stands, or is being written, waits or waited for. */
  readonly approval: (Awaited & { readonly approvedBy: string | undefined }) | undefined;
  /** Why the newest plan is void. */
  readonly rejected: Rejected | undefined;
  /** Of a bond pool's payment: how the plan came about. */
  readonly shared: Shared | undefined;
  /** Number of the newest plan, void ones included. */
  readonly plans: number;
  readonly obligations: Obligations;
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
  approval: undefined,
  rejected: undefined,
  shared: undefined,
  plans: 0,
  obligations: Obligations.none,
  batches: new Map(),
  networkFees: ZERO,
  networkBurns: ZERO,
  completed: undefined,
  simulated: undefined,
};

/** Gives each of these obligations the status that its old one, or its id, leads to. */
const withStatus = (
  { obligations }: State,
  ids: Iterable<string>,
  statusOf: (old: Standing) => Status,
): Obligations => obligations.with(ids, (old) => ({ ...old, status: statusOf(old) }));

const withBatch = (state: State, batchId: string, change: (batch: Batch) => Batch): State["batches"] => {
  const batch = state.batches.get(batchId);
  return batch ? new Map(state.batches).set(batchId, change(batch)) : state.batches;
};

const obligationsIn = (items: readonly BatchItem[]): readonly string[] =>
  items.map(({ obligation }) => obligation);

const returnedOf = (status: Status): number =>
  status.at === "open" || status.at === "batched" ? status.returned : 0;

const settled = (
  old: Status,
  item: BatchItem | undefined,
  result: ItemResult,
  operation: OperationHash,
): Status => {
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
      const obligations = Obligations.of(rows.map((row) => ({ ...row, status: initialStatus(row) })));
      const { plan: number, digest } = event.data;
      const isAwaited = state.approval?.plan === number && state.approval.planDigest === digest;
      return {
        ...state,
        writing: undefined,
        plan: event.data,
        approval: isAwaited ? state.approval : undefined,
        rejected: undefined,
        plans: number,
        obligations,
      };
    }
    case "PayoutAwaitsApproval":
      return { ...state, approval: { ...event.data, approvedBy: undefined } };
    case "PayoutApproved":
      return { ...state, approval: state.approval && { ...state.approval, approvedBy: event.data.actor } };
    case "BondPoolShared":
      return { ...state, shared: event.data };
    case "PayoutRejected":
      return {
        ...state,
        plan: undefined,
        approval: undefined,
        rejected: event.data,
        obligations: Obligations.none,
      };
    case "BatchFormed": {
      const { batchId, items } = event.data;
      return {
        ...state,
        batches: new Map(state.batches).set(batchId, { items, at: "formed" }),
        obligations: withStatus(state, obligationsIn(items), ({ status }) => ({
          at: "batched",
          batchId,
          returned: returnedOf(status),
        })),
      };
    }
    case "BatchDissolved": {
      const { batchId, failed } = event.data;
      const items = state.batches.get(batchId)?.items ?? [];
      return {
        ...state,
        batches: withBatch(state, batchId, (batch) => ({ ...batch, at: "dissolved" })),
        obligations: withStatus(state, obligationsIn(items), ({ status }) => ({
          at: "open",
          returned: returnedOf(status) + (failed ? 1 : 0),
        })),
      };
    }
    case "BatchSettled": {
      const { batchId, results, operation, fee, burn } = event.data;
      const items = new Map(state.batches.get(batchId)?.items.map((item) => [item.obligation, item]));
      const resultOf = new Map(results.map((result) => [result.obligation, result]));
      return {
        ...state,
        batches: withBatch(state, batchId, (batch) => ({ ...batch, at: "settled" })),
        obligations: withStatus(state, resultOf.keys(), ({ id, status }) => {
          const result = resultOf.get(id);
          return result ? settled(status, items.get(id), result, operation) : status;
        }),
        networkFees: mutez(state.networkFees + fee),
        networkBurns: mutez(state.networkBurns + burn),
      };
    }
    case "ObligationsCarried":
      return {
        ...state,
        obligations: withStatus(state, event.data.obligations, () => ({ at: "carried" })),
      };
    case "ObligationHeld": {
      const { obligation, reason } = event.data;
      return { ...state, obligations: withStatus(state, [obligation], () => ({ at: "held", reason })) };
    }
    case "ObligationReleased": {
      const { obligation, recipient } = event.data;
      const obligations = state.obligations.with([obligation], (old) => ({
        ...old,
        recipient,
        status: { at: "open", returned: ALONE },
      }));
      return { ...state, obligations };
    }
    case "ObligationPaidOutside": {
      const { obligation, operation, content, sent, fee, burn } = event.data;
      const obligations = state.obligations.with([obligation], (old) => ({
        ...old,
        status: { at: "paid", sent, charged: ZERO, operation, content, adjusted: mutez(old.due - sent) },
      }));
      return {
        ...state,
        obligations,
        networkFees: mutez(state.networkFees + fee),
        networkBurns: mutez(state.networkBurns + burn),
      };
    }
    case "PayoutSimulated":
      return { ...state, simulated: event.data.allocation };
    case "PayoutCompleted":
      return { ...state, completed: event.data };
    default:
      return unreachable(event);
  }
};
