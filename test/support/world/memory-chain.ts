import { b58Encode, PrefixV2 } from "@taquito/utils";
import {
  type Account,
  type Block,
  BlockUnavailable,
  type Chain,
  type ChainConstants,
  type FeeRates,
  type Head,
  type Injection,
  type NodeError,
  type OperationCodec,
  type PendingOperation,
  type Signer,
  type Simulation,
  type UnsignedOperation,
} from "../../../src/application/ports/chain.js";
import { sha256 } from "../../../src/domain/digest.js";
import {
  asCounter,
  type BlockHash,
  type ChainId,
  type Cycle,
  type Level,
  operationHash,
  type OperationHash,
  type TzAddress,
} from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import { type ChainModel } from "../../../src/sandbox/chain-model.js";
import { chainIdOf } from "../../../src/sandbox/hashes.js";
import {
  type Block as ModelBlock,
  type ChainError,
  type Operation,
} from "../../../src/sandbox/model/types.js";

export const SIGNATURE_DIGITS = 128;

const replacer = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);
const reviver = (_: string, value: unknown): unknown =>
  typeof value === "string" && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;

/** Operations as hexadecimal JSON: no cryptography, the same contract. */
export class PlainCodec implements OperationCodec {
  async forge(operation: UnsignedOperation): Promise<string> {
    return Buffer.from(JSON.stringify(operation, replacer)).toString("hex");
  }

  async parse(forged: string): Promise<UnsignedOperation> {
    const parsed = JSON.parse(Buffer.from(forged, "hex").toString("utf8"), reviver) as UnsignedOperation;
    const contents = parsed.contents.map((content) =>
      content.kind === "delegation" ? { ...content, delegate: content.delegate } : content,
    );
    return { ...parsed, contents };
  }

  hash(signed: string): OperationHash {
    return operationHash.parse(b58Encode(sha256(signed), PrefixV2.OperationHash));
  }
}

/** Signs anything for one account, and never twice alike: a signer may answer a retry with another signature. */
export class PlainSigner implements Signer {
  private signed = 0;

  constructor(private readonly account: TzAddress) {}

  async address(): Promise<TzAddress> {
    return this.account;
  }

  async publicKey(): Promise<string> {
    return `edpk of ${this.account}`;
  }

  async sign(forged: string): Promise<string> {
    this.signed += 1;
    return forged + this.signed.toString(16).padStart(SIGNATURE_DIGITS, "0");
  }
}

const toNodeError = ({ id, kind, fields }: ChainError): NodeError => ({
  id,
  kind,
  detail: JSON.stringify(fields),
});

/** The chain port over the sandbox's model, in the same process and at once. */
export class MemoryChain implements Chain {
  private readonly codec = new PlainCodec();
  readonly chainId: ChainId;

  constructor(
    readonly model: ChainModel,
    private readonly onInject: (hash: OperationHash) => void = () => undefined,
    /** What is in force in the block of a level. */
    private readonly constantsAt: (level: number) => ChainConstants = () => model.genesis.rules.constants,
  ) {
    this.chainId = chainIdOf(model.genesis);
  }

  async head(): Promise<Head> {
    return this.asHead(this.model.head);
  }

  /** A block as a node shows it whose head it is. */
  asHead({ hash, level, predecessor, timestamp }: ModelBlock): Head {
    const cycle = this.model.cycleOf(level);
    return {
      hash,
      level,
      predecessor,
      chainId: this.chainId,
      protocol: this.constantsAt(level).protocol,
      nextProtocol: this.constantsAt(level + 1).protocol,
      cycle,
      timestamp: new Date(timestamp),
    };
  }

  async block(id: BlockHash | Level, source: TzAddress): Promise<Block> {
    const block = this.model.block(id);
    if (block === undefined) throw new BlockUnavailable(id);
    const { constants } = this.model.genesis.rules;
    const { hash, level, predecessor, maxOperationsTtl } = block;
    const operations = block.operations
      .filter(({ operation }) => operation.contents[0]?.source === source)
      .map(({ operation, results }) => ({
        hash: operation.hash,
        contents: operation.contents.map((content, i) => {
          const result = results[i];
          if (result === undefined) throw new Error("a block with fewer results than contents");
          const burnt =
            result.status === "applied"
              ? result.paidStorage + (result.allocated ? constants.originationSize : 0n)
              : 0n;
          const transfer =
            content.kind === "transaction"
              ? { destination: content.destination, amount: content.amount }
              : {};
          return {
            kind: content.kind,
            counter: content.counter,
            fee: content.fee,
            ...transfer,
            status: result.status,
            burn: mutez(burnt * constants.costPerByte),
            errors: result.errors.map(toNodeError),
          };
        }),
      }));
    const { protocol } = this.constantsAt(level);
    return { hash, level, predecessor, protocol, maxOperationsTtl, operations };
  }

  async account(address: TzAddress, at: BlockHash): Promise<Account> {
    const account = this.model.account(address, at);
    return {
      balance: mutez(account?.balance ?? 0n),
      counter: asCounter(account?.counter ?? 0n),
      revealed: account?.publicKey !== undefined,
    };
  }

  async mempool(source: TzAddress): Promise<readonly PendingOperation[]> {
    return this.model
      .mempool()
      .filter(({ operation }) => operation.contents[0]?.source === source)
      .map(({ operation, state }) => ({ hash: operation.hash, state }));
  }

  /** A block's context is its successor's protocol's. */
  async constants(at: BlockHash): Promise<ChainConstants> {
    const block = this.model.block(at);
    if (block === undefined) throw new BlockUnavailable(at);
    return this.constantsAt(block.level + 1);
  }

  async feeRates(): Promise<FeeRates> {
    return this.model.genesis.rules.fees;
  }

  async cycleLevels(cycle: Cycle): Promise<{ first: Level; last: Level }> {
    return this.model.cycleLevels(cycle);
  }

  async simulate(operation: UnsignedOperation, at: Pick<Head, "hash">): Promise<Simulation> {
    const simulated = this.model.simulate(operation.contents, at.hash);
    if (simulated.outcome === "refused")
      return { outcome: "refused", errors: simulated.errors.map(toNodeError) };
    return {
      outcome: "results",
      contents: simulated.contents.map((content) => ({
        ...content,
        errors: content.errors.map(toNodeError),
      })),
    };
  }

  async waitForHead(): Promise<void> {}

  async inject(signed: string): Promise<Injection> {
    const hash = this.codec.hash(signed);
    this.onInject(hash);
    const outcome = this.model.inject(await this.decode(signed));
    return outcome.accepted
      ? { outcome: "accepted" }
      : { outcome: "refused", errors: outcome.errors.map(toNodeError) };
  }

  private async decode(signed: string): Promise<Operation> {
    const forged = signed.slice(0, -SIGNATURE_DIGITS);
    const signature = signed.slice(-SIGNATURE_DIGITS);
    const { branch, contents } = await this.codec.parse(forged);
    const hash = this.codec.hash(signed);
    return { hash, branch, contents, sizeBytes: 96 + 60 * contents.length, signature };
  }
}
