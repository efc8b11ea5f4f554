// The chain as one process's node shows it: late, forgetful, on another branch, of another chain, or not at all.
import {
  type Block,
  BlockUnavailable,
  type Chain,
  ChainUnavailable,
  type Head,
  type Injection,
  type NodeError,
  type Simulation,
} from "../../src/application/ports/chain.js";
import { asLevel, type BlockHash, chainId, type Level } from "../../src/domain/identifiers.js";
import { type MemoryChain } from "../support/world/memory-chain.js";

export type NodeFault =
  /** Shows a head this many blocks back, and stays there, whatever becomes of that branch. */
  | { readonly is: "stuck"; readonly back: number }
  /** By turns such a one answers, and one that is up to date: as node and fallback that disagree. */
  | { readonly is: "wavering"; readonly back: number }
  /** Keeps only this many blocks. */
  | { readonly is: "pruned"; readonly keeps: number }
  | { readonly is: "of-another-chain" }
  | { readonly is: "down" };

const OTHER_CHAIN = chainId.parse("NetXdQprcVkpaWU");

export class UnsteadyChain implements Chain {
  private fault: NodeFault | undefined;
  private faultyUntil = 0;
  private stuckAt: BlockHash | undefined;
  private isOthersTurn = false;
  /** Answers given to the next simulation or injection instead of the node's. */
  nextSimulation: NodeError | undefined;
  nextInjection: { readonly error: NodeError; readonly taken: boolean } | undefined;

  constructor(
    private readonly chain: MemoryChain,
    private readonly round: () => number,
    private readonly idle: (signal: AbortSignal) => Promise<void>,
  ) {}

  /** From now until a round. */
  breakDown(fault: NodeFault, until: number): void {
    this.fault = fault;
    this.faultyUntil = until;
    const { model } = this.chain;
    if (fault.is === "stuck" || fault.is === "wavering") {
      const at = Math.max(3, model.head.level - fault.back);
      this.stuckAt = model.block(at)?.hash ?? model.head.hash;
    }
  }

  mend(): void {
    this.fault = undefined;
    this.nextSimulation = undefined;
    this.nextInjection = undefined;
  }

  async head(): Promise<Head> {
    const fault = this.current();
    const head = await this.chain.head();
    if (fault?.is === "of-another-chain") return { ...head, chainId: OTHER_CHAIN };
    if (fault?.is !== "stuck" || this.stuckAt === undefined) return head;
    const { model } = this.chain;
    const block = model.block(this.stuckAt);
    return block === undefined ? head : this.chain.asHead(block);
  }

  async block(id: BlockHash | Level, source: Parameters<Chain["block"]>[1]): Promise<Block> {
    const fault = this.current();
    const block = await this.chain.block(id, source);
    const head = this.chain.model.head.level;
    if (fault?.is === "pruned" && block.level < head - fault.keeps) throw new BlockUnavailable(id);
    if (block.level > this.topLevel(fault)) throw new BlockUnavailable(id);
    return block;
  }

  account(...args: Parameters<Chain["account"]>): ReturnType<Chain["account"]> {
    this.current();
    return this.chain.account(...args);
  }

  /** A node that stands still knows nothing of what was injected into others. */
  async mempool(...args: Parameters<Chain["mempool"]>): ReturnType<Chain["mempool"]> {
    return this.current()?.is === "stuck" ? [] : this.chain.mempool(...args);
  }

  constants(...args: Parameters<Chain["constants"]>): ReturnType<Chain["constants"]> {
    this.current();
    return this.chain.constants(...args);
  }

  feeRates(): ReturnType<Chain["feeRates"]> {
    this.current();
    return this.chain.feeRates();
  }

  cycleLevels(...args: Parameters<Chain["cycleLevels"]>): ReturnType<Chain["cycleLevels"]> {
    this.current();
    return this.chain.cycleLevels(...args);
  }

  async simulate(...args: Parameters<Chain["simulate"]>): Promise<Simulation> {
    this.current();
    const error = this.nextSimulation;
    this.nextSimulation = undefined;
    return error ? { outcome: "refused", errors: [error] } : this.chain.simulate(...args);
  }

  waitForHead(_after: BlockHash, options: { signal: AbortSignal }): Promise<void> {
    return this.idle(options.signal);
  }

  /** A refusal of one node says nothing of what the others do with the same bytes (`taken`). */
  async inject(signed: string): Promise<Injection> {
    this.current();
    const refusal = this.nextInjection;
    this.nextInjection = undefined;
    const refused = refusal && ({ outcome: "refused", errors: [refusal.error] } as const);
    if (refused && !refusal.taken) return refused;
    const injection = await this.chain.inject(signed);
    return refused ?? injection;
  }

  private current(): NodeFault | undefined {
    const fault = this.round() < this.faultyUntil ? this.fault : undefined;
    if (fault?.is === "down") throw new ChainUnavailable("the node is down");
    if (fault?.is !== "wavering") return fault;
    this.isOthersTurn = !this.isOthersTurn;
    return this.isOthersTurn ? { is: "stuck", back: fault.back } : undefined;
  }

  private topLevel(fault: NodeFault | undefined): Level {
    const { model } = this.chain;
    const top = fault?.is === "stuck" && this.stuckAt !== undefined ? model.block(this.stuckAt) : undefined;
    return top?.level ?? asLevel(model.head.level);
  }
}
