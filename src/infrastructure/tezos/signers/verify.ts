import { SignerUnavailable } from "../../../application/ports/chain.js";

const OPERATION = Uint8Array.of(3);

/** A signature that does not fit bytes and key is as good as none. */
export const assertSigned = async (forged: string, publicKey: string, signature: string): Promise<void> => {
  const { verifySignature } = await import("@taquito/utils");
  if (!verifySignature(forged, publicKey, signature, OPERATION)) {
    throw new SignerUnavailable("the signer gave a signature that does not verify");
  }
};
