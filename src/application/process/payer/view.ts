import type * as Baker from "../../../domain/baker/baker.js";
import type * as Cycle from "../../../domain/cycle/cycle.js";
import {
  asCycle,
  type Cycle as CycleNumber,
  parseStreamName,
  type TzAddress,
} from "../../../domain/identifiers.js";
import type * as Ledger from "../../../domain/ledger/ledger.js";
import type * as Payment from "../../../domain/payment/payment.js";
import type * as Reward from "../../../domain/reward/reward.js";
import type * as Wallet from "../../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, ledgerOf, paymentOf, rewardOf, walletOf } from "../../aggregates.js";
import { type Loaded, type Repository } from "../../repository.js";

/** One cycle's payout as the log shows it. */
export interface PayoutView {
  readonly cycle: CycleNumber;
  readonly life: Loaded<Cycle.State>;
  readonly reward: Loaded<Reward.State>;
  readonly payment: Loaded<Payment.State>;
}

/** All that the payer looks at in the log. */
export interface LogView {
  readonly bakerAddress: TzAddress;
  readonly payer: TzAddress;
  readonly baker: Loaded<Baker.State>;
  readonly ledger: Loaded<Ledger.State>;
  /** Unfinished cycles, oldest first. */
  readonly payouts: readonly PayoutView[];
  readonly wallet: Loaded<Wallet.State>;
}

const loadPayout = async (
  repository: Repository,
  baker: TzAddress,
  cycle: CycleNumber,
): Promise<PayoutView> => {
  const [life, reward, payment] = await Promise.all([
    repository.load(cycleOf(baker, cycle)),
    repository.load(rewardOf(baker, cycle)),
    repository.load(paymentOf(baker, cycle)),
  ]);
  return { cycle, life, reward, payment };
};

/** The cycle whose payment stream a batch belongs to; batch ids begin with that stream's name. */
export const cycleOfBatch = (batchId: string): CycleNumber => {
  const [payment = ""] = batchId.split("/");
  return asCycle(Number(parseStreamName(payment).elements.at(-1)));
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
  for (;;) {
    const [baker, ledger, payouts] = await Promise.all([
      repository.load(bakerOf(bakerAddress)),
      repository.load(ledgerOf(bakerAddress)),
      Promise.all(cycles.map((cycle) => loadPayout(repository, bakerAddress, cycle))),
    ]);
    const wallet = await repository.load(walletOf(payer));
    const seen = new Set(cycles);
    const missing = [...new Set(Object.keys(wallet.state.batches).map(cycleOfBatch))].filter(
      (cycle) => !seen.has(cycle),
    );
    if (missing.length === 0) return { bakerAddress, payer, baker, ledger, payouts, wallet };
    cycles = [...cycles, ...missing].sort((a, b) => a - b);
  }
};

/**
 * The view after an act of this process: what the act may have written is loaded again, what a person may have said
 * of a cycle, and the wallet last. The rest is as it was looked at: what others write there meanwhile is met at the
 * wallet's revision, or at that of the stream written to.
 */
export const reloadView = async (
  repository: Repository,
  view: LogView,
  written: { readonly cycle?: CycleNumber; readonly ledger?: boolean },
): Promise<LogView> => {
  const { bakerAddress } = view;
  const ledger = written.ledger ? await repository.load(ledgerOf(bakerAddress)) : view.ledger;
  const payouts = await Promise.all(
    view.payouts.map(async (payout) =>
      payout.cycle === written.cycle
        ? await loadPayout(repository, bakerAddress, payout.cycle)
        : { ...payout, life: await repository.load(cycleOf(bakerAddress, payout.cycle)) },
    ),
  );
  return { ...view, ledger, payouts, wallet: await repository.load(walletOf(view.payer)) };
};
