import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { z } from "zod";
import { type TzAddress } from "../../../domain/identifiers.js";

/** The key does not open the record, or the record was changed. */
export class WrongWalletKey extends Error {
  override readonly name = "WrongWalletKey";
  constructor() {
    super("WALLET_ENCRYPTION_KEY or WALLET_ENCRYPTION_IV is not the one that the wallet was imported with");
  }
}

export class WeakWalletKey extends Error {
  override readonly name = "WeakWalletKey";
  constructor() {
    super("WALLET_ENCRYPTION_KEY must be 32 random bytes, as 64 hexadecimal digits or as base64");
  }
}

/** An encrypted key, opaque to whoever keeps it. */
type WalletRecord = z.infer<typeof record>;

const VERSION = 1;
const INFO = "taps wallet v1";
const record = z.strictObject({
  version: z.literal(VERSION),
  nonce: z.base64(),
  ciphertext: z.base64(),
  tag: z.base64(),
});

/** 32 bytes of key material out of the configured text. Throws `WeakWalletKey`. */
const keyMaterial = (text: string): Buffer => {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  if (bytes.length !== 32 || new Set(bytes).size < 8) throw new WeakWalletKey();
  return bytes;
};

/**
 * Seals a wallet's secret: AES-256-GCM under a key derived by HKDF-SHA256 from `WALLET_ENCRYPTION_KEY` with
 * `WALLET_ENCRYPTION_IV` as its salt. Each record has a nonce of its own; the address is authenticated with it.
 */
export class Vault {
  private readonly key: Buffer;

  constructor(encryptionKey: string, salt: string) {
    this.key = Buffer.from(
      hkdfSync("sha256", keyMaterial(encryptionKey), Buffer.from(salt, "utf8"), INFO, 32),
    );
  }

  seal(address: TzAddress, secret: string): WalletRecord {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce).setAAD(
      Buffer.from(`${VERSION}:${address}`),
    );
    const ciphertext = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return {
      version: VERSION,
      nonce: nonce.toString("base64"),
      ciphertext: ciphertext.toString("base64"),
      tag: cipher.getAuthTag().toString("base64"),
    };
  }

  /** Throws `WrongWalletKey`. */
  open(address: TzAddress, sealed: unknown): string {
    const { nonce, ciphertext, tag } = record.parse(sealed);
    const decipher = createDecipheriv("aes-256-gcm", this.key, Buffer.from(nonce, "base64"))
      .setAAD(Buffer.from(`${VERSION}:${address}`))
      .setAuthTag(Buffer.from(tag, "base64"));
    try {
      return Buffer.concat([decipher.update(Buffer.from(ciphertext, "base64")), decipher.final()]).toString(
        "utf8",
      );
    } catch {
      throw new WrongWalletKey();
    }
  }
}
