import { expect } from "chai";
import { z } from "zod";
import { ChainModel } from "../../../src/sandbox/chain-model.js";
import { chainRecord, genesisSchema } from "../../../src/sandbox/model/serial.js";
import { type ChainRecord, type Operation } from "../../../src/sandbox/model/types.js";
import { DEFAULT_RULES } from "../../../src/sandbox/model/rules.js";
import {
  BAKER,
  later,
  modelChain,
  modelGenesis,
  modelHashes,
  operationOf,
  PAYER,
  someContract,
  someTz,
} from "../../support/chain-model.js";

const ALICE = someTz("alice");
const BOB = someTz("bob");
const others = [
  { address: ALICE, balance: 50_000_000n, publicKey: "edpk" },
  { address: BOB, balance: 50_000_000n, publicKey: "edpk" },
];
const bake = (chain: ChainModel, include?: (operation: Operation) => boolean): ChainRecord =>
  chain.bake({ timestamp: later(), ...(include && { include }) });
const nothing = () => false;
/** The mempool as `class id`, by operation. */
const classes = (chain: ChainModel, ...operations: Operation[]): (string | undefined)[] =>
  operations.map((operation) => {
    const entry = chain.mempool().find((each) => each.operation === operation);
    return entry && [entry.state, ...entry.errors.map((error) => error.id)].join(" ");
  });
const inBlock = (chain: ChainModel): unknown[] => chain.head.operations.map((each) => each.operation);

describe("sandbox chain model: mempool", () => {
  it("holds one operation a manager: another waits, or replaces it for 5 % more", () => {
    const chain = modelChain();
    const first = operationOf(chain, [{ fee: 1000n }]);
    const equal = operationOf(chain, [{ fee: 1049n }]);
    const better = operationOf(chain, [{ fee: 1050n }]);
    chain.inject(first);
    expect(chain.inject(equal)).to.deep.equal({
      accepted: false,
      errors: [
        {
          layer: "shell",
          kind: "temporary",
          id: "prevalidation.operation_conflict",
          fields: { new_hash: equal.hash, needed_fee_in_mutez: "1050" },
        },
      ],
    });
    expect(chain.inject(better)).to.deep.equal({ accepted: true });
    expect(classes(chain, first, equal, better)).to.deep.equal([
      "branch-delayed prevalidation.operation_replacement",
      undefined,
      "validated",
    ]);
    bake(chain);
    expect(inBlock(chain)).to.deep.equal([better]);
    expect(classes(chain, first)).to.deep.equal(["branch-refused contract.counter_in_the_past"]);
  });

  it("takes an operation again that it holds or that is in a live block", () => {
    const chain = modelChain();
    const operation = operationOf(chain, [{}]);
    for (let time = 0; time < 3; time += 1) {
      expect(chain.inject(operation)).to.deep.equal({ accepted: true });
      if (time === 1) bake(chain);
    }
    expect(chain.mempool()).to.deep.equal([]);
    expect(chain.account(PAYER)?.counter).to.equal(1n);
  });

  it("fills a block up to its gas, best fee per gas first, and keeps what is not included", () => {
    const chain = modelChain({ accounts: others });
    const big = (source: typeof ALICE, fee: bigint) =>
      operationOf(chain, [{ gasLimit: 520_000n, fee }], { source });
    const [a, b, c] = [big(ALICE, 60_000n), big(BOB, 70_000n), big(PAYER, 65_000n)];
    for (const operation of [a, b, c]) chain.inject(operation);
    bake(chain, (operation) => operation !== b);
    expect(inBlock(chain)).to.deep.equal([c, a]);
    bake(chain);
    expect(inBlock(chain)).to.deep.equal([b]);
    const again = [big(ALICE, 60_000n), big(BOB, 70_000n), big(PAYER, 65_000n)];
    for (const operation of again) chain.inject(operation);
    bake(chain);
    expect(inBlock(chain)).to.deep.equal([again[1], again[2]]);
    expect(classes(chain, ...again)).to.deep.equal(["validated", undefined, undefined]);
  });

  it("loses an operation only when told to", () => {
    const chain = modelChain();
    const operation = operationOf(chain, [{}]);
    chain.inject(operation);
    chain.forget(operation.hash);
    const next = operationOf(chain, [{}]);
    expect(chain.inject(next)).to.deep.equal({ accepted: true });
    bake(chain);
    expect(inBlock(chain)).to.deep.equal([next]);
  });
});

describe("sandbox chain model: branches and their time to live", () => {
  const constants = { ...DEFAULT_RULES.constants, maxOperationsTimeToLive: 3 };

  it("includes an operation up to level branch + ttl + 1 and no later", () => {
    const at = (wait: number) => {
      const chain = modelChain({ rules: { constants } });
      for (let n = 0; n < 5; n += 1) bake(chain);
      const operation = operationOf(chain, [{}]);
      chain.inject(operation);
      for (let n = 0; n < wait; n += 1) bake(chain, nothing);
      const held = classes(chain, operation);
      bake(chain);
      return { held, included: inBlock(chain).length, level: chain.head.level };
    };
    expect(at(3)).to.deep.equal({ held: ["validated"], included: 1, level: 5 + 3 + 1 });
    expect(at(4)).to.deep.equal({ held: [undefined], included: 0, level: 10 });
  });

  it("refuses a branch that is too old with the node's own words", () => {
    const chain = modelChain({ rules: { constants } });
    const branch = chain.head.hash;
    for (let n = 0; n < 4; n += 1) bake(chain);
    const operation = operationOf(chain, [{}], { branch });
    expect(chain.inject(operation)).to.deep.equal({
      accepted: false,
      errors: [
        {
          layer: "shell",
          kind: "temporary",
          id: "failure",
          fields: {
            msg:
              `Operation ${operation.hash} is branched on either:\n` +
              ` - a block ${branch} which is too old (4 blocks in the past)\n` +
              " - a predecessor block from an alternative branch which is now unknown",
          },
        },
      ],
    });
    expect(chain.liveBlocks()).to.have.length(4).and.not.include(branch);
  });

  it("raises the time to live by one a block from genesis, as nodes do", () => {
    const chain = modelChain({ rules: { constants } });
    const ttl = [chain.head.maxOperationsTtl];
    for (let n = 0; n < 5; n += 1) {
      bake(chain);
      ttl.push(chain.head.maxOperationsTtl);
    }
    expect(ttl).to.deep.equal([0, 1, 2, 3, 3, 3]);
  });
});

describe("sandbox chain model: reorganisations", () => {
  it("gives operations of the blocks left back to the mempool, and takes back what they did", () => {
    const chain = modelChain({ accounts: others });
    bake(chain);
    const { hash: fork } = chain.head;
    const first = operationOf(chain, [{ to: ALICE }]);
    chain.inject(first);
    bake(chain);
    const left = chain.head;
    const second = operationOf(chain, [{ to: BOB }], { branch: fork });
    chain.inject(second);
    bake(chain);
    chain.reorganise({ depth: 2, blocks: [1, 2].map(() => ({ timestamp: later(), include: nothing })) });

    expect(chain.head.level).to.equal(3);
    expect(chain.account(PAYER)).to.include({ balance: 1_000_000_000n, counter: 0n });
    expect(chain.account(ALICE)?.balance).to.equal(50_000_000n);
    expect(chain.block(left.hash)).to.equal(left);
    expect(chain.isCanonical(left.hash)).to.equal(false);
    expect(chain.account(ALICE, left.hash)?.balance).to.equal(51_000_000n);
    expect(chain.account(BOB, left.hash)?.balance).to.equal(50_000_000n);
    expect(classes(chain, first, second)).to.deep.equal([
      "validated",
      "branch-delayed contract.counter_in_the_future",
    ]);
    bake(chain);
    bake(chain);
    expect(chain.account(PAYER)?.counter).to.equal(2n);
    expect(inBlock(chain)).to.deep.equal([second]);
  });

  it("drops an operation whose branch was left, and one that is to be forgotten", () => {
    const chain = modelChain({ accounts: others });
    bake(chain);
    const kept = operationOf(chain, [{}]);
    const forgotten = operationOf(chain, [{}], { source: BOB });
    bake(chain, nothing);
    const branched = operationOf(chain, [{}], { source: ALICE });
    for (const operation of [kept, forgotten, branched]) chain.inject(operation);
    bake(chain);
    expect(chain.head.operations).to.have.length(3);
    const block = () => ({ timestamp: later(), include: nothing });
    chain.reorganise({
      depth: 2,
      blocks: [block(), block(), block()],
      forget: (operation) => operation === forgotten,
    });
    expect(chain.head.level).to.equal(4);
    expect(classes(chain, kept, forgotten, branched)).to.deep.equal(["validated", undefined, undefined]);
    expect(chain.inject(branched)).to.have.nested.property("errors[0].id", "failure");
    expect(chain.inject(forgotten)).to.deep.equal({ accepted: true });
  });

  it("revives an operation that another branch had overtaken", () => {
    const chain = modelChain();
    const loser = operationOf(chain, [{ fee: 1000n }]);
    const winner = operationOf(chain, [{ fee: 2000n }]);
    chain.inject(loser);
    chain.inject(winner);
    bake(chain);
    expect(classes(chain, loser)).to.deep.equal(["branch-refused contract.counter_in_the_past"]);
    chain.reorganise({
      depth: 1,
      blocks: [{ timestamp: later() }],
      forget: (operation) => operation === winner,
    });
    expect(inBlock(chain)).to.deep.equal([loser]);
  });

  it("refuses a branch shorter than the one it replaces", () => {
    const chain = modelChain();
    bake(chain);
    bake(chain);
    expect(() => chain.reorganise({ depth: 2, blocks: [{ timestamp: later() }] })).to.throw(RangeError);
    expect(() => chain.reorganise({ depth: 3, blocks: [] })).to.throw(RangeError);
    expect(chain.head.level).to.equal(2);
  });
});

describe("sandbox chain model: what is kept of it", () => {
  it("comes to the same chain from its records in JSON", () => {
    const chain = modelChain({ accounts: others });
    const records: ChainRecord[] = [];
    chain.intervene({
      kind: "originate",
      address: someContract("kept"),
      balance: 3n,
      script: { kind: "accepts", milligas: 1n, storageBytes: 2n },
    });
    chain.inject(operationOf(chain, [{ to: ALICE }, { to: someTz("new") }]));
    chain.inject(operationOf(chain, [{ delegate: BAKER }], { source: BOB }));
    records.push(bake(chain));
    chain.inject(operationOf(chain, [{ delegate: undefined }], { source: BOB }));
    records.push(bake(chain));
    chain.intervene({ kind: "empty", address: ALICE });
    chain.intervene({ kind: "script", address: someContract("kept"), script: { kind: "refuses" } });
    records.push(chain.reorganise({ depth: 1, blocks: [{ timestamp: later() }, { timestamp: later() }] }));

    const text = records.map((record) => JSON.stringify(z.encode(chainRecord, record)));
    const genesis = genesisSchema.parse(
      JSON.parse(JSON.stringify(z.encode(genesisSchema, modelGenesis({ accounts: others })))),
    );
    const read = text.map((line) => chainRecord.parse(JSON.parse(line)));
    const again = ChainModel.replay(genesis, modelHashes, read);

    expect(again.head).to.deep.equal(chain.head);
    expect(again.account(someContract("kept"))).to.deep.include({ balance: 3n, script: { kind: "refuses" } });
    for (const address of [PAYER, ALICE, BOB, BAKER, someTz("new"), someContract("kept")]) {
      expect(again.account(address)).to.deep.equal(chain.account(address));
    }
    expect(again.supply()).to.equal(chain.supply());
    expect(again.globalCounter()).to.equal(chain.globalCounter());
  });

  it("does not take up records of another chain", () => {
    const record = bake(modelChain());
    const other = { ...modelGenesis(), name: "another" };
    expect(() => ChainModel.replay(other, modelHashes, [record])).to.throw("cannot be made again");
  });
});
