import { type BlockHash, type Level, type TzAddress } from "../../../domain/identifiers.js";
import type * as Wallet from "../../../domain/wallet/wallet.js";
import {
  type Account,
  type Block,
  BlockUnavailable,
  type Chain,
  type ChainConstants,
  type FeeRates,
  type Head,
  type PendingOperation,
} from "../../ports/chain.js";

/** Blocks on top of one until nothing can take it away (Tenderbake). */
export const FINALITY = 2;

/** What the chain shows at one head. Everything is read by hash, so it belongs together. */
export interface Facts {
  readonly head: Head;
  /** The newest final block. */
  readonly final: Block;
  readonly atHead: Account;
  readonly atFinal: Account;
  /** Blocks of the head's branch, oldest first, linked by predecessor, without a gap, with the wallet's operations. */
  readonly blocks: readonly Block[];
  /** A block that was needed and that no node keeps. */
  readonly missing: BlockHash | Level | undefined;
  readonly mempool: readonly PendingOperation[];
  readonly constants: ChainConstants;
  readonly feeRates: FeeRates;
}

/** Whether a block of the head's branch holds a content that consumed this counter. */
export const consumerOf = (blocks: readonly Block[], counter: bigint) => {
  for (const block of blocks) {
    const operation = block.operations.find((o) => o.contents.some((content) => content.counter === counter));
    if (operation) return { block, operation };
  }
  return undefined;
};

/** Reads the head's branch back to where the log's explanation of the wallet ends; remembers blocks by hash. */
export class ChainObserver {
  private readonly known = new Map<BlockHash, Block>();

  constructor(
    private readonly chain: Chain,
    private readonly payer: TzAddress,
  ) {}

  async observe(wallet: Wallet.State): Promise<Facts> {
    const head = await this.chain.head();
    const [recent, atHead, mempool, constants, feeRates] = await Promise.all([
      this.branch(head.hash, head.level - FINALITY),
      this.chain.account(this.payer, head.hash),
      this.chain.mempool(this.payer),
      this.chain.constants(head.hash),
      this.chain.feeRates(),
    ]);
    const [final] = recent.blocks;
    if (recent.missing !== undefined || final === undefined)
      throw new BlockUnavailable(recent.missing ?? head.hash);
    const atFinal = await this.chain.account(this.payer, final.hash);
    const { blocks, missing } = await this.explain(head, final, atFinal, wallet);
    this.forgetBelow(blocks[0]?.level ?? final.level);
    return { head, final, atHead, atFinal, blocks, missing, mempool, constants, feeRates };
  }

  /**
   * Reads as far back as live operations ask for, and further only when a counter has no consumer there. Before the
   * wallet is adopted its past is nobody's to explain.
   */
  private async explain(head: Head, final: Block, atFinal: Account, wallet: Wallet.State) {
    const oldest = Math.min(final.level, ...wallet.operations.map((operation) => operation.finalLevel + 1));
    const near = await this.branch(head.hash, oldest);
    const explained =
      wallet.adopted === null ||
      atFinal.counter <= wallet.counter ||
      consumerOf(near.blocks, wallet.counter + 1n) !== undefined;
    return explained ? near : this.branch(head.hash, Math.min(oldest, wallet.explainedLevel + 1));
  }

  private async branch(from: BlockHash, downTo: number): Promise<Pick<Facts, "blocks" | "missing">> {
    const blocks: Block[] = [];
    let hash = from;
    for (;;) {
      const block = await this.block(hash);
      if (block === undefined) return { blocks: blocks.reverse(), missing: hash };
      blocks.push(block);
      if (block.level <= Math.max(downTo, 1)) return { blocks: blocks.reverse(), missing: undefined };
      hash = block.predecessor;
    }
  }

  private async block(hash: BlockHash): Promise<Block | undefined> {
    const known = this.known.get(hash);
    if (known) return known;
    try {
      const block = await this.chain.block(hash, this.payer);
      this.known.set(hash, block);
      return block;
    } catch (error) {
      if (error instanceof BlockUnavailable) return undefined;
      throw error;
    }
  }

  private forgetBelow(level: number): void {
    for (const [hash, block] of this.known) if (block.level < level) this.known.delete(hash);
  }
}
