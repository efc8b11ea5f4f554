// Takes a baker and its wallet over from another tool: what that one has paid is seen first.
import * as Baker from "../../domain/baker/baker.js";
import { asCycle, asLevel, type Cycle, type Level, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import { type Mutez, sumOf } from "../../domain/money.js";
import { bakerOf, ledgerOf, walletOf } from "../aggregates.js";
import { SourceUnavailable } from "../ports/reward-source.js";
import { FINALITY } from "../process/payer/facts.js";
import { type PastCycle, pastCycles } from "../queries/past-cycles.js";
import { act, type Acts, refuseAct } from "./acts.js";
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
  const firstCycle = confirmed ?? asCycle(Math.max(known, running));
  const cycles = await pastCycles(acts, evidence, { baker, payer, running });
  if (confirmed !== undefined) {
    assertFirst(acts, baker, ledger, { confirmed, running });
    await takeOver(acts, payer, final, confirmed);
  }
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

const assertFirst = (
  { startCycle }: Acts,
  { registered }: Baker.State,
  ledger: Ledger.State,
  { confirmed, running }: { readonly confirmed: Cycle; readonly running: Cycle },
): void => {
  if (startCycle !== undefined && startCycle !== confirmed)
    refuseAct("other-first-cycle", { START_CYCLE: startCycle, asked: confirmed });
  if (confirmed < running) refuseAct("cycle-ended", { running });
  const isMoved = confirmed !== registered?.firstCycle;
  if (isMoved && Ledger.hasTaken(ledger)) refuseAct("planned-already");
  const ours = Ledger.importedFrom(confirmed)(ledger);
  if (ours !== undefined) refuseAct("paid-here", { cycle: ours });
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
