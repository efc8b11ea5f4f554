import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { canonicalJson, type Json, merkleRoot, MerkleTree } from "../../../src/domain/digest.js";

/** RFC 8785 section 3.2.2 and 3.2.4: input, and the UTF-8 bytes of its form. */
const SAMPLE = String.raw`{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`;
const SAMPLE_BYTES =
  "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a" +
  "5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d3237" +
  "5d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d";

/** RFC 8785 section 3.2.3. */
const NAMES = String.raw`{
  "\u20ac": "Euro Sign",
  "\r": "Carriage Return",
  "\ufb33": "Hebrew Letter Dalet With Dagesh",
  "1": "One",
  "\ud83d\ude00": "Emoji: Grinning Face",
  "\u0080": "Control",
  "\u00f6": "Latin Small Letter O With Diaeresis"
}`;

/** RFC 8785 appendix B: IEEE 754 in hexadecimal, and the number's form. */
const NUMBERS = {
  "0000000000000000": "0",
  "8000000000000000": "0",
  "0000000000000001": "5e-324",
  "8000000000000001": "-5e-324",
  "7fefffffffffffff": "1.7976931348623157e+308",
  ffefffffffffffff: "-1.7976931348623157e+308",
  "4340000000000000": "9007199254740992",
  c340000000000000: "-9007199254740992",
  "4430000000000000": "295147905179352830000",
  "44b52d02c7e14af5": "9.999999999999997e+22",
  "44b52d02c7e14af6": "1e+23",
  "44b52d02c7e14af7": "1.0000000000000001e+23",
  "444b1ae4d6e2ef4e": "999999999999999700000",
  "444b1ae4d6e2ef4f": "999999999999999900000",
  "444b1ae4d6e2ef50": "1e+21",
  "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
  "3eb0c6f7a0b5ed8d": "0.000001",
  "41b3de4355555553": "333333333.3333332",
  "41b3de4355555554": "333333333.33333325",
  "41b3de4355555555": "333333333.3333333",
  "41b3de4355555556": "333333333.3333334",
  "41b3de4355555557": "333333333.33333343",
  becbf647612f3696: "-0.0000033333333333333333",
  "43143ff3c1cb0959": "1424953923781206.2",
} as const;

/** Leaves and roots by number of leaves: Certificate Transparency's reference vectors for RFC 6962. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const hash = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();

/** RFC 6962 section 2.1, word for word: split at the largest power of two smaller than n. */
const referenceRoot = (leaves: readonly Uint8Array[]): Buffer => {
  const [first] = leaves;
  if (first === undefined) return hash();
  if (leaves.length === 1) return hash(Buffer.of(0), first);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hash(Buffer.of(1), referenceRoot(leaves.slice(0, split)), referenceRoot(leaves.slice(split)));
};
const rowsRoot = (rows: readonly Json[]) =>
  referenceRoot(rows.map((row) => Buffer.from(canonicalJson(row)))).toString("hex");
const rowsOf = (count: number): Json[] =>
  Array.from({ length: count }, (_, n) => ({ delegator: `tz${n}`, amount: `${n}` }));

describe("canonical JSON", () => {
  it("gives RFC 8785's example, byte for byte", () => {
    expect(Buffer.from(canonicalJson(JSON.parse(SAMPLE) as Json)).toString("hex")).to.equal(SAMPLE_BYTES);
  });

  it("sorts names by UTF-16 code units", () => {
    const sorted = JSON.parse(
      canonicalJson(JSON.parse(NAMES) as Json)
        .replaceAll(/"[^"]*":/g, "")
        .replace("{", "[")
        .replace("}", "]"),
    ) as unknown;
    expect(sorted).to.deep.equal([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  it("writes numbers as RFC 8785's appendix B does", () => {
    for (const [bits, text] of Object.entries(NUMBERS)) {
      expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE()), bits).to.equal(text);
    }
  });

  it("refuses what has no form", () => {
    const lone = ["\ud800", "a\udc00", "\\\ud83d", { "\udead": 1 }, ["\ud800\ud800"]];
    for (const value of [NaN, Infinity, -Infinity, { a: [NaN] }, ...lone]) {
      expect(() => canonicalJson(value)).to.throw(RangeError);
    }
    for (const text of ["\\ud800", "\\\\udfff", "😀"])
      expect(canonicalJson(text)).to.equal(JSON.stringify(text));
  });

  it("leaves out what is undefined, and keeps null", () => {
    expect(canonicalJson({ b: undefined, a: null, c: { d: undefined } })).to.equal('{"a":null,"c":{}}');
  });

  it("says the same of the same value, in whatever order its keys stand", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false })), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).to.equal(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("Merkle root", () => {
  it("is compared with a reference that gives RFC 6962's known roots", () => {
    const leaves = LEAVES.map((leaf) => Buffer.from(leaf, "hex"));
    const roots = ROOTS.map((_, count) => referenceRoot(leaves.slice(0, count)).toString("hex"));
    expect(roots).to.deep.equal(ROOTS);
  });

  it("equals the reference for 0 to 70 rows", () => {
    for (let count = 0; count <= 70; count += 1) {
      expect(merkleRoot(rowsOf(count)), `${count} rows`).to.equal(rowsRoot(rowsOf(count)));
    }
    expect(merkleRoot([])).to.equal(ROOTS[0]);
  });

  it("can be asked for at any time while rows are added", () => {
    const tree = new MerkleTree();
    rowsOf(20).forEach((row, n) => {
      expect([tree.count, tree.root()]).to.deep.equal([n, rowsRoot(rowsOf(n))]);
      tree.add(row);
    });
  });

  it("changes with any row, and with the order of rows", () => {
    const [a, b, c] = ["a", "b", "c"];
    const roots = [
      [a, b, c],
      [a, c, b],
      [a, b],
      [a, b, c, c],
      [[a, b], c],
    ].map((rows) => merkleRoot(rows as Json[]));
    expect(new Set(roots).size).to.equal(5);
  });
});
