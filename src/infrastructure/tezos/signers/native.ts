import { type Signer } from "../../../application/ports/chain.js";
import { type TzAddress, tzAddress } from "../../../domain/identifiers.js";
import { attach, OPERATION } from "./verify.js";

/** Not a secret key or mnemonic that this wallet takes. The message never repeats what was given. */
export class UnusableSecret extends Error {
  override readonly name = "UnusableSecret";
}

const WORDS = new Set([12, 15, 18, 21, 24]);
/** Secret keys of tz1, tz2 and tz3 accounts. */
const PLAIN_KEY = /^(edsk|spsk|p2sk)/;

const unlock = async (secret: string) => {
  const { InMemorySigner } = await import("@taquito/signer");
  const text = secret.trim();
  const words = text.split(/\s+/);
  try {
    if (WORDS.has(words.length)) return InMemorySigner.fromMnemonic({ mnemonic: words.join(" ") });
    if (PLAIN_KEY.test(text)) return await InMemorySigner.fromSecretKey(text);
  } catch {
    // The library's errors may repeat the secret: none is passed on.
  }
  throw new UnusableSecret(
    /^(ed|sp|p2)esk/.test(text)
      ? "an encrypted secret key (edesk..., spesk..., p2esk...) is not taken: decrypt it first"
      : "expected an unencrypted secret key (edsk..., spsk..., p2sk...) or a mnemonic of 12 to 24 words",
  );
};

/** Signs in this process with a secret key, or the first account of a mnemonic. */
export class NativeSigner implements Signer {
  private constructor(
    private readonly account: TzAddress,
    private readonly key: string,
    private readonly signatureOf: (forged: string) => Promise<string>,
  ) {}

  /** Throws `UnusableSecret`. */
  static async fromSecret(secret: string): Promise<NativeSigner> {
    const signer = await unlock(secret);
    const account = tzAddress.parse(await signer.publicKeyHash());
    const signatureOf = async (forged: string) => (await signer.sign(forged, OPERATION)).prefixSig;
    return new NativeSigner(account, await signer.publicKey(), signatureOf);
  }

  async address(): Promise<TzAddress> {
    return this.account;
  }

  async publicKey(): Promise<string> {
    return this.key;
  }

  async sign(forged: string): Promise<string> {
    return attach(forged, this.key, await this.signatureOf(forged));
  }
}
