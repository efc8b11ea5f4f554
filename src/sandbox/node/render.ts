import { type Content } from "../../application/ports/chain.js";
import { type Json } from "../../domain/digest.js";
import { type ChainId, type TzAddress } from "../../domain/identifiers.js";
import { contentToRpc } from "../codec.js";
import { isContract } from "../model/application.js";
import { ERROR_PREFIX, type Rules } from "../model/rules.js";
import {
  type ChainError,
  type ContentResult,
  type IncludedOperation,
  type Operation,
} from "../model/types.js";

type JsonObject = { readonly [key: string]: Json | undefined };

export const errorToRpc = ({ layer, kind, id, fields }: ChainError): JsonObject => ({
  kind,
  id: layer === "protocol" ? `${ERROR_PREFIX}${id}` : id,
  ...fields,
});

type Update = readonly [where: JsonObject, change: bigint];
const contract = (address: string): JsonObject => ({ kind: "contract", contract: address });
const BLOCK_FEES: JsonObject = { kind: "accumulator", category: "block fees" };
const STORAGE_FEES: JsonObject = { kind: "burned", category: "storage fees" };

/** Balance updates of moves from one place to another; those of nothing are left out, as nodes do. */
const moves = (...list: readonly (readonly [from: JsonObject, to: JsonObject, amount: bigint])[]): Json[] =>
  list
    .filter(([, , amount]) => amount !== 0n)
    .flatMap(([from, to, amount]): Update[] => [
      [from, -amount],
      [to, amount],
    ])
    .map(([where, change]) => ({ ...where, change: change.toString(), origin: "block" }));

/** The balance updates of a block's metadata that its operations cause: all fees go to its baker. */
export const feeUpdates = (baker: TzAddress, fees: bigint): Json[] =>
  moves([BLOCK_FEES, contract(baker), fees]);

/** One content with its receipt, as `simulate_operation` and blocks show it. */
const contentWithReceipt = (content: Content, result: ContentResult, rules: Rules): JsonObject => ({
  ...contentToRpc(content),
  metadata: {
    balance_updates: moves([contract(content.source), BLOCK_FEES, content.fee]),
    operation_result: resultToRpc(content, result, rules),
  },
});

const resultToRpc = (content: Content, result: ContentResult, rules: Rules): JsonObject => {
  const { status, errors } = result;
  const shown: JsonObject = { status, ...(errors.length > 0 && { errors: errors.map(errorToRpc) }) };
  if (status === "failed" || status === "skipped") return shown;
  const consumed = { consumed_milligas: result.milligas.toString() };
  if (content.kind !== "transaction") return { ...shown, ...consumed };
  const { costPerByte, originationSize } = rules.constants;
  const source = contract(content.source);
  const updates = moves(
    [source, contract(content.destination), content.amount],
    [source, STORAGE_FEES, result.paidStorage * costPerByte],
    [source, STORAGE_FEES, result.allocated ? originationSize * costPerByte : 0n],
  );
  return {
    ...shown,
    ...(isContract(content.destination) && { storage: { prim: "Unit" } }),
    ...(updates.length > 0 && { balance_updates: updates }),
    ...consumed,
    ...(isContract(content.destination) && { storage_size: (40n + result.paidStorage).toString() }),
    ...(result.paidStorage > 0n && { paid_storage_size_diff: result.paidStorage.toString() }),
    ...(result.allocated && { allocated_destination_contract: true }),
  };
};

/** An operation without receipts, as in the mempool. */
export const operationToRpc = ({ hash, branch, contents, signature }: Operation): JsonObject => ({
  hash,
  branch,
  contents: contents.map(contentToRpc),
  signature,
});

/** An operation of a block, receipts included. */
export const includedToRpc = (
  { operation, results }: IncludedOperation,
  chainId: ChainId,
  rules: Rules,
): JsonObject => ({
  protocol: rules.constants.protocol,
  chain_id: chainId,
  hash: operation.hash,
  branch: operation.branch,
  contents: receipts(operation.contents, results, rules),
  signature: operation.signature,
});

/** Contents beside their results. */
export const receipts = (
  contents: readonly Content[],
  results: readonly ContentResult[],
  rules: Rules,
): Json[] =>
  contents.flatMap((content, index) => {
    const result = results[index];
    return result === undefined ? [] : [contentWithReceipt(content, result, rules)];
  });
