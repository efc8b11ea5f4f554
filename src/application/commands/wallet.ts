import { type TzAddress } from "../../domain/identifiers.js";
import { ActRefused, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered, registerPayer } from "./registration.js";

/** A secret key or mnemonic that was read, and where it would be kept, encrypted. */
export interface OpenedWallet {
  readonly address: TzAddress;
  keep(): Promise<void>;
  /** Forgets what was kept. */
  discard(): Promise<void>;
}

/**
 * Keeps a wallet and makes it the one that pays; one that is not the registered one is not kept, also when two are
 * imported at once.
 */
export const importWallet = async (acts: Acts, wallet: OpenedWallet): Promise<void> => {
  const { payer } = await ensureRegistered(acts);
  if (payer !== undefined && payer !== wallet.address)
    refuseAct("other-payer", { registered: payer, given: wallet.address });
  await wallet.keep();
  try {
    await registerPayer(acts, wallet.address);
  } catch (error) {
    if (error instanceof ActRefused) await wallet.discard();
    throw error;
  }
};
