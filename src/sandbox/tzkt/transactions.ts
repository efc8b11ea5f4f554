import { type Json } from "../../domain/digest.js";
import { type ChainModel } from "../chain-model.js";
import { type Block, type ChainError } from "../model/types.js";

/** Filters of `/v1/operations/transactions` that are understood. */
export interface TransactionQuery {
  readonly sender: string | undefined;
  readonly target: string | undefined;
  readonly hash: string | undefined;
  /** Levels from and to, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** An id: rows behind it. */
  readonly after: number;
  readonly offset: number;
  readonly limit: number;
  readonly descending: boolean;
}

const errorInfo = ({ id, fields }: ChainError) => ({ type: id, ...fields });

/** Contents per block that an id has room for: TzKT's ids are unique numbers that grow with the chain. */
const IDS_PER_BLOCK = 100_000;

const ofBlock = (chain: ChainModel, block: Block) => {
  const { costPerByte, originationSize } = chain.genesis.rules.constants;
  const contents = block.operations.flatMap(({ operation, results }) =>
    operation.contents.map((content, index) => ({ hash: operation.hash, content, result: results[index] })),
  );
  return contents.flatMap(({ hash, content, result }, index) => {
    if (content.kind !== "transaction" || result === undefined) return [];
    const burnt = result.status === "applied";
    return [
      {
        type: "transaction",
        id: block.level * IDS_PER_BLOCK + index,
        level: block.level,
        timestamp: block.timestamp,
        block: block.hash,
        hash,
        counter: Number(content.counter),
        sender: { address: content.source },
        gasLimit: Number(content.gasLimit),
        gasUsed: Number((result.milligas + 999n) / 1000n),
        storageLimit: Number(content.storageLimit),
        storageUsed: burnt ? Number(result.paidStorage) : 0,
        bakerFee: Number(content.fee),
        storageFee: burnt ? Number(result.paidStorage * costPerByte) : 0,
        allocationFee: burnt && result.allocated ? Number(originationSize * costPerByte) : 0,
        target: { address: content.destination },
        amount: Number(content.amount),
        status: result.status,
        ...(result.errors.length > 0 && { errors: result.errors.map(errorInfo) }),
        hasInternals: false,
      },
    ];
  });
};

/** Transactions of the head's branch, in order, as TzKT shows them. */
export const transactions = (chain: ChainModel, query: TransactionQuery) => {
  const first = Math.max(1, query.from);
  const last = Math.min(chain.head.level, query.to);
  const count = Math.max(0, last - first + 1);
  const levels = Array.from({ length: count }, (_, n) => (query.descending ? last - n : first + n));
  const found: ReturnType<typeof ofBlock> = [];
  for (const level of levels) {
    if (found.length >= query.offset + query.limit) break;
    const block = chain.block(level);
    if (block === undefined || block.operations.length === 0) continue;
    const rows = ofBlock(chain, block).filter(
      (row) =>
        row.id > query.after &&
        (query.sender === undefined || row.sender.address === query.sender) &&
        (query.target === undefined || row.target.address === query.target) &&
        (query.hash === undefined || row.hash === query.hash),
    );
    found.push(...(query.descending ? rows.reverse() : rows));
  }
  return found.slice(query.offset, query.offset + query.limit);
};

/** What an account has signed, of every kind, oldest first, as TzKT's list of an account's operations shows it. */
export const sentBy = (
  chain: ChainModel,
  sender: string,
  query: { readonly from: number; readonly to: number; readonly limit: number; readonly after: number },
): Json[] => {
  const found: Json[] = [];
  const last = Math.min(chain.head.level, query.to);
  for (let level = Math.max(1, query.from); level <= last && found.length < query.limit; level += 1) {
    const contents = chain
      .block(level)
      ?.operations.flatMap(({ operation, results }) =>
        operation.contents.map((content, i) => ({ hash: operation.hash, content, result: results[i] })),
      );
    for (const [index, { hash, content, result }] of (contents ?? []).entries()) {
      const id = level * IDS_PER_BLOCK + index;
      if (content.source !== sender || result === undefined || id <= query.after) continue;
      const moved = content.kind === "transaction";
      found.push({
        type: content.kind,
        id,
        level,
        hash,
        counter: Number(content.counter),
        sender: { address: content.source },
        bakerFee: Number(content.fee),
        ...(moved && { target: { address: content.destination }, amount: Number(content.amount) }),
        status: result.status,
      });
    }
  }
  return found.slice(0, query.limit);
};
