import { type Signer } from "../../../application/ports/chain.js";
import { type TzAddress, tzAddress } from "../../../domain/identifiers.js";
import { assertSigned } from "./verify.js";

/** Not a secret key or mnemonic that this wallet takes. The message never repeats what was given. */
export class UnusableSecret extends Error {
  override readonly name = "UnusableSecret";
}

const WORDS = new Set([12, 15, 18, 21, 24]);
/** Operations are signed under this watermark (Tezos, generic operation). */
const OPERATION = Uint8Array.of(3);

const open = async (secret: string) => {
  const { InMemorySigner } = await import("@taquito/signer");
  const words = secret.trim().split(/\s+/);
  try {
    if (WORDS.has(words.length)) return InMemorySigner.fromMnemonic({ mnemonic: words.join(" ") });
    return await InMemorySigner.fromSecretKey(secret.trim());
  } catch {
    const encrypted = secret.trim().startsWith("edesk");
    throw new UnusableSecret(
      encrypted
        ? "an encrypted secret key (edesk...) is not taken: decrypt it first"
        : "expected an unencrypted secret key (edsk..., spsk..., p2sk...) or a mnemonic of 12 to 24 words",
    );
  }
};

/** Signs in this process with a secret key, or the first account of a mnemonic. */
export class NativeSigner implements Signer {
  private constructor(
    private readonly account: TzAddress,
    private readonly key: string,
    private readonly signBytes: (forged: string) => Promise<{ bytes: string; signature: string }>,
  ) {}

  /** Throws `UnusableSecret`. */
  static async fromSecret(secret: string): Promise<NativeSigner> {
    const signer = await open(secret);
    const account = tzAddress.parse(await signer.publicKeyHash());
    return new NativeSigner(account, await signer.publicKey(), async (forged) => {
      const { sbytes, prefixSig } = await signer.sign(forged, OPERATION);
      return { bytes: sbytes, signature: prefixSig };
    });
  }

  async address(): Promise<TzAddress> {
    return this.account;
  }

  async publicKey(): Promise<string> {
    return this.key;
  }

  async sign(forged: string): Promise<string> {
    const { bytes, signature } = await this.signBytes(forged);
    await assertSigned(forged, this.key, signature);
    return bytes;
  }
}
