import type * as Baker from "../../domain/baker/baker.js";
import type * as Cycle from "../../domain/cycle/cycle.js";
import { type Cycle as CycleNumber, type StreamName } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, ledgerOf, paymentIn, paymentOf, rewardOf, walletOf } from "../aggregates.js";
import { begunCycles } from "../begun-cycles.js";
import { type Acts } from "../commands/acts.js";
import { ChainUnavailable } from "../ports/chain.js";
import { cyclesOfInterest } from "../process/cycle-watcher.js";

const OPEN = new Set<Cycle.State["at"]>(["open", "ended", "rewards-ready", "paying"]);

/** What is going on and what it waits for, out of the log's folds and the node's head. */
export const status = async (acts: Acts) => {
  const { repository, baker, chain } = acts;
  const { state } = await repository.load(bakerOf(baker));
  const head = await chain.head().catch((error: unknown) => {
    if (error instanceof ChainUnavailable) return undefined;
    throw error;
  });
  const running = head?.cycle;
  const concerned = running === undefined ? await begunIn(acts, state) : cyclesOfInterest(state, running);
  const left = state.mode === "on" ? await leftBehind(acts, concerned) : [];
  const cycles = await Promise.all(
    [...left, ...concerned].map(async (cycle) => ({
      cycle,
      life: (await repository.load(cycleOf(baker, cycle))).state,
      awaits: await awaitedIn(acts, cycle),
    })),
  );
  return {
    baker,
    registered: state.registered ?? null,
    payer: state.payer ?? null,
    mode: state.mode,
    head: head ? { level: head.level, cycle: head.cycle, hash: head.hash } : null,
    unfinished: cycles
      .filter(({ life }) => OPEN.has(life.at))
      .map(({ cycle, life, awaits }) => ({
        cycle,
        at: life.at,
        held: life.held ?? null,
        awaits,
        asks: left.includes(cycle)
          ? `"taps cycle pay ${cycle}", or "taps cycle skip ${cycle}"`
          : awaits && `"taps payout approve ${cycle}", or "taps payout reject ${cycle}"`,
      })),
    ceilings: state.ceilings,
    wallet: await walletStatus(acts, state),
  };
};

/** Without a node: what the log has seen begin. */
const begunIn = async ({ repository, baker }: Acts, state: Baker.State): Promise<readonly CycleNumber[]> =>
  state.mode === "on" ? (await begunCycles(repository, baker, state)).map(({ cycle }) => cycle) : [];

/**
 * A payout that was begun before the last switch to *on*: it goes on only when a person asks for it, and no other one
 * begins while it has the balances.
 */
const leftBehind = async (
  { repository, baker }: Acts,
  concerned: readonly CycleNumber[],
): Promise<readonly CycleNumber[]> => {
  const { take } = (await repository.load(ledgerOf(baker))).state;
  const taking = take && Payment.cycleOfStream(take.payment);
  return taking === undefined || concerned.includes(taking) ? [] : [taking];
};

/** The plan of a cycle that waits for approval, and the ceilings that it is above. */
const awaitedIn = async ({ repository, baker }: Acts, cycle: CycleNumber) => {
  const { state } = await repository.load(paymentOf(baker, cycle));
  if (!state.plan || !state.approval || !Payment.awaitsApproval(state)) return null;
  return { planDigest: state.plan.digest, exceeded: state.approval.exceeded };
};

const requestsOf = ({ requests }: Wallet.State): readonly StreamName[] =>
  requests.map((payment) => Payment.streamOfBatch(`${payment}/`)).filter((stream) => stream !== undefined);

/** Other money that is asked for. `pending`: receivers that are still to be paid. */
const askedFor = async (repository: Acts["repository"], payment: StreamName) => {
  const { state } = await repository.load(paymentIn(payment));
  return { payment, pending: Payment.totalsOf(state).pending, awaitsApproval: Payment.awaitsApproval(state) };
};

const walletStatus = async ({ repository }: Acts, { payer }: Baker.State) => {
  if (payer === undefined) return null;
  const { state } = await repository.load(walletOf(payer));
  return {
    adopted: state.adopted !== null,
    counter: state.counter.toString(),
    payments: await Promise.all(requestsOf(state).map((payment) => askedFor(repository, payment))),
    delegations: state.delegations.map(({ id, to }) => ({ id, to })),
    operations: state.operations.map(({ hash, included }) => ({ hash, included: included?.level ?? null })),
    stops: Wallet.stopsSigning(state),
  };
};

/** One cycle: what it earned, what was planned, and what became of it. Amounts in mutez, as decimal strings. */
export const showCycle = async ({ repository, baker }: Acts, cycle: CycleNumber) => {
  const life = (await repository.load(cycleOf(baker, cycle))).state;
  const { allocation, rejected } = (await repository.load(rewardOf(baker, cycle))).state;
  const payment = (await repository.load(paymentOf(baker, cycle))).state;
  const { pending, ...sums } = Payment.totalsOf(payment);
  return {
    cycle,
    at: life.at,
    held: life.held ?? null,
    rewardsRefused: rejected?.checks ?? null,
    allocation: allocation
      ? {
          digest: allocation.resultDigest,
          engineVersion: allocation.engineVersion,
          pool: allocation.pool.toString(),
          bakerShare: allocation.bakerShare.toString(),
          feeTotal: allocation.feeTotal.toString(),
          distributed: allocation.distributed.toString(),
          carried: allocation.carried.toString(),
          kept: allocation.kept.toString(),
          dust: allocation.dust.toString(),
          delegators: allocation.count,
        }
      : null,
    payout: payment.plan
      ? {
          due: payment.plan.sum.toString(),
          obligations: payment.plan.count,
          pending,
          ...Object.fromEntries(Object.entries(sums).map(([name, amount]) => [name, amount.toString()])),
          networkFees: payment.networkFees.toString(),
          networkBurns: payment.networkBurns.toString(),
          batches: payment.batches.size,
        }
      : null,
    heldObligations: [...payment.obligations.values()].flatMap(({ delegator, due, status: now }) =>
      now.at === "held" ? [{ delegator, due: due.toString(), reason: now.reason }] : [],
    ),
  };
};
