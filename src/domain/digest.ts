import { createHash } from "node:crypto";
import { type Digest } from "./identifiers.js";

/** What JSON can say without a fraction: amounts are decimal strings, counts are integers. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** `JSON.stringify` writes a lone surrogate as this escape, and nothing else so. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/**
 * RFC 8785 (JCS) form: keys sorted by UTF-16 code units, no white space. Undefined members are left out.
 * Throws RangeError on what that form does not have: NaN, infinities and lone surrogates.
 */
export const canonicalJson = (value: Json): string => {
  const text = canonicalText(value);
  if (text.includes("\\ud") && LONE_SURROGATE.test(text))
    throw new RangeError("a lone surrogate is not JSON");
  return text;
};

const canonicalText = (value: Json): string => {
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${value} is not JSON`);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalText).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalText(member)}`];
    });
  return `{${members.join(",")}}`;
};

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

/** SHA-256 of a text (UTF-8) or of bytes, in lower-case hexadecimal. */
export const sha256 = (content: string | Uint8Array): Digest =>
  createHash("sha256").update(content).digest("hex") as Digest;

const hash = (...parts: Uint8Array[]): Buffer => {
  const sha = createHash("sha256");
  for (const part of parts) sha.update(part);
  return sha.digest();
};
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/**
 * RFC 6962 Merkle tree root over the RFC 8785 forms of rows, in hexadecimal. Fed row by row; keeps one
 * hash a tree level, so a list of any length costs no memory.
 */
export class MerkleTree {
  private readonly peaks: { height: number; hash: Buffer }[] = [];
  private rows = 0;

  get count(): number {
    return this.rows;
  }

  add(row: Json): this {
    this.rows += 1;
    let peak = { height: 0, hash: hash(LEAF, Buffer.from(canonicalJson(row))) };
    for (let left = this.peaks.at(-1); left?.height === peak.height; left = this.peaks.at(-1)) {
      this.peaks.pop();
      peak = { height: peak.height + 1, hash: hash(NODE, left.hash, peak.hash) };
    }
    this.peaks.push(peak);
    return this;
  }

  root(): Digest {
    const [last, ...higher] = this.peaks.map((peak) => peak.hash).reverse();
    if (last === undefined) return hash().toString("hex") as Digest;
    return higher.reduce((right, left) => hash(NODE, left, right), last).toString("hex") as Digest;
  }
}

/** Root over a whole list; see `MerkleTree`. */
export const merkleRoot = (rows: Iterable<Json>): Digest => {
  const tree = new MerkleTree();
  for (const row of rows) tree.add(row);
  return tree.root();
};
