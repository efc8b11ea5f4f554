import { type ChainConstants, type FeeRates } from "../../application/ports/chain.js";
import { protocolHash } from "../../domain/identifiers.js";
import { mutez } from "../../domain/money.js";

/** What a chain is made to obey; a genesis may change any of it. */
export interface Rules {
  readonly constants: ChainConstants;
  readonly fees: FeeRates;
  /** Blocks kept below the head; older ones are answered as by a node that has pruned them. */
  readonly historyBlocks: number;
}

/** Ushuaia (025) with mainnet's values: Octez `src/proto_025_PsUshuai/lib_parameters/default_parameters.ml`. */
const USHUAIA: ChainConstants = {
  protocol: protocolHash.parse("PsUshuai9QapM5TGj1JpuVGkdxz5GykdnEvS6Rh8SUVrARvZLCY"),
  blocksPerCycle: 14_400,
  minimalBlockDelaySeconds: 6,
  maxOperationsTimeToLive: 600,
  hardGasLimitPerOperation: 1_040_000n,
  hardGasLimitPerBlock: 1_040_000n,
  hardStorageLimitPerOperation: 60_000n,
  maxOperationDataLength: 32_768,
  costPerByte: mutez(250n),
  originationSize: 257n,
  limitOfDelegationOverBaking: 9,
};

export const DEFAULT_RULES: Rules = {
  constants: USHUAIA,
  fees: { minimalFee: mutez(100n), nanotezPerGasUnit: 100n, nanotezPerByte: 1000n },
  historyBlocks: 100_000,
};

/** Prefix of the ids of the protocol's own errors. */
export const ERROR_PREFIX = "proto.025-PsUshuai.";

/**
 * Gas of simple contents in thousandths of a unit: `first` includes the signature check, which is charged to an
 * operation's first content. Octez 25.1 `tezt/tests/expected/operation_size_and_gas.ml`; the transfer's share of
 * the signature check is taken for the other kinds too.
 */
export const MILLIGAS = {
  transaction: { first: 2_168_755n, other: 2_100_040n },
  reveal: { first: 168_913n, other: 100_198n },
  delegation: { first: 168_516n, other: 100_000n },
} as const;

/** Least gas limit of a manager content: Octez `michelson_v1_gas.ml`, `manager_operation`. */
export const MANAGER_GAS = 100n;

/** Bytes that a block holds in manager operations: `max_operation_list_length` of validation pass 3. */
export const MAX_PASS_BYTES = 524_288;

/** A mempool operation is replaced by one that pays this much more: Octez `replace_by_fee_factor`. */
export const REPLACE_BY_FEE = { numerator: 21n, denominator: 20n } as const;
