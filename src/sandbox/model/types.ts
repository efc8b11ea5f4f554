import { type Content, type ContentStatus } from "../../application/ports/chain.js";
import { type Json } from "../../domain/digest.js";
import {
  type Address,
  type BlockHash,
  type ContractAddress,
  type Level,
  type OperationHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";
import { type IncomeKind } from "../../domain/reward/policy-codec.js";
import { type Rules } from "./rules.js";

/** What a contract does with a transfer to its default entrypoint. */
export type Script =
  /** Takes it, using this much gas (thousandths of a unit, beside the transfer's own) and paid storage. */
  | { readonly kind: "accepts"; readonly milligas: bigint; readonly storageBytes: bigint }
  /** Fails with `FAILWITH`. */
  | { readonly kind: "refuses" }
  /** Uses all gas it is given. */
  | { readonly kind: "burns-gas" }
  /** Its default entrypoint takes another type than unit. */
  | { readonly kind: "bad-parameter" }
  | { readonly kind: "no-default-entrypoint" };

/** An account at one block. Immutable: changes make another one. */
export interface Account {
  readonly balance: bigint;
  /** Last counter consumed; contracts have none that matters. */
  readonly counter: bigint;
  readonly publicKey: string | undefined;
  readonly delegate: TzAddress | undefined;
  readonly script: Script | undefined;
}

/** A parsed, signed operation. Bytes and signature are the codec's business; the model only carries the latter. */
export interface Operation {
  readonly hash: OperationHash;
  readonly branch: BlockHash;
  readonly contents: readonly Content[];
  /** Size of the signed bytes, by which the mempool's least fee is counted. */
  readonly sizeBytes: number;
  readonly signature: string;
}

/** An error object of protocol or shell; the ids of `protocol` ones are given without the protocol's prefix. */
export interface ChainError {
  readonly layer: "protocol" | "shell";
  readonly kind: "permanent" | "temporary" | "branch";
  readonly id: string;
  readonly fields: Readonly<Record<string, Json>>;
}

/** Outcome of one content, in a block or simulated. */
export interface ContentResult {
  readonly status: ContentStatus;
  readonly milligas: bigint;
  readonly paidStorage: bigint;
  readonly allocated: boolean;
  readonly errors: readonly ChainError[];
}

export interface IncludedOperation {
  readonly operation: Operation;
  readonly results: readonly ContentResult[];
}

/** A change of accounts that no operation makes; it takes effect at the end of the next block. */
export type Intervention =
  | { readonly kind: "credit"; readonly address: Address; readonly amount: bigint }
  /** The account is gone, with all it had. */
  | { readonly kind: "empty"; readonly address: TzAddress }
  | {
      readonly kind: "originate";
      readonly address: ContractAddress;
      readonly balance: bigint;
      readonly script: Script;
    }
  /** A contract does something else from now on; it keeps its balance. */
  | { readonly kind: "script"; readonly address: ContractAddress; readonly script: Script };

/** What a block's hash covers. */
interface BlockHeader {
  readonly level: Level;
  readonly predecessor: BlockHash;
  /** As nodes write it: seconds, UTC, `Z`. */
  readonly timestamp: string;
  /** Higher for each block that takes another's place at its level. */
  readonly round: number;
  readonly operations: readonly OperationHash[];
}

export interface Block extends Omit<BlockHeader, "operations"> {
  readonly hash: BlockHash;
  readonly maxOperationsTtl: number;
  readonly operations: readonly IncludedOperation[];
  readonly interventions: readonly Intervention[];
}

/** A block as it is kept outside memory: what cannot be computed again. */
export interface SealedBlock {
  readonly hash: BlockHash;
  readonly timestamp: string;
  readonly round: number;
  readonly operations: readonly Operation[];
  readonly interventions: readonly Intervention[];
}

/** One step of the chain: the last `drop` blocks are left, `blocks` come after what remains. */
export interface ChainRecord {
  readonly drop: number;
  readonly blocks: readonly SealedBlock[];
}

/** A baker as TzKT's reward split shows it; amounts in mutez. Balances stay the same in every cycle. */
export interface BakerProfile {
  readonly address: TzAddress;
  readonly ownDelegated: Mutez;
  readonly ownStaked: Mutez;
  readonly delegators: readonly { readonly address: Address; readonly balance: Mutez }[];
  /** Delegated income of an average cycle; single cycles lie up to a tenth above or below. */
  readonly income: Readonly<Record<IncomeKind, Mutez>>;
}

/** All that a chain starts from. Its identity is that of this content. */
export interface Genesis {
  readonly name: string;
  readonly timestamp: string;
  readonly rules: Rules;
  /** Receives the fees of every block. */
  readonly baker: TzAddress;
  readonly accounts: readonly {
    readonly address: Address;
    readonly balance: bigint;
    /** Last counter that it consumed before this chain; default: none. */
    readonly counter?: bigint | undefined;
    readonly publicKey?: string | undefined;
    readonly delegate?: TzAddress | undefined;
    readonly script?: Script | undefined;
  }[];
  readonly bakers: readonly BakerProfile[];
}

/** The hashing that the model is given from outside. */
export interface Hashes {
  /** Hash of the block at level 0; the chain's identity derives from it. */
  genesis(genesis: Genesis): BlockHash;
  block(header: BlockHeader): BlockHash;
  /** Address of a public key; undefined if it is none. */
  publicKey(key: string): TzAddress | undefined;
}
