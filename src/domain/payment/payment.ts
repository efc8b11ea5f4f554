// How one payout's money moves: from a fixed plan, batch by batch, until each obligation is paid, carried or held.
import { type Decision, isRefused, refuse } from "../decision.js";
import { merkleRoot } from "../digest.js";
import { chunksOf } from "../event.js";
import { type Address, type Digest } from "../identifiers.js";
import { min, type Mutez, sumOf } from "../money.js";
import { excessesOf, type Limits } from "./ceilings.js";
import { type BatchItem, type Event, type Obligation } from "./events.js";
import { type Batch, type Planned, type State } from "./fold.js";
import { totalsOf } from "./totals.js";

export { Event } from "./events.js";
export { ALONE, type Batch, evolve, initial, SMALL_BATCH, type State } from "./fold.js";
export { type Status } from "./obligations.js";
export * from "./streams.js";
export { networkCostsOf, totalsOf } from "./totals.js";

export type Refusal =
  | "plan-exists"
  | "no-plan"
  | "plan-differs"
  | "awaits-approval"
  | "not-awaited"
  | "over-ceiling"
  | "paid-outside"
  | "batch-formed"
  | "unknown-obligation"
  | "not-open"
  | "does-not-add-up"
  | "unknown-batch"
  | "batch-differs"
  | "batch-settled"
  | "payout-completed"
  | "in-batch"
  | "not-held"
  | "paid-already"
  | "carried";
type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
type Decide = (state: State) => Decision<Event, Refusal>;

const wire = ({ delegator, due, id, recipient, self }: Obligation) => ({
  delegator,
  due: due.toString(),
  id,
  recipient,
  self,
});

/** Over a plan's obligations, as what closes them says it. */
export const rootOf = (obligations: readonly Obligation[]): Digest => merkleRoot(obligations.map(wire));

/** The first name that stands in a list twice: what is named twice would be paid twice, or forgotten once. */
const namedTwice = (names: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return names.find((name) => seen.has(name) || !seen.add(name));
};

/** Says that a plan waits for a person, unless that is said. */
const awaiting = (
  state: State,
  { digest, plan: number }: Pick<Planned, "digest" | "plan">,
  obligations: readonly Obligation[],
  limits: Limits | null,
): readonly Event[] => {
  const sent = obligations.filter(({ self }) => !self).map(({ due }) => due);
  const exceeded = limits ? excessesOf(sent, limits) : [];
  const isSaid = state.approval?.plan === number && state.approval.planDigest === digest;
  if (isSaid || exceeded.length === 0) return [];
  const data = { plan: number, planDigest: digest, exceeded: [...exceeded] };
  return [{ type: "PayoutAwaitsApproval", data }];
};

/**
 * Fixes the plan; goes on behind the chunks of the same rows that are written already. Above one of the limits it
 * waits for a person; `limits` null: it has none.
 */
export const plan =
  (
    command: Omit<Planned, "attempt" | "count" | "sum" | "digest" | "plan" | "ceilings"> & {
      readonly obligations: readonly Obligation[];
      readonly limits: Limits | null;
    },
  ): Decide =>
  (state) => {
    const { obligations, limits, ...rest } = command;
    const doubled = namedTwice(obligations.map((row) => row.id));
    const empty = obligations.find((row) => row.due <= 0n)?.id;
    const wrong = doubled ?? empty;
    if (wrong !== undefined) return refuse("does-not-add-up", { obligation: wrong });
    const root = rootOf(obligations);
    if (state.plan) return state.plan.digest === root ? [] : refuse("plan-exists", { plan: state.plan.plan });
    const written = state.writing?.attempt === root ? state.writing.rows.length : 0;
    const sum = sumOf(obligations, (row) => row.due);
    const closing = { plan: state.plans + 1, attempt: root, count: obligations.length, sum, digest: root };
    return [
      ...awaiting(state, closing, obligations, limits),
      ...chunksOf(obligations.slice(written)).map((rows): Event => ({
        type: "ObligationsAdded",
        data: { attempt: root, rows },
      })),
      { type: "PayoutPlanned", data: { ...rest, ...closing, ceilings: limits?.ceilings ?? null } },
    ];
  };

/** Whether nothing of the plan may be paid before a person approves it. */
export const awaitsApproval = ({ approval }: State): boolean =>
  approval !== undefined && approval.approvedBy === undefined;

/** A person lets a plan be paid that waits. */
export const approve =
  (command: Data<"PayoutApproved">): Decide =>
  (state) => {
    if (!state.plan) return refuse("no-plan");
    if (state.plan.digest !== command.planDigest)
      return refuse("plan-differs", { digest: state.plan.digest });
    if (!state.approval) return refuse("not-awaited");
    return awaitsApproval(state) ? [{ type: "PayoutApproved", data: command }] : [];
  };

/** Whether something of it is paid, though no batch was formed. */
const isPaidOutside = ({ batches, obligations }: State): boolean =>
  batches.size === 0 &&
  [...obligations.values()].some(({ status }) => status.at === "paid" && status.operation !== null);

/**
 * Voids a plan of which no batch was formed, and whose take is not given back as a completed payout's. One of which
 * some was paid outside stands: another plan would pay that again.
 */
export const reject =
  (command: Data<"PayoutRejected">): Decide =>
  (state) => {
    if (!state.plan) return [];
    if (state.plan.digest !== command.planDigest)
      return refuse("plan-differs", { digest: state.plan.digest });
    if (state.completed) return refuse("payout-completed");
    if (isPaidOutside(state)) return refuse("paid-outside");
    return state.batches.size > 0 ? refuse("batch-formed") : [{ type: "PayoutRejected", data: command }];
  };

/** Whether two batches send and charge the same. */
export const sameItems = (a: readonly BatchItem[], b: readonly BatchItem[]): boolean =>
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
    if (awaitsApproval(state)) return refuse("awaits-approval", { digest: state.plan.digest });
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
    const ceiling = state.plan.ceilings?.operation;
    const sum = sumOf(command.items, (item) => item.sent);
    if (ceiling !== undefined && sum > ceiling && command.items.length > 1)
      return refuse("over-ceiling", { ceiling, sum });
    return [{ type: "BatchFormed", data: command }];
  };

/** Frees the obligations of a batch that the wallet's stream shows as voided. */
export const dissolve =
  (batchId: string): Decide =>
  (state) => {
    const batch = state.batches.get(batchId);
    if (!batch) return refuse("unknown-batch");
    if (batch.at === "settled") return refuse("batch-settled");
    return batch.at === "dissolved" ? [] : [{ type: "BatchDissolved", data: { batchId, failed: false } }];
  };

/**
 * Frees the obligations of a voided batch whose simulation failed through this one, each for fewer others the next
 * time; one that failed alone is held.
 */
export const dissolveFailed =
  (batchId: string, culprit: Data<"ObligationHeld">): Decide =>
  (state) => {
    const freed = dissolve(batchId)(state);
    if (isRefused(freed)) return freed;
    return freed.flatMap((): Event[] => {
      const alone = state.batches.get(batchId)?.items.length === 1;
      const dissolved: Event = { type: "BatchDissolved", data: { batchId, failed: true } };
      return alone ? [dissolved, { type: "ObligationHeld", data: culprit }] : [dissolved];
    });
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

/**
 * Writes that a foreign operation paid an obligation. One in a batch that is not signed needs that batch voided and
 * dissolved first; one that is paid, or carried into the ledger, is refused.
 */
export const payOutside =
  (command: Omit<Data<"ObligationPaidOutside">, "sent"> & { readonly amount: Mutez }): Decide =>
  (state) => {
    const { amount, ...rest } = command;
    const obligation = state.obligations.get(command.obligation);
    if (!obligation) return refuse("unknown-obligation", { obligation: command.obligation });
    const { status } = obligation;
    const sent = min(amount, obligation.due);
    switch (status.at) {
      case "open":
      case "held":
        return [{ type: "ObligationPaidOutside", data: { ...rest, sent } }];
      case "batched":
        return refuse("in-batch", { batchId: status.batchId });
      case "paid":
        return status.operation === command.operation &&
          status.content === command.content &&
          status.sent === sent
          ? []
          : refuse("paid-already", { obligation: command.obligation });
      case "carried":
        return refuse("carried", { obligation: command.obligation });
    }
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

export const openBatches = (state: State): readonly (readonly [string, Batch])[] =>
  [...state.batches].filter(([, batch]) => batch.at === "formed");

/** Whom each delegator's obligation of this payout left with a balance for the ledger. */
export const carriedObligations = (
  state: State,
): readonly { readonly delegator: Address; readonly amount: Mutez }[] =>
  [...state.obligations.values()]
    .filter(({ status }) => status.at === "carried")
    .map(({ delegator, due }) => ({ delegator, amount: due }));
