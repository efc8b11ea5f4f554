import { expect } from "chai";
import { inMemory } from "../../src/sandbox/journal.js";
import { someContract, someTz } from "../support/chain-model.js";
import { pay, PAYER_KEY, rpcTransfers, startTestSandbox, type TestSandbox } from "../support/sandbox.js";
import { ALICE, genesis, PREFIX, recorded } from "../support/sandbox-accounts.js";

describe("sandbox node over HTTP", () => {
  let node: TestSandbox;
  const get = (path: string) => node.get(path);
  const post = (path: string, body: unknown) => node.post(path, body);
  const ofHead = async (path: string): Promise<unknown> =>
    (await get(`/chains/main/blocks/head${path}`)).body;

  beforeEach(async () => {
    node = await startTestSandbox({ store: inMemory(genesis()) });
    for (let n = 0; n < 3; n += 1) node.sandbox.bake();
  });
  afterEach(() => node.stop());

  it("takes, includes and shows a batch, under the hash that the wallet computed", async () => {
    const hash = await pay(node, [{ to: ALICE }, { to: someTz("new"), amount: 5 }]);
    expect(await node.rpc.getPendingOperations({ version: "2" })).to.have.nested.property(
      "validated[0].hash",
      hash,
    );
    node.sandbox.bake();
    const block = await node.rpc.getBlock({ block: "head" });
    const [included] = block.operations[3] ?? [];
    expect(included?.hash).to.equal(hash);
    expect(included?.contents).to.deep.equal([
      {
        ...rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE }])[0],
        metadata: {
          balance_updates: [
            { kind: "contract", contract: PAYER_KEY.address, change: "-1000", origin: "block" },
            { kind: "accumulator", category: "block fees", change: "1000", origin: "block" },
          ],
          operation_result: {
            status: "applied",
            balance_updates: [
              { kind: "contract", contract: PAYER_KEY.address, change: "-1000000", origin: "block" },
              { kind: "contract", contract: ALICE, change: "1000000", origin: "block" },
            ],
            consumed_milligas: "2168755",
          },
        },
      },
      {
        ...rpcTransfers(PAYER_KEY.address, 2, [{ to: someTz("new"), amount: 5 }])[0],
        metadata: {
          balance_updates: [
            { kind: "contract", contract: PAYER_KEY.address, change: "-1000", origin: "block" },
            { kind: "accumulator", category: "block fees", change: "1000", origin: "block" },
          ],
          operation_result: {
            status: "applied",
            balance_updates: [
              { kind: "contract", contract: PAYER_KEY.address, change: "-5", origin: "block" },
              { kind: "contract", contract: someTz("new"), change: "5", origin: "block" },
              { kind: "contract", contract: PAYER_KEY.address, change: "-64250", origin: "block" },
              { kind: "burned", category: "storage fees", change: "64250", origin: "block" },
            ],
            consumed_milligas: "2100040",
            allocated_destination_contract: true,
          },
        },
      },
    ]);
    expect(await ofHead("/operation_hashes")).to.deep.equal([[], [], [], [hash]]);
    expect(await ofHead(`/context/contracts/${PAYER_KEY.address}/counter`)).to.equal("2");
    expect((await node.rpc.getBalance(ALICE)).toString()).to.equal("6000000");
    const before = await node.rpc.getBalance(ALICE, { block: "head~1" });
    expect(before.toString()).to.equal("5000000");
  });

  it("answers in the shapes that were recorded of real nodes", async () => {
    const keys = (value: unknown) => Object.keys(value as object).sort();
    const same = async (path: string, name: string, except: readonly string[] = []) => {
      const expected = keys(recorded[name]).filter((key) => !except.includes(key));
      expect(keys((await get(path)).body), path).to.deep.equal(expected);
    };
    await pay(node, [{ to: ALICE }]);
    const head = "/chains/main/blocks/head";
    await same(`${head}/header`, "header");
    await same(`${head}/metadata`, "metadata");
    await same(`${head}/context/constants`, "constants", ["smart_rollup_canonical_rollup_address"]);
    await same(`${head}/context/contracts/${ALICE}`, "contractUnrevealed");
    await same(`${head}/helpers/levels_in_current_cycle`, "levelsInCurrentCycle");
    await same(`${head}/helpers/current_level`, "currentLevel");
    await same("/chains/main/mempool/filter", "mempoolFilter");
    await same("/chains/main/mempool/pending_operations?version=2", "pendingOperations");
    expect((await get("/chains/main/mempool/filter")).body).to.deep.equal(recorded["mempoolFilter"]);
    node.sandbox.bake();
    const block = (await get(head)).body as { operations: unknown[][]; header: object };
    const { operation, header, ...rest } = recorded["block"] ?? {};
    expect(keys(block)).to.deep.equal([...keys(rest), "header", "metadata", "operations"].sort());
    expect(keys(block.operations[3]?.[0])).to.deep.equal(keys(operation));
    expect(keys(block.header)).to.deep.equal(keys(header).filter((key) => key !== "adaptive_issuance_vote"));
  });

  it("leaves a block, keeps it readable by its hash, and lets the operation come back", async () => {
    const hash = await pay(node, [{ to: ALICE }], {
      branch: await node.rpc.getBlockHash({ block: "head~2" }),
    });
    const left = node.sandbox.bake().hash;
    node.sandbox.bake();
    const answer = await post("/sandbox/reorganise", { depth: 2, include: "none" });
    expect(answer).to.have.nested.property("body.level", 5);
    expect((await node.rpc.getContract(PAYER_KEY.address)).counter).to.equal("0");
    expect((await node.rpc.getBlockHeader({ block: left })).level).to.equal(4);
    expect((await get(`/chains/main/blocks/${left}/context/contracts/${ALICE}/balance`)).body).to.equal(
      "6000000",
    );
    expect(await node.rpc.getBlockHash({ block: "4" })).to.not.equal(left);
    expect(await node.rpc.getLiveBlocks()).to.not.include(left);
    expect(await node.rpc.getPendingOperations({ version: "2" })).to.have.nested.property(
      "validated[0].hash",
      hash,
    );
    node.sandbox.bake();
    expect(await ofHead("/operation_hashes/3")).to.deep.equal([hash]);
  });

  it("streams heads as they come", async () => {
    const response = await fetch(`${node.url}/monitor/heads/main`);
    const reader = response.body?.getReader();
    const next = async (): Promise<unknown> =>
      JSON.parse(Buffer.from((await reader?.read())?.value ?? []).toString()) as unknown;
    expect(await next()).to.have.property("level", 3);
    const { hash } = node.sandbox.bake();
    expect(await next()).to.include({ level: 4, hash });
    await reader?.cancel();
  });

  it("answers what is not there as nodes do", async () => {
    const contracts = "/chains/main/blocks/head/context/contracts";
    const empty = someTz("never seen");
    expect((await get(`${contracts}/${empty}`)).body).to.deep.equal({
      balance: "0",
      counter: "0",
      revealed: false,
    });
    expect((await get(`${contracts}/${empty}/manager_key`)).body).to.equal(null);
    expect((await get(`${contracts}/${empty}/delegate`)).status).to.equal(404);
    expect((await get(`${contracts}/${someContract("no such")}`)).status).to.equal(404);
    expect((await get(`${contracts}/tz1nonsense`)).status).to.equal(400);
    expect((await get("/chains/main/blocks/99")).status).to.equal(404);
    expect((await get("/chains/NetXdQprcVkpaWU/chain_id")).status).to.equal(404);
    expect((await get(`/chains/${node.sandbox.chainId}/chain_id`)).body).to.equal(node.sandbox.chainId);
    expect((await get(`/chains/main/blocks/head/context/delegates/${ALICE}`)).body).to.deep.equal([
      { kind: "temporary", id: `${PREFIX}delegate.not_registered`, pkh: ALICE },
    ]);
  });

  it("is controlled over its own paths", async () => {
    const kt1 = someContract("new");
    const script = { kind: "accepts", milligas: "500000", storageBytes: "0" };
    await post("/sandbox/contracts", { address: kt1, script });
    await post("/sandbox/fund", { address: someTz("funded"), amount: "42" });
    await post("/sandbox/empty", { address: ALICE });
    expect(await post("/sandbox/bake", { count: 2 })).to.have.nested.property("body.level", 5);
    expect((await node.rpc.getBalance(someTz("funded"))).toString()).to.equal("42");
    expect((await node.rpc.getBalance(ALICE)).toString()).to.equal("0");
    await pay(node, [{ to: kt1, gasLimit: 2700 }]);
    node.sandbox.bake();
    const { operations } = await node.rpc.getBlock();
    expect(operations[3]?.[0]?.contents[0]).to.have.nested.property(
      "metadata.operation_result.consumed_milligas",
      "2668755",
    );
    expect((await post("/sandbox/fund", { address: "tz1", amount: "1" })).status).to.equal(400);
  });
});
