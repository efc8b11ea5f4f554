// Operations that a wallet of ours signed, and how each ended.
import { z } from "zod";
import { blockHash, level, operationHash, tzAddress } from "../../domain/identifiers.js";
import { purpose } from "../../domain/wallet/events.js";
import { amount, position } from "./answer.js";

export const errors = z.array(z.string()).nullable();

export const operationRow = z.object({
  hash: operationHash,
  wallet: tzAddress,
  purpose,
  batchId: z.string().nullable(),
  /** Stream that holds the batch's plan. */
  payment: z.string().nullable(),
  firstCounter: z.bigint(),
  lastCounter: z.bigint(),
  branch: blockHash,
  branchLevel: level,
  ttl: z.number().int(),
  status: z.enum(["signed", "included", "final", "dead"]),
  block: blockHash.nullable(),
  level: level.nullable(),
  fee: amount.nullable(),
  burn: amount.nullable(),
  refusedPermanent: errors,
  refusedTemporary: errors,
  refusedBranch: errors,
  death: z.enum(["expired", "superseded"]).nullable(),
  position,
  signedAt: z.date(),
  includedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
});
export type OperationRow = z.infer<typeof operationRow>;
