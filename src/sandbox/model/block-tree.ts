import { type Address, type BlockHash, type OperationHash } from "../../domain/identifiers.js";
import { Ledger, type Changes, type State } from "./ledger.js";
import { type Account, type Block } from "./types.js";

interface Node {
  readonly block: Block;
  /** Accounts that the block gave another value. */
  readonly after: Changes;
  /** What these accounts were before it. */
  readonly before: Changes;
}

/**
 * The blocks of the head's branch and those that were left, with the accounts at each of them. Accounts are kept
 * once, at the head; a block holds only what it changed, so a state below the head is read through the blocks
 * between.
 */
export class BlockTree {
  readonly ledger = new Ledger();
  private readonly nodes = new Map<BlockHash, Node>();
  private readonly canonical = new Map<number, Node>();
  private readonly left = new Map<number, BlockHash[]>();
  private readonly included = new Map<OperationHash, Block>();
  private top: Node;

  constructor(
    genesis: Block,
    accounts: Changes,
    private readonly historyBlocks: number,
  ) {
    this.top = this.attach(genesis, accounts);
  }

  get head(): Block {
    return this.top.block;
  }

  /** Puts a block on the head. */
  append(block: Block, changes: Changes): void {
    this.top = this.attach(block, changes);
    this.prune(block.level - this.historyBlocks);
  }

  /** Leaves the head for its predecessor; the block stays readable by its hash. */
  leaveHead(): Block {
    const left = this.top;
    const parent = this.nodes.get(left.block.predecessor);
    if (parent === undefined || parent === left)
      throw new RangeError("no block below the head to go back to");
    this.ledger.apply(left.before);
    this.canonical.delete(left.block.level);
    for (const { operation } of left.block.operations) this.included.delete(operation.hash);
    this.left.set(left.block.level, [...(this.left.get(left.block.level) ?? []), left.block.hash]);
    this.top = parent;
    return left.block;
  }

  /** A block by its hash, or by its level in the head's branch. */
  block(id: BlockHash | number): Block | undefined {
    return (typeof id === "number" ? this.canonical.get(id) : this.nodes.get(id))?.block;
  }

  /** The block of the head's branch that holds an operation. */
  blockOf(operation: OperationHash): Block | undefined {
    return this.included.get(operation);
  }

  isCanonical(hash: BlockHash): boolean {
    const node = this.nodes.get(hash);
    return node !== undefined && this.canonical.get(node.block.level) === node;
  }

  /** Accounts as they stood at a block. */
  stateAt(hash: BlockHash): State | undefined {
    const node = this.nodes.get(hash);
    if (node === undefined) return undefined;
    if (node === this.top) return this.ledger;
    return {
      account: (address) => this.accountAt(node, address),
      globalCounter: node.after.globalCounter,
    };
  }

  private accountAt(at: Node, address: Address): Account | undefined {
    let node: Node | undefined = at;
    while (node !== undefined && this.canonical.get(node.block.level) !== node) {
      if (node.after.accounts.has(address)) return node.after.accounts.get(address);
      node = this.nodes.get(node.block.predecessor);
    }
    const from = node === undefined ? this.top.block.level : node.block.level;
    for (let level = from + 1; level <= this.top.block.level; level += 1) {
      const before = this.canonical.get(level)?.before.accounts;
      if (before?.has(address)) return before.get(address);
    }
    return this.ledger.account(address);
  }

  private attach(block: Block, changes: Changes): Node {
    const node: Node = { block, after: changes, before: this.ledger.apply(changes) };
    this.nodes.set(block.hash, node);
    this.canonical.set(block.level, node);
    for (const { operation } of block.operations) this.included.set(operation.hash, block);
    return node;
  }

  private prune(level: number): void {
    const node = this.canonical.get(level);
    if (node === undefined) return;
    for (const hash of [node.block.hash, ...(this.left.get(level) ?? [])]) this.nodes.delete(hash);
    for (const { operation } of node.block.operations) this.included.delete(operation.hash);
    this.canonical.delete(level);
    this.left.delete(level);
  }
}
