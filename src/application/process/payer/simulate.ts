import {
  type BlockHash,
  type Counter,
  isContractAddress,
  type TzAddress,
} from "../../../domain/identifiers.js";
import { ZERO } from "../../../domain/money.js";
import {
  type Chain,
  type ChainConstants,
  type ContentSimulation,
  type Head,
  type NodeError,
} from "../../ports/chain.js";
import { type Transfer, transfersOperation, widestLimits } from "./batch.js";
import { faultOf } from "./errors.js";

/** What the node makes of transfers, before anything is signed. */
export type Examination =
  | { readonly verdict: "fine"; readonly contents: readonly ContentSimulation[] }
  /** The transfer at this index fails through its receiver's own fault. */
  | { readonly verdict: "receiver"; readonly index: number; readonly error: string }
  | { readonly verdict: "payer"; readonly error: string }
  /** Not now: a counter or branch that this node sees differently, or a full block; the next head may differ. */
  | { readonly verdict: "later"; readonly error: string }
  | { readonly verdict: "finding"; readonly error: string };

const ids = (errors: readonly NodeError[]): string => errors.map((error) => error.id).join(", ");

/** Judges the simulated contents of an operation. */
export const judge = (contents: readonly ContentSimulation[]): Examination => {
  if (contents.every((content) => content.status === "applied")) return { verdict: "fine", contents };
  const index = contents.findIndex((content) => content.errors.length > 0);
  const errors = contents[index]?.errors ?? [];
  const fault = faultOf(errors, contents.length === 1);
  if (fault === "receiver") return { verdict: "receiver", index, error: ids(errors) };
  return {
    verdict: fault === "payer" ? "payer" : "finding",
    error: ids(errors) || "failed without an error",
  };
};

/** Judges the refusal of an operation as a whole. */
export const judgeRefusal = (errors: readonly NodeError[]): Examination => {
  if (faultOf(errors, false) === "payer") return { verdict: "payer", error: ids(errors) };
  const passing = errors.length > 0 && errors.every((error) => error.kind !== "permanent");
  return { verdict: passing ? "later" : "finding", error: ids(errors) };
};

export interface SimulationContext {
  readonly chain: Chain;
  readonly source: TzAddress;
  readonly branch: BlockHash;
  /** The last counter consumed at the head. */
  readonly counter: Counter;
  readonly constants: ChainConstants;
  readonly head: Head;
}

const together = async (context: SimulationContext, transfers: readonly Transfer[]): Promise<Examination> => {
  const limits = transfers.map(() => widestLimits(transfers.length, context.constants));
  const fees = transfers.map(() => ZERO);
  const { source, branch, counter } = context;
  const simulation = await context.chain.simulate(
    transfersOperation(source, branch, counter, transfers, limits, fees),
    context.head,
  );
  return simulation.outcome === "results" ? judge(simulation.contents) : judgeRefusal(simulation.errors);
};

/** Finds the gas and storage of transfers: implicit receivers together, contracts one by one. */
export const examine = async (
  context: SimulationContext,
  transfers: readonly Transfer[],
): Promise<Examination> => {
  if (!transfers.some(({ recipient }) => isContractAddress(recipient))) return together(context, transfers);
  const contents: ContentSimulation[] = [];
  for (const [index, transfer] of transfers.entries()) {
    const alone = await together(context, [transfer]);
    if (alone.verdict === "receiver") return { ...alone, index };
    if (alone.verdict !== "fine") return alone;
    contents.push(...alone.contents);
  }
  return { verdict: "fine", contents };
};
