import { z } from "zod";
import { defineEvent } from "../event.js";
import {
  address,
  blockHash,
  chainId,
  counterCodec,
  digest,
  level,
  operationHash,
  tzAddress,
} from "../identifiers.js";
import { mutezCodec } from "../money.js";

export const purpose = z.enum(["batch", "reveal", "delegation"]);
export type Purpose = z.infer<typeof purpose>;

export const pauseReason = z.enum(["person", "mode", "restored", "finding"]);
export type PauseReason = z.infer<typeof pauseReason>;

const errorKind = z.enum(["permanent", "temporary", "branch"]);

const natural = z.string().regex(/^(0|[1-9][0-9]*)$/);
const token = z.codec(natural, z.bigint(), { decode: BigInt, encode: String });

export const contentResult = z.strictObject({
  status: z.enum(["applied", "failed", "backtracked", "skipped"]),
  fee: mutezCodec,
  burn: mutezCodec,
  /** Ids of the errors that this content itself carries. */
  errors: z.array(z.string()),
});
export type ContentResult = z.infer<typeof contentResult>;

const identity = z.strictObject({
  systemIdentifier: z.string(),
  timeline: z.number().int(),
  databaseOid: z.number().int(),
});

const signedOperation = z.strictObject({
  hash: operationHash,
  /** Signed bytes in hexadecimal: what is injected is this, read back from the log. */
  bytes: z.string().regex(/^([0-9a-f]{2})+$/),
  branch: blockHash,
  branchLevel: level,
  /** Level of the newest final block when it was signed: it cannot be in a block at or below. */
  finalLevel: level,
  ttl: z.number().int().positive(),
  firstCounter: counterCodec,
  lastCounter: counterCodec,
  purpose,
  /**
   * Of a batch: its id and the payment stream that holds its plan. A delegation has an id of its own, all reveals
   * share one.
   */
  batchId: z.string().nullable(),
  payment: z.string().nullable(),
  /** SHA-256 of the unsigned contents as planned. */
  digest,
  token,
});

const foreignOperation = z.strictObject({
  hash: operationHash,
  level,
  firstCounter: counterCodec,
  lastCounter: counterCodec,
  contents: z.array(
    z.strictObject({
      kind: z.string(),
      destination: address.nullable(),
      amount: mutezCodec.nullable(),
      status: contentResult.shape.status,
      /** What it cost the wallet, in mutez. */
      fee: mutezCodec,
      burn: mutezCodec,
    }),
  ),
});

export type ForeignOperation = z.infer<typeof foreignOperation>;

/** What a person says of one content of a foreign operation: it paid this obligation of this payment stream. */
const paidOutside = z.strictObject({
  content: z.number().int().nonnegative(),
  payment: z.string(),
  obligation: z.string(),
});
export type PaidOutside = z.infer<typeof paidOutside>;

/** `pays`: what it is said to have paid so far. */
const openForeign = foreignOperation.extend({ pays: z.array(paidOutside) });

const pause = z.strictObject({
  reason: pauseReason,
  detail: z.string(),
  actor: z.string(),
  /** Of a restore: nothing is signed before a final block passes this level. */
  untilLevel: level.nullable(),
});

const liveOperation = signedOperation.omit({ token: true, branch: true, digest: true }).extend({
  included: z.strictObject({ hash: blockHash, level }).nullable(),
  /** Refusals by nodes, one of each kind. */
  refusals: z.array(z.strictObject({ kind: errorKind, errors: z.array(z.string()) })),
});
export type LiveOperation = z.infer<typeof liveOperation>;

const walletBatch = z.strictObject({
  voided: z.boolean(),
  operations: z.array(z.strictObject({ hash: operationHash, fate: z.enum(["live", "final", "dead"]) })),
  /** Results of the final operation, in the order of its contents. */
  results: z.array(contentResult).nullable(),
});
export type WalletBatch = z.infer<typeof walletBatch>;

/** `id`: the batch it is signed under. `to`: null withdraws the delegation. */
const delegation = z.strictObject({ id: z.string(), to: tzAddress.nullable(), actor: z.string() });

/** The wallet's whole state, as a checkpoint carries it. */
export const walletState = z.strictObject({
  adopted: z.strictObject({ chainId, level }).nullable(),
  token,
  identity: identity.nullable(),
  counter: counterCodec,
  explainedLevel: level,
  operations: z.array(liveOperation),
  batches: z.record(z.string(), walletBatch),
  pauses: z.array(pause),
  foreign: z.array(openForeign),
  /** Payments of their own that are to be paid, by stream, in the order they were asked for. */
  requests: z.array(z.string()),
  /** Delegations that are to be signed or under way. */
  delegations: z.array(delegation),
  /** Events since the last checkpoint. */
  events: z.number().int(),
});
export type State = z.infer<typeof walletState>;

export const WalletAdopted = defineEvent("WalletAdopted", 1, { chainId, level, counter: counterCodec });
/** Another wallet pays from now on. Whatever term this one had is over, and it is adopted anew before it signs again. */
export const WalletHandedOver = defineEvent("WalletHandedOver", 1, { to: tzAddress, actor: z.string() });
export const TermStarted = defineEvent("TermStarted", 2, {
  token,
  /** Token of the lease that was won. */
  lease: token,
  identity,
  /**
   * By chance, another one at each attempt. Two processes may hold leases of the same token, in a table that was put
   * back, and choose the same `token` at the same revision; without this their events would be one event, and the
   * second append would pass for a retry of the first.
   */
  nonce: z.string(),
});
export const OperationSigned = defineEvent("OperationSigned", 2, signedOperation.shape);
export const OperationRefused = defineEvent("OperationRefused", 1, {
  hash: operationHash,
  kind: errorKind,
  errors: z.array(z.string()),
});
export const OperationIncluded = defineEvent("OperationIncluded", 1, {
  hash: operationHash,
  block: blockHash,
  level,
});
export const OperationReorganised = defineEvent("OperationReorganised", 1, {
  hash: operationHash,
  block: blockHash,
  level,
});
export const OperationFinalised = defineEvent("OperationFinalised", 1, {
  hash: operationHash,
  block: blockHash,
  level,
  contents: z.array(contentResult),
});
export const OperationProvenDead = defineEvent("OperationProvenDead", 1, {
  hash: operationHash,
  proof: z.discriminatedUnion("rule", [
    /** Its counter was never consumed and its branch is too old for any further block. */
    z.strictObject({
      rule: z.literal("expired"),
      finalBlock: blockHash,
      finalLevel: level,
      counter: counterCodec,
      ttl: z.number().int().positive(),
    }),
    /** Its counter was consumed, and it is in none of the blocks that could hold it. */
    z.strictObject({
      rule: z.literal("superseded"),
      finalBlock: blockHash,
      finalLevel: level,
      counter: counterCodec,
      ttl: z.number().int().positive(),
      fromLevel: level,
      toLevel: level,
    }),
  ]),
});
export type Proof = z.infer<typeof OperationProvenDead>["data"]["proof"];
export const BatchVoided = defineEvent("BatchVoided", 1, { batchId: z.string(), reason: z.string() });
export const BatchClosed = defineEvent("BatchClosed", 1, { batchIds: z.array(z.string()), token });
export const ForeignOperationFound = defineEvent("ForeignOperationFound", 2, foreignOperation.shape);
/**
 * What a person says that an operation paid, before any of it is written into the payments: another person cannot say
 * otherwise meanwhile.
 */
export const ForeignOperationClaimed = defineEvent("ForeignOperationClaimed", 1, {
  hash: operationHash,
  pays: z.array(paidOutside),
  actor: z.string(),
});
/** `pays` is empty for an operation that has nothing to do with any payment. */
export const ForeignOperationClassified = defineEvent("ForeignOperationClassified", 1, {
  hash: operationHash,
  pays: z.array(paidOutside),
  reason: z.string(),
  actor: z.string(),
});
/** A payment stream with a plan of its own is to be paid; said again after a release, or after *off*. */
export const PaymentRequested = defineEvent("PaymentRequested", 1, {
  payment: z.string(),
  actor: z.string(),
});
export const PaymentsClosed = defineEvent("PaymentsClosed", 1, { payments: z.array(z.string()), token });
export const DelegationRequested = defineEvent("DelegationRequested", 1, delegation.shape);
export const WalletPaused = defineEvent("WalletPaused", 1, pause.shape);
export const WalletResumed = defineEvent("WalletResumed", 1, { reason: pauseReason, actor: z.string() });
export const WalletCheckpointed = defineEvent("WalletCheckpointed", 3, {
  foldVersion: z.number().int(),
  state: walletState,
});

export const Event = z.discriminatedUnion("type", [
  WalletAdopted,
  WalletHandedOver,
  TermStarted,
  OperationSigned,
  OperationRefused,
  OperationIncluded,
  OperationReorganised,
  OperationFinalised,
  OperationProvenDead,
  BatchVoided,
  BatchClosed,
  ForeignOperationFound,
  ForeignOperationClaimed,
  ForeignOperationClassified,
  PaymentRequested,
  PaymentsClosed,
  DelegationRequested,
  WalletPaused,
  WalletResumed,
  WalletCheckpointed,
]);
export type Event = z.infer<typeof Event>;
