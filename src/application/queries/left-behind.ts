// Cycles that have ended unpaid and that TAPS pays only when a person asks for them.
import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import { asCycle, type Cycle as CycleNumber } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import { bakerOf, cycleOf, ledgerOf } from "../aggregates.js";
import { type Acts } from "../commands/acts.js";
import { ifReachable } from "./funds.js";

/** So many ended cycles are looked at: whoever starts does not read years of them. */
const CYCLES_BACK = 50;

/** Whether one that is not finished waits for "cycle pay"; `taking`: the cycle that has the ledger's balances. */
const isLeft = (
  baker: Baker.State,
  running: CycleNumber | undefined,
  taking: CycleNumber | undefined,
  cycle: CycleNumber,
): boolean => {
  const { registered, onSince, mode } = baker;
  if (registered === undefined || onSince === undefined) return false;
  if (mode === "on" && Baker.pays(baker, cycle)) return false;
  return cycle === taking || (running !== undefined && cycle >= registered.firstCycle && cycle < running);
};

type Looking = Pick<Acts, "repository" | "baker">;

const takingIn = async ({ repository, baker }: Looking): Promise<CycleNumber | undefined> => {
  const { take } = (await repository.load(ledgerOf(baker))).state;
  return take && Payment.cycleOfStream(take.payment);
};

/**
 * Of the last fifty cycles those that have ended unpaid, from the first that TAPS pays, and that it would not pay by
 * itself any more; also one that has the ledger's balances, however old: no other one begins meanwhile. Oldest first.
 * `running` undefined: no node answers, and that one alone is known. None before the first switch to *on*. With `only`
 * that one is looked at and no other.
 */
export const leftBehind = async (
  acts: Looking,
  baker: Baker.State,
  running: CycleNumber | undefined,
  only?: CycleNumber,
): Promise<readonly CycleNumber[]> => {
  const taking = await takingIn(acts);
  const back = Array.from(
    { length: running === undefined ? 0 : CYCLES_BACK },
    (_, n) => (running ?? 0) - 1 - n,
  );
  const all = [...back.filter((n) => n >= 0), ...(taking === undefined ? [] : [taking])];
  const candidates = only === undefined ? [...new Set(all)].sort((a, b) => a - b) : [only];
  const left: CycleNumber[] = [];
  for (const cycle of candidates.map(asCycle)) {
    if (!isLeft(baker, running, taking, cycle)) continue;
    const { state } = await acts.repository.load(cycleOf(acts.baker, cycle));
    if (!Cycle.isFinished(state)) left.push(cycle);
  }
  return left;
};

/** What waits so at this moment. */
export const unpaidNow = async (acts: Acts): Promise<readonly CycleNumber[]> => {
  const { state } = await acts.repository.load(bakerOf(acts.baker));
  return leftBehind(acts, state, (await ifReachable(acts.chain.head()))?.cycle);
};

/** What a cycle that was left behind waits for. */
export const askedOf = ({ mode }: Baker.State, cycle: CycleNumber): string =>
  `${mode === "on" ? "" : '"taps mode on", then '}"taps cycle pay ${cycle}", or "taps cycle skip ${cycle}"`;
