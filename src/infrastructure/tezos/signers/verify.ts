import { SignerUnavailable } from "../../../application/ports/chain.js";

/** Watermark of manager operations (Octez `operation_repr.ml`). */
export const OPERATION = Uint8Array.of(3);
/** Of Ed25519, secp256k1 and P-256; a tz4's would be longer, and the fee that was fixed too low for it. */
const SIGNATURE_BYTES = 64;

/** Signed bytes of a signature that fits bytes and key; any other is as good as none: `SignerUnavailable`. */
export const attach = async (forged: string, publicKey: string, signature: string): Promise<string> => {
  const { b58DecodeAndCheckPrefix, verifySignature } = await import("@taquito/utils");
  let bytes: Uint8Array | undefined;
  try {
    if (verifySignature(forged, publicKey, signature, OPERATION))
      [bytes] = b58DecodeAndCheckPrefix(signature);
  } catch (cause) {
    throw new SignerUnavailable("the signer gave what is no signature", { cause });
  }
  if (bytes?.length !== SIGNATURE_BYTES)
    throw new SignerUnavailable("the signer gave a signature that does not verify");
  return forged + Buffer.from(bytes).toString("hex");
};
