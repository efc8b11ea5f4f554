import { b58Encode, PrefixV2 } from "@taquito/utils";
import { expect } from "chai";
import fc from "fast-check";
import { type Content, type UnsignedOperation } from "../../../../src/application/ports/chain.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { address, asCounter, blockHash, tzAddress } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { TezosOperationCodec } from "../../../../src/infrastructure/tezos/forging.js";
import { TezosOperationReader } from "../../../../src/infrastructure/tezos/operation-reader.js";

const hash = (n: number) => sha256(`account ${n}`).slice(0, 40);
const KEYS = [
  PrefixV2.Ed25519PublicKeyHash,
  PrefixV2.Secp256k1PublicKeyHash,
  PrefixV2.P256PublicKeyHash,
  PrefixV2.BLS12_381PublicKeyHash,
];

const account = fc
  .tuple(fc.nat(1_000), fc.constantFrom(...KEYS))
  .map(([n, prefix]) => tzAddress.parse(b58Encode(hash(n), prefix)));
const receiver = fc.oneof(
  account,
  fc.nat(1_000).map((n) => address.parse(b58Encode(hash(n), PrefixV2.ContractHash))),
);
const natural = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

const transfer: fc.Arbitrary<Content> = fc
  .record({
    source: account,
    fee: natural.map(mutez),
    counter: natural.map(asCounter),
    gasLimit: natural,
    storageLimit: natural,
    amount: natural.map(mutez),
    destination: receiver,
  })
  .map((content) => ({ kind: "transaction", ...content }));

const operation: fc.Arbitrary<UnsignedOperation> = fc.record({
  branch: fc.nat(1_000).map((n) => blockHash.parse(b58Encode(sha256(`block ${n}`), PrefixV2.BlockHash))),
  contents: fc.array(transfer, { minLength: 1, maxLength: 8 }),
});

describe("the reader of operation bytes", () => {
  const codec = new TezosOperationCodec();
  const reader = new TezosOperationReader();

  it("reads any transfers as the forger's own library does", async () => {
    await fc.assert(
      fc.asyncProperty(operation, async (unsigned) => {
        const bytes = await codec.forge(unsigned);
        const read = await reader.parse(bytes);
        expect(read).to.deep.equal(unsigned);
        expect(read).to.deep.equal(await codec.parse(bytes));
        expect(JSON.stringify(read, text)).to.equal(JSON.stringify(await codec.parse(bytes), text));
      }),
    );
  });

  it("reads a reveal and a delegation, alone or among transfers", async () => {
    const [branch] = fc.sample(
      operation.map((each) => each.branch),
      1,
    );
    const [manager] = fc.sample(transfer, 1);
    if (branch === undefined || manager?.kind !== "transaction") throw new Error("no sample");
    const { source, fee, counter, gasLimit, storageLimit } = manager;
    const shared = { source, fee, counter, gasLimit, storageLimit };
    const publicKey = "edpkvGfYw3LyB1UcCahKQk4rF2tvbMUk8GFiTuMjL75uGXrpvKXhjn";
    const contents: readonly Content[] = [
      { kind: "reveal", ...shared, publicKey },
      { kind: "delegation", ...shared, delegate: source },
      { kind: "delegation", ...shared, delegate: undefined },
    ];
    for (const content of contents) {
      const alone = { branch, contents: [content] };
      expect(await reader.parse(await codec.forge(alone))).to.deep.equal(alone);
      const among = { branch, contents: [manager, content] };
      expect(await reader.parse(await codec.forge(among))).to.deep.equal(among);
    }
  });

  it("throws on bytes that are cut, that go on, or that are nothing", async () => {
    const [unsigned] = fc.sample(operation, 1);
    if (unsigned === undefined) throw new Error("no sample");
    const bytes = await codec.forge(unsigned);
    for (const wrong of [bytes.slice(0, -2), `${bytes}00`, bytes.slice(0, 64), "", "6b", "zz"])
      expect(await reader.parse(wrong).catch(() => "refused")).to.equal("refused");
  });

  it("gives signed bytes the hash that the forger's library gives", () => {
    const signed = sha256("bytes") + sha256("signature");
    expect(reader.hash(signed)).to.equal(codec.hash(signed));
  });
});

const text = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
