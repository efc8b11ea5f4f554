// Checkpoints that people have kept elsewhere.
import { checkpointFrom } from "../../domain/proof/checkpoint.js";
import { checkNote, type VerifierKey } from "../../domain/proof/note.js";
import { type KeptCheckpoint } from "./verifier.js";

/** A file is no checkpoint that anything can be held against. */
export class BadCheckpoint extends Error {
  override readonly name = "BadCheckpoint";
}

/** What a file says. Throws `BadCheckpoint` if that is nothing, or if keys are given and none of them signed it. */
export const keptCheckpoint = (name: string, text: string, keys: readonly VerifierKey[]): KeptCheckpoint => {
  const read = checkpointFrom(text);
  if (read === undefined) throw new BadCheckpoint(`${name} is no signed checkpoint`);
  const isSigned = keys.length === 0 || keys.some((key) => checkNote(read.note, key) === "signed");
  if (!isSigned)
    throw new BadCheckpoint(
      `${name} is not signed by the audit key: name the key that it was signed with (--key)`,
    );
  const { size, root } = read.checkpoint;
  return { name, size, root };
};
