import { type Signer, SignerUnavailable } from "../../../application/ports/chain.js";
import { type TzAddress } from "../../../domain/identifiers.js";

/**
 * The signer of the wallet that pays, opened when something is first to be signed, for showing and simulating need no
 * key; and anew when another wallet pays.
 */
export class LazySigner implements Signer {
  private opened: { readonly payer: TzAddress | undefined; readonly signer: Promise<Signer> } | undefined;

  constructor(
    private readonly payer: () => Promise<TzAddress | undefined>,
    private readonly open: (payer: TzAddress | undefined) => Promise<Signer>,
  ) {}

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
  private async signer(): Promise<Signer> {
    const payer = await this.payer();
    if (this.opened?.payer !== payer) this.opened = undefined;
    this.opened ??= { payer, signer: this.open(payer) };
    try {
      return await this.opened.signer;
    } catch (error) {
      this.opened = undefined;
      throw error;
    }
  }
}

/** Nothing is configured that could sign. */
export const noSigner = (): Promise<Signer> =>
  Promise.reject(
    new SignerUnavailable(
      "no signer: set SIGNER_URL, or WALLET_ENCRYPTION_KEY and WALLET_ENCRYPTION_IV and import a wallet",
    ),
  );
