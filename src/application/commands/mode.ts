import * as Baker from "../../domain/baker/baker.js";
import { refuse } from "../../domain/decision.js";
import { asCycle, asLevel, type ChainId, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, ledgerOf, walletOf } from "../aggregates.js";
import { FINALITY } from "../process/payer/facts.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** Takes the wallet over at the newest final block of the registered chain, once. */
export const adoptWallet = async (acts: Acts, payer: TzAddress, registered: ChainId): Promise<void> => {
  const { state } = await acts.repository.load(walletOf(payer));
  if (state.adopted?.chainId === registered) return;
  const head = await acts.chain.head();
  if (head.chainId !== registered) refuseAct("other-chain", { registered, found: head.chainId });
  const final = await acts.chain.block(asLevel(Math.max(1, head.level - FINALITY)), payer);
  const { counter } = await acts.chain.account(payer, final.hash);
  await act(acts, walletOf(payer), Wallet.adopt({ chainId: head.chainId, level: final.level, counter }));
};

/** `payer`: the wallet that is to pay; another one may have taken its place meanwhile. */
const change = async (acts: Acts, mode: Baker.Mode, payer: TzAddress | undefined): Promise<void> => {
  const { cycle, chainId } = await acts.chain.head();
  await act(acts, bakerOf(acts.baker), (state) => {
    if (state.registered && state.registered.chainId !== chainId)
      return refuse("other-chain", { registered: state.registered.chainId, found: chainId });
    if (mode === "on" && state.payer !== payer) return refuse("changing");
    return Baker.changeMode({ mode, fromCycle: cycle, actor: acts.actor })(state);
  });
};

const pauseForMode = (acts: Acts, payer: TzAddress, mode: Baker.Mode): Promise<void> => {
  const pause = { reason: "mode" as const, detail: `mode ${mode}`, actor: acts.actor, untilLevel: null };
  return act(acts, walletOf(payer), Wallet.pause(pause));
};

/** Somebody may have switched at the same time: whoever comes last leaves nothing signed outside *on*. */
const pauseUnlessOn = async (acts: Acts): Promise<void> => {
  const { mode, payer } = (await acts.repository.load(bakerOf(acts.baker))).state;
  if (mode === "on" || payer === undefined) return;
  const { adopted } = (await acts.repository.load(walletOf(payer))).state;
  if (adopted !== null) await pauseForMode(acts, payer, mode);
};

/** What a cycle left owing elsewhere was imported: paid here as well, it would be paid twice. */
const assertNotImported = async (acts: Acts, firstCycle: Cycle): Promise<void> => {
  const { cycle: running } = await acts.chain.head();
  const { state: ledger } = await acts.repository.load(ledgerOf(acts.baker));
  const ours = Ledger.importedFrom(asCycle(Math.max(firstCycle, running)))(ledger);
  if (ours !== undefined) refuseAct("paid-here", { cycle: ours });
};

const enter = async (acts: Acts, payer: TzAddress, registered: ChainId): Promise<void> => {
  await acts.assertSigns(payer);
  await adoptWallet(acts, payer, registered);
  await change(acts, "on", payer);
  // Decided on the wallet as it was before this look at the mode: who has left *on* meanwhile has paused it again.
  await act(acts, walletOf(payer), async (wallet) => {
    const { mode } = (await acts.repository.load(bakerOf(acts.baker))).state;
    return mode === "on" ? Wallet.resume({ reason: "mode", actor: acts.actor })(wallet) : [];
  });
};

/**
 * Switches the mode. Leaving *on* pauses the wallet first, entering it lifts that pause last: whatever is
 * interrupted between the two, nothing is signed outside *on* (PAYMENT section 8). Once paused, nothing is signed
 * even if no node answers that could tell the cycle of the switch.
 */
export const switchMode = async (acts: Acts, mode: Baker.Mode): Promise<void> => {
  if (mode === "on") {
    const { payer, mode: current, registered } = await ensureRegistered(acts);
    const { chainId, firstCycle } = registered ?? refuseAct("not-registered");
    if (current !== "on") await assertNotImported(acts, firstCycle);
    await enter(acts, payer ?? refuseAct("no-payer"), chainId);
  } else {
    const { payer, mode: current } = await (mode === "off" ? registeredBaker : ensureRegistered)(acts);
    if (payer !== undefined && current === "on") await pauseForMode(acts, payer, mode);
    await change(acts, mode, payer);
  }
  await pauseUnlessOn(acts);
};

/** What is registered stops at once, whatever START_CYCLE and PAYER say in this shell. */
const registeredBaker = async (acts: Acts): Promise<Baker.State> => {
  const { state } = await acts.repository.load(bakerOf(acts.baker));
  return state.registered ? state : ensureRegistered(acts);
};

const payerOf = async (acts: Acts): Promise<TzAddress> =>
  (await registeredBaker(acts)).payer ?? refuseAct("no-payer");

/** Stops signing; what is signed is watched to its end. */
export const pauseWallet = async (acts: Acts, detail: string): Promise<void> => {
  const pause = { reason: "person" as const, detail, actor: acts.actor, untilLevel: null };
  await act(acts, walletOf(await payerOf(acts)), Wallet.pause(pause));
};

type Stops = ReturnType<typeof Wallet.stopsSigning>;

const LIFTED_BY_PEOPLE: ReadonlySet<string> = new Set(["person", "finding"]);

/** Lifts people's pauses and findings, exactly those that are answered as lifted; and answers what still stops. */
export const resumeWallet = async (
  acts: Acts,
): Promise<{ readonly lifted: Wallet.State["pauses"]; readonly stops: Stops }> => {
  const { repository, actor, metadata } = acts;
  const wallet = walletOf(await payerOf(acts));
  for (;;) {
    const { state, revision } = await repository.load(wallet);
    const lifted = state.pauses.filter(({ reason }) => LIFTED_BY_PEOPLE.has(reason));
    const events = lifted.map(({ reason }): Wallet.Event => ({
      type: "WalletResumed",
      data: { reason, actor },
    }));
    const done =
      events.length === 0 || (await repository.append(wallet.stream, revision, events, metadata())).appended;
    if (done) return { lifted, stops: Wallet.stopsSigning((await repository.load(wallet)).state) };
  }
};
