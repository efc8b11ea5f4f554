// Checks a proof with nothing but the file and the audit key's public half.
import { continues } from "../../domain/proof/merkle.js";
import { type VerifierKey } from "../../domain/proof/note.js";
import { type OperationCodec } from "../ports/chain.js";
import { type EventReading } from "../ports/event-reading.js";
import { checkPayout, type PayoutShown } from "./check-payout.js";
import { fail, Leaves, signedCheckpoint } from "./leaves.js";
import { type ConsistencyProof, proofFile, type ProofFile } from "./payout-proof.js";

export interface CheckerPorts {
  readonly key: VerifierKey;
  readonly reading: EventReading;
  readonly codec: OperationCodec;
}

export interface ConsistencyShown {
  readonly log: string;
  readonly older: number;
  readonly newer: number;
}

const checkConsistency = (
  { older, newer, path }: ConsistencyProof,
  { key }: CheckerPorts,
): ConsistencyShown => {
  const [before, after] = [signedCheckpoint(older, key), signedCheckpoint(newer, key)];
  if (!continues(before, after, path)) fail("the newer checkpoint does not continue the older one");
  return { log: after.origin, older: before.size, newer: after.size };
};

/** What a file's text proves under this key. Throws `ProofFails`. */
export const checkProof = async (
  text: string,
  ports: CheckerPorts,
): Promise<PayoutShown | ConsistencyShown> => {
  const proof = readProof(text);
  if (proof.proof === "taps/consistency/1") return checkConsistency(proof, ports);
  const checkpoint = signedCheckpoint(proof.checkpoint, ports.key);
  return checkPayout(proof, checkpoint, new Leaves(checkpoint, ports.reading), ports.codec);
};

const readProof = (text: string): ProofFile => {
  try {
    return proofFile.parse(JSON.parse(text));
  } catch {
    return fail("the file is no proof of TAPS");
  }
};
