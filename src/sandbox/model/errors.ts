import { type Json } from "../../domain/digest.js";
import { type BlockHash, type OperationHash } from "../../domain/identifiers.js";
import { type ChainError } from "./types.js";

type Kind = ChainError["kind"];
type Fields = Readonly<Record<string, Json>>;

const protocol = (kind: Kind, id: string, fields: Fields = {}): ChainError => ({
  layer: "protocol",
  kind,
  id,
  fields,
});
const shell = (kind: Kind, id: string, fields: Fields = {}): ChainError => ({
  layer: "shell",
  kind,
  id,
  fields,
});

// Validation of an operation as a whole.
export const inconsistentSources = protocol("permanent", "validate.operation.inconsistent_sources");
export const inconsistentCounters = protocol("permanent", "validate.operation.inconsistent_counters");
export const incorrectRevealPosition = protocol("permanent", "validate.operation.incorrect_reveal_position");
export const insufficientGasForManager = protocol(
  "permanent",
  "validate.operation.insufficient_gas_for_manager",
);
export const gasLimitTooHigh = protocol("permanent", "gas_limit_too_high");
export const storageLimitTooHigh = protocol("permanent", "storage_limit_too_high");
export const blockGasExhausted = protocol("temporary", "gas_exhausted.block");
export const invalidSignature = protocol("permanent", "operation.invalid_signature");
export const counterInThePast = (contract: string, expected: bigint, found: bigint): ChainError =>
  protocol("branch", "contract.counter_in_the_past", {
    contract,
    expected: expected.toString(),
    found: found.toString(),
  });
export const counterInTheFuture = (contract: string, expected: bigint, found: bigint): ChainError =>
  protocol("temporary", "contract.counter_in_the_future", {
    contract,
    expected: expected.toString(),
    found: found.toString(),
  });
export const unrevealedKey = (contract: string): ChainError =>
  protocol("branch", "contract.unrevealed_key", { contract });
export const inconsistentHash = (key: string, hash: string): ChainError =>
  protocol("permanent", "contract.manager.inconsistent_hash", { public_key: key, hash });

// Application of one content.
export const operationGasExhausted = protocol("temporary", "gas_exhausted.operation");
export const storageExhausted = protocol("temporary", "storage_exhausted.operation");
export const cannotPayStorageFee = protocol("temporary", "contract.cannot_pay_storage_fee");
export const emptyImplicitContract = (implicit: string): ChainError =>
  protocol("branch", "implicit.empty_implicit_contract", { implicit });
export const emptyImplicitDelegatedContract = (implicit: string): ChainError =>
  protocol("branch", "implicit.empty_implicit_delegated_contract", { implicit });
/** Both errors of a trace: the node names the balance first, then the subtraction. */
export const balanceTooLow = (contract: string, balance: bigint, amount: bigint): readonly ChainError[] => [
  protocol("temporary", "contract.balance_too_low", {
    contract,
    balance: balance.toString(),
    amount: amount.toString(),
  }),
  protocol("temporary", "tez.subtraction_underflow", { amounts: [balance.toString(), amount.toString()] }),
];
export const emptyTransaction = (contract: string): ChainError =>
  protocol("branch", "contract.empty_transaction", { contract });
export const nonExistingContract = (contract: string): ChainError =>
  protocol("temporary", "contract.non_existing_contract", { contract });
export const previouslyRevealedKey = (contract: string): ChainError =>
  protocol("branch", "contract.previously_revealed_key", { contract });
export const unregisteredDelegate = (hash: string): ChainError =>
  protocol("permanent", "contract.manager.unregistered_delegate", { hash });
export const scriptRejected = (contract: string): readonly ChainError[] => [
  protocol("temporary", "michelson_v1.runtime_error", {
    contract_handle: contract,
    contract_code: "Deprecated",
  }),
  protocol("temporary", "michelson_v1.script_rejected", { location: 7, with: { string: "refused" } }),
];
export const badContractParameter = (contract: string): ChainError =>
  protocol("permanent", "michelson_v1.bad_contract_parameter", { contract });
export const noSuchEntrypoint = protocol("permanent", "michelson_v1.no_such_entrypoint", {
  entrypoint: "default",
});

// The mempool's own.
export const feesTooLow = protocol("permanent", "prefilter.fees_too_low");
export const oversizedOperation = (size: number, max: number): ChainError =>
  shell("permanent", "node.prevalidation.oversized_operation", { size, max_size: max });
export const fullMempool = shell("temporary", "node.mempool.rejected_by_full_mempool");
export const operationConflict = (hash: OperationHash, neededFee: bigint): ChainError =>
  shell("temporary", "prevalidation.operation_conflict", {
    new_hash: hash,
    needed_fee_in_mutez: neededFee.toString(),
  });
export const operationReplacement = (old: OperationHash, by: OperationHash): ChainError =>
  shell("temporary", "prevalidation.operation_replacement", { old_hash: old, new_hash: by });
export const failure = (msg: string): ChainError => shell("temporary", "failure", { msg });
/** The text by which a node refuses a branch that is not live: Octez `prevalidator_internal.ml`. */
export const branchNotLive = (operation: OperationHash, branch: BlockHash, live: number): ChainError =>
  failure(
    `Operation ${operation} is branched on either:\n` +
      ` - a block ${branch} which is too old (${live} blocks in the past)\n` +
      " - a predecessor block from an alternative branch which is now unknown",
  );
