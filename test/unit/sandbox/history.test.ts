import { expect } from "chai";
import fc from "fast-check";
import { type BlockHash } from "../../../src/domain/identifiers.js";
import { ChainModel } from "../../../src/sandbox/chain-model.js";
import { type Block, type ChainRecord } from "../../../src/sandbox/model/types.js";
import {
  BAKER,
  later,
  modelGenesis,
  modelHashes,
  operationOf,
  PAYER,
  someContract,
  someTz,
} from "../../support/chain-model.js";

const RECEIVERS = [
  BAKER,
  PAYER,
  someTz("a"),
  someTz("b"),
  someContract("accepts"),
  someContract("refuses"),
  someContract("none"),
];
const genesis = modelGenesis({
  accounts: [
    {
      address: someContract("accepts"),
      balance: 0n,
      script: { kind: "accepts", milligas: 9n, storageBytes: 3n },
    },
    { address: someContract("refuses"), balance: 0n, script: { kind: "refuses" } },
  ],
});

const wish = fc.record({
  to: fc.constantFrom(...RECEIVERS),
  amount: fc.oneof(fc.bigInt(0n, 2_000_000n), fc.constant(999_000_000n)),
  storageLimit: fc.constantFrom(0n, 260n, 277n),
  gasLimit: fc.constantFrom(2_150n, 2_300n),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.array(wish, { minLength: 1, maxLength: 4 }) },
  { weight: 3, arbitrary: fc.constant("bake" as const) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2) },
);

/** What receipts say was burnt in a block. */
const burnt = (block: Block): bigint =>
  block.operations
    .flatMap(({ results }) => results)
    .filter((result) => result.status === "applied")
    .reduce((sum, result) => sum + 250n * (result.paidStorage + (result.allocated ? 257n : 0n)), 0n);

describe("sandbox chain model: any history", () => {
  it("conserves tez, remembers every block, and is made again from its records", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const chain = ChainModel.create(genesis, modelHashes);
        const records: ChainRecord[] = [];
        const seen = new Map<BlockHash, unknown>();
        const accounts = (at: BlockHash) => RECEIVERS.map((address) => chain.account(address, at));
        for (const each of steps) {
          if (each === "bake") records.push(chain.bake({ timestamp: later() }));
          else if (typeof each !== "number") chain.inject(operationOf(chain, each));
          else if (each <= chain.head.level) {
            const blocks = Array.from({ length: each }, () => ({ timestamp: later() }));
            records.push(chain.reorganise({ depth: each, blocks }));
          }
          seen.set(chain.head.hash, accounts(chain.head.hash));
        }

        let supply = 1_005_000_000n;
        for (let level = 1; level <= chain.head.level; level += 1) {
          const block = chain.block(level);
          supply -= block ? burnt(block) : 0n;
        }
        expect(chain.supply()).to.equal(supply);
        for (const [hash, then] of seen) expect(accounts(hash)).to.deep.equal(then);
        const again = ChainModel.replay(genesis, modelHashes, records);
        expect(again.head).to.deep.equal(chain.head);
        expect(RECEIVERS.map((address) => again.account(address))).to.deep.equal(accounts(chain.head.hash));
      }),
      { numRuns: 150 },
    );
  });
});
