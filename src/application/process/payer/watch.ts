// The first half of `next`: whatever the chain shows of signed operations is written down before anything else.
import { type Decision, isRefused } from "../../../domain/decision.js";
import { type DomainEvent } from "../../../domain/events.js";
import { asLevel, type StreamName } from "../../../domain/identifiers.js";
import * as Payment from "../../../domain/payment/payment.js";
import { type ContentResult, type LiveOperation } from "../../../domain/wallet/events.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { type IncludedOperation } from "../../ports/chain.js";
import { type Action, type Target, wait } from "./action.js";
import { consumerOf, type Facts } from "./facts.js";
import { type Memory } from "./memory.js";
import { settlementOf } from "./settlement.js";
import { type LogView } from "./view.js";

export interface Situation {
  readonly view: LogView;
  readonly facts: Facts;
  readonly memory: Memory;
}
export type Step = (situation: Situation) => Action | undefined;

const WALLET: Target = { stream: "wallet" };

/** An append of what a decision gives; a refusal here means that step and decision disagree: a defect. */
export const appending = <Code extends string>(
  to: Target,
  decision: Decision<DomainEvent, Code>,
): Action | undefined => {
  if (isRefused(decision))
    throw new Error(`the payer decided what ${to.stream} refuses: ${decision.refused}`);
  return decision.length === 0 ? undefined : { do: "append", to, events: decision };
};

const toResults = (operation: IncludedOperation): ContentResult[] =>
  operation.contents.map(({ status, fee, burn, errors }) => ({
    status,
    fee,
    burn,
    errors: errors.map((e) => e.id),
  }));

const blockOf = (facts: Facts, operation: LiveOperation) =>
  facts.blocks.find((block) => block.operations.some((o) => o.hash === operation.hash));

const toForeign = (operation: IncludedOperation, level: number) => {
  const counters = operation.contents.map((content) => content.counter);
  const [first, last] = [counters[0], counters.at(-1)];
  if (first === undefined || last === undefined) throw new Error("an operation without contents");
  return {
    hash: operation.hash,
    level: asLevel(level),
    firstCounter: first,
    lastCounter: last,
    contents: operation.contents.map(({ kind, destination, amount, status, fee, burn }) => ({
      kind,
      destination: destination ?? null,
      amount: amount ?? null,
      status,
      fee,
      burn,
    })),
  };
};

/** Accounts for every counter consumed at the final block, in order: ours become final, others are foreign. */
export const accountForFinalCounters: Step = ({ view, facts }) => {
  const wallet = view.wallet.state;
  if (wallet.adopted === null || facts.atFinal.counter <= wallet.counter) return undefined;
  const final = facts.blocks.filter((block) => block.level <= facts.final.level);
  const consumer = consumerOf(final, wallet.counter + 1n);
  if (consumer === undefined) {
    return facts.missing === undefined
      ? wait({
          reason: "chain-ahead-of-log",
          detail: `no final block shows who used counter ${wallet.counter + 1n}`,
        })
      : wait({ reason: "needs-block", block: String(facts.missing) });
  }
  const { block, operation } = consumer;
  if (wallet.operations.some((o) => o.hash === operation.hash)) {
    const contents = toResults(operation);
    const finalised = { hash: operation.hash, block: block.hash, level: block.level, contents };
    return appending(WALLET, Wallet.finalise(finalised)(wallet));
  }
  return appending(WALLET, Wallet.findForeign(toForeign(operation, block.level))(wallet));
};

/** Writes down in which block of the head's branch each live operation stands, and when it left one. */
export const recordInclusions: Step = ({ view, facts }) => {
  const wallet = view.wallet.state;
  for (const operation of wallet.operations) {
    const block = blockOf(facts, operation);
    const { included } = operation;
    if (included !== null && block?.hash !== included.hash) {
      if (facts.missing !== undefined) return wait({ reason: "needs-block", block: String(facts.missing) });
      return appending(WALLET, Wallet.reorganise(operation.hash)(wallet));
    }
    if (block && included === null) {
      const inclusion = { hash: operation.hash, block: block.hash, level: block.level };
      return appending(WALLET, Wallet.include(inclusion)(wallet));
    }
  }
  return undefined;
};

/** Proves operations dead, each by itself (PAYMENT section 7). */
export const proveDeaths: Step = ({ view, facts }) => {
  const wallet = view.wallet.state;
  const ttl = facts.final.maxOperationsTtl;
  const at = {
    finalBlock: facts.final.hash,
    finalLevel: facts.final.level,
    counter: facts.atFinal.counter,
    ttl,
  };
  for (const operation of wallet.operations) {
    const lastLevel = Wallet.lastPossibleLevel(operation, ttl);
    if (at.counter < operation.firstCounter) {
      if (at.finalLevel <= lastLevel) continue;
      return appending(
        WALLET,
        Wallet.proveDead({ hash: operation.hash, proof: { rule: "expired", ...at } })(wallet),
      );
    }
    if (facts.missing !== undefined) return wait({ reason: "needs-block", block: String(facts.missing) });
    const fromLevel = asLevel(operation.finalLevel + 1);
    const toLevel = asLevel(Math.min(at.finalLevel, lastLevel));
    const read = (facts.blocks[0]?.level ?? Infinity) <= fromLevel;
    const block = blockOf(facts, operation);
    if (!read || (block && block.level <= toLevel)) continue;
    const proof = { rule: "superseded" as const, ...at, fromLevel, toLevel };
    return appending(WALLET, Wallet.proveDead({ hash: operation.hash, proof })(wallet));
  }
  return undefined;
};

/** Each batch that the wallet knows, with what its payment stream knows of it. */
const batchesInView = ({ wallet, payouts, others }: LogView) =>
  Object.keys(wallet.state.batches).flatMap((batchId) => {
    const stream = Payment.streamOfBatch(batchId);
    const found = [...payouts, ...others].find((payment) => payment.stream === stream);
    const batch = found?.payment.state.batches.get(batchId);
    return found && batch ? [{ batchId, stream: found.stream, payment: found.payment.state, batch }] : [];
  });

/**
 * Whether it is no cycle's and has nothing left to be paid. Before its last batch leaves the wallet's stream this is said:
 * a person may withdraw it at any moment, and then nobody would look at it again.
 */
const isLeftToComplete = (stream: StreamName, payment: Payment.State): boolean =>
  Payment.cycleOfStream(stream) === undefined &&
  payment.plan !== undefined &&
  payment.completed === undefined &&
  Payment.totalsOf(payment).pending === 0;

/** Carries what became of batches from the wallet's stream into the payment streams. */
export const settleBatches: Step = ({ view, memory }) => {
  for (const { batchId, stream, payment, batch } of batchesInView(view)) {
    const to: Target = { stream: "payment", payment: stream };
    if (isLeftToComplete(stream, payment)) return appending(to, Payment.complete(payment));
    if (batch.at !== "formed") continue;
    const fate = Wallet.batchFate(view.wallet.state, batchId);
    if (fate.at === "voided") {
      const fault = memory.failed.get(batchId);
      const dissolve = fault
        ? Payment.dissolveFailed(batchId, {
            obligation: fault.obligation,
            reason: fault.error,
            actor: "taps",
          })
        : Payment.dissolve(batchId);
      return appending(to, dissolve(payment));
    }
    if (fate.at === "final" && fate.hash !== undefined) {
      const settled = settlementOf(batchId, batch.items, { hash: fate.hash, results: fate.results });
      return appending(to, Payment.settleBatch(settled)(payment));
    }
  }
  return undefined;
};

/** Closes the batches whose payment streams say what became of them, and delegations and a reveal that have ended. */
export const closeBatches: Step = ({ view, memory }) => {
  const wallet = view.wallet.state;
  const ended = batchesInView(view).filter(
    ({ batch, stream, payment }) => batch.at !== "formed" && !isLeftToComplete(stream, payment),
  );
  const singles = [...wallet.delegations.map(({ id }) => id), Wallet.REVEAL].filter((id) =>
    ["final", "voided"].includes(Wallet.batchFate(wallet, id).at),
  );
  const batchIds = [...ended.map(({ batchId }) => batchId), ...singles];
  if (memory.token === undefined || batchIds.length === 0) return undefined;
  return appending(WALLET, Wallet.closeBatches({ batchIds, token: memory.token })(wallet));
};

/** Keeps loading short. */
export const writeCheckpoint: Step = ({ view }) => appending(WALLET, Wallet.checkpoint(view.wallet.state));
