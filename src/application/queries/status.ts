import type * as Baker from "../../domain/baker/baker.js";
import type * as Cycle from "../../domain/cycle/cycle.js";
import {
  type Cycle as CycleNumber,
  type OperationHash,
  type StreamName,
  type TzAddress,
} from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, paymentIn, paymentOf, rewardOf, walletOf } from "../aggregates.js";
import { begunCycles } from "../begun-cycles.js";
import { type Acts, refuseAct } from "../commands/acts.js";
import { type Head } from "../ports/chain.js";
import { cyclesOfInterest } from "../process/cycle-watcher.js";
import { type ShownChain } from "./soon.js";
import { fundsFor, ifReachable } from "./funds.js";
import { askedOf, leftBehind } from "./left-behind.js";

/** What it is found out from. */
type Looking = Pick<Acts, "repository" | "baker" | "log"> & { readonly chain: ShownChain };

const OPEN = new Set<Cycle.State["at"]>(["open", "ended", "rewards-ready", "paying"]);

/** What is going on and what it waits for, out of the log's folds and the node's head. */
export const status = async (acts: Looking) => {
  const { repository, baker, chain } = acts;
  const { state } = await repository.load(bakerOf(baker));
  const head = await ifReachable(chain.head());
  const running = head?.cycle;
  const concerned = running === undefined ? await begunIn(acts, state) : cyclesOfInterest(state, running);
  const left = await leftBehind(acts, state, running);
  const shown = [...new Set([...left, ...concerned])].sort((a, b) => a - b);
  const cycles = await Promise.all(
    shown.map(async (cycle) => ({
      cycle,
      life: (await repository.load(cycleOf(baker, cycle))).state,
      payment: (await repository.load(paymentOf(baker, cycle))).state,
    })),
  );
  const unfinished = cycles.filter(({ life }) => OPEN.has(life.at));
  const paying = unfinished.filter(({ cycle, life }) => !left.includes(cycle) && life.held === undefined);
  return {
    baker,
    registered: state.registered ?? null,
    payer: state.payer ?? null,
    mode: state.mode,
    head: head ? { level: head.level, cycle: head.cycle, hash: head.hash } : null,
    unfinished: unfinished.map(({ cycle, life, payment }) => {
      const awaits = awaitedIn(payment);
      return {
        cycle,
        at: life.at,
        held: life.held ?? null,
        awaits,
        asks: left.includes(cycle)
          ? askedOf(state, cycle)
          : awaits && `"taps payout approve ${cycle}", or "taps payout reject ${cycle}"`,
      };
    }),
    ceilings: state.ceilings,
    wallet: await walletStatus(
      acts,
      state,
      head,
      paying.map(({ payment }) => payment),
    ),
  };
};

/** Without a node: what the log has seen begin. */
const begunIn = async (
  { repository, baker }: Looking,
  state: Baker.State,
): Promise<readonly CycleNumber[]> =>
  state.mode === "on" ? (await begunCycles(repository, baker, state)).map(({ cycle }) => cycle) : [];

/** The plan that waits for approval, and the ceilings that it is above. */
const awaitedIn = (payment: Payment.State) =>
  payment.plan && payment.approval && Payment.awaitsApproval(payment)
    ? { planDigest: payment.plan.digest, exceeded: payment.approval.exceeded }
    : null;

const requestsOf = ({ requests }: Wallet.State): readonly StreamName[] =>
  requests.map((payment) => Payment.streamOfBatch(`${payment}/`)).filter((stream) => stream !== undefined);

/** Events of the wallet that are looked at for the last delegation. */
const EVENTS_BACK = 500;

/** What became of the delegation that ended last, as far as the newest events tell. */
const lastDelegation = async ({ log }: Looking, payer: TzAddress) => {
  const ended = new Map<string, string>();
  const final = new Map<OperationHash, string>();
  const events = log.read(Wallet.stream(payer), { direction: "backwards", limit: EVENTS_BACK });
  for await (const { event } of events) {
    if (event.type === "BatchVoided") ended.set(event.data.batchId, `not sent: ${event.data.reason}`);
    if (event.type === "OperationFinalised")
      final.set(event.data.hash, event.data.contents.map((content) => content.status).join(", "));
    if (event.type === "OperationSigned" && event.data.purpose === "delegation") {
      const { hash, batchId } = event.data;
      const became = final.get(hash);
      if (became !== undefined) ended.set(batchId ?? "", `${became}: ${hash}`);
    }
    if (event.type !== "DelegationRequested") continue;
    const { id, to } = event.data;
    const became = ended.get(id);
    if (became !== undefined) return { id, to, became };
  }
  return null;
};

const walletStatus = async (
  acts: Looking,
  { payer }: Baker.State,
  head: Head | undefined,
  cycles: readonly Payment.State[],
) => {
  if (payer === undefined) return null;
  const { repository, chain } = acts;
  const { state } = await repository.load(walletOf(payer));
  const asked = await Promise.all(
    requestsOf(state).map(async (payment) => ({
      payment,
      state: (await repository.load(paymentIn(payment))).state,
    })),
  );
  const due = [...cycles, ...asked.map((other) => other.state)].filter(
    (payment) => !Payment.awaitsApproval(payment),
  );
  return {
    adopted: state.adopted !== null,
    counter: state.counter.toString(),
    /** In mutez: what is planned and to be paid, held against the balance; null: no node answers. */
    funds: (await fundsFor(chain, head, { address: payer, state }, due)) ?? null,
    /** Other money that is asked for. `pending`: receivers that are still to be paid. */
    payments: asked.map((other) => ({
      payment: other.payment,
      pending: Payment.totalsOf(other.state).pending,
      awaitsApproval: Payment.awaitsApproval(other.state),
    })),
    delegations: state.delegations.map(({ id, to }) => ({ id, to })),
    lastDelegation: await lastDelegation(acts, payer),
    operations: state.operations.map(({ hash, included }) => ({ hash, included: included?.level ?? null })),
    stops: Wallet.stopsSigning(state),
  };
};

/** One cycle: what it earned, what was planned, and what became of it. Amounts in mutez, as decimal strings. */
export const showCycle = async (acts: Acts, cycle: CycleNumber) => {
  const { repository, baker, chain } = acts;
  const life = (await repository.load(cycleOf(baker, cycle))).state;
  if (life.at === "unknown") refuseAct("never-opened", { cycle });
  const { state } = await repository.load(bakerOf(baker));
  const left = await leftBehind(acts, state, (await ifReachable(chain.head()))?.cycle, cycle);
  const { allocation, rejected } = (await repository.load(rewardOf(baker, cycle))).state;
  const payment = (await repository.load(paymentOf(baker, cycle))).state;
  const { pending, ...sums } = Payment.totalsOf(payment);
  return {
    cycle,
    at: life.at,
    held: life.held ?? null,
    /** What it waits for, where TAPS would not pay it by itself. */
    asks: left.includes(cycle) ? askedOf(state, cycle) : null,
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
