// What became of operations, as their receipts show it.
import { z } from "zod";
import { type Block, type ContentReceipt, type ContentSimulation } from "../../application/ports/chain.js";
import { counterCodec, isAddress, operationHash, type TzAddress } from "../../domain/identifiers.js";
import { mutez, mutezCodec } from "../../domain/money.js";
import { nodeErrors } from "./node-errors.js";

const decimal = z
  .string()
  .regex(/^-?[0-9]+$/)
  .transform(BigInt);

const result = z.object({
  status: z.enum(["applied", "failed", "backtracked", "skipped"]),
  consumed_milligas: decimal.optional(),
  paid_storage_size_diff: decimal.optional(),
  allocated_destination_contract: z.boolean().optional(),
  originated_contracts: z.array(z.string()).optional(),
  balance_updates: z
    .array(z.object({ kind: z.string(), category: z.string().optional(), change: decimal }))
    .optional(),
  errors: nodeErrors.optional(),
});
type Result = z.infer<typeof result>;

const content = z.object({
  kind: z.string(),
  fee: mutezCodec,
  counter: counterCodec,
  amount: mutezCodec.optional(),
  /** Of other accounts than those that TAPS pays, too: a rollup's. */
  destination: z.string().optional(),
  metadata: z.object({
    operation_result: result,
    internal_operation_results: z.array(z.object({ result })).optional(),
  }),
});
type ContentReply = z.infer<typeof content>;

const contentsReply = z.array(content);
/** `helpers/scripts/simulate_operation`. */
export const simulated = z.object({ contents: contentsReply });

/** Manager operations of one source; of all others only the source is looked at. */
export const operationsOf = (source: TzAddress): z.ZodType<Block["operations"]> =>
  z
    .array(
      z.object({ hash: z.string(), contents: z.array(z.looseObject({ source: z.string().optional() })) }),
    )
    .transform((list) => list.filter(({ contents }) => contents[0]?.source === source))
    .pipe(z.array(z.object({ hash: operationHash, contents: contentsReply })))
    .transform((list) => list.map(({ hash, contents }) => ({ hash, contents: contents.map(toReceipt) })));

/** Results of the operations that a content caused. */
const internalsOf = ({ metadata }: ContentReply): readonly Result[] =>
  (metadata.internal_operation_results ?? []).map((internal) => internal.result);
const resultsOf = (reply: ContentReply): readonly Result[] => [
  reply.metadata.operation_result,
  ...internalsOf(reply),
];

const errorsOf = (reply: ContentReply) => resultsOf(reply).flatMap((each) => each.errors ?? []);

/** Storage fees burnt, by the receipt's own entries. Those of a content that was undone are shown but not paid. */
const burnOf = (reply: ContentReply) => {
  if (reply.metadata.operation_result.status !== "applied") return mutez(0n);
  const updates = resultsOf(reply).flatMap((each) => each.balance_updates ?? []);
  const burnt = updates.filter(({ kind, category }) => kind === "burned" && category === "storage fees");
  return mutez(burnt.reduce((total, { change }) => total + change, 0n));
};

const toReceipt = (reply: ContentReply): ContentReceipt => {
  const { kind, counter, fee, destination, amount, metadata } = reply;
  return {
    kind,
    counter,
    fee,
    ...(destination !== undefined && isAddress(destination) && { destination }),
    ...(amount !== undefined && { amount }),
    status: metadata.operation_result.status,
    burn: burnOf(reply),
    errors: errorsOf(reply),
  };
};

const total = (results: readonly Result[], part: (result: Result) => bigint | undefined): bigint =>
  results.reduce((sum, each) => sum + (part(each) ?? 0n), 0n);

/** Accounts and contracts that internal operations created, each paid for like `originationSize` bytes. */
const created = (each: Result): bigint =>
  BigInt(each.originated_contracts?.length ?? 0) + (each.allocated_destination_contract === true ? 1n : 0n);

export const toSimulation = (reply: ContentReply, originationSize: bigint): ContentSimulation => {
  const results = resultsOf(reply);
  const { status, allocated_destination_contract: allocated } = reply.metadata.operation_result;
  return {
    status,
    milligas: total(results, (each) => each.consumed_milligas),
    paidStorage:
      total(results, (each) => each.paid_storage_size_diff) +
      total(internalsOf(reply), created) * originationSize,
    allocated: allocated === true,
    errors: errorsOf(reply),
  };
};
