// When an operation can never be in a block any more (PAYMENT section 7).
import { unreachable } from "../decision.js";
import { type LiveOperation, type Proof } from "./events.js";

/**
 * The highest level at which an operation can still be in a block: its branch must be among the last `ttl` + 1
 * blocks (Octez `store.ml`, live blocks). `ttl`: the protocol's now; the larger of the two counts.
 */
export const lastPossibleLevel = (
  operation: Pick<LiveOperation, "branchLevel" | "ttl">,
  ttl: number,
): number => operation.branchLevel + Math.max(operation.ttl, ttl) + 1;

/** Checks a proof against PAYMENT section 7. */
export const proves = (operation: LiveOperation, proof: Proof): boolean => {
  const lastPossible = lastPossibleLevel(operation, proof.ttl);
  switch (proof.rule) {
    case "expired":
      return proof.counter < operation.firstCounter && proof.finalLevel > lastPossible;
    case "superseded":
      return (
        proof.counter >= operation.firstCounter &&
        proof.fromLevel <= operation.finalLevel + 1 &&
        proof.toLevel >= Math.min(proof.finalLevel, lastPossible)
      );
    default:
      return unreachable(proof);
  }
};
