// Checkpoints of the log's tree (c2sp.org/tlog-checkpoint): the text of a signed note.
import { type ChainId, type Digest, type TzAddress } from "../identifiers.js";
import { type Tree } from "./merkle.js";
import { type Note, noteFrom, type SigningKey, signNote } from "./note.js";

/** `origin` names the log. */
export interface Checkpoint extends Tree {
  readonly origin: string;
}

/** The log of a baker on a chain, also the name of its audit key. */
export const originOf = (chain: ChainId, baker: TzAddress): string => `taps/${chain}/${baker}`;

const textOf = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root, "hex").toString("base64")}\n`;

/** A signed checkpoint of the key's own log. */
export const signCheckpoint = ({ size, root }: Tree, key: SigningKey): string =>
  signNote(textOf({ origin: key.name, size, root }), key);

const TEXT = /^(\S[^\n]*)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/;

/** What a signed note says of a log, and the note, whose signatures nobody has verified yet. Undefined: it is no checkpoint. */
export const checkpointFrom = (
  signed: string,
): { readonly checkpoint: Checkpoint; readonly note: Note } | undefined => {
  const note = noteFrom(signed);
  const [, origin = "", size = "", base64 = ""] = TEXT.exec(note?.text ?? "") ?? [];
  if (note === undefined || origin === "") return undefined;
  const root = Buffer.from(base64, "base64").toString("hex") as Digest;
  const checkpoint = { origin, size: Number(size), root };
  return textOf(checkpoint) === note.text ? { checkpoint, note } : undefined;
};
