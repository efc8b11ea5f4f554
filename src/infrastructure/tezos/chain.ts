import { z } from "zod";
import {
  type Account,
  type Block,
  BlockUnavailable,
  type Chain,
  type ChainConstants,
  ChainUnavailable,
  type FeeRates,
  type Head,
  type Injection,
  type PendingOperation,
  type Simulation,
  type UnsignedOperation,
} from "../../application/ports/chain.js";
import { type Clock } from "../../application/ports/system.js";
import {
  type BlockHash,
  type Cycle,
  type Level,
  type OperationHash,
  type ProtocolHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import { ZERO } from "../../domain/money.js";
import { feeRatesReply, readConstants } from "./constants.js";
import { contentToJson } from "./content-json.js";
import { NodeRefusal, NotThere } from "./node-errors.js";
import { type Nodes } from "./nodes.js";
import { operationsOf, simulated, toSimulation } from "./receipts.js";
import { Remembered } from "./remembered.js";
import * as replies from "./replies.js";

/** A signature of zeros: simulations do not check it. */
const ZERO_SIGNATURE =
  "edsigtXomBKi5CTRf5cjATJWSyaRvhfYNHqSUGrn4SdbYRcGwQrUGjzEfQDTuqHhuA8b2d8NarZjz8TRf65WkpQmo423BtomS8Q";
const POLL_MS = 500;
const REMEMBERED = 64;

const blockPath = (id: BlockHash | Level): string => `/chains/main/blocks/${id}`;

/** The chain over the nodes' RPC. */
export class TezosChain implements Chain {
  private readonly headers = new Remembered<BlockHash, replies.HeaderReply>(REMEMBERED);
  private readonly metadataOf = new Remembered<BlockHash, replies.MetadataReply>(REMEMBERED);
  /** By address and block. */
  private readonly accounts = new Remembered<string, Account>(REMEMBERED);
  private readonly constantsOf = new Remembered<ProtocolHash, ChainConstants>(REMEMBERED);

  constructor(
    private readonly nodes: Nodes,
    private readonly clock: Clock,
  ) {}

  async head(): Promise<Head> {
    const header = await this.nodes.head();
    const { hash, level, predecessor, chain_id: chainId, protocol, timestamp } = header;
    this.headers.set(hash, header);
    const { next_protocol: nextProtocol, level_info: info } = await this.metadata(hash);
    if (info === undefined) throw new ChainUnavailable("the node is still at its genesis block");
    return { hash, level, predecessor, chainId, protocol, nextProtocol, cycle: info.cycle, timestamp };
  }

  async block(id: BlockHash | Level, source: TzAddress): Promise<Block> {
    const ask = () => this.read(id, "header", replies.header);
    const header = await (typeof id === "string" ? this.headers.get(id, ask) : ask());
    const { hash, level, predecessor, protocol } = header;
    const [{ max_operations_ttl: maxOperationsTtl }, operations] = await Promise.all([
      this.metadata(hash),
      this.read(hash, "operations/3", operationsOf(source)),
    ]);
    return { hash, level, predecessor, protocol, maxOperationsTtl, operations };
  }

  account(address: TzAddress, at: BlockHash): Promise<Account> {
    return this.accounts.get(`${address} ${at}`, () => this.readAccount(address, at));
  }

  /** Of all nodes together; an operation in several classes is shown in the most hopeful one. */
  async mempool(source: TzAddress): Promise<readonly PendingOperation[]> {
    const path = `/chains/main/mempool/pending_operations?version=2&validation_pass=3&sources=${source}`;
    const pools = await this.nodes.askAll(async (node) =>
      replies.toPending(await node.get(path, replies.mempool), source),
    );
    const found = new Map<OperationHash, PendingOperation>();
    for (const pending of pools.flat()) {
      if (pending.state === "validated" || !found.has(pending.hash)) found.set(pending.hash, pending);
    }
    return [...found.values()];
  }

  /** Remembered by protocol, which alone decides them; a block's context is already its successor's protocol's. */
  async constants(at: BlockHash): Promise<ChainConstants> {
    const { next_protocol: protocol } = await this.metadata(at);
    return this.constantsOf.get(protocol, async () =>
      readConstants(await this.read(at, "context/constants", z.unknown()), protocol),
    );
  }

  feeRates(): Promise<FeeRates> {
    const path = "/chains/main/mempool/filter?include_default=true";
    return this.nodes.ask((node) => node.get(path, feeRatesReply));
  }

  /** Asked of the node: the length of a cycle may change from one protocol to the next. */
  async cycleLevels(cycle: Cycle): Promise<{ readonly first: Level; readonly last: Level }> {
    const head = await this.head();
    const path = `helpers/levels_in_current_cycle?offset=${cycle - head.cycle}`;
    return this.read(head.hash, path, replies.cycleRange);
  }

  async simulate(
    { branch, contents }: UnsignedOperation,
    { hash, chainId }: Pick<Head, "hash" | "chainId">,
  ): Promise<Simulation> {
    const { originationSize } = await this.constants(hash);
    const operation = { branch, contents: contents.map(contentToJson), signature: ZERO_SIGNATURE };
    const path = `${blockPath(hash)}/helpers/scripts/simulate_operation`;
    return orRefused(async () => {
      const reply = await this.nodes.ask((node) =>
        node.post(path, { operation, chain_id: chainId }, simulated),
      );
      if (reply.contents.length !== contents.length)
        throw new ChainUnavailable("the node simulated another operation");
      const results = reply.contents.map((content) => toSimulation(content, originationSize));
      return { outcome: "results", contents: results };
    });
  }

  inject(signed: string): Promise<Injection> {
    return orRefused(async () => {
      await this.nodes.ask((node) => node.post("/injection/operation?chain=main", signed, z.string()));
      return { outcome: "accepted" };
    });
  }

  async waitForHead(
    after: BlockHash,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const found = new AbortController();
    const until = AbortSignal.any([options.signal, found.signal]);
    try {
      await Promise.race([this.clock.sleep(options.timeoutMs, until), this.seeAnother(after, until)]);
    } finally {
      found.abort();
    }
  }

  /**
   * Listens to the node whose head was believed, and looks by itself when that node does not stream. Another node
   * is not listened to: one that lags would always show another head.
   */
  private async seeAnother(after: BlockHash, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const heads = this.nodes.believed?.heads(replies.monitoredHead, until) ?? [];
      if (await showsAnother(heads, after)) return;
      if (!until.aborted && (await this.isElsewhere(after))) return;
      await this.clock.sleep(POLL_MS, until);
    }
  }

  /** Silent nodes show nothing new; whoever waits learns of their silence at the next look. */
  private isElsewhere(after: BlockHash): Promise<boolean> {
    return this.nodes.head().then(
      ({ hash }) => hash !== after,
      () => false,
    );
  }

  private async readAccount(address: TzAddress, at: BlockHash): Promise<Account> {
    const path = `context/contracts/${address}`;
    const account = await this.readIfThere(at, path, replies.account);
    // Every implicit account has a counter, one that is not allocated the chain's: none means not read.
    const counter = account?.counter ?? (await this.read(at, `${path}/counter`, replies.counterReply));
    if (account === undefined) return { balance: ZERO, counter, revealed: false };
    const { balance, revealed } = account;
    return {
      balance,
      counter,
      revealed: revealed ?? (await this.readIfThere(at, `${path}/manager_key`, replies.managerKey)) != null,
    };
  }

  private metadata(hash: BlockHash): Promise<replies.MetadataReply> {
    return this.metadataOf.get(hash, () => this.read(hash, "metadata", replies.metadata));
  }

  /** What belongs to a block; throws `BlockUnavailable` when no node has it. */
  private async read<T>(block: BlockHash | Level, path: string, schema: z.ZodType<T>): Promise<T> {
    try {
      return await this.nodes.ask((node) => node.get(`${blockPath(block)}/${path}`, schema));
    } catch (error) {
      if (error instanceof NotThere) throw new BlockUnavailable(block);
      throw error;
    }
  }

  /** Undefined if the block is there and the key is not. */
  private async readIfThere<T>(block: BlockHash, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return await this.read(block, path, schema);
    } catch (error) {
      if (!(error instanceof BlockUnavailable)) throw error;
      await this.read(block, "header", replies.header);
      return undefined;
    }
  }
}

/** False once the stream ends, for whatever reason: it only wakes. */
const showsAnother = async (
  heads: AsyncIterable<{ hash: BlockHash }> | readonly never[],
  after: BlockHash,
): Promise<boolean> => {
  try {
    for await (const { hash } of heads) if (hash !== after) return true;
  } catch {
    return false;
  }
  return false;
};

const orRefused = async <T>(
  act: () => Promise<T>,
): Promise<T | { outcome: "refused"; errors: NodeRefusal["errors"] }> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof NodeRefusal) return { outcome: "refused", errors: error.errors };
    throw error;
  }
};
