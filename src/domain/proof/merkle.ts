// Proofs of RFC 6962: that a leaf is in a tree, and that a tree continues an earlier one.
import { MerkleTree, nodeHash } from "../digest.js";
import { type Digest } from "../identifiers.js";

/** Leaves `from` (inclusive) to `to` (exclusive) of a tree, whose root is one hash of a proof. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The largest power of two below `size`: where RFC 6962 splits a list of at least two. */
const splitOf = (size: number): number => {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
};

/** Subtrees whose roots are the audit path of a leaf (RFC 6962 section 2.1.1), from the leaf to the root. */
export const inclusionRanges = (index: number, { from, to }: Range): readonly Range[] => {
  if (to - from <= 1) return [];
  const middle = from + splitOf(to - from);
  const [own, other] = [
    { from, to: middle },
    { from: middle, to },
  ];
  return index < middle ? [...inclusionRanges(index, own), other] : [...inclusionRanges(index, other), own];
};

/** Subtrees whose roots prove that a tree of `older` leaves is the beginning of this one (section 2.1.2). */
export const consistencyRanges = (older: number, newer: number): readonly Range[] =>
  older === 0 ? [] : subproof(older, { from: 0, to: newer }, true);

const subproof = (older: number, { from, to }: Range, isWhole: boolean): readonly Range[] => {
  if (older === to) return isWhole ? [] : [{ from, to }];
  const middle = from + splitOf(to - from);
  return older <= middle
    ? [...subproof(older, { from, to: middle }, isWhole), { from: middle, to }]
    : [...subproof(older, { from: middle, to }, false), { from, to: middle }];
};

/** Roots of some ranges of a list whose leaves pass by once, in order. */
export class RangeRoots {
  private readonly trees: readonly MerkleTree[];

  constructor(private readonly ranges: readonly Range[]) {
    this.trees = ranges.map(() => new MerkleTree());
  }

  add(index: number, leaf: Buffer): void {
    this.ranges.forEach(({ from, to }, i) => {
      if (index >= from && index < to) this.trees[i]?.addLeaf(leaf);
    });
  }

  roots(): readonly Digest[] {
    return this.trees.map((tree) => tree.root());
  }
}

const hex = (hash: Buffer): Digest => hash.toString("hex") as Digest;

/** Whether a leaf stands at `index` of the tree of `size` leaves with this root (RFC 9162 section 2.1.3.2). */
export const includes = (
  root: Digest,
  size: number,
  { index, leaf, path }: { readonly index: number; readonly leaf: Buffer; readonly path: readonly Digest[] },
): boolean => {
  if (index < 0 || index >= size) return false;
  let [at, last] = [index, size - 1];
  let hash = leaf;
  for (const each of path) {
    if (last === 0) return false;
    const other = Buffer.from(each, "hex");
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(other, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else hash = nodeHash(hash, other);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && hex(hash) === root;
};

export interface Tree {
  readonly size: number;
  readonly root: Digest;
}

/** Whether the newer tree begins with all leaves of the older one (RFC 9162 section 2.1.4.2). */
export const continues = (older: Tree, newer: Tree, path: readonly Digest[]): boolean => {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return path.length === 0 && older.root === newer.root;
  if (older.size === 0) return path.length === 0 && older.root === new MerkleTree().root();
  const isPerfect = splitOf(older.size + 1) === older.size;
  const [first, ...rest] = isPerfect ? [older.root, ...path] : path;
  if (first === undefined) return false;
  let [at, last] = [older.size - 1, newer.size - 1];
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  let begins: Buffer = Buffer.from(first, "hex");
  let whole = begins;
  for (const each of rest) {
    if (last === 0) return false;
    const other = Buffer.from(each, "hex");
    if (at % 2 === 1 || at === last) {
      begins = nodeHash(other, begins);
      whole = nodeHash(other, whole);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else whole = nodeHash(whole, other);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && hex(begins) === older.root && hex(whole) === newer.root;
};
