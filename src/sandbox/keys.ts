import { createPrivateKey, createPublicKey } from "node:crypto";
import { b58Encode, getPkhfromPk, PrefixV2 } from "@taquito/utils";
import { sha256 } from "../domain/digest.js";
import { tzAddress, type TzAddress } from "../domain/identifiers.js";

export interface KeyPair {
  /** Unencrypted `edsk`; of play money only. */
  readonly secretKey: string;
  readonly publicKey: string;
  readonly address: TzAddress;
}

/** An ed25519 seed as PKCS #8 (RFC 8410), which is how Node takes it. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** A key that anyone can derive from its name: for wallets of the sandbox, never for real tez. */
export const keyOf = (name: string): KeyPair => {
  const seed = Buffer.from(sha256(`taps sandbox key: ${name}`), "hex");
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const raw = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
  const publicKey = b58Encode(raw, PrefixV2.Ed25519PublicKey);
  return {
    secretKey: b58Encode(seed, PrefixV2.Ed25519Seed),
    publicKey,
    address: tzAddress.parse(getPkhfromPk(publicKey)),
  };
};
