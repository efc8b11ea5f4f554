import { expect } from "chai";
import { type Content, type UnsignedOperation } from "../../../../src/application/ports/chain.js";
import { type Address, asCounter, asCycle, asLevel } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { type TezosChain } from "../../../../src/infrastructure/tezos/chain.js";
import { TezosOperationCodec } from "../../../../src/infrastructure/tezos/forging.js";
import { NativeSigner } from "../../../../src/infrastructure/tezos/signers/native.js";
import { inMemory } from "../../../../src/sandbox/journal.js";
import { DEFAULT_RULES } from "../../../../src/sandbox/model/rules.js";
import { someContract, someTz } from "../../../support/chain-model.js";
import { PAYER_KEY, startTestSandbox, testGenesis, type TestSandbox } from "../../../support/sandbox.js";
import { chainOver } from "./fake-node.js";

const PAYER = PAYER_KEY.address;
const ALICE = someTz("alice");
const NEW = someTz("new");
const REFUSING = someContract("refusing");
const codec = new TezosOperationCodec();

describe("chain over the sandbox's node", () => {
  let node: TestSandbox;
  let chain: TezosChain;
  beforeEach(async () => {
    const accounts = [
      { address: ALICE, balance: 5_000_000n },
      { address: REFUSING, balance: 0n, script: { kind: "refuses" as const } },
    ];
    node = await startTestSandbox({ store: inMemory(testGenesis({ accounts })) });
    for (let n = 0; n < 3; n += 1) node.sandbox.bake();
    chain = chainOver([node.url], { now: new Date("2026-01-01T00:03:00Z") });
  });
  afterEach(() => node.stop());

  const transfers = async (...receivers: Address[]): Promise<UnsignedOperation> => {
    const { hash } = await chain.head();
    const { counter } = await chain.account(PAYER, hash);
    const content = (destination: Address, i: number): Content => ({
      kind: "transaction",
      source: PAYER,
      fee: mutez(2_000n),
      counter: asCounter(counter + 1n + BigInt(i)),
      gasLimit: 10_000n,
      storageLimit: 277n,
      amount: mutez(1_000_000n),
      destination,
    });
    return { branch: hash, contents: receivers.map(content) };
  };
  const sign = async (operation: UnsignedOperation): Promise<string> => {
    const signer = await NativeSigner.fromSecret(PAYER_KEY.secretKey);
    return signer.sign(await codec.forge(operation));
  };

  it("shows head, constants, fees, cycles and accounts", async () => {
    const head = await chain.head();
    expect(head).to.include({ level: 3, cycle: 0, chainId: node.sandbox.chainId });
    expect(await chain.constants(head.hash)).to.deep.equal({ ...DEFAULT_RULES.constants, blocksPerCycle: 8 });
    expect(await chain.feeRates()).to.deep.equal(DEFAULT_RULES.fees);
    for (let n = 0; n < 15; n += 1) node.sandbox.bake();
    for (const cycle of [0, 1, 2].map(asCycle)) {
      expect(await chain.cycleLevels(cycle)).to.deep.equal(node.sandbox.chain.cycleLevels(cycle));
    }
    expect(await chain.account(PAYER, head.hash)).to.deep.equal({
      balance: 1_000_000_000_000n,
      counter: 0n,
      revealed: true,
    });
    expect(await chain.account(NEW, head.hash)).to.include({ balance: 0n, revealed: false });
  });

  it("simulates, injects and reads back a batch, whose hash was known before", async () => {
    const operation = await transfers(ALICE, NEW, someTz("newer"));
    const simulation = await chain.simulate(operation, await chain.head());
    const plain = { status: "applied", milligas: 2_100_040n, paidStorage: 0n, allocated: false, errors: [] };
    expect(simulation).to.deep.equal({
      outcome: "results",
      contents: [
        { ...plain, milligas: 2_168_755n },
        { ...plain, allocated: true },
        { ...plain, allocated: true },
      ],
    });
    const signed = await sign(operation);
    expect(await chain.inject(signed)).to.deep.equal({ outcome: "accepted" });
    expect(await chain.inject(signed)).to.deep.equal({ outcome: "accepted" });
    expect(await chain.mempool(PAYER)).to.deep.equal([{ hash: codec.hash(signed), state: "validated" }]);
    node.sandbox.bake();
    const block = await chain.block(asLevel(4), PAYER);
    const receipt = (counter: bigint, destination: Address, burn: bigint) => ({
      kind: "transaction",
      counter,
      fee: 2_000n,
      destination,
      amount: 1_000_000n,
      status: "applied",
      burn,
      errors: [],
    });
    expect(block.operations).to.deep.equal([
      {
        hash: codec.hash(signed),
        contents: [receipt(1n, ALICE, 0n), receipt(2n, NEW, 64_250n), receipt(3n, someTz("newer"), 64_250n)],
      },
    ]);
    const spent = 3n * 1_002_000n + 2n * 64_250n;
    expect(await chain.account(PAYER, block.hash)).to.include({
      balance: 1_000_000_000_000n - spent,
      counter: 3n,
    });
  });

  it("names the contract that refuses, in the simulation and in the block", async () => {
    const operation = await transfers(ALICE, REFUSING, NEW);
    const seen = (contents: readonly { status: string; errors: readonly { id: string }[] }[]) =>
      contents.map(({ status, errors }) => [status, errors.map(({ id }) => id)]);
    const refused = [
      ["backtracked", []],
      ["failed", ["michelson_v1.runtime_error", "michelson_v1.script_rejected"]],
      ["skipped", []],
    ];
    const simulation = await chain.simulate(operation, await chain.head());
    expect(simulation.outcome === "results" && seen(simulation.contents)).to.deep.equal(refused);

    await chain.inject(await sign(operation));
    node.sandbox.bake();
    const { hash } = await chain.head();
    const { operations } = await chain.block(hash, PAYER);
    expect(seen(operations[0]?.contents ?? [])).to.deep.equal(refused);
    expect(operations[0]?.contents.map(({ burn }) => burn)).to.deep.equal([0n, 0n, 0n]);
    expect(await chain.account(PAYER, hash)).to.include({
      balance: 1_000_000_000_000n - 6_000n,
      counter: 3n,
    });
  });

  it("refuses a counter that is used, a fee that is too low", async () => {
    const operation = await transfers(ALICE);
    const ids = async (attempt: UnsignedOperation) => {
      const injection = await chain.inject(await sign(attempt));
      return injection.outcome === "refused" && injection.errors.map(({ id }) => id);
    };
    const cheap = operation.contents.map((content) => ({ ...content, fee: mutez(1n) }));
    expect(await ids({ ...operation, contents: cheap })).to.deep.equal(["prefilter.fees_too_low"]);
    await chain.inject(await sign(operation));
    node.sandbox.bake();
    const later = operation.contents.map((content) => ({ ...content, amount: mutez(2n) }));
    expect(await ids({ ...operation, contents: later })).to.deep.equal(["contract.counter_in_the_past"]);
    const simulation = await chain.simulate({ ...operation, contents: later }, await chain.head());
    expect(simulation.outcome === "refused" && simulation.errors.map(({ id }) => id)).to.deep.equal([
      "contract.counter_in_the_past",
    ]);
  });

  it("follows a reorganisation: what was included is in the mempool, and the block is still read by hash", async () => {
    const signed = await sign(await transfers(ALICE));
    await chain.inject(signed);
    node.sandbox.bake();
    const before = await chain.head();
    node.sandbox.reorganise({ depth: 1, include: () => false });
    const after = await chain.head();
    expect(after.level).to.equal(before.level);
    expect(after.hash).not.to.equal(before.hash);
    expect((await chain.block(after.hash, PAYER)).operations).to.deep.equal([]);
    expect((await chain.account(PAYER, after.hash)).counter).to.equal(0n);
    expect(await chain.mempool(PAYER)).to.deep.equal([{ hash: codec.hash(signed), state: "validated" }]);
    expect(await chain.inject(signed)).to.deep.equal({ outcome: "accepted" });
    node.sandbox.bake();
    const [operation] = (await chain.block(asLevel(after.level + 1), PAYER)).operations;
    expect(operation?.hash).to.equal(codec.hash(signed));
  });

  it("wakes as soon as the node streams another head, and not for the same one", async () => {
    const { hash } = await chain.head();
    const signal = new AbortController().signal;
    let woken = false;
    const waiting = chain.waitForHead(hash, { timeoutMs: 60_000, signal }).then(() => (woken = true));
    await chain.waitForHead(hash, { timeoutMs: 50, signal });
    expect(woken).to.equal(false);
    node.sandbox.bake();
    await waiting;
    expect((await chain.head()).level).to.equal(4);
    await chain.waitForHead(hash, { timeoutMs: 60_000, signal });
  });
});
