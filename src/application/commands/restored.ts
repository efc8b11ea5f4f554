import { type Level } from "../../domain/identifiers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, walletOf } from "../aggregates.js";
import { FINALITY } from "../process/payer/facts.js";
import { pauseOfRestore } from "../process/term.js";
import { act, type Acts, refuseAct } from "./acts.js";

/**
 * Somebody has restored the log or the database: nothing is signed until a final block is beyond the level answered,
 * which is also that of an earlier word while its wait lasts, for nothing was signed since.
 */
export const recordRestore = async (acts: Acts): Promise<Level> => {
  const { payer = refuseAct("no-payer") } = (await acts.repository.load(bakerOf(acts.baker))).state;
  const { state } = await acts.repository.load(walletOf(payer));
  const registered = state.adopted?.chainId ?? refuseAct("not-adopted");
  const { chainId: found, level } = await acts.chain.head();
  if (registered !== found) refuseAct("other-chain", { registered, found });
  const stands = state.pauses.find(({ reason }) => reason === "restored")?.untilLevel;
  if (stands != null && level - FINALITY <= stands) return stands;
  const pause = await pauseOfRestore(acts.chain, { detail: "a person says so", actor: acts.actor });
  await act(acts, walletOf(payer), Wallet.pause(pause));
  return pause.untilLevel;
};
