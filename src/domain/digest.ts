import { hash as hashOf } from "node:crypto";
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

/** Texts that stand in JSON as they are. */
const PLAIN = /^[\w.:/-]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

const canonicalText = (value: Json): string => {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${value} is not JSON`);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalText).join(",")}]`;
  let text = "";
  for (const key of sorted(Object.keys(value))) {
    const member = value[key];
    if (member !== undefined) text += (text === "" ? "" : ",") + labelOf(key) + canonicalText(member);
  }
  return `{${text}}`;
};

/** The same few names come again and again; what a stranger's file names does not stay for ever. */
const KEPT_LABELS = 1_000;
const labels = new Map<string, string>();

const labelOf = (key: string): string => {
  const known = labels.get(key);
  if (known !== undefined) return known;
  const label = `${quoted(key)}:`;
  if (labels.size < KEPT_LABELS) labels.set(key, label);
  return label;
};

/** Most are in order already, for who writes many rows names their fields so. */
const sorted = (keys: string[]): readonly string[] => {
  for (let i = 1; i < keys.length; i += 1) if (`${keys[i - 1]}` > `${keys[i]}`) return keys.sort();
  return keys;
};

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

/** SHA-256 of a text (UTF-8) or of bytes, in lower-case hexadecimal. */
export const sha256 = (content: string | Uint8Array): Digest => hashOf("sha256", content, "hex") as Digest;

const hash = (content: string | Uint8Array): Buffer => hashOf("sha256", content, "buffer");
const LEAF = Buffer.of(0);
const NODE = 1;
const HASH_BYTES = 32;

/** RFC 6962 hash of a leaf: a text (UTF-8) or bytes. */
export const leafHash = (content: string | Uint8Array): Buffer =>
  hash(typeof content === "string" ? `\0${content}` : Buffer.concat([LEAF, content]));

/** What a node's hash is taken of, filled anew each time. */
const children = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);

/** RFC 6962 hash of a node over its two. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => {
  children.set(left, 1);
  children.set(right, 1 + HASH_BYTES);
  return hash(children);
};

interface Peak {
  readonly height: number;
  readonly hash: Buffer;
}

/** Heights of the perfect trees that a list of so many leaves is made of, the largest first. */
const heightsOf = (count: number): number[] => {
  const bits = count.toString(2);
  return [...bits].flatMap((bit, i) => (bit === "1" ? [bits.length - 1 - i] : []));
};

/**
 * RFC 6962 Merkle tree root over the RFC 8785 forms of rows, in hexadecimal. Fed row by row; keeps one
 * hash a tree level, so a list of any length costs no memory.
 */
export class MerkleTree {
  private readonly stack: Peak[] = [];
  private rows = 0;

  /** Goes on behind so many leaves of which `peaks` was the answer. Throws RangeError if there are other than so many. */
  static resume(count: number, peaks: readonly Digest[]): MerkleTree {
    const heights = heightsOf(count);
    if (heights.length !== peaks.length) throw new RangeError(`${peaks.length} peaks of ${count} leaves`);
    const tree = new MerkleTree();
    tree.rows = count;
    for (const [i, peak] of peaks.entries())
      tree.stack.push({ height: heights[i] ?? 0, hash: Buffer.from(peak, "hex") });
    return tree;
  }

  get count(): number {
    return this.rows;
  }

  /** Roots of the perfect trees that the list is made of, the largest first: all that it takes to go on. */
  get peaks(): Digest[] {
    return this.stack.map((peak) => peak.hash.toString("hex") as Digest);
  }

  add(row: Json): this {
    return this.addLeaf(leafHash(canonicalJson(row)));
  }

  /** Adds a leaf by its hash (`leafHash`). */
  addLeaf(leaf: Buffer): this {
    this.rows += 1;
    let peak = { height: 0, hash: leaf };
    for (let left = this.stack.at(-1); left?.height === peak.height; left = this.stack.at(-1)) {
      this.stack.pop();
      peak = { height: peak.height + 1, hash: nodeHash(left.hash, peak.hash) };
    }
    this.stack.push(peak);
    return this;
  }

  root(): Digest {
    const [last, ...higher] = this.stack.map((peak) => peak.hash).reverse();
    if (last === undefined) return hash("").toString("hex") as Digest;
    return higher.reduce((right, left) => nodeHash(left, right), last).toString("hex") as Digest;
  }
}

/** Root over a whole list; see `MerkleTree`. */
export const merkleRoot = (rows: Iterable<Json>): Digest => {
  const tree = new MerkleTree();
  for (const row of rows) tree.add(row);
  return tree.root();
};
