import { type StreamName } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, paymentIn, walletOf } from "../aggregates.js";
import { type Acts, refuseAct } from "../commands/acts.js";
import { type Funds, fundsFor, ifReachable } from "./funds.js";
import { askedOf, leftBehind } from "./left-behind.js";
import { tez } from "./progress.js";

/** `750`, `bond_750` or `batch_<id>`: as a payment is named in commands. */
const nameOf = (stream: StreamName): string => stream.slice(stream.indexOf("_") + 1);

const count = (n: number): string => `${n} payment${n === 1 ? "" : "s"}`;

/** What a payment of which nothing is under way has come to. */
const outcomeOf = ({ obligations }: Payment.State): string => {
  const held = [...obligations.values()].flatMap(({ status }) =>
    status.at === "held" ? [status.reason] : [],
  );
  const reasons = [...new Set(held)].join("; ");
  if (held.length === 0) return "paid already";
  return held.length === obligations.size
    ? `held: ${reasons}`
    : `paid already, but for ${count(held.length)} held: ${reasons}`;
};

/** What a cycle that is planned waits for by itself; undefined: for nothing. */
const cycleWaitsFor = async (acts: Acts, stream: StreamName): Promise<string | undefined> => {
  const cycle = Payment.cycleOfStream(stream);
  if (cycle === undefined) return undefined;
  const { repository, baker, chain } = acts;
  const { held } = (await repository.load(cycleOf(baker, cycle))).state;
  if (held) return `the cycle is held (${held.detail}): "taps cycle release ${cycle}"`;
  const { state } = await repository.load(bakerOf(baker));
  const left = await leftBehind(acts, state, (await ifReachable(chain.head()))?.cycle, cycle);
  return left.length > 0 ? askedOf(state, cycle) : undefined;
};

interface Standing {
  readonly state: Payment.State;
  readonly wallet: Wallet.State | undefined;
  readonly funds: Funds | undefined;
}

/** What became of a payment, or what it waits for, in words. */
const outlookOf = async (
  acts: Acts,
  stream: StreamName,
  { state, wallet, funds }: Standing,
): Promise<string> => {
  const { plan, rejected } = state;
  if (!plan) return `the plan is void: ${rejected?.reason ?? ""}`;
  if (Payment.totalsOf(state).pending === 0) return outcomeOf(state);
  const name = nameOf(stream);
  if (Payment.awaitsApproval(state))
    return `waits for your approval: "taps payout approve ${name} --digest ${plan.digest}"`;
  const ofCycle = await cycleWaitsFor(acts, stream);
  if (ofCycle !== undefined) return `waits: ${ofCycle}`;
  const isSigned = Payment.openBatches(state).some(
    ([batchId]) => wallet && Wallet.batchFate(wallet, batchId).at === "live",
  );
  if (isSigned) return "is signed, and watched to its end";
  const isOther = Payment.cycleOfStream(stream) === undefined;
  if (isOther && !wallet?.requests.includes(stream))
    return `waits: it is not asked for any more; "taps payout resume ${name}" does`;
  const [stop] = wallet ? Wallet.stopsSigning(wallet) : [];
  if (stop) return `waits: the wallet is paused (${stop.reason}: ${stop.detail})`;
  if (funds && funds.missing > 0n) return `waits: the wallet lacks ${tez(funds.missing)}`;
  return 'it is signed by the running "taps start"';
};

/**
 * One payment stream: what is planned, and what became of each obligation. Amounts in mutez. Throws `ActRefused` where
 * nothing was ever planned.
 */
export const showPayout = async (acts: Acts, stream: StreamName) => {
  const { repository, baker, chain } = acts;
  const { state } = await repository.load(paymentIn(stream));
  if (state.plans === 0) refuseAct("no-plan", { payment: nameOf(stream) });
  const { payer } = (await repository.load(bakerOf(baker))).state;
  const wallet = payer === undefined ? undefined : (await repository.load(walletOf(payer))).state;
  const { pending, ...sums } = Payment.totalsOf(state);
  const isCycles = Payment.cycleOfStream(stream) !== undefined;
  const funds =
    payer === undefined || wallet === undefined || pending === 0
      ? undefined
      : await fundsFor(chain, await ifReachable(chain.head()), { address: payer, state: wallet }, [state]);
  return {
    payment: stream,
    /** What became of it, or what it waits for, in words. */
    now: await outlookOf(acts, stream, { state, wallet, funds }),
    planned: state.plan
      ? { digest: state.plan.digest, obligations: state.plan.count, due: state.plan.sum }
      : null,
    /** Ceilings that the plan is above, and who approved it. */
    exceeded: state.approval?.exceeded ?? null,
    awaitsApproval: Payment.awaitsApproval(state),
    approvedBy: state.approval?.approvedBy ?? null,
    /** Why the newest plan is void. */
    rejected: state.rejected ?? null,
    ...sums,
    pending,
    /** Of a payment that is no cycle's: whether the payer is asked for it. */
    asked: isCycles ? null : (wallet?.requests.includes(stream) ?? false),
    /** What it still needs, held against the wallet's balance; null: nothing, or no node answers. */
    funds: funds ?? null,
    obligations: [...state.obligations.values()].map(({ id, recipient, due, status }) => ({
      id,
      recipient,
      due,
      at: status.at,
      operation: status.at === "paid" ? status.operation : null,
      reason: status.at === "held" ? status.reason : null,
    })),
  };
};

/** The same of a payment that may not be there: undefined. */
export const findPayout = async (acts: Acts, stream: StreamName) =>
  (await acts.repository.load(paymentIn(stream))).state.plans === 0 ? undefined : showPayout(acts, stream);
