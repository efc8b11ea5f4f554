// Final operations read back from the chain, content by content.
import { asLevel, type ChainId } from "../../domain/identifiers.js";
import { BlockUnavailable, type Chain, type ContentReceipt } from "../ports/chain.js";
import { type OperationHistory, type PastContent } from "../ports/operations.js";
import { SourceUnavailable } from "../ports/reward-source.js";
import { type FinalOperation } from "./batch.js";
import { type Findings } from "./findings.js";

export interface ChainSources {
  readonly chain: Chain;
  /** Asked for blocks that no node keeps. */
  readonly history: OperationHistory;
}

/** A node or an indexer of another chain says nothing about this log. */
export class OtherChain extends Error {
  override readonly name = "OtherChain";
}

/** A content as chain or indexer show it; what an indexer does not tell is undefined. */
interface ReadContent {
  readonly kind: string;
  readonly counter: bigint;
  readonly fee: bigint | undefined;
  readonly destination: string | undefined;
  readonly amount: bigint | undefined;
  readonly status: string;
  readonly burn: bigint | undefined;
  readonly errors: string | undefined;
}

const asReceipt = ({ errors, destination, amount, ...rest }: ContentReceipt): ReadContent => ({
  ...rest,
  destination,
  amount,
  errors: errors.map(({ id }) => id).join(", "),
});

const asIndexed = ({ kind, counter, fee, target, amount, status }: PastContent): ReadContent => ({
  kind,
  counter,
  fee: fee ?? undefined,
  destination: target ?? undefined,
  amount: amount ?? undefined,
  status,
  burn: undefined,
  errors: undefined,
});

/** What the log says of each content: its signed bytes, and the result that it has written down. */
const asLogged = ({ contents, final }: FinalOperation): readonly ReadContent[] =>
  contents.map((content, i) => {
    const result = final.event.data.contents[i];
    const isTransfer = content.kind === "transaction";
    return {
      kind: content.kind,
      counter: content.counter,
      fee: content.fee,
      destination: isTransfer ? content.destination : undefined,
      amount: isTransfer ? content.amount : undefined,
      status: result?.status ?? "none",
      burn: result?.burn,
      errors: result?.errors.join(", "),
    };
  });

export class ChainReplay {
  /** Level that the indexer is known to have; below any before it is asked. */
  private indexed = -1;

  constructor(
    private readonly sources: ChainSources,
    private readonly chainId: ChainId,
    private readonly findings: Findings,
  ) {}

  /** Throws `OtherChain`, and what the chain throws. */
  async begin(): Promise<void> {
    this.assertChain((await this.sources.chain.head()).chainId, "the node");
  }

  /** Holds one final operation against its block; throws `ChainUnavailable` or `SourceUnavailable`. */
  async check(operation: FinalOperation): Promise<void> {
    this.findings.counts.readBack += 1;
    const { level } = operation.final.event.data;
    try {
      const block = await this.sources.chain.block(level, operation.payer);
      const { hash, block: recorded } = operation.final.event.data;
      this.findings.same("block of a final operation", block.hash, recorded, operation.final);
      const found = block.operations.find((included) => included.hash === hash);
      this.compare(operation, found?.contents.map(asReceipt));
    } catch (error) {
      if (!(error instanceof BlockUnavailable)) throw error;
      this.compare(operation, await this.fromIndexer(operation));
    }
  }

  private async fromIndexer({ final, payer }: FinalOperation): Promise<readonly ReadContent[] | undefined> {
    const { history } = this.sources;
    const { level, hash } = final.event.data;
    if (this.indexed < level) {
      const head = await history.head();
      this.assertChain(head.chainId, "TzKT");
      this.indexed = head.level;
    }
    if (this.indexed < level)
      throw new SourceUnavailable(`TzKT is at block ${this.indexed}, before ${level}`);
    const contents = await history.contentsOf(payer, asLevel(level - 1), level);
    const found = contents.filter((content) => content.hash === hash).map(asIndexed);
    return found.length > 0 ? found : undefined;
  }

  private compare(operation: FinalOperation, found: readonly ReadContent[] | undefined): void {
    const { findings } = this;
    const { final, delegators } = operation;
    const { hash, level } = final.event.data;
    if (found === undefined)
      return findings.differ("final operation", `${hash} in block ${level}`, null, final);
    const logged = asLogged(operation);
    if (!findings.same("contents on chain", found.length, logged.length, final)) return;
    found.forEach((content, i) => {
      const known = Object.entries(content).filter(([, value]) => value !== undefined);
      const said = logged[i];
      if (said)
        findings.sameFields(
          "content on chain",
          Object.fromEntries(known),
          { ...said },
          final,
          delegators[i] ?? null,
        );
    });
  }

  private assertChain(found: ChainId, whose: string): void {
    if (found !== this.chainId)
      throw new OtherChain(`${whose} shows another chain (${found}) than the log's (${this.chainId})`);
  }
}
