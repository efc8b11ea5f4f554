import { ChainUnavailable } from "../../application/ports/chain.js";
import { type Clock } from "../../application/ports/system.js";
import { type ChainId } from "../../domain/identifiers.js";
import { NodeRefusal, NotThere, type TezosNode } from "./node.js";
import { header, type HeaderReply } from "./replies.js";

export interface NodeHealth {
  readonly url: string;
  readonly state: "good" | "lags" | "foreign" | "unreachable";
  readonly level: number | undefined;
  readonly chainId: ChainId | undefined;
}

export interface NodesOptions {
  /** Primary first. */
  readonly nodes: readonly TezosNode[];
  readonly clock: Clock;
  /** The chain that is believed; undefined: the first one seen. */
  readonly chainId?: ChainId;
  /** A head older than this is a lagging node's. */
  readonly oldestHeadMs: number;
}

type Seen = NodeHealth & { readonly node: TezosNode; readonly head: HeaderReply | undefined };

const origin = (url: string): string => new URL(url).host;

/** The primary node and its fallback: which can be believed, and who answers when one cannot. */
export class Nodes {
  private chain: ChainId | undefined;
  /** The node whose head was last believed; reads by hash ask it first. */
  private current: TezosNode | undefined;

  constructor(private readonly options: NodesOptions) {
    this.chain = options.chainId;
  }

  /** The newest head of a node that can be believed. Throws `ChainUnavailable`. */
  async head(): Promise<HeaderReply> {
    const seen: Seen[] = [];
    for (const node of this.options.nodes) {
      const one = await this.look(node);
      seen.push(one);
      if (one.state === "good" && this.options.nodes.indexOf(node) === 0) break;
    }
    const [best] = seen.filter((one) => one.state === "good").sort((a, b) => (b.level ?? 0) - (a.level ?? 0));
    if (best?.head === undefined) {
      throw new ChainUnavailable(seen.map(({ url, state }) => `node ${origin(url)} ${state}`).join("; "));
    }
    this.chain ??= best.head.chain_id;
    this.current = best.node;
    return best.head;
  }

  health(): Promise<readonly NodeHealth[]> {
    return Promise.all(this.options.nodes.map((node) => this.look(node)));
  }

  /** Asks the node whose head was believed, then the others. Throws `NotThere` only if none is without an answer. */
  async ask<T>(question: (node: TezosNode) => Promise<T>): Promise<T> {
    const failures: Error[] = [];
    for (const node of this.ordered()) {
      try {
        return await question(node);
      } catch (error) {
        if (!(error instanceof ChainUnavailable || error instanceof NotThere)) throw error;
        failures.push(error);
      }
    }
    throw (
      failures.find((error) => error instanceof ChainUnavailable) ??
      failures[0] ??
      new ChainUnavailable("no node")
    );
  }

  /** The nodes in the order in which they are asked. */
  ordered(): readonly TezosNode[] {
    const { nodes } = this.options;
    return this.current ? [this.current, ...nodes.filter((node) => node !== this.current)] : nodes;
  }

  private async look(node: TezosNode): Promise<Seen> {
    try {
      const head = header.parse(await node.get("/chains/main/blocks/head/header"));
      const foreign = this.chain !== undefined && head.chain_id !== this.chain;
      const age = this.options.clock.now().getTime() - head.timestamp.getTime();
      const state = foreign ? "foreign" : age > this.options.oldestHeadMs ? "lags" : "good";
      return { url: node.url, node, head, state, level: head.level, chainId: head.chain_id };
    } catch (error) {
      if (!(error instanceof ChainUnavailable || error instanceof NotThere || error instanceof NodeRefusal))
        throw error;
      return {
        url: node.url,
        node,
        head: undefined,
        state: "unreachable",
        level: undefined,
        chainId: undefined,
      };
    }
  }
}
