import { expect } from "chai";
import { readFileSync } from "node:fs";
import { inMemory } from "../../src/sandbox/journal.js";
import { mutez } from "../../src/domain/money.js";
import { BAKER, someContract, someTz } from "../support/chain-model.js";
import { pay, PAYER_KEY, startTestSandbox, testGenesis, type TestSandbox } from "../support/sandbox.js";

const recorded = JSON.parse(readFileSync("test/fixtures/node/recorded.json", "utf8")) as Record<
  string,
  Record<string, unknown>
>;
const delegators = [
  { address: someTz("one"), balance: mutez(600_000_000_000n) },
  { address: someContract("two"), balance: mutez(300_000_000_000n) },
  { address: someTz("emptied"), balance: mutez(99_000_000_000n) },
];
const income = {
  blocks: mutez(100_000_000n),
  attestations: mutez(90_000_000n),
  dal: mutez(20_000_000n),
  blockFees: mutez(500_000n),
  nonceRevelations: mutez(1000n),
  vdfRevelations: mutez(0n),
};
const script = { kind: "accepts", milligas: 0n, storageBytes: 0n } as const;
const genesis = testGenesis({
  accounts: [
    { address: someTz("one"), balance: 5n },
    { address: someContract("two"), balance: 0n, script },
  ],
  bakers: [
    {
      address: BAKER,
      ownDelegated: mutez(1_000_000_000n),
      ownStaked: mutez(200_000_000_000n),
      delegators,
      income,
    },
  ],
});

interface Split {
  readonly [field: string]: unknown;
  readonly delegators: readonly { readonly address: string; readonly emptied: boolean }[];
}

describe("sandbox TzKT over HTTP", () => {
  let node: TestSandbox;
  const get = (path: string) => node.get(path);
  const split = async (cycle: number, query = ""): Promise<Split> =>
    (await get(`/v1/rewards/split/${BAKER}/${cycle}${query}`)).body as Split;
  const bakeTo = (level: number): void => {
    while (node.sandbox.chain.head.level < level) node.sandbox.bake();
  };

  beforeEach(async () => {
    node = await startTestSandbox({ store: inMemory(genesis) });
  });
  afterEach(() => node.stop());

  it("says what is still to come until the cycle's last block, and then the same for ever", async () => {
    const future = (reply: Split) =>
      Object.entries(reply)
        .filter(([name]) => name.startsWith("future"))
        .map(([, value]) => value);
    bakeTo(7);
    expect(future(await split(0)).every((value) => Number(value) > 0)).to.equal(true);
    expect((await split(2))["blockRewardsDelegated"]).to.equal(0);
    bakeTo(8);
    const done = await split(0);
    expect(future(done)).to.deep.equal([0, 0, 0, 0, 0]);
    bakeTo(20);
    expect(await split(0)).to.deep.equal(done);
    expect((await split(1))["blockRewardsDelegated"]).to.not.equal(done["blockRewardsDelegated"]);
    expect(done).to.include({
      cycle: 0,
      ownDelegatedBalance: 1_000_000_000,
      externalDelegatedBalance: 999_000_000_000,
      delegatorsCount: 3,
      ownStakedBalance: 200_000_000_000,
      bakingPower: 200_000_000_000 + Math.floor(1_000_000_000_000 / 3),
      vdfRevelationRewardsDelegated: 0,
    });
    for (const [kind, average] of [
      ["blockRewardsDelegated", 100_000_000],
      ["attestationRewardsDelegated", 90_000_000],
      ["dalAttestationRewardsDelegated", 20_000_000],
      ["blockFees", 500_000],
    ] as const) {
      expect(done[kind], kind).to.be.within(average * 0.9, average * 1.1);
    }
  });

  it("gives the delegators in pages, and says which are emptied now", async () => {
    expect((await split(0)).delegators).to.deep.equal([
      { address: someTz("one"), delegatedBalance: 600_000_000_000, emptied: false },
      { address: someContract("two"), delegatedBalance: 300_000_000_000, emptied: false },
      { address: someTz("emptied"), delegatedBalance: 99_000_000_000, emptied: true },
    ]);
    const page = await split(0, "?offset=1&limit=1");
    expect(page.delegators.map((row) => row.address)).to.deep.equal([someContract("two")]);
    expect(page).to.include({ delegatorsCount: 3 });
    expect((await split(0, "?offset=3")).delegators).to.deep.equal([]);
    await pay(node, [{ to: someTz("emptied"), amount: 1 }]);
    node.sandbox.bake();
    expect((await split(0)).delegators[2]?.emptied).to.equal(false);
  });

  it("refuses too large a page, and has nothing for strangers and far cycles", async () => {
    expect(await get(`/v1/rewards/split/${BAKER}/0?limit=10001`)).to.deep.equal({
      status: 400,
      body: { code: 400, errors: { limit: "The field limit must be between 0 and 10000." } },
    });
    expect((await get(`/v1/rewards/split/${BAKER}/0?limit=10000`)).status).to.equal(200);
    expect((await get(`/v1/rewards/split/${BAKER}/0?limit=all`)).status).to.equal(400);
    expect(await get(`/v1/rewards/split/${BAKER}/3`)).to.deep.equal({ status: 204, body: "" });
    expect((await get(`/v1/rewards/split/${BAKER}/2`)).status).to.equal(200);
    expect((await get(`/v1/rewards/split/${someTz("one")}/0`)).status).to.equal(204);
    expect((await get("/v1/cycles/3")).status).to.equal(204);
    expect((await get("/v1/nothing")).status).to.equal(404);
  });

  it("shows head, cycles, protocol, accounts and the delegate in the shapes of the real ones", async () => {
    bakeTo(10);
    const head = (await get("/v1/head")).body as object;
    const keys = "chain chainId cycle level hash protocol nextProtocol timestamp votingEpoch votingPeriod";
    expect(Object.keys(head).join(" ")).to.match(
      new RegExp(`^${keys} knownLevel lastSync synced quoteLevel`),
    );
    expect(head).to.include({ chainId: node.sandbox.chainId, cycle: 1, level: 10, synced: true });
    expect((await get("/v1/cycles/0")).body).to.include({ index: 0, firstLevel: 1, lastLevel: 8 });
    const cycles = (await get("/v1/cycles?limit=2")).body as { index: number }[];
    expect(cycles.map((cycle) => cycle.index)).to.deep.equal([3, 2]);
    expect((await get("/v1/protocols/current")).body).to.have.nested.property("constants.blocksPerCycle", 8);
    expect((await get(`/v1/accounts/${someTz("emptied")}`)).body).to.include({ type: "empty" });
    expect((await get(`/v1/accounts/${PAYER_KEY.address}`)).body).to.include({
      type: "user",
      revealed: true,
    });
    const delegate = (await get(`/chains/main/blocks/head/context/delegates/${BAKER}`)).body as object;
    expect(Object.keys(delegate)).to.deep.equal(Object.keys(recorded["delegate"] ?? {}));
  });

  it("finds transactions by sender, target and level, with what became of each", async () => {
    const refused = { to: someTz("one"), amount: 0 };
    const hashes: string[] = [];
    for (const wishes of [
      [{ to: someTz("one") }, { to: someTz("new") }],
      [{ to: someContract("two") }, refused],
    ]) {
      hashes.push(await pay(node, wishes));
      node.sandbox.bake();
    }
    const found = async (query: string) =>
      (await get(`/v1/operations/transactions?${query}`)).body as Record<string, unknown>[];
    const all = await found(`sender=${PAYER_KEY.address}`);
    expect(all.map(({ level, hash, counter, status }) => [level, hash, counter, status])).to.deep.equal([
      [1, hashes[0], 1, "applied"],
      [1, hashes[0], 2, "applied"],
      [2, hashes[1], 3, "backtracked"],
      [2, hashes[1], 4, "failed"],
    ]);
    const ids = async (query: string) => (await found(query)).map((row) => row["counter"]);
    expect(await ids(`target=${someTz("one")}`)).to.deep.equal([1, 4]);
    expect(await ids(`target=${someTz("one")}&sort.desc=id`)).to.deep.equal([4, 1]);
    expect(await ids(`sender=${PAYER_KEY.address}&level.gt=1`)).to.deep.equal([3, 4]);
    expect(await ids(`sender=${PAYER_KEY.address}&level.ge=1&level.lt=2`)).to.deep.equal([1, 2]);
    expect(await ids(`sender=${PAYER_KEY.address}&offset=1&limit=2`)).to.deep.equal([2, 3]);
    expect(await ids(`sender=${BAKER}`)).to.deep.equal([]);
    expect(all[1]).to.deep.equal({
      type: "transaction",
      id: 100_001,
      level: 1,
      timestamp: "2026-01-01T00:01:00Z",
      block: node.sandbox.chain.block(1)?.hash,
      hash: hashes[0],
      counter: 2,
      sender: { address: PAYER_KEY.address },
      gasLimit: 2300,
      gasUsed: 2101,
      storageLimit: 277,
      storageUsed: 0,
      bakerFee: 1000,
      storageFee: 0,
      allocationFee: 64_250,
      target: { address: someTz("new") },
      amount: 1_000_000,
      status: "applied",
      hasInternals: false,
    });
    expect(all[3]?.["errors"]).to.deep.equal([
      { type: "contract.empty_transaction", contract: someTz("one") },
    ]);
  });
});
