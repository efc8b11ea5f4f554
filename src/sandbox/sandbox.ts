import { type ChainId } from "../domain/identifiers.js";
import { ChainModel, type BakeOptions, type ReorganiseOptions } from "./chain-model.js";
import { chainIdOf, HASHES } from "./hashes.js";
import { type ChainStore } from "./journal.js";
import { type Block, type ChainRecord, type Intervention } from "./model/types.js";

/** Milliseconds between blocks; `manual`: blocks come only when told. */
export type BlockTime = number | "manual";

export interface SandboxOptions {
  readonly store: ChainStore;
  readonly blockTime: BlockTime;
  readonly now?: () => Date;
  /** What happens when a block is due; default: it is baked with all that is pending. */
  readonly nextBlock?: (sandbox: Sandbox) => void;
}

/** A chain that bakes by itself and is on disk before anyone hears of it. */
export class Sandbox {
  readonly chainId: ChainId;
  readonly chain: ChainModel;
  private readonly store: ChainStore;
  private readonly now: () => Date;
  private readonly nextBlock: (sandbox: Sandbox) => void;
  private readonly listeners = new Set<(head: Block) => void>();
  private blockTime: BlockTime;
  private timer: NodeJS.Timeout | undefined;
  private broken: Error | undefined;

  /** Goes on with the chain that the store keeps. */
  constructor({
    store,
    blockTime,
    now = () => new Date(),
    nextBlock = (sandbox) => sandbox.bake(),
  }: SandboxOptions) {
    this.store = store;
    this.chain = ChainModel.replay(store.genesis, HASHES, store.records());
    this.chainId = chainIdOf(this.chain.genesis);
    this.now = now;
    this.nextBlock = nextBlock;
    this.blockTime = blockTime;
    this.schedule();
  }

  /** Why the chain stands still for good: it could not be kept on disk. */
  get failure(): Error | undefined {
    return this.broken;
  }

  /** Does what is done when a block is due. Throws once the chain could not be kept on disk. */
  advance(): void {
    this.nextBlock(this);
  }

  /** Bakes one block now. Throws once the chain could not be kept on disk. */
  bake(options: Partial<BakeOptions> = {}): Block {
    return this.keep(() => this.chain.bake({ timestamp: this.now(), ...options }));
  }

  /** Leaves the last blocks for others; see `ChainModel.reorganise`. */
  reorganise(options: Omit<ReorganiseOptions, "blocks"> & Pick<BakeOptions, "include">): Block {
    const { depth, include, ...rest } = options;
    const block = { timestamp: this.now(), ...(include && { include }) };
    return this.keep(() =>
      this.chain.reorganise({ depth, blocks: Array.from({ length: depth }, () => block), ...rest }),
    );
  }

  intervene(intervention: Intervention): void {
    this.chain.intervene(intervention);
  }

  setBlockTime(blockTime: BlockTime): void {
    this.blockTime = blockTime;
    this.schedule();
  }

  /** Calls the listener with each new head; answers what ends that. */
  onHead(listener: (head: Block) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.timer);
    this.listeners.clear();
    this.store.close();
  }

  private keep(step: () => ChainRecord): Block {
    if (this.broken) throw this.broken;
    const record = step();
    try {
      this.store.append(record);
    } catch (cause) {
      this.broken = new Error("the chain cannot be kept on disk; nothing is baked any more", { cause });
      clearTimeout(this.timer);
      throw this.broken;
    }
    for (const listener of this.listeners) listener(this.chain.head);
    return this.chain.head;
  }

  private schedule(from = Date.now()): void {
    clearTimeout(this.timer);
    const { blockTime } = this;
    if (blockTime === "manual") return;
    const due = Math.max(from + blockTime, Date.now());
    this.timer = setTimeout(() => {
      try {
        this.advance();
        this.schedule(due);
      } catch (error) {
        if (error !== this.broken) throw error;
      }
    }, due - Date.now());
  }
}
