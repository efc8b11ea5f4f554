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
  forgedBytes,
  handleFault,
  simulationContext,
} from "./acting.js";
import { type Candidate, feesFor, limitsFor, transfersOperation } from "./batch.js";
import { type Limits } from "./memory.js";
import { branchFor, ForgedOtherwise, injectFromLog, type Intent, signAndAppend } from "./sign.js";
import { examine, judge, judgeRefusal } from "./simulate.js";
import { type PayoutView } from "./view.js";

/** What each obligation of a batch is sent, as the batch fixed it. */
const batchCandidates = (state: Payment.State, batchId: string): readonly Candidate[] =>
  (state.batches.get(batchId)?.items ?? []).map(({ obligation, sent }) => {
    const recipient = state.obligations.get(obligation)?.recipient;
    if (recipient === undefined) throw new Error(`batch ${batchId} names an obligation that is not planned`);
    return { obligation, recipient, due: sent };
  });

/** Limits as found when the batch was formed, or found again. */
const limitsOf = async (
  acting: Acting,
  batchId: string,
  candidates: readonly Candidate[],
): Promise<readonly Limits[] | Fault> => {
  const known = acting.memory.limits.get(batchId);
  if (known) return known;
  const examination = await examine(simulationContext(acting), asTransfers(candidates));
  if (examination.verdict !== "fine") return examination;
  return candidates.map(({ recipient }, i) => {
    const content = examination.contents[i];
    if (content === undefined) throw new RangeError("a simulation with fewer contents than the operation");
    return limitsFor(recipient, content, acting.facts.constants);
  });
};

/** A batch that cannot be signed as it was fixed: one receiver's fault voids it, so that the others go on. */
const unsignable = (
  acting: Acting,
  batchId: string,
  candidates: readonly Candidate[],
  fault: Fault,
): Promise<Done> => {
  acting.memory.limits.delete(batchId);
  if (fault.verdict !== "receiver") return handleFault(acting, candidates, fault);
  const obligation = candidates[fault.index]?.obligation ?? "";
  const voided = Wallet.voidBatch({ batchId, reason: `${obligation}: ${fault.error}` })(
    acting.view.wallet.state,
  );
  return appendDecided(acting, { stream: "wallet" }, voided);
};

const send = async (acting: Acting, intent: Intent): Promise<Done> => {
  const { ports, view, facts, memory } = acting;
  if (memory.token === undefined) return undefined;
  try {
    const hash = await signAndAppend(ports, view, facts, memory.token, intent);
    if (hash === undefined) return undefined;
    memory.injectedAt.set(hash, facts.head.hash);
    await injectFromLog(ports, view.payer, hash);
    return undefined;
  } catch (error) {
    if (error instanceof ForgedOtherwise) return find(acting, error.message);
    throw error;
  }
};

/** Simulates exactly the operation, signs it, appends it, injects it. */
export const signBatch = async (acting: Acting, payout: PayoutView, batchId: string): Promise<Done> => {
  const { ports, view, facts, memory } = acting;
  const candidates = batchCandidates(payout.payment.state, batchId);
  const limits = await limitsOf(acting, batchId, candidates);
  if ("verdict" in limits) return unsignable(acting, batchId, candidates, limits);
  const branch = await branchFor(ports, facts, view.payer);
  const bytes = await forgedBytes(acting, asTransfers(candidates), limits);
  const fees = feesFor(bytes, limits, facts.feeRates, Wallet.deathsOf(view.wallet.state, batchId));
  const operation = transfersOperation(
    view.payer,
    branch.hash,
    facts.atHead.counter,
    asTransfers(candidates),
    limits,
    fees,
  );
  const simulation = await ports.chain.simulate(operation);
  const verdict =
    simulation.outcome === "results" ? judge(simulation.contents) : judgeRefusal(simulation.errors);
  if (verdict.verdict !== "fine") return unsignable(acting, batchId, candidates, verdict);
  memory.limits.delete(batchId);
  const payment = Payment.cycleStream(view.bakerAddress, payout.cycle);
  return send(acting, { operation, branchLevel: branch.level, purpose: "batch", batchId, payment });
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
  const simulation = await ports.chain.simulate(operation);
  const verdict =
    simulation.outcome === "results" ? judge(simulation.contents) : judgeRefusal(simulation.errors);
  if (verdict.verdict === "receiver") return find(acting, `the reveal fails: ${verdict.error}`);
  if (verdict.verdict !== "fine") return handleFault(acting, [], verdict);
  return send(acting, {
    operation,
    branchLevel: branch.level,
    purpose: "reveal",
    batchId: null,
    payment: null,
  });
};
