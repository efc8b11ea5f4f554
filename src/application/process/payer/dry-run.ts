import { type Address, isContractAddress, type TzAddress } from "../../../domain/identifiers.js";
import { mutez, sumOf } from "../../../domain/money.js";
import { type Obligation } from "../../../domain/payment/events.js";
import * as Payment from "../../../domain/payment/payment.js";
import { type Acting, appendDecided, asTransfers, type Done, simulationContext } from "./acting.js";
import { type Candidate, feesFor, limitsFor, sizeOf } from "./batch.js";
import { CONTRACT_BATCH, mostTransfers } from "./moving.js";
import { computePlan } from "./payout.js";
import { examine } from "./simulate.js";
import { type PayoutView } from "./view.js";

interface Summary {
  batches: number;
  fees: bigint;
  burns: bigint;
  readonly failing: { delegator: Address; error: string }[];
}

const asCandidate = ({ id, recipient, due }: Obligation): Candidate => ({ obligation: id, recipient, due });

/** Simulates one batch, leaving out the receivers that fail, and adds its costs to the summary. */
const simulateBatch = async (
  acting: Acting,
  rows: readonly Obligation[],
  summary: Summary,
): Promise<Done> => {
  let rest = rows;
  while (rest.length > 0) {
    const candidates = rest.map(asCandidate);
    const examination = await examine(simulationContext(acting), asTransfers(candidates));
    if (examination.verdict === "fine") {
      const { constants, feeRates } = acting.facts;
      const limits = examination.contents.map((content, i) => {
        const row = rest[i];
        if (row === undefined) throw new RangeError("a simulation with more contents than the operation");
        return limitsFor(row.recipient, content, constants);
      });
      const bytes = sizeOf(asTransfers(candidates), limits, acting.facts.atHead.counter);
      summary.batches += 1;
      summary.fees += feesFor(bytes, limits, feeRates, 0).reduce((total, fee) => total + fee, 0n);
      const allocated = BigInt(examination.contents.filter((content) => content.allocated).length);
      summary.burns += allocated * constants.originationSize * constants.costPerByte;
      return undefined;
    }
    if (examination.verdict !== "receiver") {
      if (examination.verdict === "later") return { reason: "node-lags" };
      const error = examination.error;
      summary.failing.push(...rest.map(({ delegator }) => ({ delegator, error })));
      return undefined;
    }
    const { index, error } = examination;
    const failing = rest[index];
    if (failing) summary.failing.push({ delegator: failing.delegator, error });
    rest = rest.filter((_, i) => i !== index);
  }
  return undefined;
};

const inBatches = (rows: readonly Obligation[], most: number): readonly (readonly Obligation[])[] =>
  Array.from({ length: Math.ceil(rows.length / most) }, (_, n) => rows.slice(n * most, (n + 1) * most));

/** What paying would do, with a zero signature: one summary, no plan, no take, no key. */
export const simulatePayout = async (acting: Acting, payout: PayoutView, payer: TzAddress): Promise<Done> => {
  const { allocation } = payout.reward.state;
  if (!allocation) return undefined;
  const { obligations } = computePlan(allocation, payer, acting.view.ledger.state.balances);
  const summary: Summary = { batches: 0, fees: 0n, burns: 0n, failing: [] };
  const toSend = obligations.filter((row) => !row.self);
  const batches = [
    ...inBatches(
      toSend.filter(({ recipient }) => !isContractAddress(recipient)),
      mostTransfers(acting),
    ),
    ...inBatches(
      toSend.filter(({ recipient }) => isContractAddress(recipient)),
      CONTRACT_BATCH,
    ),
  ];
  for (const batch of batches) {
    const stopped = await simulateBatch(acting, batch, summary);
    if (stopped) return stopped;
  }
  const simulated = Payment.recordSimulation({
    allocation: allocation.resultDigest,
    obligations: obligations.length,
    due: sumOf(obligations, (row) => row.due),
    batches: summary.batches,
    fees: mutez(summary.fees),
    burns: mutez(summary.burns),
    failing: summary.failing.slice(0, 500),
  })(payout.payment.state);
  return appendDecided(acting, { stream: "payment", payment: payout.stream }, simulated);
};
