// The wallet that pays: what stops it, what is under way, and what it has spent.
import { z } from "zod";
import { chainId, cycleNumber, level, operationHash, tzAddress } from "../../domain/identifiers.js";
import { pauseReason, purpose } from "../../domain/wallet/events.js";
import { amount, position } from "./answer.js";
import { type Page } from "./page.js";

export const walletRow = z.object({
  wallet: tzAddress,
  chainId: chainId.nullable(),
  adoptedLevel: level.nullable(),
  counter: z.bigint().nullable(),
  token: z.bigint().nullable(),
  termSince: z.date().nullable(),
  handedOverTo: tzAddress.nullable(),
});
export const pauseRow = z.object({
  reason: pauseReason,
  detail: z.string(),
  actor: z.string(),
  untilLevel: level.nullable(),
  since: z.date(),
});
export const underWayRow = z.object({
  hash: operationHash,
  purpose,
  batchId: z.string().nullable(),
  payment: z.string().nullable(),
  cycle: cycleNumber.nullable(),
  firstCounter: z.bigint(),
  lastCounter: z.bigint(),
  /** Null: in no block of the head's branch. */
  level: level.nullable(),
  refused: z.enum(["permanent", "temporary", "branch"]).nullable(),
  signedAt: z.date(),
});
export const requestRow = z.object({
  kind: z.enum(["payment", "delegation"]),
  id: z.string(),
  delegate: tzAddress.nullable(),
  actor: z.string(),
  requestedAt: z.date(),
});
export type Wallet = z.infer<typeof walletRow> & {
  readonly pauses: readonly z.infer<typeof pauseRow>[];
  readonly underWay: readonly z.infer<typeof underWayRow>[];
  readonly requests: readonly z.infer<typeof requestRow>[];
};

export const foreignRow = z.object({
  hash: operationHash,
  position,
  level,
  firstCounter: z.bigint(),
  lastCounter: z.bigint(),
  /** Amounts are decimal strings of mutez. */
  contents: z.array(
    z.object({
      kind: z.string(),
      destination: z.string().nullable(),
      amount: z.string().nullable(),
      status: z.string(),
    }),
  ),
  foundAt: z.date(),
  /** Null until a person has said what it was: until then nothing is signed. */
  meaning: z.enum(["unrelated", "pays"]).nullable(),
  pays: z
    .array(z.object({ content: z.number().int(), payment: z.string(), obligation: z.string() }))
    .nullable(),
  reason: z.string().nullable(),
  actor: z.string().nullable(),
  classifiedAt: z.date().nullable(),
});
export type ForeignRow = z.infer<typeof foreignRow>;

export const spent = z.object({ sent: amount, fees: amount, burns: amount, operations: z.bigint() });
export const spendingRow = spent.extend({ cycle: cycleNumber });
export type SpendingRow = z.infer<typeof spendingRow>;
/**
 * Sent by hand counts what a person has named as the payment of an obligation; `operations` are those that TAPS signed.
 * `others`: of payments that belong to no cycle, of reveals and delegations.
 */
export type Spending = Page<SpendingRow> & { readonly others: z.infer<typeof spent> | undefined };
