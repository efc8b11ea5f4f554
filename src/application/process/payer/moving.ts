// How the money of one payment stream moves: what is sent together, what is signed next.
import { isContractAddress } from "../../../domain/identifiers.js";
import { sumOf } from "../../../domain/money.js";
import * as Payment from "../../../domain/payment/payment.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { type Action, wait } from "./action.js";
import { type LogView, type PaymentView } from "./view.js";
import { appending, type Situation } from "./watch.js";

/** Batches that were formed and have no operation that could still pay them. */
export const unsignedBatches = ({ payment }: PaymentView, { wallet }: LogView): readonly string[] =>
  Payment.openBatches(payment.state)
    .map(([batchId]) => batchId)
    .filter((batchId) => Wallet.batchFate(wallet.state, batchId).at === "unsigned");

/** Voids the first batch that is formed and not signed. */
export const voidUnsigned = (paying: PaymentView, reason: string, view: LogView): Action | undefined => {
  const [batchId] = unsignedBatches(paying, view);
  if (batchId === undefined) return undefined;
  return appending({ stream: "wallet" }, Wallet.voidBatch({ batchId, reason })(view.wallet.state));
};

/** Contracts sent together: each was simulated by itself, one request each. */
export const CONTRACT_BATCH = 100;

/** As many, from the first, as one operation may send by the plan's ceiling; one at least. */
const belowCeiling = (state: Payment.State, ids: readonly string[]): readonly string[] => {
  const ceiling = state.plan?.ceilings?.operation;
  let sum = 0n;
  const above = ids.findIndex((id, n) => {
    sum += state.obligations.get(id)?.due ?? 0n;
    return ceiling !== undefined && sum > ceiling && n > 0;
  });
  return above < 0 ? ids : ids.slice(0, above);
};

/**
 * Sent alone; with few others; fresh ones together, implicit accounts apart from contracts; together not more than
 * the plan's ceiling.
 */
export const chooseObligations = (state: Payment.State, most: number): readonly string[] =>
  belowCeiling(state, chooseAlike(state, most));

const chooseAlike = (state: Payment.State, most: number): readonly string[] => {
  const alone: string[] = [];
  const small: string[] = [];
  const contracts: string[] = [];
  const fresh: string[] = [];
  for (const { id, recipient, status } of state.obligations.open()) {
    if (status.at !== "open") continue;
    if (status.returned >= Payment.ALONE) alone.push(id);
    else if (status.returned === 1) small.push(id);
    else if (isContractAddress(recipient)) contracts.push(id);
    else {
      fresh.push(id);
      if (fresh.length >= most) return fresh;
    }
  }
  if (fresh.length > 0) return fresh;
  if (contracts.length > 0) return contracts.slice(0, CONTRACT_BATCH);
  if (small.length > 0) return small.slice(0, Payment.SMALL_BATCH);
  return alone.slice(0, 1);
};

/** Gas of a transfer to an existing implicit account, in thousandths (Octez, since Rio): the least there is. */
const LEAST_TRANSFER_MILLIGAS = 2_100_000n;

/** Transfers that half a block's gas can hold: half, so that an operation never waits for an empty block. */
export const mostTransfers = ({ facts }: Pick<Situation, "facts">): number =>
  Number(((facts.constants.hardGasLimitPerBlock / 2n) * 1_000n) / LEAST_TRANSFER_MILLIGAS);

/** Signs the batch that is formed as soon as nothing is pending; forms the next one while waiting. */
export const moveMoney = (paying: PaymentView, { view, memory, facts }: Situation): Action | undefined => {
  const { stream, payment } = paying;
  const pending = view.wallet.state.operations.find((operation) => operation.included === null);
  const [unsigned] = unsignedBatches(paying, view);
  const funds = memory.funds.get(stream);
  const isShort = funds?.at === facts.head.hash;
  if (unsigned !== undefined && pending === undefined) {
    return isShort
      ? wait({ reason: "funds", missing: funds.missing })
      : { do: "sign-batch", payment: stream, batchId: unsigned };
  }
  const obligations =
    unsigned === undefined ? chooseObligations(payment.state, mostTransfers({ facts })) : [];
  if (obligations.length > 0) {
    return isShort
      ? wait({ reason: "funds", missing: funds.missing })
      : { do: "form-batch", payment: stream, obligations };
  }
  const live = pending ?? view.wallet.state.operations.at(-1);
  const open = Payment.openBatches(payment.state).length > 0;
  return open && live ? wait({ reason: "operation-pending", hash: live.hash }) : undefined;
};

/** Sum of what a payout must be able to send in all, in mutez: what is open, with fees and possible burns on top. */
export const fundsNeeded = (state: Payment.State, feeEach: bigint, burnEach: bigint): bigint => {
  const open = [...state.obligations.values()].filter(
    ({ status }) => status.at === "open" || status.at === "batched",
  );
  const due = sumOf(open, (row) => row.due);
  const fees = state.plan?.transactionFeePaidBy === "baker" ? feeEach * BigInt(open.length) : 0n;
  const burns = state.plan?.allocationFeePaidBy === "baker" ? burnEach * BigInt(open.length) : 0n;
  return due + fees + burns;
};
