// Takes a baker and its wallet over from another tool: what that one has paid is seen first.
import * as Baker from "../../domain/baker/baker.js";
import { isRefused } from "../../domain/decision.js";
import { asCycle, asLevel, type Cycle, type Level, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import { type Mutez, sumOf } from "../../domain/money.js";
import { bakerOf, ledgerOf, walletOf } from "../aggregates.js";
import { SourceUnavailable } from "../ports/reward-source.js";
import { FINALITY } from "../process/payer/facts.js";
import { type PastCycle, pastCycles } from "../queries/past-cycles.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { adoptWallet } from "./mode.js";
import { type Evidence } from "./pay-cycle.js";
import { ensureRegistered } from "./registration.js";

export interface Adoption {
  readonly payer: TzAddress;
  readonly running: Cycle;
  /** The first cycle that TAPS pays by itself, if it is switched on before that one ends. */
  readonly firstCycle: Cycle;
  /** Oldest first: the other tool's. */
  readonly cycles: readonly PastCycle[];
  /** What delegators are owed from before, and is paid with the first cycle. */
  readonly opening: { readonly delegators: number; readonly sum: Mutez; readonly files: number };
  readonly written: boolean;
}

/**
 * Shows what the wallet has paid, and what TAPS will pay. With a cycle `confirmed`, from which on TAPS is to pay, that
 * is registered and the wallet taken over, as by the switch to *on*, which is said afterwards.
 */
export const adopt = async (
  acts: Acts,
  evidence: Evidence,
  confirmed: Cycle | undefined,
): Promise<Adoption> => {
  const { state: baker } = await acts.repository.load(bakerOf(acts.baker));
  const payer = baker.payer ?? acts.payer ?? refuseAct("no-payer");
  const { cycle: running, level, chainId: found } = await acts.chain.head();
  const registered = baker.registered?.chainId ?? found;
  if (found !== registered) refuseAct("other-chain", { registered, found });
  const final = asLevel(Math.max(1, level - FINALITY));
  await assertShows(evidence, registered, final);
  const { state: ledger } = await acts.repository.load(ledgerOf(acts.baker));
  const known = baker.registered?.firstCycle ?? acts.startCycle ?? asCycle(running + 1);
  const latest = acts.startCycle ?? running + MOST_AHEAD;
  const firstCycle = confirmed ?? asCycle(Math.max(Math.min(known, latest), running));
  assertFirst(acts, baker, ledger, { firstCycle, running });
  const cycles = await pastCycles(acts, evidence, { baker, payer, running });
  if (confirmed !== undefined) await takeOver(acts, payer, final, confirmed);
  const { balances, imported } = ledger;
  const sum = sumOf(balances.values(), (amount) => amount);
  const opening = { delegators: balances.size, sum, files: imported.size };
  return { payer, running, firstCycle, cycles, opening, written: confirmed !== undefined };
};

/** What is sent after the wallet is taken over the log explains itself; all before TzKT must show. */
const assertShows = async ({ source }: Evidence, registered: string, final: Level): Promise<void> => {
  const { chainId, level } = await source.head();
  if (chainId !== registered) throw new SourceUnavailable(`TzKT shows another chain (${chainId})`);
  if (level < final) refuseAct("source-lags", { level, final });
};

/** The first cycle is the running one, or so many later at most: a slip of the number would leave all of them unpaid. */
const MOST_AHEAD = 10;

const assertFirst = (
  { startCycle, actor }: Acts,
  baker: Baker.State,
  ledger: Ledger.State,
  { firstCycle, running }: { readonly firstCycle: Cycle; readonly running: Cycle },
): void => {
  if (startCycle !== undefined && startCycle !== firstCycle)
    refuseAct("other-first-cycle", { START_CYCLE: startCycle, asked: firstCycle });
  if (firstCycle < running) refuseAct("cycle-ended", { running });
  const last = running + MOST_AHEAD;
  if (firstCycle > last) refuseAct("too-far-ahead", { running, latest: last });
  const isMoved = firstCycle !== baker.registered?.firstCycle;
  if (isMoved && Ledger.hasTaken(ledger)) refuseAct("planned-already");
  const moved = Baker.setFirstCycle({ firstCycle, actor })(baker);
  if (baker.registered && isRefused(moved)) throw new ActRefused(moved);
  const ours = Ledger.importedFrom(firstCycle)(ledger);
  if (ours !== undefined) refuseAct("imported-ahead", { cycle: ours });
};

const takeOver = async (acts: Acts, payer: TzAddress, final: Level, firstCycle: Cycle): Promise<void> => {
  await acts.assertSigns(payer);
  if ((await acts.repository.load(walletOf(payer))).state.adopted === null)
    await assertQuiet(acts, payer, final);
  const isNew = (await acts.repository.load(bakerOf(acts.baker))).state.registered === undefined;
  const { registered } = await ensureRegistered({ ...acts, startCycle: isNew ? firstCycle : undefined });
  await act(acts, bakerOf(acts.baker), Baker.setFirstCycle({ firstCycle, actor: acts.actor }));
  await adoptWallet(acts, payer, registered?.chainId ?? refuseAct("not-registered"));
};

/** An operation that is not final would be found foreign as soon as the wallet is taken over. */
const assertQuiet = async ({ chain }: Acts, payer: TzAddress, final: Level): Promise<void> => {
  const pending = (await chain.mempool(payer)).find(
    ({ state }) => state === "validated" || state === "branch-delayed",
  );
  if (pending) refuseAct("wallet-busy", { hash: pending.hash });
  const [{ hash: head }, { hash: atFinal }] = [await chain.head(), await chain.block(final, payer)];
  const [now, then] = [await chain.account(payer, head), await chain.account(payer, atFinal)];
  if (now.counter !== then.counter) refuseAct("wallet-busy", { counter: now.counter });
};
