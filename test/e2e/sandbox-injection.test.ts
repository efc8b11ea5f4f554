import { expect } from "chai";
import { inMemory } from "../../src/sandbox/journal.js";
import { someTz } from "../support/chain-model.js";
import {
  pay,
  PAYER_KEY,
  rpcTransfers,
  signOperation,
  startTestSandbox,
  type TestSandbox,
} from "../support/sandbox.js";
import { ALICE, genesis, PREFIX, recorded, REFUSING, UNREVEALED } from "../support/sandbox-accounts.js";

describe("sandbox node: simulation, preapply and injection over HTTP", () => {
  let node: TestSandbox;
  const post = (path: string, body: unknown) => node.post(path, body);

  beforeEach(async () => {
    node = await startTestSandbox({ store: inMemory(genesis()) });
    for (let n = 0; n < 3; n += 1) node.sandbox.bake();
  });
  afterEach(() => node.stop());

  it("simulates like the recorded run_operation, allocation included, without counting it", async () => {
    const head = await node.rpc.getBlockHash();
    const { signature } = recorded["runOperation"] as { signature: string };
    const operation = {
      branch: head,
      contents: rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE }, { to: someTz("new") }]),
      signature,
    };
    const path = "/chains/main/blocks/head/helpers/scripts/simulate_operation";
    const answer = await post(path, { operation, chain_id: node.sandbox.chainId });
    expect(answer.status).to.equal(200);
    const deepKeys = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(deepKeys)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deepKeys(inner)]))
          : typeof value;
    expect(deepKeys(answer.body)).to.deep.equal(deepKeys(recorded["runOperation"]));
    expect((await node.rpc.getContract(PAYER_KEY.address)).counter).to.equal("0");
    const refused = await post(path, {
      operation: { ...operation, contents: rpcTransfers(PAYER_KEY.address, 7, [{ to: ALICE }]) },
      chain_id: node.sandbox.chainId,
    });
    expect(refused).to.deep.equal({
      status: 500,
      body: [
        {
          kind: "temporary",
          id: `${PREFIX}contract.counter_in_the_future`,
          contract: PAYER_KEY.address,
          expected: "1",
          found: "7",
        },
      ],
    });
  });

  it("preapplies what is signed, and tells a wrong signature and a missing one", async () => {
    const { protocol } = await node.rpc.getBlockHeader();
    const branch = await node.rpc.getBlockHash();
    const contents = rpcTransfers(PAYER_KEY.address, 1, [{ to: REFUSING }, { to: ALICE }]);
    const { signature } = await signOperation(PAYER_KEY, branch, contents);
    const path = "/chains/main/blocks/head/helpers/preapply/operations";
    const good = await post(path, [{ protocol, branch, contents, signature }]);
    expect(good.status).to.equal(200);
    const results = good.body as { contents: { metadata: { operation_result: unknown } }[] }[];
    expect(results[0]?.contents.map((content) => content.metadata.operation_result)).to.deep.equal([
      {
        status: "failed",
        errors: [
          {
            kind: "temporary",
            id: `${PREFIX}michelson_v1.runtime_error`,
            contract_handle: REFUSING,
            contract_code: "Deprecated",
          },
          {
            kind: "temporary",
            id: `${PREFIX}michelson_v1.script_rejected`,
            location: 7,
            with: { string: "refused" },
          },
        ],
      },
      { status: "skipped" },
    ]);
    const other = await signOperation(UNREVEALED, branch, contents);
    expect(await post(path, [{ protocol, branch, contents, signature: other.signature }])).to.deep.equal({
      status: 500,
      body: [{ kind: "permanent", id: `${PREFIX}operation.invalid_signature` }],
    });
    const bare = await post(path, [{ protocol, branch, contents, signature: "00" }]);
    expect(bare.status).to.equal(400);
    expect(bare.body).to.match(/^Failed to parse the request body: No case matched:\n {2}At \/0\/signature:/);
  });

  it("refuses bytes that are tampered with, signed by another, or no operation", async () => {
    const branch = await node.rpc.getBlockHash();
    const contents = rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE }]);
    const { bytes, forged } = await signOperation(PAYER_KEY, branch, contents);
    const foreign = await signOperation(UNREVEALED, branch, contents);
    const invalid = {
      status: 500,
      body: [{ kind: "permanent", id: `${PREFIX}operation.invalid_signature` }],
    };
    const last = forged.slice(-4);
    const tampered = bytes.replace(last, last === "0000" ? "0001" : "0000");
    expect(await post("/injection/operation", `${forged}${foreign.bytes.slice(-128)}`)).to.deep.equal(
      invalid,
    );
    expect((await post("/injection/operation", tampered)).status).to.equal(500);
    expect(await post("/injection/operation", "00ff")).to.deep.equal({
      status: 500,
      body: [{ kind: "temporary", id: "failure", msg: "Can't parse the operation" }],
    });
    expect((await post("/injection/operation", { hex: bytes })).status).to.equal(400);
    expect(node.sandbox.chain.mempool()).to.deep.equal([]);
  });

  it("answers a refused injection with the protocol's own errors", async () => {
    const branch = await node.rpc.getBlockHash();
    const inject = async (contents: readonly object[], key = PAYER_KEY) =>
      post("/injection/operation", (await signOperation(key, branch, contents)).bytes);
    expect(await inject(rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE, fee: 0 }]))).to.deep.equal({
      status: 500,
      body: [{ kind: "permanent", id: `${PREFIX}prefilter.fees_too_low` }],
    });
    expect(await inject(rpcTransfers(UNREVEALED.address, 1, [{ to: ALICE }]), UNREVEALED)).to.deep.equal({
      status: 500,
      body: [{ kind: "branch", id: `${PREFIX}contract.unrevealed_key`, contract: UNREVEALED.address }],
    });
    const first = await inject(rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE }]));
    expect(first.status).to.equal(200);
    expect(await inject(rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE }]))).to.deep.equal(first);
    const rival = await inject(rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE, fee: 1001 }]));
    expect(rival.status).to.equal(500);
    expect(rival.body).to.have.nested.property("[0].id", "prevalidation.operation_conflict");
    expect(rival.body).to.have.nested.property("[0].needed_fee_in_mutez", "1050");
    node.sandbox.bake();
    expect(await inject(rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE, fee: 1001 }]))).to.deep.equal({
      status: 500,
      body: [
        {
          kind: "branch",
          id: `${PREFIX}contract.counter_in_the_past`,
          contract: PAYER_KEY.address,
          expected: "2",
          found: "1",
        },
      ],
    });
  });

  it("reveals a key, and then takes transfers of that account", async () => {
    const reveal = {
      kind: "reveal",
      source: UNREVEALED.address,
      fee: "500",
      counter: "1",
      gas_limit: "300",
      storage_limit: "0",
      public_key: UNREVEALED.publicKey,
    };
    expect(await node.rpc.getManagerKey(UNREVEALED.address)).to.equal(null);
    const { bytes } = await signOperation(UNREVEALED, await node.rpc.getBlockHash(), [reveal]);
    await node.rpc.injectOperation(bytes);
    node.sandbox.bake();
    expect(await node.rpc.getManagerKey(UNREVEALED.address)).to.equal(UNREVEALED.publicKey);
    await pay(node, [{ to: ALICE }], { key: UNREVEALED });
    node.sandbox.bake();
    expect((await node.rpc.getContract(UNREVEALED.address)).counter).to.equal("2");
  });
});
