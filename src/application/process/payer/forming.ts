import * as Payment from "../../../domain/payment/payment.js";
import { type ContentSimulation } from "../../ports/chain.js";
import {
  type Acting,
  appendDecided,
  asTransfers,
  type Done,
  handleFault,
  holdReceiver,
  lackFunds,
  overFeeCeiling,
  simulationContext,
} from "./acting.js";
import { type Candidate, composeItems, feesFor, fitting, limitsFor, sizeOf } from "./batch.js";
import { fundsNeeded } from "./moving.js";
import { examine } from "./simulate.js";
import { type PaymentView } from "./view.js";

const candidatesOf = (state: Payment.State, obligations: readonly string[]): readonly Candidate[] =>
  obligations.flatMap((id): Candidate[] => {
    const found = state.obligations.get(id);
    return found ? [{ obligation: id, recipient: found.recipient, due: found.due }] : [];
  });

interface Examined {
  readonly candidates: readonly Candidate[];
  readonly contents: readonly ContentSimulation[];
}

/** Cuts to what one operation can carry: half a block's gas, and the limit on an operation's bytes. */
const cutToFit = (acting: Acting, { candidates, contents }: Examined) => {
  const { constants } = acting.facts;
  for (let count = fitting(contents, constants); ; count = Math.floor(count / 2)) {
    const kept = { candidates: candidates.slice(0, count), contents: contents.slice(0, count) };
    const limits = kept.contents.map((content, i) => {
      const candidate = kept.candidates[i];
      if (candidate === undefined) throw new RangeError("a simulation with more contents than the operation");
      return limitsFor(candidate.recipient, content, constants);
    });
    const bytes = sizeOf(asTransfers(kept.candidates), limits, acting.facts.atHead.counter);
    if (bytes <= constants.maxOperationDataLength || count <= 1) return { ...kept, limits, bytes };
  }
};

/**
 * Simulates candidates and fixes what each is sent and charged, for every signing of the batch. A receiver
 * that refuses is held, one that its own fees would eat up is set aside; then the rest is chosen again.
 */
export const formBatch = async (
  acting: Acting,
  paying: PaymentView,
  chosen: readonly string[],
): Promise<Done> => {
  const state = paying.payment.state;
  const candidates = candidatesOf(state, chosen);
  const examination = await examine(simulationContext(acting), asTransfers(candidates));
  if (examination.verdict === "receiver") {
    return holdReceiver(acting, paying, candidates[examination.index]?.obligation ?? "", examination.error);
  }
  if (examination.verdict !== "fine") return handleFault(acting, paying.stream, candidates, examination);
  const { constants, feeRates, atHead } = acting.facts;
  const fit = cutToFit(acting, { candidates, contents: examination.contents });
  const fees = feesFor(fit.bytes, fit.limits, feeRates, 0);
  const over = overFeeCeiling(acting, paying.stream, fees);
  if (over) return over;
  if (state.batches.size === 0) {
    const needed = fundsNeeded(state, fees[0] ?? 0n, constants.originationSize * constants.costPerByte);
    if (atHead.balance < needed) return lackFunds(acting, paying.stream, needed);
  }
  const { items, tooSmall } = composeItems(state, fit.candidates, fit.contents, fees, constants);
  const to = { stream: "payment", payment: paying.stream } as const;
  if (tooSmall.length > 0)
    return appendDecided(acting, to, Payment.setAside({ obligations: tooSmall })(state));
  const batchId = `${paying.stream}/${state.batches.size + 1}`;
  const { limits, bytes } = fit;
  acting.memory.prepared.set(batchId, { items, limits, bytes, protocol: constants.protocol });
  return appendDecided(acting, to, Payment.formBatch({ batchId, items: [...items] })(state));
};
