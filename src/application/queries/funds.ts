// What the wallet lacks for what it is to pay, as a node shows its balance.
import { type TzAddress } from "../../domain/identifiers.js";
import { max, type Mutez, mutez, sumOf, ZERO } from "../../domain/money.js";
import type * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { type Chain, ChainUnavailable, type Head } from "../ports/chain.js";
import { feesFor, sizeOf } from "../process/payer/batch.js";

/** Undefined where no node answers. */
export const ifReachable = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ChainUnavailable) return undefined;
    throw error;
  }
};

/** Of an operation's first transfer, to an implicit account (2,169 gas, Octez since Rio), with what is given on top. */
const USUAL_LIMITS = { gasLimit: 2_269n, storageLimit: 277n };

export interface Funds {
  readonly balance: Mutez;
  /** What is not signed yet, with the fees and burns that the baker may pay on top. */
  readonly needed: Mutez;
  readonly missing: Mutez;
}

/** Holds what payments still need against the wallet's balance; undefined where no node answers. Amounts in mutez. */
export const fundsFor = async (
  chain: Pick<Chain, "account" | "constants" | "feeRates">,
  head: Head | undefined,
  { address, state: wallet }: { readonly address: TzAddress; readonly state: Wallet.State },
  payments: readonly Payment.State[],
): Promise<Funds | undefined> => {
  if (head === undefined) return undefined;
  const [account, constants, rates] =
    (await ifReachable(
      Promise.all([chain.account(address, head.hash), chain.constants(head.hash), chain.feeRates()]),
    )) ?? [];
  if (account === undefined || constants === undefined || rates === undefined) return undefined;
  const neededFor = ({ obligations, plan }: Payment.State): bigint => {
    const open = [...obligations.values()].filter(
      ({ status }) =>
        status.at === "open" ||
        (status.at === "batched" && Wallet.batchFate(wallet, status.batchId).at === "unsigned"),
    );
    const limits = open.map(() => USUAL_LIMITS);
    const transfers = open.map(({ recipient, due }) => ({ recipient, amount: due }));
    const [feeEach = ZERO] = feesFor(sizeOf(transfers, limits, account.counter), limits, rates, 0);
    const count = BigInt(open.length);
    const fees = plan?.transactionFeePaidBy === "baker" ? feeEach * count : 0n;
    const burnEach = constants.originationSize * constants.costPerByte;
    const burns = plan?.allocationFeePaidBy === "baker" ? burnEach * count : 0n;
    return sumOf(open, ({ due }) => due) + fees + burns;
  };
  const needed = mutez(payments.reduce((total, payment) => total + neededFor(payment), 0n));
  return { balance: account.balance, needed, missing: max(mutez(needed - account.balance), ZERO) };
};
