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
  asCounter,
  asLevel,
  type BlockHash,
  type Cycle,
  type Level,
  type ProtocolHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import { ZERO } from "../../domain/money.js";
import { readConstants, readFeeRates } from "./constants.js";
import { contentToJson } from "./content-json.js";
import { NodeRefusal, NotThere } from "./node.js";
import { type Nodes } from "./nodes.js";
import * as replies from "./replies.js";

/** A signature of zeros: simulations do not check it. */
const ZERO_SIGNATURE =
  "edsigtXomBKi5CTRf5cjATJWSyaRvhfYNHqSUGrn4SdbYRcGwQrUGjzEfQDTuqHhuA8b2d8NarZjz8TRf65WkpQmo423BtomS8Q";
const POLL_MS = 500;
const REMEMBERED = 64;

const blockPath = (id: BlockHash | Level): string => `/chains/main/blocks/${id}`;

/** The chain over the nodes' RPC. */
export class TezosChain implements Chain {
  private readonly metadataOf = new Map<string, replies.MetadataReply>();
  private readonly constantsOf = new Map<ProtocolHash, ChainConstants>();

  constructor(
    private readonly nodes: Nodes,
    private readonly clock: Clock,
  ) {}

  async head(): Promise<Head> {
    const { hash, level, predecessor, chain_id: chainId, protocol, timestamp } = await this.nodes.head();
    const { next_protocol: nextProtocol, level_info: info } = await this.metadata(hash);
    if (info === undefined) throw new ChainUnavailable("the node is still at its genesis block");
    return { hash, level, predecessor, chainId, protocol, nextProtocol, cycle: info.cycle, timestamp };
  }

  async block(id: BlockHash | Level, source: TzAddress): Promise<Block> {
    const { hash, level, predecessor, protocol } = replies.header.parse(
      await this.get(`${blockPath(id)}/header`, id),
    );
    const [{ max_operations_ttl: maxOperationsTtl }, operations] = await Promise.all([
      this.metadata(hash),
      this.get(`${blockPath(hash)}/operations/3`, hash).then((reply) => replies.operations.parse(reply)),
    ]);
    const own = operations
      .filter(({ contents }) => contents[0]?.source === source)
      .map((operation) => ({ hash: operation.hash, contents: operation.contents.map(replies.toReceipt) }));
    return { hash, level, predecessor, protocol, maxOperationsTtl, operations: own };
  }

  async account(address: TzAddress, at: BlockHash): Promise<Account> {
    const path = `${blockPath(at)}/context/contracts/${address}`;
    const reply = await this.nodes
      .ask((node) => node.get(path))
      .catch(async (error: unknown) => {
        if (!(error instanceof NotThere)) throw error;
        await this.get(`${blockPath(at)}/header`, at);
        return undefined;
      });
    if (reply === undefined) return { balance: ZERO, counter: asCounter(0n), revealed: false };
    const { balance, counter, revealed } = replies.account.parse(reply);
    return {
      balance,
      counter: counter ?? asCounter(0n),
      revealed: revealed ?? (await this.get(`${path}/manager_key`, at)) !== null,
    };
  }

  async mempool(source: TzAddress): Promise<readonly PendingOperation[]> {
    const path = "/chains/main/mempool/pending_operations?validation_pass=3";
    const reply = replies.mempool.parse(await this.nodes.ask((node) => node.get(path)));
    const of = (list: (typeof reply)["validated"], state: PendingOperation["state"]) =>
      list.filter(({ contents }) => contents[0]?.source === source).map(({ hash }) => ({ hash, state }));
    return [
      ...of(reply.validated, "validated"),
      ...of(reply.branch_delayed, "branch-delayed"),
      ...of(reply.branch_refused, "branch-refused"),
      ...of(reply.refused, "refused"),
      ...of(reply.outdated, "outdated"),
    ];
  }

  async constants(at: BlockHash): Promise<ChainConstants> {
    const { protocol } = await this.metadata(at);
    const known = this.constantsOf.get(protocol);
    if (known) return known;
    const read = readConstants(await this.get(`${blockPath(at)}/context/constants`, at), protocol);
    this.constantsOf.set(protocol, read);
    return read;
  }

  async feeRates(): Promise<FeeRates> {
    return readFeeRates(
      await this.nodes.ask((node) => node.get("/chains/main/mempool/filter?include_default=true")),
    );
  }

  async cycleLevels(cycle: Cycle): Promise<{ first: Level; last: Level }> {
    const head = await this.nodes.head();
    const { level_info: info } = await this.metadata(head.hash);
    if (info === undefined) throw new ChainUnavailable("the node is still at its genesis block");
    const { blocksPerCycle } = await this.constants(head.hash);
    const first = head.level - info.cycle_position - (info.cycle - cycle) * blocksPerCycle;
    return { first: asLevel(first), last: asLevel(first + blocksPerCycle - 1) };
  }

  async simulate({ branch, contents }: UnsignedOperation): Promise<Simulation> {
    const { hash, chain_id } = await this.nodes.head();
    const operation = { branch, contents: contents.map(contentToJson), signature: ZERO_SIGNATURE };
    try {
      const path = `${blockPath(hash)}/helpers/scripts/simulate_operation`;
      const reply = replies.simulated.parse(
        await this.nodes.ask((node) => node.post(path, { operation, chain_id })),
      );
      return { outcome: "results", contents: reply.contents.map(replies.toSimulation) };
    } catch (error) {
      if (error instanceof NodeRefusal) return { outcome: "refused", errors: error.errors };
      throw error;
    }
  }

  async waitForHead(after: BlockHash, options: { timeoutMs: number; signal: AbortSignal }): Promise<void> {
    const until = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
    const [node] = this.nodes.ordered();
    try {
      for await (const head of node?.heads(until) ?? []) {
        if (replies.header.pick({ hash: true }).parse(head).hash !== after) return;
      }
    } catch {
      await this.clock.sleep(until.aborted ? 0 : POLL_MS, until);
    }
  }

  async inject(signed: string): Promise<Injection> {
    try {
      await this.nodes.ask((node) => node.post("/injection/operation?chain=main", signed));
      return { outcome: "accepted" };
    } catch (error) {
      if (error instanceof NodeRefusal) return { outcome: "refused", errors: error.errors };
      throw error;
    }
  }

  /** Metadata of a block never changes; its hash is the key. */
  private async metadata(hash: BlockHash): Promise<replies.MetadataReply> {
    const known = this.metadataOf.get(hash);
    if (known) return known;
    const read = replies.metadata.parse(await this.get(`${blockPath(hash)}/metadata`, hash));
    this.metadataOf.set(hash, read);
    const [oldest] = this.metadataOf.keys();
    if (this.metadataOf.size > REMEMBERED && oldest !== undefined) this.metadataOf.delete(oldest);
    return read;
  }

  /** Reads of a block; throws `BlockUnavailable` when no node has it. */
  private async get(path: string, block: BlockHash | Level): Promise<unknown> {
    try {
      return await this.nodes.ask((node) => node.get(path));
    } catch (error) {
      if (error instanceof NotThere) throw new BlockUnavailable(block);
      throw error;
    }
  }
}
