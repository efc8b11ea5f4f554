// How one payout's money moves: from a fixed plan, batch by batch, until each obligation is paid, carried or held.
import { type Decision, refuse } from "../decision.js";
import { merkleRoot } from "../digest.js";
import { chunksOf } from "../event.js";
import { type Address, type Cycle, streamName, type TzAddress } from "../identifiers.js";
import { type Mutez, mutez, sumOf } from "../money.js";
import { type BatchItem, type Event, type Obligation } from "./events.js";
import { type Batch, type Planned, type State } from "./fold.js";

export { Event } from "./events.js";
export { ALONE, type Batch, evolve, initial, SMALL_BATCH, type State } from "./fold.js";
export { type Status } from "./obligations.js";

export const cycleStream = (baker: TzAddress, cycle: Cycle) => streamName("payment", baker, cycle);

export type Refusal =
  | "plan-exists"
  | "no-plan"
  | "plan-differs"
  | "batch-formed"
  | "unknown-obligation"
  | "not-open"
  | "does-not-add-up"
  | "unknown-batch"
  | "batch-differs"
  | "batch-settled"
  | "payout-completed"
  | "in-batch"
  | "not-held";
type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
type Decide = (state: State) => Decision<Event, Refusal>;

const wire = (row: Obligation) => ({ ...row, due: row.due.toString() });

/** The first name that stands in a list twice: what is named twice would be paid twice, or forgotten once. */
const namedTwice = (names: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return names.find((name) => seen.has(name) || !seen.add(name));
};

/** Fixes the plan; goes on behind the chunks of the same rows that are written already. */
export const plan =
  (
    command: Omit<Planned, "attempt" | "count" | "sum" | "digest" | "plan"> & {
      readonly obligations: readonly Obligation[];
    },
  ): Decide =>
  (state) => {
    const { obligations, ...rest } = command;
    const doubled = namedTwice(obligations.map((row) => row.id));
    const empty = obligations.find((row) => row.due <= 0n)?.id;
    const wrong = doubled ?? empty;
    if (wrong !== undefined) return refuse("does-not-add-up", { obligation: wrong });
    const root = merkleRoot(obligations.map(wire));
    if (state.plan) return state.plan.digest === root ? [] : refuse("plan-exists", { plan: state.plan.plan });
    const written = state.writing?.attempt === root ? state.writing.rows.length : 0;
    const sum = sumOf(obligations, (row) => row.due);
    const closing = { plan: state.plans + 1, attempt: root, count: obligations.length, sum, digest: root };
    return [
      ...chunksOf(obligations.slice(written)).map((rows): Event => ({
        type: "ObligationsAdded",
        data: { attempt: root, rows },
      })),
      { type: "PayoutPlanned", data: { ...rest, ...closing } },
    ];
  };

/** Voids a plan of which no batch was formed, and whose take is not given back as a completed payout's. */
export const reject =
  (command: Data<"PayoutRejected">): Decide =>
  (state) => {
    if (!state.plan) return [];
    if (state.plan.digest !== command.planDigest)
      return refuse("plan-differs", { digest: state.plan.digest });
    if (state.completed) return refuse("payout-completed");
    return state.batches.size > 0 ? refuse("batch-formed") : [{ type: "PayoutRejected", data: command }];
  };

const sameItems = (a: readonly BatchItem[], b: readonly BatchItem[]): boolean =>
  a.length === b.length &&
  a.every((item, i) => {
    const other = b[i];
    return (
      item.obligation === other?.obligation &&
      item.sent === other.sent &&
      item.transactionFee === other.transactionFee &&
      item.allocationFee === other.allocationFee
    );
  });

const addsUp = ({ sent, transactionFee, allocationFee }: BatchItem, due: Mutez): boolean =>
  sent > 0n && transactionFee >= 0n && allocationFee >= 0n && sent + transactionFee + allocationFee === due;

/** Puts open obligations into a batch, each once; what is sent and charged must be exactly what is due. */
export const formBatch =
  (command: Data<"BatchFormed">): Decide =>
  (state) => {
    if (!state.plan) return refuse("no-plan");
    const { batchId } = command;
    const formed = state.batches.get(batchId);
    if (formed) return sameItems(formed.items, command.items) ? [] : refuse("batch-differs", { batchId });
    if (command.items.length === 0) return refuse("does-not-add-up", { batchId });
    const doubled = namedTwice(command.items.map((item) => item.obligation));
    if (doubled !== undefined) return refuse("does-not-add-up", { obligation: doubled });
    for (const item of command.items) {
      const obligation = state.obligations.get(item.obligation);
      if (!obligation) return refuse("unknown-obligation", { obligation: item.obligation });
      if (obligation.status.at !== "open") return refuse("not-open", { obligation: item.obligation });
      if (!addsUp(item, obligation.due))
        return refuse("does-not-add-up", { obligation: item.obligation, due: obligation.due });
    }
    return [{ type: "BatchFormed", data: command }];
  };

/** Frees the obligations of a batch that the wallet's stream shows as voided. */
export const dissolve =
  (batchId: string): Decide =>
  (state) => {
    const batch = state.batches.get(batchId);
    if (!batch) return refuse("unknown-batch");
    if (batch.at === "settled") return refuse("batch-settled");
    return batch.at === "dissolved" ? [] : [{ type: "BatchDissolved", data: { batchId } }];
  };

/** Writes what the batch's final operation did, content by content. */
export const settleBatch =
  (command: Data<"BatchSettled">): Decide =>
  (state) => {
    const batch = state.batches.get(command.batchId);
    if (!batch || batch.at === "dissolved") return refuse("unknown-batch");
    if (batch.at === "settled") return [];
    const named = command.results.map((result) => result.obligation);
    const same =
      named.length === batch.items.length && batch.items.every((item, i) => item.obligation === named[i]);
    return same
      ? [{ type: "BatchSettled", data: command }]
      : refuse("does-not-add-up", { batchId: command.batchId });
  };

/**
 * Obligations that their own fees would eat up: carried to the next cycle, or, once this payout's take is
 * closed, held for a person.
 */
export const setAside =
  (command: { readonly obligations: readonly string[] }): Decide =>
  (state) => {
    const open = command.obligations.filter((id) => state.obligations.get(id)?.status.at === "open");
    if (open.length === 0) return [];
    if (state.completed) {
      return open.map((obligation) => ({
        type: "ObligationHeld",
        data: { obligation, reason: "fee-exceeds-amount", actor: "taps" },
      }));
    }
    return chunksOf(open).map((obligations) => ({
      type: "ObligationsCarried",
      data: { reason: "fee-exceeds-amount", obligations },
    }));
  };

/** Keeps an obligation from being paid. One in an unsigned batch needs that batch voided and dissolved first. */
export const hold =
  (command: Data<"ObligationHeld">): Decide =>
  (state) => {
    const obligation = state.obligations.get(command.obligation);
    if (!obligation) return refuse("unknown-obligation", { obligation: command.obligation });
    switch (obligation.status.at) {
      case "open":
        return [{ type: "ObligationHeld", data: command }];
      case "held":
        return [];
      case "batched":
        return refuse("in-batch", { batchId: obligation.status.batchId });
      default:
        return refuse("not-open", { at: obligation.status.at });
    }
  };

/** A person lets a held obligation be paid, alone, to the recipient of that moment. */
export const release =
  (command: Data<"ObligationReleased">): Decide =>
  (state) => {
    const obligation = state.obligations.get(command.obligation);
    if (!obligation) return refuse("unknown-obligation", { obligation: command.obligation });
    return obligation.status.at === "held"
      ? [{ type: "ObligationReleased", data: command }]
      : refuse("not-held");
  };

export const recordSimulation =
  (command: Data<"PayoutSimulated">): Decide =>
  (state) =>
    state.simulated === command.allocation ? [] : [{ type: "PayoutSimulated", data: command }];

/** Every obligation is paid, carried or held: says so with the totals, once. */
export const complete: Decide = (state) => {
  if (!state.plan) return refuse("no-plan");
  if (state.completed) return [];
  const totals = totalsOf(state);
  if (totals.pending > 0) return refuse("not-open", { pending: totals.pending });
  const { paid, charged, carried, held } = totals;
  const { networkFees, networkBurns } = state;
  return [
    {
      type: "PayoutCompleted",
      data: { plan: state.plan.plan, paid, charged, carried, held, networkFees, networkBurns },
    },
  ];
};

/** Sums over the obligations, in mutez; `pending` counts those neither paid, carried nor held. */
export const totalsOf = (state: State) => {
  const totals = { paid: 0n, charged: 0n, carried: 0n, held: 0n };
  let pending = 0;
  for (const { due, status } of state.obligations.values()) {
    if (status.at === "paid") {
      totals.paid += status.sent;
      totals.charged += status.charged;
    } else if (status.at === "carried") totals.carried += due;
    else if (status.at === "held") totals.held += due;
    else pending += 1;
  }
  return {
    paid: mutez(totals.paid),
    charged: mutez(totals.charged),
    carried: mutez(totals.carried),
    held: mutez(totals.held),
    pending,
  };
};

export const openBatches = (state: State): readonly (readonly [string, Batch])[] =>
  [...state.batches].filter(([, batch]) => batch.at === "formed");

/** Whom each delegator's obligation of this payout left with a balance for the ledger. */
export const carriedObligations = (
  state: State,
): readonly { readonly delegator: Address; readonly amount: Mutez }[] =>
  [...state.obligations.values()]
    .filter(({ status }) => status.at === "carried")
    .map(({ delegator, due }) => ({ delegator, amount: due }));
