// What the payer signs beside transfers: its key's reveal, and its delegation.
import { asCounter, type TzAddress } from "../../../domain/identifiers.js";
import { type Mutez, ZERO } from "../../../domain/money.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { type Content, type Manager, type UnsignedOperation } from "../../ports/chain.js";
import {
  type Acting,
  appendDecided,
  type Done,
  type Fault,
  find,
  handleFault,
  overFeeCeiling,
} from "./acting.js";
import { feesFor } from "./batch.js";
import { send } from "./send.js";
import { branchFor } from "./sign.js";
import { judge, judgeRefusal } from "./simulate.js";

/** Gas given beyond what was simulated. */
const SPARE_GAS = 100n;
/** Bytes that a fee may need and a simulation's has not: up to 2.1 tez. */
const FEE_BYTES = 2;

interface Single {
  readonly purpose: "reveal" | "delegation";
  readonly batchId: string;
  readonly contentWith: (manager: Manager) => Content;
}

/** Simulates an operation of one content for its gas, fixes its fee by that and its size, signs it and sends it. */
const signSingle = async (
  acting: Acting,
  { purpose, batchId, contentWith }: Single,
  refused: (fault: Fault) => Promise<Done>,
): Promise<Done> => {
  const { ports, view, facts } = acting;
  const branch = await branchFor(ports, facts, view.payer);
  const counter = asCounter(facts.atHead.counter + 1n);
  const operationWith = (fee: Mutez, gasLimit: bigint): UnsignedOperation => ({
    branch: branch.hash,
    contents: [contentWith({ source: view.payer, fee, counter, gasLimit, storageLimit: 0n })],
  });
  const trial = await ports.chain.simulate(
    operationWith(ZERO, facts.constants.hardGasLimitPerOperation),
    facts.head,
  );
  const verdict = trial.outcome === "results" ? judge(trial.contents) : judgeRefusal(trial.errors);
  if (verdict.verdict !== "fine") return refused(verdict);
  const gasLimit = (verdict.contents[0]?.milligas ?? 0n) / 1_000n + 1n + SPARE_GAS;
  const bytes = (await ports.codec.forge(operationWith(ZERO, gasLimit))).length / 2 + FEE_BYTES;
  const deaths = Wallet.deathsOf(view.wallet.state, batchId);
  const [fee = ZERO] = feesFor(bytes, [{ gasLimit, storageLimit: 0n }], facts.feeRates, deaths);
  const over = overFeeCeiling(acting, batchId, [fee]);
  if (over) return over;
  const fault = await send(acting, {
    operation: operationWith(fee, gasLimit),
    branchLevel: branch.level,
    purpose,
    batchId,
    payment: null,
  });
  return fault && failed(acting, purpose, batchId, fault);
};

const failed = (acting: Acting, purpose: Single["purpose"], what: string, fault: Fault): Promise<Done> =>
  fault.verdict === "receiver"
    ? find(acting, `the ${purpose} fails: ${fault.error}`)
    : handleFault(acting, what, [], fault);

/** Publishes the payer's key, as an operation of its own. */
export const signReveal = async (acting: Acting): Promise<Done> => {
  const publicKey = await acting.ports.signer.publicKey();
  const contentWith = (manager: Manager): Content => ({ ...manager, kind: "reveal", publicKey });
  return signSingle(acting, { purpose: "reveal", batchId: Wallet.REVEAL, contentWith }, (fault) =>
    failed(acting, "reveal", Wallet.REVEAL, fault),
  );
};

/** Signs a delegation; one that the chain would refuse is given up, and the log says why. */
export const signDelegation = (
  acting: Acting,
  { id, to }: { readonly id: string; readonly to: TzAddress | null },
): Promise<Done> => {
  const delegate = to ?? undefined;
  const contentWith = (manager: Manager): Content => ({ ...manager, kind: "delegation", delegate });
  return signSingle(acting, { purpose: "delegation", batchId: id, contentWith }, (fault) =>
    giveUp(acting, id, fault),
  );
};

const giveUp = (acting: Acting, id: string, fault: Fault): Promise<Done> => {
  if (fault.verdict === "payer" || fault.verdict === "later") return handleFault(acting, id, [], fault);
  const voided = Wallet.voidBatch({ batchId: id, reason: fault.error })(acting.view.wallet.state);
  return appendDecided(acting, { stream: "wallet" }, voided);
};
