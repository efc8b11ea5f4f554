// How the wallet's events become its state: every operation whose fate is not final, and what stands against signing.
import { unreachable } from "../decision.js";
import { asCounter, asLevel, type Counter, type OperationHash } from "../identifiers.js";
import {
  type ContentResult,
  type Event,
  type LiveOperation,
  type State,
  type WalletBatch,
} from "./events.js";

/** Raised with every change of `evolve` or of the state's shape: older checkpoints are then passed over. */
export const FOLD_VERSION = 3;
export const initial: State = {
  adopted: null,
  token: 0n,
  identity: null,
  counter: asCounter(0n),
  explainedLevel: asLevel(0),
  operations: [],
  batches: {},
  pauses: [],
  foreign: [],
  requests: [],
  delegations: [],
  events: 0,
};

/** How many contents an operation has: each consumes one counter. */
export const contentsOf = (operation: {
  readonly firstCounter: Counter;
  readonly lastCounter: Counter;
}): bigint => operation.lastCounter - operation.firstCounter + 1n;

const changeOperation = (
  state: State,
  hash: OperationHash,
  change: (o: LiveOperation) => LiveOperation,
): State => ({
  ...state,
  operations: state.operations.map((o) => (o.hash === hash ? change(o) : o)),
});

/** Takes an operation out of the live ones and tells its batch how it ended. */
const endOperation = (
  state: State,
  hash: OperationHash,
  fate: "final" | "dead",
  results?: ContentResult[],
): State => {
  const ended = state.operations.find((o) => o.hash === hash);
  const batchId = ended?.batchId ?? undefined;
  const batch = batchId === undefined ? undefined : state.batches[batchId];
  const operations = state.operations.filter((o) => o.hash !== hash);
  if (batchId === undefined || batch === undefined) return { ...state, operations };
  const updated: WalletBatch = {
    ...batch,
    operations: batch.operations.map((o) => (o.hash === hash ? { hash, fate } : o)),
    results: results ?? batch.results,
  };
  return { ...state, operations, batches: { ...state.batches, [batchId]: updated } };
};

const noBatch: WalletBatch = { voided: false, operations: [], results: null };

const signed = (state: State, data: Extract<Event, { type: "OperationSigned" }>["data"]): State => {
  const { token: _token, branch: _branch, digest: _digest, ...rest } = data;
  const operations = [...state.operations, { ...rest, included: null, refusals: [] }];
  const explained = {
    ...state,
    operations,
    explainedLevel: asLevel(Math.max(state.explainedLevel, data.finalLevel)),
  };
  if (data.batchId === null) return explained;
  const batch = state.batches[data.batchId] ?? noBatch;
  const updated = { ...batch, operations: [...batch.operations, { hash: data.hash, fate: "live" as const }] };
  return { ...explained, batches: { ...state.batches, [data.batchId]: updated } };
};

/** Delegations that were signed: what became of them is still to be seen. */
const signedOf = ({ delegations, batches }: State): State["delegations"] =>
  delegations.filter(({ id }) => batches[id] !== undefined);

export const evolve = (state: State, event: Event): State => {
  const next = applied(state, event);
  return event.type === "WalletCheckpointed" ? { ...next, events: 0 } : { ...next, events: state.events + 1 };
};

const applied = (state: State, event: Event): State => {
  switch (event.type) {
    case "WalletAdopted": {
      const { chainId, level, counter } = event.data;
      return { ...state, adopted: { chainId, level }, counter, explainedLevel: level };
    }
    case "WalletHandedOver":
      return { ...state, adopted: null, token: state.token + 1n };
    case "TermStarted":
      return { ...state, token: event.data.token, identity: event.data.identity };
    case "OperationSigned":
      return signed(state, event.data);
    case "OperationRefused":
      return changeOperation(state, event.data.hash, (o) => ({
        ...o,
        refusals: [...o.refusals, { kind: event.data.kind, errors: event.data.errors }],
      }));
    case "OperationIncluded":
      return changeOperation(state, event.data.hash, (o) => ({
        ...o,
        included: { hash: event.data.block, level: event.data.level },
      }));
    case "OperationReorganised":
      return changeOperation(state, event.data.hash, (o) => ({ ...o, included: null }));
    case "OperationFinalised": {
      const last = state.operations.find((o) => o.hash === event.data.hash)?.lastCounter ?? state.counter;
      const ended = endOperation(state, event.data.hash, "final", event.data.contents);
      return { ...ended, counter: last, explainedLevel: event.data.level };
    }
    case "OperationProvenDead":
      return endOperation(state, event.data.hash, "dead");
    case "BatchVoided": {
      const batch = state.batches[event.data.batchId] ?? noBatch;
      return { ...state, batches: { ...state.batches, [event.data.batchId]: { ...batch, voided: true } } };
    }
    case "BatchClosed": {
      const closed = new Set(event.data.batchIds);
      return {
        ...state,
        batches: Object.fromEntries(Object.entries(state.batches).filter(([id]) => !closed.has(id))),
        delegations: state.delegations.filter(({ id }) => !closed.has(id)),
      };
    }
    case "ForeignOperationFound":
      return {
        ...state,
        foreign: [...state.foreign, { ...event.data, pays: [] }],
        counter: event.data.lastCounter,
        explainedLevel: event.data.level,
      };
    case "ForeignOperationClaimed": {
      const { hash, pays } = event.data;
      return { ...state, foreign: state.foreign.map((o) => (o.hash === hash ? { ...o, pays } : o)) };
    }
    case "ForeignOperationClassified":
      return { ...state, foreign: state.foreign.filter(({ hash }) => hash !== event.data.hash) };
    case "PaymentRequested": {
      const { payment } = event.data;
      return { ...state, requests: [...state.requests.filter((other) => other !== payment), payment] };
    }
    case "PaymentsClosed": {
      const closed = new Set(event.data.payments);
      return { ...state, requests: state.requests.filter((payment) => !closed.has(payment)) };
    }
    case "DelegationRequested":
      return { ...state, delegations: [...state.delegations, event.data] };
    case "WalletPaused":
      return {
        ...state,
        // Whoever leaves *on* may have it done by other means: it is asked for again, or not.
        ...(event.data.reason === "mode" ? { requests: [], delegations: signedOf(state) } : {}),
        pauses: [...state.pauses.filter((p) => p.reason !== event.data.reason), event.data],
      };
    case "WalletResumed":
      return { ...state, pauses: state.pauses.filter((p) => p.reason !== event.data.reason) };
    case "WalletCheckpointed":
      return event.data.foldVersion === FOLD_VERSION ? event.data.state : state;
    default:
      return unreachable(event);
  }
};
