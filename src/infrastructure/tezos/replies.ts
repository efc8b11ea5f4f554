// Shapes of the nodes' replies that TAPS reads, and their meaning (Octez RPC, protocols 023 to 025).
import { z } from "zod";
import { type ContentReceipt, type ContentSimulation } from "../../application/ports/chain.js";
import {
  address,
  blockHash,
  chainId,
  counterCodec,
  cycleNumber,
  level,
  operationHash,
  protocolHash,
} from "../../domain/identifiers.js";
import { mutez, mutezCodec, ZERO } from "../../domain/money.js";
import { toNodeError } from "./node.js";

const decimal = z
  .string()
  .regex(/^-?[0-9]+$/)
  .transform(BigInt);

export const header = z.object({
  hash: blockHash,
  level,
  predecessor: blockHash,
  chain_id: chainId,
  protocol: protocolHash,
  timestamp: z.string().transform((text) => new Date(text)),
});
export type HeaderReply = z.infer<typeof header>;

export const metadata = z.object({
  protocol: protocolHash,
  next_protocol: protocolHash,
  max_operations_ttl: z.number().int(),
  /** Absent in the genesis block. */
  level_info: z.object({ cycle: cycleNumber, cycle_position: z.number().int() }).optional(),
});
export type MetadataReply = z.infer<typeof metadata>;

const result = z.object({
  status: z.enum(["applied", "failed", "backtracked", "skipped"]),
  consumed_milligas: decimal.optional(),
  paid_storage_size_diff: decimal.optional(),
  allocated_destination_contract: z.boolean().optional(),
  balance_updates: z
    .array(z.object({ kind: z.string(), category: z.string().optional(), change: decimal }))
    .optional(),
  errors: z.array(z.unknown()).optional(),
});
type Result = z.infer<typeof result>;

const content = z.object({
  kind: z.string(),
  source: z.string().optional(),
  fee: mutezCodec.optional(),
  counter: counterCodec.optional(),
  amount: mutezCodec.optional(),
  destination: address.optional(),
  metadata: z
    .object({
      operation_result: result.optional(),
      internal_operation_results: z.array(z.object({ result: result.optional() })).optional(),
    })
    .optional(),
});
type ContentReply = z.infer<typeof content>;

export const operations = z.array(z.object({ hash: operationHash, contents: z.array(content) }));
export const simulated = z.object({ contents: z.array(content) });

export const account = z.object({
  balance: mutezCodec,
  counter: counterCodec.optional(),
  revealed: z.boolean().optional(),
});

const pending = z.array(
  z.object({ hash: operationHash, contents: z.array(z.object({ source: z.string().optional() })) }),
);
export const mempool = z.object({
  validated: pending.default([]),
  branch_delayed: pending.default([]),
  branch_refused: pending.default([]),
  refused: pending.default([]),
  outdated: pending.default([]),
});

/** A content's own result and those of the operations it caused. */
const resultsOf = ({ metadata: receipt }: ContentReply): readonly Result[] => [
  ...(receipt?.operation_result ? [receipt.operation_result] : []),
  ...(receipt?.internal_operation_results ?? []).flatMap((internal) =>
    internal.result ? [internal.result] : [],
  ),
];

const errorsOf = (results: readonly Result[]) =>
  results.flatMap((each) => (each.errors ?? []).map(toNodeError).filter((error) => error !== undefined));

/** What the source paid for storage: the receipts' own entries of burnt storage fees. */
const burnOf = (results: readonly Result[]) =>
  mutez(
    results
      .flatMap((each) => each.balance_updates ?? [])
      .filter(({ kind, category }) => kind === "burned" && category === "storage fees")
      .reduce((total, { change }) => total + change, 0n),
  );

export const toReceipt = (reply: ContentReply): ContentReceipt => {
  const results = resultsOf(reply);
  const { kind, counter, fee, destination, amount } = reply;
  if (counter === undefined) throw new TypeError("a manager operation without a counter");
  return {
    kind,
    counter,
    fee: fee ?? ZERO,
    ...(destination === undefined ? {} : { destination }),
    ...(amount === undefined ? {} : { amount }),
    status: results[0]?.status ?? "skipped",
    burn: burnOf(results),
    errors: errorsOf(results),
  };
};

const total = (results: readonly Result[], field: "consumed_milligas" | "paid_storage_size_diff"): bigint =>
  results.reduce((sum, each) => sum + (each[field] ?? 0n), 0n);

export const toSimulation = (reply: ContentReply): ContentSimulation => {
  const results = resultsOf(reply);
  return {
    status: results[0]?.status ?? "skipped",
    milligas: total(results, "consumed_milligas"),
    paidStorage: total(results, "paid_storage_size_diff"),
    allocated: results.some((each) => each.allocated_destination_contract === true),
    errors: errorsOf(results),
  };
};
