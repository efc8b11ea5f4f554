import { z } from "zod";

/** Brings the data of one event from one schema version to the next: `type@version` -> version + 1. Total. */
type Upcast = (data: unknown) => unknown;

/** Version 1 had free text in `reason`; every hold was a person's then. */
const cycleHeldV1 = z.strictObject({ reason: z.string(), actor: z.string() });

/** Version 1 did not say why: whatever the reason, nothing was known against its obligations. */
const batchDissolvedV1 = z.strictObject({ batchId: z.string() });

/** Version 1 knew no payments of their own and no delegations; its fold is passed over. */
const checkpointV1 = z.object({ state: z.record(z.string(), z.unknown()) }).loose();

/** Version 1 knew no ceilings. */
const payoutPlannedV1 = z.object({}).loose();
/** Version 1 knew no settlements; its fold is passed over. */
const ledgerCheckpointV1 = z.object({}).loose();
/** Version 2 knew no settlement that was rejected. */
const ledgerCheckpointV2 = z.object({ settlements: z.array(z.object({}).loose()) }).loose();

/** Versions 1 of what a person's own operation paid did not say what it cost. */
const foreignV1 = z.object({ contents: z.array(z.record(z.string(), z.unknown())) }).loose();
const paidOutsideV1 = z.object({}).loose();
const NO_COSTS = { fee: "0", burn: "0" };
const withCosts = (data: unknown): unknown => {
  const foreign = foreignV1.parse(data);
  return { ...foreign, contents: foreign.contents.map((content) => ({ ...content, ...NO_COSTS })) };
};
const asOpen = (foreign: unknown): unknown => ({ ...foreignV1.parse(withCosts(foreign)), pays: [] });
const checkpointV2 = z.object({ state: z.object({ foreign: z.array(z.unknown()) }).loose() }).loose();

/** Version 1 told two terms apart by the lease alone. */
const termStartedV1 = z.object({}).loose();

export const upcasters: ReadonlyMap<string, Upcast> = new Map<string, Upcast>([
  [
    "CycleHeld@1",
    (data) => {
      const { reason, actor } = cycleHeldV1.parse(data);
      return { reason: "person", detail: reason, actor };
    },
  ],
  ["BatchDissolved@1", (data) => ({ ...batchDissolvedV1.parse(data), failed: false })],
  ["PayoutPlanned@1", (data) => ({ ...payoutPlannedV1.parse(data), ceilings: null })],
  ["TermStarted@1", (data) => ({ ...termStartedV1.parse(data), nonce: "" })],
  // Version 2 only knows one purpose more.
  ["OperationSigned@1", (data) => data],
  ["LedgerCheckpointed@1", (data) => ({ ...ledgerCheckpointV1.parse(data), settlements: [] })],
  [
    "LedgerCheckpointed@2",
    (data) => {
      const { settlements, ...rest } = ledgerCheckpointV2.parse(data);
      return { ...rest, settlements: settlements.map((each) => ({ ...each, returned: false })) };
    },
  ],
  [
    "WalletCheckpointed@1",
    (data) => {
      const { state, ...rest } = checkpointV1.parse(data);
      return { ...rest, state: { ...state, requests: [], delegations: [] } };
    },
  ],
  [
    "WalletCheckpointed@2",
    (data) => {
      const { state, ...rest } = checkpointV2.parse(data);
      return { ...rest, state: { ...state, foreign: state.foreign.map(asOpen) } };
    },
  ],
  ["ForeignOperationFound@1", withCosts],
  ["ObligationPaidOutside@1", (data) => ({ ...paidOutsideV1.parse(data), ...NO_COSTS })],
]);
