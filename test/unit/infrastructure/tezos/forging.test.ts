import { LocalForger } from "@taquito/local-forging";
import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Content, type UnsignedOperation } from "../../../../src/application/ports/chain.js";
import {
  asCounter,
  isContractAddress,
  type Address,
  type TzAddress,
} from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { contentToJson } from "../../../../src/infrastructure/tezos/content-json.js";
import { sizeOf } from "../../../../src/application/process/payer/batch.js";
import { TezosOperationCodec } from "../../../../src/infrastructure/tezos/forging.js";
import { keyOf } from "../../../../src/sandbox/keys.js";
import { someContract, someTz } from "../../../support/chain-model.js";
import { blockOf } from "../../../support/identifiers.js";

const recorded = JSON.parse(readFileSync("test/fixtures/rpc/forge.json", "utf8")) as {
  request: { branch: string; contents: { kind: string }[] };
  response: string;
};
const codec = new TezosOperationCodec();

const accounts = fc.constantFrom<Address>(
  someTz("a"),
  someTz("b"),
  someContract("c"),
  "tz2BFTyPeYRzxd5aiBchbXN3WCZhx7BqbMBq" as TzAddress,
  "tz3bRpk37rjwiScKBmd6ABncweZLTL3qBoVv" as TzAddress,
);
const sources = accounts.filter((account): account is TzAddress => !isContractAddress(account));
const amounts = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const manager = {
  source: sources,
  fee: amounts.map(mutez),
  counter: amounts.map(asCounter),
  gasLimit: amounts,
  storageLimit: amounts,
};
const plain = { noNullPrototype: true };
const contents: fc.Arbitrary<Content> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("transaction" as const),
      ...manager,
      amount: amounts.map(mutez),
      destination: accounts,
    },
    plain,
  ),
  fc.record(
    { kind: fc.constant("reveal" as const), ...manager, publicKey: fc.constant(keyOf("k").publicKey) },
    plain,
  ),
  fc.record(
    {
      kind: fc.constant("delegation" as const),
      ...manager,
      delegate: fc.option(sources, { nil: undefined }),
    },
    plain,
  ),
);
const operations: fc.Arbitrary<UnsignedOperation> = fc.record(
  { branch: fc.nat(9).map(blockOf), contents: fc.array(contents, { minLength: 1, maxLength: 4 }) },
  plain,
);

const transfers = (count: number, amount = 5n): UnsignedOperation => ({
  branch: blockOf("branch"),
  contents: Array.from({ length: count }, (_, i) => ({
    kind: "transaction",
    source: someTz("payer"),
    fee: mutez(400n),
    counter: asCounter(100_000_000n + BigInt(i)),
    gasLimit: 2_269n,
    storageLimit: 277n,
    amount: mutez(amount),
    destination: someTz(`receiver ${i}`),
  })),
});

/** The error that a promise fails with. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("forging", () => {
  it("forges and parses what a mainnet node forged, byte for byte", async () => {
    const operation = await codec.parse(recorded.response);
    expect(operation.contents).to.have.length(16);
    expect(operation.contents.map(contentToJson)).to.have.deep.members(recorded.request.contents);
    expect(operation.branch).to.equal(recorded.request.branch);
    expect(await codec.forge(operation)).to.equal(recorded.response);
  });

  it("parses back exactly what it forged, and forges as Taquito's checking forger does", async () => {
    const forger = new LocalForger();
    await fc.assert(
      fc.asyncProperty(operations, async (operation) => {
        const forged = await codec.forge(operation);
        expect(isDeepStrictEqual(await codec.parse(forged), operation)).to.equal(true);
        const json = operation.contents.map((content) => contentToJson(content));
        expect(forged).to.equal(await forger.forge({ branch: operation.branch, contents: json as never }));
      }),
      { numRuns: 100 },
    );
  });

  it("says the same of a batch of 247, whose size is the one that fees are computed from", async () => {
    const operation = transfers(247);
    const forged = await codec.forge(operation);
    expect(forged.length / 2).to.equal(32 + 247 * 56);
    expect(isDeepStrictEqual(await codec.parse(forged), operation)).to.equal(true);
  });

  it("is as long as fees are computed from, whatever the numbers", async () => {
    const transfer = contents.filter((content) => content.kind === "transaction");
    await fc.assert(
      fc.asyncProperty(fc.array(transfer, { minLength: 1, maxLength: 4 }), amounts, async (list, after) => {
        const numbered = list.map((content, i) => ({
          ...content,
          fee: mutez(2_000_000n),
          counter: asCounter((after % 2n ** 40n) + BigInt(i) + 1n),
        }));
        const forged = await codec.forge({ branch: blockOf("branch"), contents: numbered });
        const toSend = list.map(({ destination, amount }) => ({ recipient: destination, amount }));
        expect(sizeOf(toSend, list, asCounter(after % 2n ** 40n))).to.equal(forged.length / 2);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses amounts that no operation can carry", async () => {
    for (const amount of [-1n, 2n ** 63n]) {
      expect(await failureOf(codec.forge(transfers(1, amount)))).to.be.instanceOf(RangeError);
    }
  });

  it("refuses bytes that are not one operation of contents that it knows", async () => {
    const forged = await codec.forge(transfers(2));
    const withParameters = new LocalForger().forge({
      branch: blockOf("branch"),
      contents: [
        {
          ...contentToJson(transfers(1).contents[0] as Content),
          parameters: { entrypoint: "mint", value: { prim: "Unit" } },
        },
      ] as never,
    });
    const wrong = [
      forged.slice(0, -2),
      `${forged}00`,
      forged + "00".repeat(64),
      forged.toUpperCase(),
      "",
      "zz",
    ];
    for (const bytes of [...wrong, await withParameters]) {
      expect(await failureOf(codec.parse(bytes)), bytes.slice(-12)).to.be.instanceOf(Error);
    }
  });
});
