import { type PendingOperation } from "../../application/ports/chain.js";
import { type BlockHash, type OperationHash, type TzAddress } from "../../domain/identifiers.js";
import * as errors from "./errors.js";
import { MAX_PASS_BYTES, REPLACE_BY_FEE, type Rules } from "./rules.js";
import { type ChainError, type Operation } from "./types.js";
import { total } from "./validation.js";

/** The node's classes of operations that are in no block. */
export type MempoolClass = PendingOperation["state"];

export interface MempoolEntry {
  readonly operation: Operation;
  readonly state: MempoolClass;
  readonly errors: readonly ChainError[];
}

/** What the mempool asks of the chain at its head. */
export interface Gate {
  validate(operation: Operation): readonly ChainError[];
  isLive(branch: BlockHash): boolean;
  isIncluded(hash: OperationHash): boolean;
}

export type InjectOutcome =
  { readonly accepted: true } | { readonly accepted: false; readonly errors: readonly ChainError[] };

const CLASS_OF = { permanent: "refused", temporary: "branch-delayed", branch: "branch-refused" } as const;

const feeOf = (operation: Operation): bigint => total(operation.contents, (content) => content.fee);
const gasOf = (operation: Operation): bigint => total(operation.contents, (content) => content.gasLimit);
const sourceOf = (operation: Operation): TzAddress | undefined => operation.contents[0]?.source;

/** Operations waiting for a block: Octez's prevalidator, without the network. */
export class Mempool {
  private entries = new Map<OperationHash, MempoolEntry>();
  private readonly bySource = new Map<TzAddress, Operation>();

  constructor(
    private readonly gate: Gate,
    private readonly rules: Rules,
  ) {}

  list(): readonly MempoolEntry[] {
    return [...this.entries.values()];
  }

  has(hash: OperationHash): boolean {
    return this.entries.has(hash);
  }

  /** Takes a valid operation in; a refused one leaves no trace (`prevalidator_internal.ml`, on_inject). */
  inject(operation: Operation): InjectOutcome {
    const unfit = this.judge(operation);
    if (unfit.length > 0) return { accepted: false, errors: unfit };
    this.admit(operation);
    return { accepted: true };
  }

  /** Forgets an operation, as if no node had ever kept it. */
  drop(hash: OperationHash): void {
    const source = this.entries.get(hash)?.operation.contents[0]?.source;
    if (source !== undefined && this.bySource.get(source)?.hash === hash) this.bySource.delete(source);
    this.entries.delete(hash);
  }

  /**
   * Sorts everything again after the head has moved. `returned`, given when the branch has changed, were in
   * blocks that were left; only then do branch-refused operations get another chance, refused ones never.
   */
  flush(returned?: readonly Operation[]): void {
    const before = [...this.entries.values()];
    this.entries = new Map();
    this.bySource.clear();
    const of = (state: MempoolClass) => before.filter((entry) => entry.state === state);
    const refusedByBranch = of("branch-refused");
    const kept = returned === undefined ? [...of("refused"), ...refusedByBranch] : of("refused");
    const retried = returned === undefined ? [] : refusedByBranch;
    for (const entry of kept) if (this.gate.isLive(entry.operation.branch)) this.keep(entry);
    const again = [...of("validated"), ...of("branch-delayed"), ...retried].map((entry) => entry.operation);
    for (const operation of [...(returned ?? []), ...again]) this.sort(operation);
  }

  /** Validated operations that fit into one block, best fee per gas first. */
  selection(include: (operation: Operation) => boolean): readonly Operation[] {
    const chosen: Operation[] = [];
    let gas = this.rules.constants.hardGasLimitPerBlock;
    let bytes = MAX_PASS_BYTES;
    for (const { operation } of this.byPriority()) {
      if (!include(operation) || gasOf(operation) > gas || operation.sizeBytes > bytes) continue;
      gas -= gasOf(operation);
      bytes -= operation.sizeBytes;
      chosen.push(operation);
    }
    return chosen;
  }

  private byPriority(): MempoolEntry[] {
    return this.list()
      .filter((entry) => entry.state === "validated")
      .sort((a, b) => {
        const left = feeOf(a.operation) * gasOf(b.operation);
        const right = feeOf(b.operation) * gasOf(a.operation);
        return left > right ? -1 : left < right ? 1 : 0;
      });
  }

  private sort(operation: Operation): void {
    if (this.has(operation.hash) || this.gate.isIncluded(operation.hash)) return;
    if (!this.gate.isLive(operation.branch)) return;
    const unfit = this.judge(operation);
    const [cause] = unfit;
    if (cause === undefined) this.admit(operation);
    else this.keep({ operation, state: CLASS_OF[cause.kind], errors: unfit });
  }

  private keep(entry: MempoolEntry): void {
    this.entries.set(entry.operation.hash, entry);
  }

  /** Why an operation cannot become a validated one now. */
  private judge(operation: Operation): readonly ChainError[] {
    const max = this.rules.constants.maxOperationDataLength;
    if (operation.sizeBytes > max) return [errors.oversizedOperation(operation.sizeBytes, max)];
    if (feeOf(operation) * 1000n < this.leastNanotez(operation)) return [errors.feesTooLow];
    const invalid = this.gate.validate(operation);
    if (invalid.length > 0) return invalid;
    const rival = this.rival(operation);
    if (rival === undefined) return [];
    const needed = neededFee(rival, operation);
    return feeOf(operation) >= needed ? [] : [errors.operationConflict(operation.hash, needed)];
  }

  /** Makes an operation a validated one; one of the same manager, paying less, steps back. */
  private admit(operation: Operation): void {
    const rival = this.rival(operation);
    if (rival !== undefined) {
      const replaced = errors.operationReplacement(rival.hash, operation.hash);
      this.keep({ operation: rival, state: "branch-delayed", errors: [replaced] });
    }
    this.keep({ operation, state: "validated", errors: [] });
    const source = sourceOf(operation);
    if (source !== undefined) this.bySource.set(source, operation);
  }

  private rival(operation: Operation): Operation | undefined {
    const source = sourceOf(operation);
    return source === undefined ? undefined : this.bySource.get(source);
  }

  /** Least fee in nanotez: Octez `lib_plugin/mempool.ml`. */
  private leastNanotez(operation: Operation): bigint {
    const { minimalFee, nanotezPerGasUnit, nanotezPerByte } = this.rules.fees;
    const perGas = nanotezPerGasUnit * gasOf(operation);
    return minimalFee * 1000n + perGas + nanotezPerByte * BigInt(operation.sizeBytes);
  }
}

/** The fee that replaces another operation of the same manager: more in sum and more per gas, by the factor. */
const neededFee = (old: Operation, next: Operation): bigint => {
  const { numerator, denominator } = REPLACE_BY_FEE;
  const ceil = (value: bigint, divisor: bigint) => (value + divisor - 1n) / divisor;
  const bySum = ceil(feeOf(old) * numerator, denominator);
  const byGas = ceil(feeOf(old) * numerator * gasOf(next), denominator * gasOf(old));
  return bySum > byGas ? bySum : byGas;
};
