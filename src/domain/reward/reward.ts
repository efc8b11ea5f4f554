// What one cycle earned and who is owed what of it, with all that is needed to compute it again.
import { type Decision, refuse, unreachable } from "../decision.js";
import { merkleRoot } from "../digest.js";
import { chunksOf } from "../event.js";
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
  readonly writing: { readonly attempt: Digest; readonly rows: readonly AllocatedRow[] } | undefined;
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
      const before = state.raw?.attempt === event.data.attempt ? state.raw.chunks : [];
      return { ...state, raw: { attempt: event.data.attempt, chunks: [...before, event.data.gzip] } };
    }
    case "RewardInputsRecorded":
      return { ...state, inputs: event.data, rejected: undefined };
    case "RewardInputsRejected":
      return { ...state, rejected: event.data };
    case "DelegatorRewardsAllocated": {
      const before = state.writing?.attempt === event.data.attempt ? state.writing.rows : [];
      return { ...state, writing: { attempt: event.data.attempt, rows: [...before, ...event.data.rows] } };
    }
    case "RewardsAllocated": {
      const rows = state.writing?.attempt === event.data.attempt ? state.writing.rows : [];
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

/** Records a reply that passed every check, with its raw text; goes on behind the chunks that are written. */
export const recordInputs =
  (command: Omit<Inputs, "chunks"> & { readonly gzipChunks: readonly string[] }): Decide =>
  (state) => {
    const { gzipChunks, ...inputs } = command;
    if (state.inputs) return state.inputs.attempt === inputs.attempt ? [] : refuse("inputs-recorded");
    const written = state.raw?.attempt === inputs.attempt ? state.raw.chunks.length : 0;
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
  ...row,
  balance: row.balance.toString(),
  gross: row.gross.toString(),
  fee: row.fee.toString(),
  net: row.net.toString(),
});

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
          digest: merkleRoot(rows.map(wire)),
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
