import { type Signer, SignerUnavailable } from "../../../application/ports/chain.js";
import { type TzAddress } from "../../../domain/identifiers.js";

/** A signer that is opened when something is first to be signed: showing and simulating need no key. */
export class LazySigner implements Signer {
  private opened: Promise<Signer> | undefined;

  constructor(private readonly open: () => Promise<Signer>) {}

  async address(): Promise<TzAddress> {
    return (await this.signer()).address();
  }

  async publicKey(): Promise<string> {
    return (await this.signer()).publicKey();
  }

  async sign(forged: string): Promise<string> {
    return (await this.signer()).sign(forged);
  }

  /** What could not be opened is opened again the next time: a database that was away may be back. */
  private signer(): Promise<Signer> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }
}

/** Nothing is configured that could sign. */
export const noSigner = (): Promise<Signer> =>
  Promise.reject(
    new SignerUnavailable(
      "no signer: set SIGNER_URL, or WALLET_ENCRYPTION_KEY and WALLET_ENCRYPTION_IV and import a wallet",
    ),
  );
