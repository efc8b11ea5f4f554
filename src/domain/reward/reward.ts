// What one cycle earned and who is owed what of it, with all that is needed to compute it again.
import { type Decision, isRefused, refuse, unreachable } from "../decision.js";
import { merkleRoot } from "../digest.js";
import { chunksOf, closedRows, type OpenList, withChunk } from "../event.js";
import { type Cycle, type Digest, streamName, type TzAddress } from "../identifiers.js";
import { sumOf } from "../money.js";
import { type AllocatedRow, type Event } from "./events.js";

export { Event } from "./events.js";
export { type AllocatedRow } from "./events.js";

export const stream = (baker: TzAddress, cycle: Cycle) => streamName("reward", baker, cycle);

type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
export type Inputs = Data<"RewardInputsRecorded">;
export type Allocation = Data<"RewardsAllocated"> & { readonly rows: readonly AllocatedRow[] };

export interface State {
  /** Chunks of the raw reply being written or recorded, in order. */
  readonly raw: { readonly attempt: Digest; readonly chunks: readonly string[] } | undefined;
  readonly inputs: Inputs | undefined;
  readonly rejected: Data<"RewardInputsRejected"> | undefined;
  readonly writing: OpenList<AllocatedRow> | undefined;
  readonly allocation: Allocation | undefined;
  readonly fixed: boolean;
}

export const initial: State = {
  raw: undefined,
  inputs: undefined,
  rejected: undefined,
  writing: undefined,
  allocation: undefined,
  fixed: false,
};

export const evolve = (state: State, event: Event): State => {
  switch (event.type) {
    case "RawReplyRecorded": {
      const { attempt, index, gzip } = event.data;
      const before = state.raw?.attempt === attempt ? state.raw.chunks.slice(0, index) : [];
      return { ...state, raw: { attempt, chunks: [...before, gzip] } };
    }
    case "RewardInputsRecorded": {
      const { attempt, chunks: count } = event.data;
      const written = state.raw && { ...state.raw, rows: state.raw.chunks.slice(0, count) };
      const chunks = closedRows(written, { attempt, count });
      return { ...state, raw: { attempt, chunks }, inputs: event.data, rejected: undefined };
    }
    case "RewardInputsRejected":
      return { ...state, rejected: event.data };
    case "RewardInputsSuperseded":
      return { ...state, raw: undefined, inputs: undefined };
    case "DelegatorRewardsAllocated":
      return { ...state, writing: withChunk(state.writing, event.data) };
    case "RewardsAllocated": {
      const rows = closedRows(state.writing, event.data);
      return { ...state, writing: undefined, allocation: { ...event.data, rows } };
    }
    case "AllocationSuperseded":
      return { ...state, allocation: undefined };
    case "AllocationFixed":
      return { ...state, fixed: true };
    case "AllocationReopened":
      return { ...state, fixed: false };
    default:
      return unreachable(event);
  }
};

export type Refusal =
  "inputs-recorded" | "no-inputs" | "no-allocation" | "allocation-fixed" | "allocation-differs";
type Decide = (state: State) => Decision<Event, Refusal>;

const commonPrefix = (a: readonly string[], b: readonly string[]): number => {
  const differs = a.findIndex((chunk, i) => chunk !== b[i]);
  return differs < 0 ? a.length : differs;
};

/**
 * Records a reply that passed every check, with its raw text; goes on behind the chunks that are written. One
 * text has as many gzips as there are releases of zlib, so a chunk that differs is written again, and what
 * follows it.
 */
export const recordInputs =
  (command: Omit<Inputs, "chunks"> & { readonly gzipChunks: readonly string[] }): Decide =>
  (state) => {
    const { gzipChunks, ...inputs } = command;
    if (state.inputs) return state.inputs.attempt === inputs.attempt ? [] : refuse("inputs-recorded");
    const known = state.raw?.attempt === inputs.attempt ? state.raw.chunks : [];
    const written = commonPrefix(known, gzipChunks);
    return [
      ...gzipChunks.slice(written).map((gzip, i): Event => ({
        type: "RawReplyRecorded",
        data: { attempt: inputs.attempt, index: written + i, gzip },
      })),
      { type: "RewardInputsRecorded", data: { ...inputs, chunks: gzipChunks.length } },
    ];
  };

/** Records why a reply was not believed; once per reply. */
export const rejectInputs =
  (command: Data<"RewardInputsRejected">): Decide =>
  (state) => {
    if (state.inputs) return refuse("inputs-recorded");
    return state.rejected?.attempt === command.attempt
      ? []
      : [{ type: "RewardInputsRejected", data: command }];
  };

const wire = (row: AllocatedRow) => ({
  balance: row.balance.toString(),
  delegator: row.delegator,
  fee: row.fee.toString(),
  feeBps: row.feeBps,
  gross: row.gross.toString(),
  net: row.net.toString(),
  reason: row.reason,
  recipient: row.recipient,
  status: row.status,
});

/** Over allocated rows, as what closes them says it. */
export const rootOf = (rows: readonly AllocatedRow[]): Digest => merkleRoot(rows.map(wire));

/** Records an allocation of the recorded inputs; goes on behind the chunks that are written. */
export const allocate =
  (
    command: Omit<Data<"RewardsAllocated">, "attempt" | "inputs" | "count" | "sum" | "digest"> & {
      readonly rows: readonly AllocatedRow[];
    },
  ): Decide =>
  (state) => {
    const { rows, ...result } = command;
    if (!state.inputs) return refuse("no-inputs");
    if (state.allocation) {
      return state.allocation.resultDigest === result.resultDigest ? [] : refuse("allocation-differs");
    }
    const attempt = result.resultDigest;
    const written = state.writing?.attempt === attempt ? state.writing.rows.length : 0;
    return [
      ...chunksOf(rows.slice(written)).map((chunk): Event => ({
        type: "DelegatorRewardsAllocated",
        data: { attempt, rows: chunk },
      })),
      {
        type: "RewardsAllocated",
        data: {
          ...result,
          attempt,
          inputs: state.inputs.digest,
          count: rows.length,
          sum: sumOf(rows, (row) => row.net),
          digest: rootOf(rows),
        },
      },
    ];
  };

/** Gives up an allocation that no payout has fixed, so that another can be made. */
export const supersede =
  (command: { readonly reason: string; readonly actor: string }): Decide =>
  (state) => {
    if (!state.allocation) return refuse("no-allocation");
    if (state.fixed) return refuse("allocation-fixed");
    return [
      { type: "AllocationSuperseded", data: { ...command, resultDigest: state.allocation.resultDigest } },
    ];
  };

/** Gives up the recorded inputs, and what was allocated of them, so that the source is asked again. */
export const supersedeInputs =
  (command: { readonly reason: string; readonly actor: string }): Decide =>
  (state) => {
    if (!state.inputs) return [];
    const { attempt } = state.inputs;
    const allocation = state.allocation ? supersede(command)(state) : [];
    if (isRefused(allocation)) return allocation;
    return [...allocation, { type: "RewardInputsSuperseded", data: { attempt, ...command } }];
  };

/** From here on the allocation cannot be superseded: a payout is planned from it. */
export const fix =
  (resultDigest: Digest): Decide =>
  (state) => {
    if (state.allocation?.resultDigest !== resultDigest) return refuse("allocation-differs");
    return state.fixed ? [] : [{ type: "AllocationFixed", data: { digest: resultDigest } }];
  };

export const reopen =
  (actor: string): Decide =>
  (state) =>
    state.fixed && state.allocation
      ? [{ type: "AllocationReopened", data: { digest: state.allocation.resultDigest, actor } }]
      : [];
