// What a person does who knows, from elsewhere, what operations paid that this log does not know.
import { ActRefused, type Acts } from "../../../../src/application/commands/acts.js";
import { type Claim, classifyOperation } from "../../../../src/application/commands/classify.js";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { bakerOf, cycleOf, paymentIn, paymentOf, walletOf } from "../../../../src/application/aggregates.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import * as Cycle from "../../../../src/domain/cycle/cycle.js";
import {
  asCycle,
  type Cycle as CycleNumber,
  type OperationHash,
} from "../../../../src/domain/identifiers.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { type ForeignOperation } from "../../../../src/domain/wallet/events.js";
import { BAKER, PAYER } from "../../chain-model.js";

/** What each operation paid, as the log knew that signed it. */
export type Claims = ReadonlyMap<OperationHash, readonly Claim[]>;

const WAITS = "until the cycle after it can be planned";

const cyclesUpTo = async ({ chain }: Acts): Promise<readonly CycleNumber[]> => {
  const { cycle } = await chain.head();
  return Array.from({ length: cycle + 1 }, (_, n) => asCycle(n));
};

/** What a planned cycle still owes is held, so that it settles and the next one is planned. */
const holdRest = async (acts: Acts): Promise<void> => {
  for (const cycle of await cyclesUpTo(acts)) {
    const { obligations } = (await acts.repository.load(paymentOf(BAKER, cycle))).state;
    for (const { delegator, status } of obligations.values())
      if (status.at === "open" || status.at === "batched")
        await refusalOf(holdPayment(acts, cycle, delegator, WAITS));
  }
};

const releaseRest = async (acts: Acts): Promise<void> => {
  for (const cycle of await cyclesUpTo(acts)) {
    const { obligations } = (await acts.repository.load(paymentOf(BAKER, cycle))).state;
    for (const { delegator, status } of obligations.values())
      if (status.at === "held" && status.reason === WAITS)
        await refusalOf(releasePayment(acts, cycle, delegator));
  }
};

/** Whether a claim names what this log owes, will owe when its cycle is planned, or never owes. */
const standingOf = async (acts: Acts, claim: Claim): Promise<"owed" | "to be planned" | "nothing"> => {
  const { plan, obligations } = (await acts.repository.load(paymentIn(claim.payment))).state;
  const obligation = obligations.get(claim.obligation);
  if (plan !== undefined) return obligation && obligation.status.at !== "carried" ? "owed" : "nothing";
  const cycle = Payment.cycleOfStream(claim.payment);
  if (cycle === undefined) return "nothing";
  const { state: baker } = await acts.repository.load(bakerOf(BAKER));
  const { state: life } = await acts.repository.load(cycleOf(BAKER, cycle));
  return Baker.pays(baker, cycle) && !Cycle.isFinished(life) ? "to be planned" : "nothing";
};

const classifyOne = async (
  acts: Acts,
  { hash, contents }: ForeignOperation,
  claims: readonly Claim[],
): Promise<void> => {
  const pays: Claim[] = [];
  for (const claim of claims.filter(({ content }) => contents[content]?.status === "applied")) {
    const standing = await standingOf(acts, claim);
    if (standing === "to be planned") return holdRest(acts);
    if (standing === "owed") pays.push(claim);
  }
  await refusalOf(classifyOperation(acts, hash, pays, "signed elsewhere"));
};

/**
 * A person names what each foreign operation paid. What is not planned yet waits for the cycles before it, and these
 * for what they still owe. What nobody knows of stays.
 */
export const classifyKnown = async (acts: Acts, claims: Claims): Promise<void> => {
  const { foreign } = (await acts.repository.load(walletOf(PAYER))).state;
  for (const operation of foreign) {
    const paid = claims.get(operation.hash);
    if (paid !== undefined) await classifyOne(acts, operation, paid);
  }
  if (foreign.length === 0) await releaseRest(acts);
};

/** Undefined: it was done. */
export const refusalOf = async (act: Promise<unknown>): Promise<string | undefined> => {
  try {
    await act;
    return undefined;
  } catch (error) {
    if (error instanceof ActRefused) return error.refusal.refused;
    throw error;
  }
};
