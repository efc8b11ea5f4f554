// Who signs: the remote signer or the imported wallet, and whether it can.
import { type Signer } from "./application/ports/chain.js";
import { type Get } from "./composition.js";
import { type Config, type Mistake } from "./config.js";
import { type TzAddress } from "./domain/identifiers.js";
import { PostgresWalletStore } from "./infrastructure/postgres/wallet-store.js";
import { noSigner } from "./infrastructure/tezos/signers/lazy.js";
import { NativeSigner } from "./infrastructure/tezos/signers/native.js";
import { RemoteSigner } from "./infrastructure/tezos/signers/remote.js";
import { Vault, WeakWalletKey } from "./infrastructure/tezos/signers/vault.js";
import { SetupError } from "./setup-error.js";

/** What seals and opens wallets. Throws `SetupError` without a key, `WeakWalletKey`. */
export const openVault = (config: Config): Vault => {
  const { WALLET_ENCRYPTION_KEY: key, WALLET_ENCRYPTION_IV: salt } = config;
  if (!key || !salt)
    throw new SetupError("WALLET_ENCRYPTION_KEY and WALLET_ENCRYPTION_IV must be set to keep a wallet");
  return new Vault(key.reveal(), salt.reveal());
};

/** The signer of the wallet that pays. Throws `SignerUnavailable`, or what is wrong with the key. */
export const openSigner = async (config: Config, get: Get, payer: TzAddress | undefined): Promise<Signer> => {
  if (payer === undefined) return noSigner();
  if (config.SIGNER_URL) return new RemoteSigner(config.SIGNER_URL.reveal(), payer);
  if (!config.WALLET_ENCRYPTION_KEY) return noSigner();
  const store = new PostgresWalletStore(await get("pool"));
  if (!(await store.addresses()).includes(payer)) return noSigner();
  const secret = get("vault").open(payer, await store.load(payer));
  return NativeSigner.fromSecret(secret);
};

/** Opens the signer and asks for its key, to hear today what would be wrong on the day of the payment. */
export const assertSigns = async (config: Config, get: Get, payer: TzAddress): Promise<void> => {
  const isDemo = config.TEZOS_RPC_URL === undefined;
  if (!isDemo) await (await openSigner(config, get, payer)).publicKey();
};

/** A key that cannot seal a wallet, said before a wallet is there. */
export const walletKeyMistakes = (config: Config, get: Get): readonly Mistake[] => {
  if (!config.WALLET_ENCRYPTION_KEY) return [];
  try {
    get("vault");
    return [];
  } catch (error) {
    if (!(error instanceof WeakWalletKey)) throw error;
    return [{ variable: "WALLET_ENCRYPTION_KEY", problem: WeakWalletKey.RULE }];
  }
};
