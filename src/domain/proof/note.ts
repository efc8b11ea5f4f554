// Signed notes (c2sp.org/signed-note) with Ed25519, and the keys that sign and verify them, as texts.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

/** DER in front of a raw Ed25519 key (RFC 8410). */
const PRIVATE_DER = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_DER = Buffer.from("302a300506032b6570032100", "hex");
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const ID_BYTES = 4;
/** Signature type identifier of Ed25519. */
const ED25519 = 0x01;

/** `name` has no spaces and no `+`; keys are 32 raw bytes, ids 8 hexadecimal digits. */
export interface VerifierKey {
  readonly name: string;
  readonly id: string;
  readonly publicKey: Buffer;
}
export interface SigningKey extends VerifierKey {
  readonly seed: Buffer;
}

const idOf = (name: string, publicKey: Buffer): string =>
  createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.of(ED25519))
    .update(publicKey)
    .digest("hex")
    .slice(0, 2 * ID_BYTES);

const privateKeyOf = (seed: Buffer) =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_DER, seed]), format: "der", type: "pkcs8" });
const publicKeyOf = (raw: Buffer) =>
  createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: "der", type: "spki" });

const isName = (name: string): boolean => /^[^\s+]+$/u.test(name);

/** The key of a seed of 32 random bytes. */
export const signingKey = (name: string, seed: Buffer): SigningKey => {
  if (!isName(name)) throw new RangeError("a key's name has no spaces and no +");
  const der = createPublicKey(privateKeyOf(seed)).export({ format: "der", type: "spki" });
  const publicKey = der.subarray(PUBLIC_DER.length);
  return { name, id: idOf(name, publicKey), publicKey, seed };
};

const typed = (key: Buffer): string => Buffer.concat([Buffer.of(ED25519), key]).toString("base64");

/** Bytes of base64 that is written in the one way that there is; undefined of any other text. */
const fromBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
};

/** `<name>+<id>+<base64(type || public key)>`. */
export const verifierKeyText = ({ name, id, publicKey }: VerifierKey): string =>
  `${name}+${id}+${typed(publicKey)}`;

const rawKey = (text: string): Buffer | undefined => {
  const bytes = fromBase64(text);
  return bytes?.[0] === ED25519 && bytes.length === 1 + KEY_BYTES ? bytes.subarray(1) : undefined;
};

/** Undefined: not a verifier key, or its id is not that of name and key. */
export const verifierKeyFrom = (text: string): VerifierKey | undefined => {
  const [, name = "", id = "", rest = ""] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text.trim()) ?? [];
  const publicKey = rawKey(rest);
  return publicKey && idOf(name, publicKey) === id ? { name, id, publicKey } : undefined;
};

const PRIVATE = "PRIVATE+KEY+";

/** The secret as text: `PRIVATE+KEY+<name>+<id>+<base64(type || seed)>`. */
export const signingKeyText = ({ name, id, seed }: SigningKey): string =>
  `${PRIVATE}${name}+${id}+${typed(seed)}`;

/** Undefined: not a signing key, or its id is not that of name and key. */
export const signingKeyFrom = (text: string): SigningKey | undefined => {
  const [, name = "", id = "", rest = ""] =
    /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text.trim()) ?? [];
  const seed = rawKey(rest);
  if (seed === undefined || !isName(name)) return undefined;
  const key = signingKey(name, seed);
  return key.id === id ? key : undefined;
};

/** Signs a text of lines, the last one ended too. Ed25519: the same text and key give the same note. */
export const signNote = (text: string, key: SigningKey): string => {
  if (!text.endsWith("\n")) throw new RangeError("a note ends with a newline");
  const signature = sign(null, Buffer.from(text), privateKeyOf(key.seed));
  const line = Buffer.concat([Buffer.from(key.id, "hex"), signature]).toString("base64");
  return `${text}\n— ${key.name} ${line}\n`;
};

interface Signature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Buffer;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly Signature[];
}

const signatureFrom = (line: string): Signature | undefined => {
  const [, name = "", base64 = ""] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  const bytes = fromBase64(base64);
  if (bytes === undefined || bytes.length <= ID_BYTES) return undefined;
  return { name, id: bytes.subarray(0, ID_BYTES).toString("hex"), bytes: bytes.subarray(ID_BYTES) };
};

/** A note's text, and its signatures, which nobody has verified yet. Undefined: it is no note. */
export const noteFrom = (note: string): Note | undefined => {
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note) || !note.endsWith("\n")) return undefined;
  const end = note.lastIndexOf("\n\n");
  if (end < 0) return undefined;
  const lines = note.slice(end + 2, -1).split("\n");
  const signatures = lines.flatMap((line) => signatureFrom(line) ?? []);
  if (signatures.length !== lines.length) return undefined;
  return { text: note.slice(0, end + 1), signatures };
};

/** Whether this key signed the note: "unsigned" if no signature is by it, "forged" if one claims to be and is not. */
export const checkNote = ({ text, signatures }: Note, key: VerifierKey): "signed" | "unsigned" | "forged" => {
  const own = signatures.filter(({ name, id }) => name === key.name && id === key.id);
  if (own.length === 0) return "unsigned";
  const publicKey = publicKeyOf(key.publicKey);
  const isSigned = ({ bytes }: Signature) =>
    bytes.length === SIGNATURE_BYTES && verify(null, Buffer.from(text), publicKey, bytes);
  return own.every(isSigned) ? "signed" : "forged";
};
