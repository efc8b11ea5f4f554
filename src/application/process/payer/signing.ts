import { asCounter } from "../../../domain/identifiers.js";
import { mutez } from "../../../domain/money.js";
import * as Payment from "../../../domain/payment/payment.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { type UnsignedOperation } from "../../ports/chain.js";
import {
  type Acting,
  appendDecided,
  asTransfers,
  type Done,
  type Fault,
  find,
  handleFault,
  simulationContext,
} from "./acting.js";
import { type Candidate, feesFor, limitsFor, sizeOf, transfersOperation } from "./batch.js";
import { type Prepared } from "./memory.js";
import {
  branchFor,
  ForgedOtherwise,
  forgeExactly,
  injectFromLog,
  type Intent,
  signAndAppend,
} from "./sign.js";
import { examine, judge, judgeRefusal } from "./simulate.js";
import { type PayoutView } from "./view.js";

/** What each obligation of a batch is sent, as the batch fixed it. */
const batchCandidates = (state: Payment.State, batchId: string): readonly Candidate[] =>
  (state.batches.get(batchId)?.items ?? []).map(({ obligation, sent }) => {
    const recipient = state.obligations.get(obligation)?.recipient;
    if (recipient === undefined) throw new Error(`batch ${batchId} names an obligation that is not planned`);
    return { obligation, recipient, due: sent };
  });

/** As found when the batch was formed, or found again. */
const prepare = async (
  acting: Acting,
  batchId: string,
  candidates: readonly Candidate[],
): Promise<Prepared | Fault> => {
  const known = acting.memory.prepared.get(batchId);
  if (known) return known;
  const transfers = asTransfers(candidates);
  const examination = await examine(simulationContext(acting), transfers);
  if (examination.verdict !== "fine") return examination;
  const limits = candidates.map(({ recipient }, i) => {
    const content = examination.contents[i];
    if (content === undefined) throw new RangeError("a simulation with fewer contents than the operation");
    return limitsFor(recipient, content, acting.facts.constants);
  });
  return { limits, bytes: sizeOf(transfers, limits, acting.facts.atHead.counter) };
};

/** A batch that cannot be signed as it was fixed: one receiver's fault voids it, so that the others go on. */
const unsignable = (
  acting: Acting,
  batchId: string,
  candidates: readonly Candidate[],
  fault: Fault,
): Promise<Done> => {
  acting.memory.prepared.delete(batchId);
  if (fault.verdict !== "receiver") return handleFault(acting, candidates, fault);
  const obligation = candidates[fault.index]?.obligation ?? "";
  const voided = Wallet.voidBatch({ batchId, reason: `${obligation}: ${fault.error}` })(
    acting.view.wallet.state,
  );
  return appendDecided(acting, { stream: "wallet" }, voided);
};

/**
 * Simulates exactly this operation and forges it meanwhile; if it is fine, signs it, appends it, injects it. The
 * fault otherwise.
 */
const send = async (acting: Acting, intent: Intent): Promise<Fault | undefined> => {
  const { ports, view, facts, memory } = acting;
  if (memory.token === undefined) return undefined;
  try {
    const [simulation, forged] = await Promise.all([
      ports.chain.simulate(intent.operation, facts.head),
      forgeExactly(ports, intent.operation),
    ]);
    const verdict =
      simulation.outcome === "results" ? judge(simulation.contents) : judgeRefusal(simulation.errors);
    if (verdict.verdict !== "fine") return verdict;
    const signed = await signAndAppend(ports, view, facts, memory.token, { ...intent, forged });
    if (signed === undefined) return undefined;
    memory.injectedAt.set(signed.hash, facts.head.hash);
    await injectFromLog(ports, view.payer, signed);
    return undefined;
  } catch (error) {
    if (error instanceof ForgedOtherwise) return { verdict: "finding", error: error.message };
    throw error;
  }
};

/** Signs a formed batch and sends it. */
export const signBatch = async (acting: Acting, payout: PayoutView, batchId: string): Promise<Done> => {
  const { ports, view, facts } = acting;
  const candidates = batchCandidates(payout.payment.state, batchId);
  const prepared = await prepare(acting, batchId, candidates);
  if ("verdict" in prepared) return unsignable(acting, batchId, candidates, prepared);
  const { limits, bytes } = prepared;
  const branch = await branchFor(ports, facts, view.payer);
  const fees = feesFor(bytes, limits, facts.feeRates, Wallet.deathsOf(view.wallet.state, batchId));
  const operation = transfersOperation(
    view.payer,
    branch.hash,
    facts.atHead.counter,
    asTransfers(candidates),
    limits,
    fees,
  );
  const payment = Payment.cycleStream(view.bakerAddress, payout.cycle);
  const fault = await send(acting, {
    operation,
    branchLevel: branch.level,
    purpose: "batch",
    batchId,
    payment,
  });
  if (fault) return unsignable(acting, batchId, candidates, fault);
  acting.memory.prepared.delete(batchId);
  return undefined;
};

/** Gas and fee of a reveal: Taquito's values, well above the 169 gas of an ed25519 key (Octez). */
const REVEAL_GAS = 4_000n;
const REVEAL_FEE = mutez(1_000n);

/** Publishes the payer's key, as an operation of its own. */
export const signReveal = async (acting: Acting): Promise<Done> => {
  const { ports, view, facts } = acting;
  const branch = await branchFor(ports, facts, view.payer);
  const publicKey = await ports.signer.publicKey();
  const counter = asCounter(facts.atHead.counter + 1n);
  const operation: UnsignedOperation = {
    branch: branch.hash,
    contents: [
      {
        kind: "reveal",
        source: view.payer,
        fee: REVEAL_FEE,
        counter,
        gasLimit: REVEAL_GAS,
        storageLimit: 0n,
        publicKey,
      },
    ],
  };
  const fault = await send(acting, {
    operation,
    branchLevel: branch.level,
    purpose: "reveal",
    batchId: null,
    payment: null,
  });
  if (fault?.verdict === "receiver") return find(acting, `the reveal fails: ${fault.error}`);
  return fault && handleFault(acting, [], fault);
};
