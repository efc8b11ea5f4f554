import * as Payment from "../../../domain/payment/payment.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import {
  type Acting,
  appendDecided,
  asTransfers,
  type Done,
  type Fault,
  handleFault,
  overFeeCeiling,
  simulationContext,
} from "./acting.js";
import { type Candidate, feesFor, limitsFor, sizeOf, transfersOperation } from "./batch.js";
import { type Prepared } from "./memory.js";
import { mostTransfers } from "./moving.js";
import { send } from "./send.js";
import { branchFor } from "./sign.js";
import { examine } from "./simulate.js";
import { type PaymentView } from "./view.js";

/** What each obligation of a batch is sent, as the batch fixed it. */
const batchCandidates = (state: Payment.State, batchId: string): readonly Candidate[] =>
  (state.batches.get(batchId)?.items ?? []).map(({ obligation, sent }) => {
    const recipient = state.obligations.get(obligation)?.recipient;
    if (recipient === undefined) throw new Error(`batch ${batchId} names an obligation that is not planned`);
    return { obligation, recipient, due: sent };
  });

/** As found when the batch was formed, or found again: after a restart, and under another protocol. */
const prepare = async (
  acting: Acting,
  state: Payment.State,
  batchId: string,
  candidates: readonly Candidate[],
): Promise<Prepared | Fault> => {
  const { constants, atHead } = acting.facts;
  const items = state.batches.get(batchId)?.items ?? [];
  const known = acting.memory.prepared.get(batchId);
  if (known?.protocol === constants.protocol && Payment.sameItems(known.items, items)) return known;
  const transfers = asTransfers(candidates);
  const examination = await examine(simulationContext(acting), transfers);
  if (examination.verdict !== "fine") return examination;
  const limits = candidates.map(({ recipient }, i) => {
    const content = examination.contents[i];
    if (content === undefined) throw new RangeError("a simulation with fewer contents than the operation");
    return limitsFor(recipient, content, constants);
  });
  return { items, limits, bytes: sizeOf(transfers, limits, atHead.counter), protocol: constants.protocol };
};

/** A batch that cannot be signed as it was fixed: one receiver's fault voids it, so that the others go on. */
const unsignable = (
  acting: Acting,
  { stream }: PaymentView,
  batchId: string,
  candidates: readonly Candidate[],
  fault: Fault,
): Promise<Done> => {
  acting.memory.prepared.delete(batchId);
  if (fault.verdict !== "receiver") return handleFault(acting, stream, candidates, fault);
  const obligation = candidates[fault.index]?.obligation ?? "";
  acting.memory.failed.set(batchId, { obligation, error: fault.error });
  const voided = Wallet.voidBatch({ batchId, reason: `${obligation}: ${fault.error}` })(
    acting.view.wallet.state,
  );
  return appendDecided(acting, { stream: "wallet" }, voided);
};

/** An upgrade of the protocol may have left less room than there was when the batch was formed. */
const isTooLarge = ({ limits, bytes }: Prepared, { constants }: Acting["facts"]): boolean =>
  limits.length > 1 &&
  (limits.reduce((total, { gasLimit }) => total + gasLimit, 0n) > constants.hardGasLimitPerBlock ||
    bytes > constants.maxOperationDataLength);

/** Voids a batch that no operation can carry any more; its obligations are formed into smaller ones. */
const formAnew = (acting: Acting, batchId: string): Promise<Done> => {
  acting.memory.prepared.delete(batchId);
  const reason = "larger than the protocol's limits";
  return appendDecided(
    acting,
    { stream: "wallet" },
    Wallet.voidBatch({ batchId, reason })(acting.view.wallet.state),
  );
};

/** Signs a formed batch and sends it. */
export const signBatch = async (acting: Acting, paying: PaymentView, batchId: string): Promise<Done> => {
  const { ports, view, facts } = acting;
  const candidates = batchCandidates(paying.payment.state, batchId);
  if (candidates.length > Math.max(1, mostTransfers(acting))) return formAnew(acting, batchId);
  const prepared = await prepare(acting, paying.payment.state, batchId, candidates);
  if (!("verdict" in prepared) && isTooLarge(prepared, facts)) return formAnew(acting, batchId);
  if ("verdict" in prepared) return unsignable(acting, paying, batchId, candidates, prepared);
  const { limits, bytes } = prepared;
  const branch = await branchFor(ports, facts, view.payer);
  const fees = feesFor(bytes, limits, facts.feeRates, Wallet.deathsOf(view.wallet.state, batchId));
  const over = overFeeCeiling(acting, batchId, fees);
  if (over) return over;
  const operation = transfersOperation(
    view.payer,
    branch.hash,
    facts.atHead.counter,
    asTransfers(candidates),
    limits,
    fees,
  );
  const fault = await send(acting, {
    operation,
    branchLevel: branch.level,
    purpose: "batch",
    batchId,
    payment: paying.stream,
  });
  if (fault) return unsignable(acting, paying, batchId, candidates, fault);
  acting.memory.prepared.delete(batchId);
  return undefined;
};
