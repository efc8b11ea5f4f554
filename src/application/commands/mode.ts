import * as Baker from "../../domain/baker/baker.js";
import { refuse } from "../../domain/decision.js";
import { asLevel, type ChainId, type TzAddress } from "../../domain/identifiers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, walletOf } from "../aggregates.js";
import { FINALITY } from "../process/payer/facts.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** Takes the wallet over at the newest final block of the registered chain, once. */
const adopt = async (acts: Acts, payer: TzAddress, registered: ChainId): Promise<void> => {
  const { state } = await acts.repository.load(walletOf(payer));
  if (state.adopted?.chainId === registered) return;
  const head = await acts.chain.head();
  if (head.chainId !== registered) refuseAct("other-chain", { registered, found: head.chainId });
  const final = await acts.chain.block(asLevel(Math.max(1, head.level - FINALITY)), payer);
  const { counter } = await acts.chain.account(payer, final.hash);
  await act(acts, walletOf(payer), Wallet.adopt({ chainId: head.chainId, level: final.level, counter }));
};

const change = async (acts: Acts, mode: Baker.Mode): Promise<void> => {
  const { cycle, chainId } = await acts.chain.head();
  await act(acts, bakerOf(acts.baker), (state) =>
    state.registered && state.registered.chainId !== chainId
      ? refuse("other-chain", { registered: state.registered.chainId, found: chainId })
      : Baker.changeMode({ mode, fromCycle: cycle, actor: acts.actor })(state),
  );
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

const enter = async (acts: Acts, payer: TzAddress, registered: ChainId): Promise<void> => {
  await acts.assertSigns(payer);
  await adopt(acts, payer, registered);
  await change(acts, "on");
  await act(acts, walletOf(payer), Wallet.resume({ reason: "mode", actor: acts.actor }));
};

/**
 * Switches the mode. Leaving *on* pauses the wallet first, entering it lifts that pause last: whatever is
 * interrupted between the two, nothing is signed outside *on* (PAYMENT section 8). Once paused, nothing is signed
 * even if no node answers that could tell the cycle of the switch.
 */
export const switchMode = async (acts: Acts, mode: Baker.Mode): Promise<void> => {
  const { payer, mode: current, registered } = await ensureRegistered(acts);
  if (mode === "on") {
    const { chainId } = registered ?? refuseAct("not-registered");
    await enter(acts, payer ?? refuseAct("no-payer"), chainId);
  } else {
    if (payer !== undefined && current === "on") await pauseForMode(acts, payer, mode);
    await change(acts, mode);
  }
  await pauseUnlessOn(acts);
};

const payerOf = async (acts: Acts): Promise<TzAddress> => {
  const { payer } = await ensureRegistered(acts);
  return payer ?? refuseAct("no-payer");
};

/** Stops signing; what is signed is watched to its end. */
export const pauseWallet = async (acts: Acts, detail: string): Promise<void> => {
  const pause = { reason: "person" as const, detail, actor: acts.actor, untilLevel: null };
  await act(acts, walletOf(await payerOf(acts)), Wallet.pause(pause));
};

/** Lifts a person's pause, and the one of a finding that a person has looked at; answers what still stops. */
export const resumeWallet = async (acts: Acts): Promise<ReturnType<typeof Wallet.stopsSigning>> => {
  const wallet = walletOf(await payerOf(acts));
  await act(acts, wallet, Wallet.resume({ reason: "person", actor: acts.actor }));
  await act(acts, wallet, Wallet.resume({ reason: "finding", actor: acts.actor }));
  return Wallet.stopsSigning((await acts.repository.load(wallet)).state);
};
