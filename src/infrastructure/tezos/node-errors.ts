import { z } from "zod";
import { ChainUnavailable, type NodeError } from "../../application/ports/chain.js";

/** The node's own refusal of what was posted: HTTP 500 with a list of error objects. */
export class NodeRefusal extends Error {
  override readonly name = "NodeRefusal";
  constructor(readonly errors: readonly NodeError[]) {
    super(errors.map((error) => error.id).join(", "));
  }
}

/** A block, account or context key that a node does not have. */
export class NotThere extends ChainUnavailable {
  override readonly name = "NotThere";
}

/** The node follows another chain. */
export class ForeignChain extends ChainUnavailable {
  override readonly name = "ForeignChain";
}

const PROTOCOL_PREFIX = /^proto\.[^.]+\./;

type Cause = Pick<NodeError, "id" | "kind">;
/**
 * Causes that a node tells only in the text of a `failure` behind `async_injection_failed`. The texts are those of
 * Octez: `lib_shell/prevalidator.ml`, `lib_shell_services/validation_errors.ml` and the protocol's own printers.
 */
const TOLD: readonly (readonly [text: RegExp, cause: Cause])[] = [
  [/is branched on either:/, { id: "branch_not_live", kind: "temporary" }],
  [/Counter \S+ already used for contract/, { id: "contract.counter_in_the_past", kind: "branch" }],
  [/Counter \S+ not yet reached for contract/, { id: "contract.counter_in_the_future", kind: "temporary" }],
  [/Balance of contract \S+ too low/, { id: "contract.balance_too_low", kind: "temporary" }],
  [/contains a conflicting operation/, { id: "prevalidation.operation_conflict", kind: "temporary" }],
  [/because the mempool is full/, { id: "node.mempool.rejected_by_full_mempool", kind: "temporary" }],
  [/Operation fees are too low/, { id: "prefilter.fees_too_low", kind: "permanent" }],
  [/The operation signature is invalid/, { id: "operation.invalid_signature", kind: "permanent" }],
];

const errorObject = z.looseObject({
  id: z.string(),
  kind: z.enum(["permanent", "temporary", "branch"]).catch("temporary"),
  msg: z.string().optional().catch(undefined),
});
type ErrorObject = z.infer<typeof errorObject>;

/** Error objects of a receipt, each in TAPS's terms. */
export const nodeErrors = z
  .array(errorObject)
  .transform((list) => list.map((error): NodeError => named(error, error)));

const named = (error: ErrorObject, { id, kind }: Cause): NodeError => ({
  id: id.replace(PROTOCOL_PREFIX, ""),
  kind,
  detail: JSON.stringify(error),
});

/** A wrapper says nothing by itself; a `failure` says what its text tells, or nothing that is known. */
const causeOf = (error: ErrorObject): NodeError | undefined => {
  if (error.id === "async_injection_failed") return undefined;
  if (error.id !== "failure") return named(error, error);
  const told = TOLD.find(([text]) => text.test(error.msg ?? ""));
  return told && named(error, told[1]);
};

/** The causes in the body of a refusal; undefined if it names none that is known. */
export const refusalOf = (body: unknown): readonly NodeError[] | undefined => {
  const read = z.array(errorObject).safeParse(body);
  const causes = read.success ? read.data.map(causeOf).filter((cause) => cause !== undefined) : [];
  return causes.length > 0 ? causes : undefined;
};
