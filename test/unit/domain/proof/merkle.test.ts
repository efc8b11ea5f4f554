import { expect } from "chai";
import fc from "fast-check";
import { leafHash, MerkleTree } from "../../../../src/domain/digest.js";
import { type Digest } from "../../../../src/domain/identifiers.js";
import {
  consistencyRanges,
  continues,
  inclusionRanges,
  includes,
  type Range,
  RangeRoots,
} from "../../../../src/domain/proof/merkle.js";

/** Certificate Transparency's reference vectors for RFC 6962. */
const REFERENCE = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const PATHS: readonly { readonly index: number; readonly size: number; readonly path: readonly string[] }[] =
  [
    { index: 0, size: 1, path: [] },
    {
      index: 0,
      size: 8,
      path: [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ],
    },
    {
      index: 5,
      size: 8,
      path: [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ],
    },
    { index: 2, size: 3, path: ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"] },
    {
      index: 1,
      size: 5,
      path: [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ],
    },
  ];
const CONSISTENCY: readonly {
  readonly older: number;
  readonly newer: number;
  readonly path: readonly string[];
}[] = [
  { older: 1, newer: 1, path: [] },
  {
    older: 1,
    newer: 8,
    path: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    older: 6,
    newer: 8,
    path: [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
  {
    older: 2,
    newer: 5,
    path: [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  },
];

const leaves = REFERENCE.map((leaf) => leafHash(Buffer.from(leaf, "hex")));
const many = Array.from({ length: 70 }, (_, n) => leafHash(`leaf ${n}`));

const rootOf = (list: readonly Buffer[]): Digest =>
  list.reduce((tree, leaf) => tree.addLeaf(leaf), new MerkleTree()).root();
const rootsOf = (ranges: readonly Range[], list: readonly Buffer[]): readonly Digest[] => {
  const roots = new RangeRoots(ranges);
  list.forEach((leaf, index) => roots.add(index, leaf));
  return roots.roots();
};
const pathOf = (index: number, list: readonly Buffer[]) =>
  rootsOf(inclusionRanges(index, { from: 0, to: list.length }), list);
const treeOf = (size: number) => ({ size, root: rootOf(many.slice(0, size)) });

describe("proofs of RFC 6962", () => {
  it("are those of the reference vectors", () => {
    for (const { index, size, path } of PATHS)
      expect(pathOf(index, leaves.slice(0, size))).to.deep.equal(path);
    for (const { older, newer, path } of CONSISTENCY)
      expect(rootsOf(consistencyRanges(older, newer), leaves.slice(0, newer))).to.deep.equal(path);
  });

  it("show each leaf of every tree at its place, and at no other", () => {
    for (let size = 1; size <= many.length; size += 1) {
      const list = many.slice(0, size);
      const root = rootOf(list);
      list.forEach((leaf, index) => {
        const path = pathOf(index, list);
        expect(includes(root, size, { index, leaf, path }), `${index} of ${size}`).to.equal(true);
        const neighbour = list[index === 0 ? size - 1 : index - 1];
        if (size > 1 && neighbour) {
          expect(includes(root, size, { index, leaf: neighbour, path })).to.equal(false);
          expect(includes(root, size, { index: (index + 1) % size, leaf, path })).to.equal(false);
        }
        expect(includes(root, size, { index, leaf, path: [...path, rootOf([])] })).to.equal(false);
        if (path.length > 0)
          expect(includes(root, size, { index, leaf, path: path.slice(1) })).to.equal(false);
      });
    }
  });

  it("show every tree as the beginning of each later one, and of no other", () => {
    for (let newer = 1; newer <= 40; newer += 1)
      for (let older = 0; older <= newer; older += 1) {
        const path = rootsOf(consistencyRanges(older, newer), many.slice(0, newer));
        expect(continues(treeOf(older), treeOf(newer), path), `${older} to ${newer}`).to.equal(true);
        const other = { ...treeOf(older), root: rootOf([many[69] ?? Buffer.of()]) };
        expect(continues(other, treeOf(newer), path)).to.equal(false);
        if (older === 0) continue; // every tree continues the empty one
        expect(continues(treeOf(older), { size: newer, root: other.root }, path)).to.equal(false);
        expect(continues(treeOf(older), treeOf(newer), [...path, other.root])).to.equal(false);
      }
    expect(continues(treeOf(5), treeOf(4), [])).to.equal(false);
  });

  it("fail with any of their bits changed", () => {
    fc.assert(
      fc.property(fc.nat(69), fc.nat(), fc.nat(255), (index, at, bit) => {
        const path = [...pathOf(index, many)];
        const changed = at % path.length;
        const bytes = Buffer.from(path[changed] ?? "", "hex");
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        path[changed] = bytes.toString("hex") as Digest;
        return !includes(rootOf(many), many.length, { index, leaf: many[index] ?? Buffer.of(), path });
      }),
    );
  });
});

describe("a Merkle tree", () => {
  it("goes on from its peaks at every size", () => {
    for (let size = 0; size <= many.length; size += 1) {
      const { peaks } = many.slice(0, size).reduce((tree, leaf) => tree.addLeaf(leaf), new MerkleTree());
      const rest = many
        .slice(size)
        .reduce((tree, leaf) => tree.addLeaf(leaf), MerkleTree.resume(size, peaks));
      expect({ root: rest.root(), count: rest.count }).to.deep.equal({
        root: rootOf(many),
        count: many.length,
      });
    }
    expect(() => MerkleTree.resume(3, [rootOf([])])).to.throw(RangeError);
  });
});
