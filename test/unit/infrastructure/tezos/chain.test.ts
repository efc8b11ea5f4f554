import { expect } from "chai";
import { BlockUnavailable, ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { asCycle, asLevel, type TzAddress } from "../../../../src/domain/identifiers.js";
import { MissingConstant } from "../../../../src/infrastructure/tezos/constants.js";
import { someTz } from "../../../support/chain-model.js";
import { operationOf } from "../../../support/identifiers.js";
import { chainOver, EMPTY_POOL, failureOf, type FakeNode, json, startFakeNode } from "./fake-node.js";
import { at, CHAIN, constants, HASH, NOW, recorded, routes } from "./recorded.js";

const SENDER = "tz1YSb2kWxmpjn5KLVdfdc3hgjNkAME8si2j" as TzAddress;

describe("chain over a node's recorded replies", () => {
  let node: FakeNode;
  beforeEach(async () => {
    node = await startFakeNode(routes());
  });
  afterEach(() => node.stop());
  const chain = () => chainOver([node.url], { now: NOW });

  it("reads the head", async () => {
    expect(await chain().head()).to.deep.equal({
      hash: HASH,
      level: 5941098,
      predecessor: "BM3FBuDpWfyguKUgMj3DVTd7LUsz5qm3FhgPBJzfbmESXFyBreW",
      chainId: CHAIN,
      protocol: "PsParisCZo7KAh1Z1smVd9ZMZ1HHn5gkzbM94V3PLCpknFWhUAi",
      nextProtocol: "PsParisCZo7KAh1Z1smVd9ZMZ1HHn5gkzbM94V3PLCpknFWhUAi",
      cycle: 751,
      timestamp: new Date("2024-06-30T14:00:25Z"),
    });
  });

  it("reads a block with one account's operations, the burn of internal ones included", async () => {
    const block = await chain().block(HASH, SENDER);
    expect(block).to.deep.equal({
      hash: HASH,
      level: 5941098,
      predecessor: "BM3FBuDpWfyguKUgMj3DVTd7LUsz5qm3FhgPBJzfbmESXFyBreW",
      protocol: "PsParisCZo7KAh1Z1smVd9ZMZ1HHn5gkzbM94V3PLCpknFWhUAi",
      maxOperationsTtl: 360,
      operations: [
        {
          hash: "oozNWSGD9FzEdZhn6iwdUKdhsBivEAUNVtU6bW685pqFCGXe4yU",
          contents: [
            {
              kind: "transaction",
              counter: 78890051n,
              fee: 1444n,
              destination: "KT1Xjap1TwmDR1d8yEd8ErkraAj2mbdMrPZY",
              amount: 15000000n,
              status: "applied",
              burn: 16750n,
              errors: [],
            },
          ],
        },
      ],
    });
    expect((await chain().block(HASH, someTz("nobody"))).operations).to.deep.equal([]);
  });

  it("names the errors of a failed content and of what it caused; what was undone burns nothing", async () => {
    const error = (id: string, kind: string) => ({ id, kind, location: 7 });
    const content = (counter: string, metadata: object) => ({
      kind: "transaction",
      source: SENDER,
      fee: "500",
      counter,
      amount: "9",
      destination: someTz("to"),
      metadata,
    });
    const burnt = { kind: "burned", category: "storage fees", change: "64250", origin: "block" };
    node.routes[at("operations/3")] = json([
      {
        hash: operationOf("x"),
        contents: [
          content("1", { operation_result: { status: "backtracked", balance_updates: [burnt] } }),
          content("2", {
            operation_result: { status: "backtracked", consumed_milligas: "1" },
            internal_operation_results: [
              {
                kind: "transaction",
                result: {
                  status: "failed",
                  errors: [
                    error("proto.025-PsUshuai.michelson_v1.runtime_error", "temporary"),
                    error("proto.025-PsUshuai.michelson_v1.script_rejected", "temporary"),
                  ],
                },
              },
            ],
          }),
          content("3", { operation_result: { status: "skipped" } }),
        ],
      },
    ]);
    const { operations } = await chain().block(HASH, SENDER);
    expect(operations[0]?.contents.map(({ status, burn, errors }) => [status, burn, errors])).to.deep.equal([
      ["backtracked", 0n, []],
      [
        "backtracked",
        0n,
        ["michelson_v1.runtime_error", "michelson_v1.script_rejected"].map((id) => ({
          id,
          kind: "temporary",
          detail: JSON.stringify(error(`proto.025-PsUshuai.${id}`, "temporary")),
        })),
      ],
      ["skipped", 0n, []],
    ]);
  });

  it("does not take a receipt that is left out for one of nothing", async () => {
    const [operation] = recorded.operations.slice(-1) as [
      { hash: string; contents: { metadata: unknown }[] },
    ];
    const contents = operation.contents.map((content) => ({ ...content, metadata: "too large" }));
    node.routes[at("operations/3")] = json([{ ...operation, contents }]);
    const error = await failureOf(chain().block(HASH, SENDER));
    expect(error).to.be.instanceOf(ChainUnavailable).and.not.instanceOf(BlockUnavailable);
  });

  it("reads constants once for each protocol, and names one that is missing", async () => {
    const one = chain();
    const read = await one.constants(HASH);
    expect(read).to.deep.equal({
      protocol: "PsParisCZo7KAh1Z1smVd9ZMZ1HHn5gkzbM94V3PLCpknFWhUAi",
      blocksPerCycle: 24576,
      minimalBlockDelaySeconds: 10,
      maxOperationsTimeToLive: 360,
      hardGasLimitPerOperation: 1040000n,
      hardGasLimitPerBlock: 1733333n,
      hardStorageLimitPerOperation: 60000n,
      maxOperationDataLength: 32768,
      costPerByte: 250n,
      originationSize: 257n,
      limitOfDelegationOverBaking: 9,
    });
    expect(await one.constants(HASH)).to.equal(read);
    expect(node.asked.filter((line) => line.endsWith("constants"))).to.have.length(1);

    const { hard_gas_limit_per_block: _, ...lacking } = constants;
    node.routes[at("context/constants")] = json(lacking);
    const error = await failureOf(chain().constants(HASH));
    expect(error).to.be.instanceOf(MissingConstant).with.property("constant", "hard_gas_limit_per_block");
  });

  it("reads accounts: revealed or not, and one that does not exist", async () => {
    const path = at(`context/contracts/${SENDER}`);
    node.routes[path] = json({ balance: "12", counter: "34" });
    node.routes[`${path}/manager_key`] = json(null);
    expect(await chain().account(SENDER, HASH)).to.deep.equal({
      balance: 12n,
      counter: 34n,
      revealed: false,
    });
    node.routes[`${path}/manager_key`] = json("edpk");
    expect((await chain().account(SENDER, HASH)).revealed).to.equal(true);
    node.routes[path] = json({ balance: "12", counter: "34", revealed: true });
    expect((await chain().account(SENDER, HASH)).revealed).to.equal(true);

    node.routes = routes();
    node.routes[`${path}/counter`] = json("7");
    expect(await chain().account(SENDER, HASH)).to.deep.equal({ balance: 0n, counter: 7n, revealed: false });
    node.routes = { "/chains/main/chain_id": json(CHAIN) };
    expect(await failureOf(chain().account(SENDER, HASH))).to.be.instanceOf(BlockUnavailable);
  });

  it("takes no counter for one that was not read, never for 0", async () => {
    const path = at(`context/contracts/${SENDER}`);
    expect(await failureOf(chain().account(SENDER, HASH))).to.be.instanceOf(BlockUnavailable);
    node.routes[path] = json({ balance: "12", revealed: true });
    expect(await failureOf(chain().account(SENDER, HASH))).to.be.instanceOf(BlockUnavailable);
    node.routes[`${path}/counter`] = json("34");
    expect((await chain().account(SENDER, HASH)).counter).to.equal(34n);
  });

  it("reads one account's mempool operations of all classes", async () => {
    const operation = (name: string, source: string) => ({ hash: operationOf(name), contents: [{ source }] });
    node.routes["/chains/main/mempool/pending_operations"] = json({
      validated: [operation("a", SENDER), { hash: "?", contents: [{ source: someTz("other") }] }],
      unprocessed: [operation("b", SENDER)],
      branch_delayed: [operation("c", SENDER)],
      branch_refused: [operation("d", SENDER)],
      refused: [operation("e", SENDER), operation("a", SENDER)],
      outdated: [operation("f", SENDER)],
    });
    expect(await chain().mempool(SENDER)).to.deep.equal([
      { hash: operationOf("a"), state: "validated" },
      { hash: operationOf("b"), state: "validated" },
      { hash: operationOf("c"), state: "branch-delayed" },
      { hash: operationOf("d"), state: "branch-refused" },
      { hash: operationOf("e"), state: "refused" },
      { hash: operationOf("f"), state: "outdated" },
    ]);
  });

  it("does not take a mempool for empty that it cannot read", async () => {
    const path = "/chains/main/mempool/pending_operations";
    const { unprocessed: _class, ...others } = EMPTY_POOL;
    for (const pool of [
      {},
      { applied: [] },
      others,
      { ...EMPTY_POOL, validated: [{ hash: "?", contents: [{ source: SENDER }] }] },
    ]) {
      node.routes[path] = json(pool);
      expect(await failureOf(chain().mempool(SENDER))).to.be.instanceOf(ChainUnavailable);
    }
    node.routes[path] = json(EMPTY_POOL);
    expect(await chain().mempool(SENDER)).to.deep.equal([]);
  });

  it("rounds fee rates up and asks for a cycle's levels by distance from the head's", async () => {
    node.routes["/chains/main/mempool/filter"] = json({
      minimal_fees: "100",
      minimal_nanotez_per_gas_unit: ["201", "2"],
      minimal_nanotez_per_byte: ["1000", "1"],
    });
    expect(await chain().feeRates()).to.deep.equal({
      minimalFee: 100n,
      nanotezPerGasUnit: 101n,
      nanotezPerByte: 1000n,
    });
    node.routes[at("helpers/levels_in_current_cycle")] = json({ first: 5, last: 9 });
    expect(await chain().cycleLevels(asCycle(748))).to.deep.equal({ first: asLevel(5), last: asLevel(9) });
    expect(node.asked.at(-1)).to.equal(`GET ${at("helpers/levels_in_current_cycle?offset=-3")}`);
  });
});
