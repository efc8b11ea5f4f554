import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { z } from "zod";

/** The key does not open the record, or the record was changed. */
export class WrongWalletKey extends Error {
  override readonly name = "WrongWalletKey";
  constructor() {
    super(
      "WALLET_ENCRYPTION_KEY or WALLET_ENCRYPTION_IV is not the one that the wallet was imported with, or its record was changed",
    );
  }
}

export class WeakWalletKey extends Error {
  static readonly RULE = "must be 32 random bytes, as 64 hexadecimal digits or as base64";
  override readonly name = "WeakWalletKey";
  constructor() {
    super(`WALLET_ENCRYPTION_KEY ${WeakWalletKey.RULE}`);
  }
}

/** An encrypted key, opaque to whoever keeps it. */
type WalletRecord = z.infer<typeof record>;

const VERSION = 1;
const INFO = "taps wallet v1";
const CIPHER = "aes-256-gcm";
/** Stated, since a shorter tag would be taken and is easier to forge. */
const TAG = { authTagLength: 16 };

const record = z.strictObject({
  version: z.literal(VERSION),
  nonce: z.base64(),
  ciphertext: z.base64(),
  tag: z.base64(),
});

const HEX = /^[0-9a-fA-F]{64}$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=?$/;
/** 32 random bytes have fewer distinct values than this less than once in 10^20. */
const LEAST_DISTINCT = 12;

/** 32 bytes of key material out of the configured text. Throws `WeakWalletKey`. */
const keyMaterial = (text: string): Buffer => {
  if (!HEX.test(text) && !BASE64.test(text)) throw new WeakWalletKey();
  const bytes = Buffer.from(text, HEX.test(text) ? "hex" : "base64");
  if (bytes.length !== 32 || new Set(bytes).size < LEAST_DISTINCT) throw new WeakWalletKey();
  return bytes;
};

const aad = (name: string): Buffer => Buffer.from(`${VERSION}:${name}`);

/**
 * Seals a wallet's secret, or another one: AES-256-GCM under a key derived by HKDF-SHA256 from `WALLET_ENCRYPTION_KEY` with
 * `WALLET_ENCRYPTION_IV` as its salt. Each record has a nonce of its own; its name (a wallet's address) is authenticated with it.
 */
export class Vault {
  private readonly key: Buffer;

  constructor(encryptionKey: string, salt: string) {
    this.key = Buffer.from(
      hkdfSync("sha256", keyMaterial(encryptionKey), Buffer.from(salt, "utf8"), INFO, 32),
    );
  }

  seal(name: string, secret: string): WalletRecord {
    const nonce = randomBytes(12);
    const cipher = createCipheriv(CIPHER, this.key, nonce, TAG).setAAD(aad(name));
    const ciphertext = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return {
      version: VERSION,
      nonce: nonce.toString("base64"),
      ciphertext: ciphertext.toString("base64"),
      tag: cipher.getAuthTag().toString("base64"),
    };
  }

  /** Throws `WrongWalletKey`. */
  open(name: string, sealed: unknown): string {
    try {
      const { nonce, ciphertext, tag } = record.parse(sealed);
      const decipher = createDecipheriv(CIPHER, this.key, Buffer.from(nonce, "base64"), TAG)
        .setAAD(aad(name))
        .setAuthTag(Buffer.from(tag, "base64"));
      return Buffer.concat([decipher.update(ciphertext, "base64"), decipher.final()]).toString("utf8");
    } catch {
      throw new WrongWalletKey();
    }
  }
}
