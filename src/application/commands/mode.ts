import * as Baker from "../../domain/baker/baker.js";
import { asLevel, type TzAddress } from "../../domain/identifiers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, walletOf } from "../aggregates.js";
import { FINALITY } from "../process/payer/facts.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** Takes the wallet over at the newest final block, once. */
const adopt = async (acts: Acts, payer: TzAddress): Promise<void> => {
  const { state } = await acts.repository.load(walletOf(payer));
  if (state.adopted !== null) return;
  const head = await acts.chain.head();
  const final = await acts.chain.block(asLevel(Math.max(1, head.level - FINALITY)), payer);
  const { counter } = await acts.chain.account(payer, final.hash);
  await act(acts, walletOf(payer), Wallet.adopt({ chainId: head.chainId, level: final.level, counter }));
};

/**
 * Switches the mode. Leaving *on* pauses the wallet first, entering it lifts that pause last: whatever is
 * interrupted between the two, nothing is signed outside *on* (PAYMENT section 8).
 */
export const switchMode = async (acts: Acts, mode: Baker.Mode): Promise<void> => {
  const baker = await ensureRegistered(acts);
  const { payer } = baker;
  const change = async () => {
    const fromCycle = (await acts.chain.head()).cycle;
    await act(acts, bakerOf(acts.baker), Baker.changeMode({ mode, fromCycle, actor: acts.actor }));
  };
  if (mode === "on") {
    if (payer === undefined) return refuseAct("no-payer");
    await adopt(acts, payer);
    await change();
    return act(acts, walletOf(payer), Wallet.resume({ reason: "mode", actor: acts.actor }));
  }
  if (payer !== undefined && baker.mode === "on") {
    const pause = { reason: "mode" as const, detail: `mode ${mode}`, actor: acts.actor, untilLevel: null };
    await act(acts, walletOf(payer), Wallet.pause(pause));
  }
  return change();
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

/** Lifts a person's pause, and the one that a finding made a person look at. */
export const resumeWallet = async (acts: Acts): Promise<void> => {
  const wallet = walletOf(await payerOf(acts));
  await act(acts, wallet, Wallet.resume({ reason: "person", actor: acts.actor }));
  await act(acts, wallet, Wallet.resume({ reason: "finding", actor: acts.actor }));
};
