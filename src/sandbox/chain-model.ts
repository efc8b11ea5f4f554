import { type Content } from "../application/ports/chain.js";
import {
  asCycle,
  asLevel,
  type Address,
  type BlockHash,
  type Cycle,
  type Level,
  type OperationHash,
} from "../domain/identifiers.js";
import { applyOperation, isContract } from "./model/application.js";
import { BlockTree } from "./model/block-tree.js";
import { branchNotLive } from "./model/errors.js";
import { genesisAccounts, intervene } from "./model/interventions.js";
import { Draft, type State } from "./model/ledger.js";
import { Mempool, type InjectOutcome, type MempoolEntry } from "./model/mempool.js";
import {
  type Account,
  type Block,
  type ChainError,
  type ChainRecord,
  type ContentResult,
  type Genesis,
  type Hashes,
  type Intervention,
  type Operation,
  type SealedBlock,
} from "./model/types.js";
import { validate } from "./model/validation.js";

export interface BakeOptions {
  readonly timestamp: Date;
  /** Which validated operations the block takes, as far as its gas goes; default: all. */
  readonly include?: (operation: Operation) => boolean;
}

export interface ReorganiseOptions {
  /** How many of the last blocks are left. */
  readonly depth: number;
  /** The blocks that take their place: at least as many as are left. */
  readonly blocks: readonly BakeOptions[];
  /** Operations of the blocks left that are forgotten everywhere; the others go back to the mempool. */
  readonly forget?: (operation: Operation) => boolean;
}

export type SimulateOutcome =
  | { readonly outcome: "results"; readonly contents: readonly ContentResult[] }
  | { readonly outcome: "refused"; readonly errors: readonly ChainError[] };

/**
 * A Tezos chain with its mempool, as one node sees it: synchronous, deterministic, without network, cryptography
 * or clock. `bake` and `reorganise` answer what has to be kept to come to the same chain again by `replay`; the
 * mempool is not part of that.
 */
export class ChainModel {
  private readonly tree: BlockTree;
  private readonly pool: Mempool;
  private interventions: Intervention[] = [];

  private constructor(
    readonly genesis: Genesis,
    private readonly hashes: Hashes,
  ) {
    const hash = hashes.genesis(genesis);
    const block: Block = {
      hash,
      level: asLevel(0),
      predecessor: hash,
      timestamp: genesis.timestamp,
      round: 0,
      maxOperationsTtl: 0,
      operations: [],
      interventions: [],
    };
    this.tree = new BlockTree(block, genesisAccounts(genesis), genesis.rules.historyBlocks);
    this.pool = new Mempool(
      {
        validate: ({ contents }) => validate(contents, this.tree.ledger, genesis.rules, hashes),
        isLive: (branch) => this.isLive(branch),
        isIncluded: (included) => this.tree.blockOf(included) !== undefined,
      },
      genesis.rules,
    );
  }

  static create(genesis: Genesis, hashes: Hashes): ChainModel {
    return new ChainModel(genesis, hashes);
  }

  /** The chain that gave these records. Throws if they do not fit, as after a change of the rules. */
  static replay(genesis: Genesis, hashes: Hashes, records: Iterable<ChainRecord>): ChainModel {
    const chain = new ChainModel(genesis, hashes);
    for (const record of records) {
      for (let dropped = 0; dropped < record.drop; dropped += 1) chain.tree.leaveHead();
      for (const sealed of record.blocks) {
        const block = chain.append(sealed);
        if (block.hash !== sealed.hash) throw new Error(`block ${sealed.hash} cannot be made again`);
      }
    }
    return chain;
  }

  get head(): Block {
    return this.tree.head;
  }

  /** A block by its hash, also one that was left, or by its level in the head's branch. */
  block(id: BlockHash | number): Block | undefined {
    return this.tree.block(id);
  }

  /** The block of the head's branch that an operation stands in. */
  blockOf(operation: OperationHash): Block | undefined {
    return this.tree.blockOf(operation);
  }

  /** Whether a block is in the head's branch. */
  isCanonical(hash: BlockHash): boolean {
    return this.tree.isCanonical(hash);
  }

  /** An account at a block (default: the head). Undefined if it is not allocated, or the block is not known. */
  account(address: Address, at: BlockHash = this.head.hash): Account | undefined {
    return this.tree.stateAt(at)?.account(address);
  }

  /** The counter that an account allocated next starts from. */
  globalCounter(at: BlockHash = this.head.hash): bigint | undefined {
    return this.tree.stateAt(at)?.globalCounter;
  }

  /** Sum of all balances at the head, in mutez. */
  supply(): bigint {
    return this.tree.ledger.total();
  }

  /** The cycle of a level; cycle 0 begins at level 1. */
  cycleOf(level: Level): Cycle {
    return asCycle(Math.max(0, Math.floor((level - 1) / this.genesis.rules.constants.blocksPerCycle)));
  }

  cycleLevels(cycle: Cycle): { readonly first: Level; readonly last: Level } {
    const blocks = this.genesis.rules.constants.blocksPerCycle;
    return { first: asLevel(cycle * blocks + 1), last: asLevel((cycle + 1) * blocks) };
  }

  /** Hashes that an operation in the next block may name as its branch, newest first. */
  liveBlocks(at: Block = this.head): readonly BlockHash[] {
    const live: BlockHash[] = [];
    let block: Block | undefined = at;
    while (block !== undefined && live.length <= at.maxOperationsTtl) {
      live.push(block.hash);
      block = block.level === 0 ? undefined : this.tree.block(block.predecessor);
    }
    return live;
  }

  mempool(): readonly MempoolEntry[] {
    return this.pool.list();
  }

  /** Runs contents after a block (default: the head) as the next block would; nothing is kept. */
  simulate(contents: readonly Content[], at: BlockHash = this.head.hash): SimulateOutcome {
    const state = this.stateAt(at);
    const { rules, baker } = this.genesis;
    const errors = validate(contents, state, rules, this.hashes);
    if (errors.length > 0) return { outcome: "refused", errors };
    return { outcome: "results", contents: applyOperation(new Draft(state), contents, rules, baker) };
  }

  /** What a node answers to an injection; one that it already holds, or sees in a live block, is accepted again. */
  inject(operation: Operation): InjectOutcome {
    const { hash, branch } = operation;
    const block = this.tree.blockOf(hash);
    if (this.pool.has(hash) || (block !== undefined && this.isLive(block.hash))) return { accepted: true };
    if (!this.isLive(branch)) {
      return { accepted: false, errors: [branchNotLive(hash, branch, this.head.maxOperationsTtl + 1)] };
    }
    return this.pool.inject(operation);
  }

  /** Forgets a mempool operation, as when every node has lost it. */
  forget(hash: OperationHash): void {
    this.pool.drop(hash);
  }

  /** Changes an account at the end of the next block. Throws RangeError for what no chain could hold. */
  intervene(intervention: Intervention): void {
    if (intervention.kind === "credit" && isContract(intervention.address)) {
      if (this.account(intervention.address) === undefined) throw new RangeError("no such contract");
    }
    this.interventions.push(intervention);
  }

  /** Puts a block on the head. */
  bake(options: BakeOptions): ChainRecord {
    const sealed = this.seal(options, 0);
    this.pool.flush();
    return { drop: 0, blocks: [sealed] };
  }

  /** Leaves the last blocks for others. Throws RangeError if the new branch would be the shorter one. */
  reorganise({ depth, blocks, forget = () => false }: ReorganiseOptions): ChainRecord {
    if (depth < 1 || depth > this.head.level || blocks.length < depth) {
      throw new RangeError("a branch is left only for one at least as long");
    }
    const left = Array.from({ length: depth }, () => this.tree.leaveHead()).reverse();
    this.interventions.unshift(...left.flatMap((block) => block.interventions));
    const operations = left.flatMap((block) => block.operations.map((included) => included.operation));
    this.pool.flush(operations.filter((operation) => !forget(operation)));
    const sealed = blocks.map((options, index) => {
      const block = this.seal(options, (left[index]?.round ?? -1) + 1);
      this.pool.flush();
      return block;
    });
    return { drop: depth, blocks: sealed };
  }

  private seal({ timestamp, include = () => true }: BakeOptions, round: number): SealedBlock {
    const sealed = {
      timestamp: `${timestamp.toISOString().slice(0, 19)}Z`,
      round,
      operations: this.pool.selection(include),
      interventions: this.interventions,
    };
    this.interventions = [];
    return { ...sealed, hash: this.append(sealed).hash };
  }

  private append(sealed: Omit<SealedBlock, "hash">): Block {
    const { head } = this;
    const { rules, baker } = this.genesis;
    const header = {
      level: asLevel(head.level + 1),
      predecessor: head.hash,
      timestamp: sealed.timestamp,
      round: sealed.round,
    };
    const hash = this.hashes.block({ ...header, operations: sealed.operations.map((each) => each.hash) });
    const draft = new Draft(this.tree.ledger);
    const operations = sealed.operations.map((operation) => ({
      operation,
      results: applyOperation(draft, operation.contents, rules, baker),
    }));
    for (const intervention of sealed.interventions) intervene(draft, intervention);
    const block: Block = {
      ...header,
      hash,
      maxOperationsTtl: Math.min(rules.constants.maxOperationsTimeToLive, head.maxOperationsTtl + 1),
      operations,
      interventions: sealed.interventions,
    };
    this.tree.append(block, draft);
    return block;
  }

  private isLive(hash: BlockHash): boolean {
    const block = this.tree.block(hash);
    if (block === undefined || !this.tree.isCanonical(hash)) return false;
    return this.head.level - block.level <= this.head.maxOperationsTtl;
  }

  private stateAt(hash: BlockHash): State {
    const state = this.tree.stateAt(hash);
    if (state === undefined) throw new RangeError(`block ${hash} is not known`);
    return state;
  }
}
