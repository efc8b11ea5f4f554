import { b58Encode, PrefixV2 } from "@taquito/utils";
import { expect } from "chai";
import fc from "fast-check";
import {
  address,
  asCycle,
  asLevel,
  blockHash,
  chainId,
  counterCodec,
  digest,
  isAddress,
  isContractAddress,
  isTzAddress,
  operationHash,
  parseStreamName,
  protocolHash,
  streamName,
  tzAddress,
} from "../../../src/domain/identifiers.js";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Accounts and hashes of mainnet. */
const IMPLICIT = [
  "tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN",
  "tz3ipHZQpBBFuxv7eKoFgGnTaU3RBhnS93yY",
  "tz1g8vkmcde6sWKaG2NN9WKzCkDM6Rziq194",
];
const CONTRACT = "KT1Np1h72jGkRkfxNHLXNNJLHNbj9doPz4bR";
const MAINNET = "NetXdQprcVkpaWU";
const PARIS_C = "PsParisCZo7KAh1Z1smVd9ZMZ1HHn5gkzbM94V3PLCpknFWhUAi";

const made = (byte: number, length: number, prefix: PrefixV2) =>
  b58Encode("0".repeat(length * 2 - 2) + byte.toString(16).padStart(2, "0"), prefix);

/** A text with one symbol changed into its neighbour in the alphabet. */
const damaged = (text: string, at: number): string => {
  const symbol = ALPHABET[(ALPHABET.indexOf(text[at] ?? "") + 1) % ALPHABET.length] ?? "";
  return text.slice(0, at) + symbol + text.slice(at + 1);
};

describe("identifiers", () => {
  it("accepts every kind of account, and tells implicit ones from contracts", () => {
    const others = [
      made(0, 20, PrefixV2.Ed25519PublicKeyHash),
      made(1, 20, PrefixV2.Secp256k1PublicKeyHash),
      made(2, 20, PrefixV2.P256PublicKeyHash),
      made(3, 20, PrefixV2.BLS12_381PublicKeyHash),
    ];
    expect(others.map((text) => text.slice(0, 3))).to.deep.equal(["tz1", "tz2", "tz3", "tz4"]);
    for (const text of [...IMPLICIT, ...others]) {
      expect([isTzAddress(text), isContractAddress(text), isAddress(text)], text).to.deep.equal([
        true,
        false,
        true,
      ]);
      expect(tzAddress.parse(text)).to.equal(text);
    }
    expect([isTzAddress(CONTRACT), isContractAddress(CONTRACT), isAddress(CONTRACT)]).to.deep.equal([
      false,
      true,
      true,
    ]);
    expect(tzAddress.safeParse(CONTRACT).success).to.equal(false);
    expect(address.parse(CONTRACT)).to.equal(CONTRACT);
  });

  it("accepts operation, block, chain and protocol hashes, each only as what it is", () => {
    const hashes = {
      operation: made(7, 32, PrefixV2.OperationHash),
      block: made(7, 32, PrefixV2.BlockHash),
      chain: MAINNET,
      protocol: PARIS_C,
    };
    const schemas = { operation: operationHash, block: blockHash, chain: chainId, protocol: protocolHash };
    for (const [kind, schema] of Object.entries(schemas)) {
      for (const [name, text] of Object.entries(hashes)) {
        expect(schema.safeParse(text).success, `${name} as ${kind}`).to.equal(name === kind);
      }
    }
  });

  it("refuses a text in which any one symbol is wrong, and one that is cut or grown", () => {
    for (const text of [...IMPLICIT, CONTRACT, PARIS_C, MAINNET]) {
      for (let at = 0; at < text.length; at += 1) {
        const wrong = damaged(text, at);
        expect(
          [isAddress(wrong), protocolHash.safeParse(wrong).success, chainId.safeParse(wrong).success],
          wrong,
        ).to.deep.equal([false, false, false]);
      }
    }
    const [text = ""] = IMPLICIT;
    for (const wrong of [
      "",
      "1",
      "tz1",
      text.slice(0, -1),
      `${text}1`,
      `1${text}`,
      ` ${text}`,
      text.replace("N", "0"),
      text.toLowerCase(),
    ]) {
      expect(isAddress(wrong), JSON.stringify(wrong)).to.equal(false);
    }
    expect(tzAddress.safeParse(undefined).success).to.equal(false);
  });

  it("refuses other keys' hashes and payloads of another length under a right checksum", () => {
    const wrong = [
      made(1, 32, PrefixV2.Ed25519PublicKey),
      made(1, 19, PrefixV2.Ed25519PublicKeyHash),
      made(1, 21, PrefixV2.Ed25519PublicKeyHash),
      made(1, 20, PrefixV2.SmartRollupHash),
      made(1, 31, PrefixV2.OperationHash),
    ];
    for (const text of wrong) {
      expect([isAddress(text), operationHash.safeParse(text).success], text).to.deep.equal([false, false]);
    }
  });

  it("agrees with Taquito's encoder on any payload", () => {
    const payload = fc.uint8Array({ minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(payload, (bytes) => {
        const hex = Buffer.from(bytes).toString("hex");
        expect(isTzAddress(b58Encode(hex, PrefixV2.Secp256k1PublicKeyHash))).to.equal(true);
        expect(isContractAddress(b58Encode(hex, PrefixV2.ContractHash))).to.equal(true);
      }),
      { numRuns: 50 },
    );
  });

  it("reads numbers that can be, and refuses the others", () => {
    expect([asCycle(0), asLevel(14_718_619)]).to.deep.equal([0, 14_718_619]);
    for (const value of [-1, 1.5, NaN, 2 ** 53]) {
      expect(() => asCycle(value), `${value}`).to.throw();
      expect(() => asLevel(value), `${value}`).to.throw();
    }
    expect(counterCodec.decode("18446744073709551616")).to.equal(2n ** 64n);
    for (const text of ["-1", "01", "1.0", ""]) expect(counterCodec.safeDecode(text).success).to.equal(false);
    expect(digest.safeParse("a".repeat(64)).success).to.equal(true);
    for (const text of ["A".repeat(64), "a".repeat(63), "a".repeat(65)]) {
      expect(digest.safeParse(text).success).to.equal(false);
    }
  });

  it("names streams so that a name has one reading", () => {
    const [baker = ""] = IMPLICIT;
    expect(streamName("payment", baker, "bond", 750)).to.equal(`payment-${baker}_bond_750`);
    expect(parseStreamName(`payment-${baker}_bond_750`)).to.deep.equal({
      category: "payment",
      elements: [baker, "bond", "750"],
    });
    expect(parseStreamName("log")).to.deep.equal({ category: "log", elements: [] });
    const wrong = [
      ["payment", "a_b"],
      ["payment", "a-b"],
      ["pay-ment", "a"],
      ["pay_ment", "a"],
      ["payment", ""],
      ["", "a"],
      ["payment", -1],
      ["payment"],
    ] as const;
    for (const [category, ...elements] of wrong) {
      expect(() => streamName(category, ...elements), `${category} ${elements.join()}`).to.throw(RangeError);
    }
  });
});
