import type * as Baker from "../../../domain/baker/baker.js";
import type * as Cycle from "../../../domain/cycle/cycle.js";
import { type Cycle as CycleNumber, type StreamName, type TzAddress } from "../../../domain/identifiers.js";
import type * as Ledger from "../../../domain/ledger/ledger.js";
import * as Payment from "../../../domain/payment/payment.js";
import type * as Reward from "../../../domain/reward/reward.js";
import type * as Wallet from "../../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, ledgerOf, paymentIn, rewardOf, walletOf } from "../../aggregates.js";
import { type Loaded, type Repository } from "../../repository.js";

/** A payment stream. */
export interface PaymentView {
  readonly stream: StreamName;
  readonly payment: Loaded<Payment.State>;
}

/** One cycle's payout as the log shows it. */
export interface PayoutView extends PaymentView {
  readonly cycle: CycleNumber;
  readonly life: Loaded<Cycle.State>;
  readonly reward: Loaded<Reward.State>;
  /** What it leaves to the bond pool, once its own payments are complete. */
  readonly bond: PaymentView | undefined;
}

/** All that the payer looks at in the log. */
export interface LogView {
  readonly bakerAddress: TzAddress;
  readonly payer: TzAddress;
  readonly baker: Loaded<Baker.State>;
  readonly ledger: Loaded<Ledger.State>;
  /** Unfinished cycles, oldest first. */
  readonly payouts: readonly PayoutView[];
  /** Payments that are no cycle's: those that are asked for, in that order, and those that the wallet still knows. */
  readonly others: readonly PaymentView[];
  readonly wallet: Loaded<Wallet.State>;
}

const loadPayment = async (repository: Repository, stream: StreamName): Promise<PaymentView> => ({
  stream,
  payment: await repository.load(paymentIn(stream)),
});

/**
 * One after the other: who sees a plan rejected sees its allocation reopened too, and then that the cycle was held
 * before.
 */
const loadPayout = async (
  repository: Repository,
  baker: TzAddress,
  cycle: CycleNumber,
): Promise<PayoutView> => {
  const payment = await loadPayment(repository, Payment.cycleStream(baker, cycle));
  const reward = await repository.load(rewardOf(baker, cycle));
  const life = await repository.load(cycleOf(baker, cycle));
  const isComplete = payment.payment.state.completed !== undefined;
  const bond = isComplete ? await loadPayment(repository, Payment.bondStream(baker, cycle)) : undefined;
  return { cycle, life, reward, bond, ...payment };
};

/** Payment streams that the wallet asks to look at. */
const paymentsOf = (wallet: Wallet.State): readonly StreamName[] => {
  const asked = [...wallet.requests.map((payment) => `${payment}/`), ...Object.keys(wallet.batches)];
  return [...new Set(asked.map(Payment.streamOfBatch).filter((stream) => stream !== undefined))];
};

/**
 * Folds the payment streams first and the wallet last: what the payer does next it does at that wallet
 * revision. A batch that the wallet still knows brings its cycle into view, finished or not.
 */
export const loadView = async (
  repository: Repository,
  bakerAddress: TzAddress,
  payer: TzAddress,
  unfinished: readonly CycleNumber[],
): Promise<LogView> => {
  let cycles = unfinished;
  let streams: readonly StreamName[] = [];
  for (;;) {
    const [baker, ledger, payouts, others] = await Promise.all([
      repository.load(bakerOf(bakerAddress)),
      repository.load(ledgerOf(bakerAddress)),
      Promise.all(cycles.map((cycle) => loadPayout(repository, bakerAddress, cycle))),
      Promise.all(streams.map((stream) => loadPayment(repository, stream))),
    ]);
    const wallet = await repository.load(walletOf(payer));
    const known = paymentsOf(wallet.state);
    const found = known.map(Payment.cycleOfStream).filter((cycle) => cycle !== undefined);
    const owned = known.filter((stream) => Payment.cycleOfStream(stream) === undefined);
    const isWhole =
      found.every((cycle) => cycles.includes(cycle)) && owned.every((stream) => streams.includes(stream));
    if (isWhole) return { bakerAddress, payer, baker, ledger, payouts, others, wallet };
    cycles = [...new Set([...cycles, ...found])].sort((a, b) => a - b);
    streams = owned;
  }
};

/**
 * The view after an act of this process: what the act may have written is loaded again, what a person may have said
 * of the baker or a cycle, and the wallet last. The rest is as it was looked at: what others write there meanwhile is met at the
 * wallet's revision, or at that of the stream written to.
 */
export const reloadView = async (
  repository: Repository,
  view: LogView,
  written: { readonly cycle?: CycleNumber; readonly payment?: StreamName; readonly ledger?: boolean },
): Promise<LogView> => {
  const { bakerAddress } = view;
  const baker = await repository.load(bakerOf(bakerAddress));
  const ledger = written.ledger ? await repository.load(ledgerOf(bakerAddress)) : view.ledger;
  const payouts = await Promise.all(
    view.payouts.map(async (payout) =>
      payout.cycle === written.cycle || [payout.stream, payout.bond?.stream].includes(written.payment)
        ? await loadPayout(repository, bakerAddress, payout.cycle)
        : { ...payout, life: await repository.load(cycleOf(bakerAddress, payout.cycle)) },
    ),
  );
  const others = await Promise.all(
    view.others.map(async (other) =>
      other.stream === written.payment ? await loadPayment(repository, other.stream) : other,
    ),
  );
  return { ...view, baker, ledger, payouts, others, wallet: await repository.load(walletOf(view.payer)) };
};
