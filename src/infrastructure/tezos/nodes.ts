import { ChainUnavailable, type NodeHealth } from "../../application/ports/chain.js";
import { type Clock } from "../../application/ports/system.js";
import { type ChainId } from "../../domain/identifiers.js";
import { ForeignChain, NotThere } from "./node-errors.js";
import { type TezosNode } from "./node.js";
import { chainIdReply, header, type HeaderReply } from "./replies.js";

export interface NodesOptions {
  /** Primary first. */
  readonly nodes: readonly TezosNode[];
  readonly clock: Clock;
  /** A head older than this is a lagging node's. */
  readonly oldestHeadMs: number;
}

/** A head younger than this, three blocks, is believed alone; an older one is compared with the other nodes'. */
const FRESH_HEAD_MS = 20_000;
/** Nodes of one chain are this far apart when all is well. */
const BLOCKS_APART = 2;

interface Look {
  readonly node: TezosNode;
  readonly state: NodeHealth["state"];
  readonly head: HeaderReply | undefined;
  readonly isFresh?: boolean;
}

/** The primary node and its fallback: which can be believed, and who answers when one cannot. */
export class Nodes {
  /** The chain that is believed; undefined until the first one is seen. */
  private chain: ChainId | undefined;
  /** The node whose head was last believed; it is asked first. */
  private current: TezosNode | undefined;
  /** Nodes seen on the believed chain since they last failed. */
  private readonly own = new Set<TezosNode>();

  constructor(private readonly options: NodesOptions) {}

  /** Believes this chain alone from now on, whichever was seen first. */
  believe(chain: ChainId): void {
    if (chain === this.chain) return;
    this.chain = chain;
    this.current = undefined;
    this.own.clear();
  }

  /**
   * The head of the primary; if that is not fresh, or there is none, the newest of the nodes that do not lag, or of
   * those that do. Throws `ChainUnavailable`.
   */
  async head(): Promise<HeaderReply> {
    const looks: Look[] = [];
    for (const node of this.options.nodes) {
      const look = await this.look(node);
      looks.push(look);
      if (look.isFresh) break;
    }
    const inState = (wanted: Look["state"]) => looks.filter(({ state }) => state === wanted);
    const best = newest(inState("good")) ?? newest(inState("lags"));
    if (best?.head === undefined) {
      throw new ChainUnavailable(looks.map(describe).join("; "));
    }
    this.current = best.node;
    return best.head;
  }

  /** What each node shows now. */
  async health(): Promise<readonly NodeHealth[]> {
    const looks = await Promise.all(this.options.nodes.map((node) => this.look(node)));
    const best = newest(looks.filter(({ state }) => state === "good"))?.head?.level ?? 0;
    return looks.map(({ node, state, head }) => ({
      node: node.name,
      state: state === "good" && (head?.level ?? 0) < best - BLOCKS_APART ? "lags" : state,
      level: head?.level,
      chainId: head?.chain_id,
    }));
  }

  /** The first answer. Throws `NotThere` only if each node of this chain says so, else `ChainUnavailable`. */
  async ask<T>(question: (node: TezosNode) => Promise<T>): Promise<T> {
    const failures: ChainUnavailable[] = [];
    for (const node of this.ordered()) {
      try {
        return await this.askOne(node, question);
      } catch (error) {
        if (!(error instanceof ChainUnavailable)) throw error;
        failures.push(error);
      }
    }
    throw together(failures);
  }

  /** The answers of all nodes of this chain that give one. Throws `ChainUnavailable` if none does. */
  async askAll<T>(question: (node: TezosNode) => Promise<T>): Promise<readonly T[]> {
    const outcomes = await Promise.allSettled(this.ordered().map((node) => this.askOne(node, question)));
    const answers: T[] = [];
    const failures: ChainUnavailable[] = [];
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") answers.push(outcome.value);
      else if (outcome.reason instanceof ChainUnavailable) failures.push(outcome.reason);
      else throw outcome.reason;
    }
    if (answers.length === 0) throw together(failures);
    return answers;
  }

  /** The node whose head was last believed; undefined if none is configured. */
  get believed(): TezosNode | undefined {
    return this.ordered()[0];
  }

  private ordered(): readonly TezosNode[] {
    const { nodes } = this.options;
    return this.current ? [this.current, ...nodes.filter((node) => node !== this.current)] : nodes;
  }

  private async askOne<T>(node: TezosNode, question: (node: TezosNode) => Promise<T>): Promise<T> {
    try {
      if (!this.own.has(node)) this.recognise(node, await node.get("/chains/main/chain_id", chainIdReply));
      return await question(node);
    } catch (error) {
      if (error instanceof ChainUnavailable && !(error instanceof NotThere)) this.own.delete(node);
      throw error;
    }
  }

  /** Throws `ForeignChain`. */
  private recognise(node: TezosNode, chain: ChainId): void {
    this.chain ??= chain;
    if (chain !== this.chain) throw new ForeignChain(`node ${node.name} is on chain ${chain}`);
    this.own.add(node);
  }

  private async look(node: TezosNode): Promise<Look> {
    try {
      const head = await node.get("/chains/main/blocks/head/header", header);
      if (this.chain !== undefined && head.chain_id !== this.chain) {
        this.own.delete(node);
        return { node, head, state: "foreign" };
      }
      this.recognise(node, head.chain_id);
      const age = this.options.clock.now().getTime() - head.timestamp.getTime();
      const isFresh = age <= FRESH_HEAD_MS;
      return { node, head, isFresh, state: age > this.options.oldestHeadMs ? "lags" : "good" };
    } catch (error) {
      if (!(error instanceof ChainUnavailable)) throw error;
      this.own.delete(node);
      return { node, head: undefined, state: "unreachable" };
    }
  }
}

const describe = ({ node, state, head }: Look): string =>
  state === "foreign" ? `node ${node.name} is on chain ${head?.chain_id}` : `node ${node.name}: ${state}`;

const newest = (looks: readonly Look[]): Look | undefined =>
  looks.toSorted((a, b) => (b.head?.level ?? 0) - (a.head?.level ?? 0))[0];

/** A foreign node has no say in whether something is there. */
const together = (failures: readonly ChainUnavailable[]): ChainUnavailable => {
  const own = failures.filter((failure) => !(failure instanceof ForeignChain));
  const message = failures.map((failure) => failure.message).join("; ") || "no node is configured";
  return own.length > 0 && own.every((failure) => failure instanceof NotThere)
    ? new NotThere(message)
    : new ChainUnavailable(message);
};
