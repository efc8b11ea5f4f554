// The payer's key: every operation it ever signed, until its fate is final. This stream is the fence (PAYMENT).
import { type Decision, refuse } from "../decision.js";
import { asCounter, type Counter, type OperationHash, streamName, type TzAddress } from "../identifiers.js";
import { type Event, type PauseReason, type Purpose, type State, type WalletBatch } from "./events.js";
import { contentsOf, FOLD_VERSION } from "./fold.js";
import { type ForeignRefusal } from "./foreign.js";
import { proves } from "./proof.js";

export { Event, type State } from "./events.js";
export { evolve, FOLD_VERSION, initial } from "./fold.js";
export { claim, classify, findForeign } from "./foreign.js";
export { lastPossibleLevel } from "./proof.js";

export const stream = (payer: TzAddress) => streamName("wallet", payer);

/** A checkpoint is due after this many events. */
export const CHECKPOINT_EVERY = 1_000;

export type Refusal =
  | ForeignRefusal
  | "not-adopted"
  | "already-adopted"
  | "stale-term"
  | "paused"
  | "foreign-operations"
  | "known-operation"
  | "operation-pending"
  | "wrong-counter"
  | "batch-voided"
  | "batch-has-operation"
  | "unknown-operation"
  | "counter-gap"
  | "inconsistent"
  | "not-proven"
  | "batch-open"
  | "payment-open"
  | "delegation-pending";

type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
type Decide = (state: State) => Decision<Event, Refusal>;

const live = (state: State, hash: OperationHash) => state.operations.find((o) => o.hash === hash);

/** An operation of the batch whose death is not proven, a final one included. */
const undeadOperation = (batch: WalletBatch | undefined) => batch?.operations.find((o) => o.fate !== "dead");

/** Takes the wallet over at a final block: from there on every operation must be ours or classified. */
export const adopt =
  (command: Data<"WalletAdopted">): Decide =>
  (state) => {
    if (state.adopted === null) return [{ type: "WalletAdopted", data: command }];
    return state.adopted.chainId === command.chainId
      ? []
      : refuse("already-adopted", { chainId: state.adopted.chainId });
  };

/** What stands against another wallet's paying: this one has not come to the end of what it has begun. */
const unfinished = (state: State) => {
  const [operation] = state.operations;
  if (operation) return refuse("operation-pending" as const, { hash: operation.hash });
  // A reveal pays nobody: one that died need not be signed again before.
  const batchId = Object.keys(state.batches).find((id) => id !== REVEAL);
  if (batchId !== undefined) return refuse("batch-open" as const, { batchId });
  const { length: count } = state.foreign;
  if (count > 0) return refuse("foreign-operations" as const, { count });
  const [payment] = state.requests;
  if (payment !== undefined) return refuse("payment-open" as const, { payment });
  const [delegation] = state.delegations;
  if (delegation) return refuse("delegation-pending" as const, { id: delegation.id });
  const doubt = state.pauses.find(({ reason }) => reason === "restored" || reason === "finding");
  return doubt && refuse("paused" as const, { reason: doubt.reason, detail: doubt.detail });
};

/**
 * Lets another wallet pay: this one signs nothing more, whoever looked at it before. Refused until all that it has
 * begun is at its end, and while there may be operations of it that the log does not know.
 */
export const handOver =
  (command: Data<"WalletHandedOver">): Decide =>
  (state) => {
    if (state.adopted === null) return [];
    return unfinished(state) ?? [{ type: "WalletHandedOver", data: command }];
  };

/**
 * A new leaseholder's first act. Lower tokens never write an operation again. The same token again is refused
 * too: it may be another process's term, and a token that two hold is no fence.
 */
export const startTerm =
  (command: Data<"TermStarted">): Decide =>
  (state) =>
    command.token > state.token
      ? [{ type: "TermStarted", data: command }]
      : refuse("stale-term", { token: command.token, current: state.token });

/** Before the first term (token 0) nobody holds one. */
const ofTerm = (state: State, token: bigint) =>
  token === state.token && token > 0n
    ? undefined
    : refuse("stale-term" as const, { token, current: state.token });

/** What cannot be true of an operation of ours, whatever the wallet's state. */
const contradiction = (operation: Data<"OperationSigned">): string | undefined => {
  const { purpose, batchId, payment } = operation;
  if (contentsOf(operation) < 1n) return "it has no content";
  if (operation.branchLevel > operation.finalLevel) return "its branch is not final";
  const named = [batchId !== null, payment !== null];
  const due = NAMES[purpose];
  return due.every((is, i) => is === named[i]) ? undefined : "purpose and batch do not belong together";
};

/** Whether an operation of a purpose names a batch, and a payment. */
const NAMES: Readonly<Record<Purpose, readonly [boolean, boolean]>> = {
  batch: [true, true],
  delegation: [true, false],
  reveal: [true, false],
};

/** The id that every reveal is signed under: so its deaths are counted, and there are never two. */
export const REVEAL = "reveal";

/** The counter that the next operation must begin with, once all before it are included. */
export const nextCounter = (state: State): Counter =>
  asCounter((state.operations.at(-1)?.lastCounter ?? state.counter) + 1n);

/** Writes down a signed operation: only afterwards may its bytes leave. */
export const sign =
  (command: Data<"OperationSigned">): Decide =>
  (state) => {
    if (state.adopted === null) return refuse("not-adopted");
    const stale = ofTerm(state, command.token);
    if (stale) return stale;
    const [pause] = state.pauses;
    if (pause) return refuse("paused", { reason: pause.reason, detail: pause.detail });
    if (state.foreign.length > 0) return refuse("foreign-operations", { count: state.foreign.length });
    const wrong = contradiction(command);
    if (wrong !== undefined) return refuse("inconsistent", { wrong });
    const known = Object.values(state.batches).flatMap((batch) => batch.operations);
    if (live(state, command.hash) || known.some((o) => o.hash === command.hash))
      return refuse("known-operation");
    const batch = command.batchId === null ? undefined : state.batches[command.batchId];
    if (batch?.voided) return refuse("batch-voided");
    const undead = undeadOperation(batch);
    if (undead) return refuse("batch-has-operation", { hash: undead.hash });
    const pending = state.operations.find((o) => o.included === null);
    if (pending) return refuse("operation-pending", { hash: pending.hash });
    const expected = nextCounter(state);
    if (command.firstCounter !== expected)
      return refuse("wrong-counter", { expected, found: command.firstCounter });
    return [{ type: "OperationSigned", data: command }];
  };

/** A node's own refusal; it proves nothing, and is written once per kind of error. */
export const recordRefusal =
  (command: Data<"OperationRefused">): Decide =>
  (state) => {
    const operation = live(state, command.hash);
    if (!operation) return refuse("unknown-operation");
    const recorded = operation.refusals.some((r) => r.kind === command.kind);
    return recorded ? [] : [{ type: "OperationRefused", data: command }];
  };

export const include =
  (command: Data<"OperationIncluded">): Decide =>
  (state) => {
    const operation = live(state, command.hash);
    if (!operation) return refuse("unknown-operation");
    return operation.included?.hash === command.block ? [] : [{ type: "OperationIncluded", data: command }];
  };

/** The block that held it left the head's branch. */
export const reorganise =
  (hash: OperationHash): Decide =>
  (state) => {
    const operation = live(state, hash);
    if (!operation) return refuse("unknown-operation");
    const { included } = operation;
    return included === null
      ? []
      : [{ type: "OperationReorganised", data: { hash, block: included.hash, level: included.level } }];
  };

/**
 * Two blocks are on top of it. Operations become final in the order of their counters, without a gap, and with a
 * result for each content: one whose result is missing would look unpaid.
 */
export const finalise =
  (command: Data<"OperationFinalised">): Decide =>
  (state) => {
    const operation = live(state, command.hash);
    if (!operation) return refuse("unknown-operation");
    if (operation.firstCounter !== state.counter + 1n) {
      return refuse("counter-gap", { accounted: state.counter, first: operation.firstCounter });
    }
    if (BigInt(command.contents.length) !== contentsOf(operation)) {
      return refuse("inconsistent", { contents: contentsOf(operation), results: command.contents.length });
    }
    return [{ type: "OperationFinalised", data: command }];
  };

/**
 * Only a proof at a final block frees what an operation was to pay. One that the log shows in a block must have
 * left it first (`reorganise`).
 */
export const proveDead =
  (command: Data<"OperationProvenDead">): Decide =>
  (state) => {
    const operation = live(state, command.hash);
    if (!operation) return refuse("unknown-operation");
    return operation.included === null && proves(operation, command.proof)
      ? [{ type: "OperationProvenDead", data: command }]
      : refuse("not-proven");
  };

/** A batch that will never be signed (again); its obligations may then go into another one. */
export const voidBatch =
  (command: Data<"BatchVoided">): Decide =>
  (state) => {
    const batch = state.batches[command.batchId];
    if (batch?.voided) return [];
    const undead = undeadOperation(batch);
    return undead
      ? refuse("batch-has-operation", { hash: undead.hash })
      : [{ type: "BatchVoided", data: command }];
  };

/** Forgets batches whose payment stream shows how they ended. Only the term's holder may: see `sign`. */
export const closeBatches =
  (command: Data<"BatchClosed">): Decide =>
  (state) => {
    const stale = ofTerm(state, command.token);
    if (stale) return stale;
    const batchIds = command.batchIds.filter((id) => state.batches[id] !== undefined);
    const open = batchIds.find((id) => {
      const batch = state.batches[id];
      return batch !== undefined && !batch.voided && batch.results === null;
    });
    if (open !== undefined) return refuse("batch-open", { batchId: open });
    return batchIds.length === 0 ? [] : [{ type: "BatchClosed", data: { ...command, batchIds } }];
  };

/** Outside *on* nothing is asked for: it would be signed at the next switch. */
const notOn = ({ adopted, pauses }: State) => {
  if (adopted === null) return refuse("not-adopted" as const);
  const pause = pauses.find(({ reason }) => reason === "mode");
  return pause && refuse("paused" as const, { reason: pause.reason, detail: pause.detail });
};

/** Asks for a payment whose plan stands; said again it goes to the end of the line, and meets who closes it. */
export const requestPayment =
  (command: Data<"PaymentRequested">): Decide =>
  (state) =>
    notOn(state) ?? [{ type: "PaymentRequested", data: command }];

/** Forgets payments that are complete. Only the term's holder may. */
export const closePayments =
  (command: Data<"PaymentsClosed">): Decide =>
  (state) => {
    const payments = command.payments.filter((payment) => state.requests.includes(payment));
    return (
      ofTerm(state, command.token) ??
      (payments.length === 0 ? [] : [{ type: "PaymentsClosed", data: { ...command, payments } }])
    );
  };

/** Asks for a delegation, once for each id while it is under way; one at a time. */
export const requestDelegation =
  (command: Data<"DelegationRequested">): Decide =>
  (state) => {
    const refused = notOn(state);
    if (refused) return refused;
    const [other] = state.delegations;
    if (other?.id === command.id) return [];
    return other
      ? refuse("delegation-pending", { id: other.id })
      : [{ type: "DelegationRequested", data: command }];
  };

export const pause =
  (command: Data<"WalletPaused">): Decide =>
  (state) => {
    const same = state.pauses.find((p) => p.reason === command.reason);
    const covered = same !== undefined && (same.untilLevel ?? 0) >= (command.untilLevel ?? 0);
    return covered ? [] : [{ type: "WalletPaused", data: command }];
  };

export const resume =
  (command: Data<"WalletResumed">): Decide =>
  (state) =>
    state.pauses.some((p) => p.reason === command.reason) ? [{ type: "WalletResumed", data: command }] : [];

/** Writes the whole state down when enough events have come, so that loading stays short. */
export const checkpoint: Decide = (state) =>
  state.events < CHECKPOINT_EVERY
    ? []
    : [{ type: "WalletCheckpointed", data: { foldVersion: FOLD_VERSION, state: { ...state, events: 0 } } }];

/** How often the batch's operations were proven dead: each death raises the next one's fee. */
export const deathsOf = (state: State, batchId: string): number =>
  state.batches[batchId]?.operations.filter((o) => o.fate === "dead").length ?? 0;

/** What a batch has become: never signed, under way, final with its results, or void. */
export const batchFate = (state: State, batchId: string) => {
  const batch = state.batches[batchId];
  if (batch === undefined) return { at: "unsigned" } as const;
  if (batch.voided) return { at: "voided" } as const;
  if (batch.results !== null) {
    const hash = batch.operations.find((o) => o.fate === "final")?.hash;
    return { at: "final", results: batch.results, hash } as const;
  }
  const undead = undeadOperation(batch);
  return undead ? ({ at: "live", hash: undead.hash } as const) : ({ at: "unsigned" } as const);
};

/** Reasons why nothing may be signed now, for people. */
export const stopsSigning = (
  state: State,
): readonly { reason: PauseReason | "foreign-operations"; detail: string }[] => [
  ...state.pauses.map(({ reason, detail, untilLevel }) => ({
    reason,
    detail:
      untilLevel === null
        ? detail
        : `${detail}; until a final block is beyond ${untilLevel} and the log explains the chain`,
  })),
  ...(state.foreign.length > 0
    ? [
        {
          reason: "foreign-operations" as const,
          detail: `${state.foreign.map((o) => o.hash).join(", ")}: see "taps reconcile"`,
        },
      ]
    : []),
];
