import { expect } from "chai";
import { ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { TezosOperationCodec } from "../../../../src/infrastructure/tezos/forging.js";
import { operationOf } from "../../../support/identifiers.js";
import { chainOver, failureOf, type FakeNode, json, startFakeNode } from "./fake-node.js";
import { at, fixture, NOW, routes } from "./recorded.js";

const forged = fixture<{ response: string }>("forge");
const run = fixture<{ response: { contents: unknown[] } }>("run-operation");
/** Contents of the recorded run whose receiver did not exist. */
const ALLOCATED = new Set([13, 14, 15]);

describe("operations handed to a node", () => {
  let node: FakeNode;
  beforeEach(async () => {
    node = await startFakeNode(routes());
  });
  afterEach(() => node.stop());
  const chain = () => chainOver([node.url], { now: NOW });

  it("simulates, counting what internal operations use and create", async () => {
    const path = at("helpers/scripts/simulate_operation");
    const operation = await new TezosOperationCodec().parse(forged.response);
    node.routes[path] = json(run.response);
    const simulation = await chain().simulate(operation, await chain().head());
    const plain = { status: "applied", paidStorage: 0n, allocated: false, errors: [] };
    expect(simulation).to.deep.equal({
      outcome: "results",
      contents: operation.contents.map((_, i) => ({
        ...plain,
        milligas: i === 0 ? 197043n : 100040n,
        allocated: ALLOCATED.has(i),
      })),
    });

    const result = (more: object) => ({ status: "applied", ...more });
    const content = {
      kind: "transaction",
      fee: "0",
      counter: "1",
      metadata: {
        operation_result: result({ consumed_milligas: "10", paid_storage_size_diff: "3" }),
        internal_operation_results: [
          { result: result({ consumed_milligas: "5", allocated_destination_contract: true }) },
          {
            result: result({
              consumed_milligas: "1",
              paid_storage_size_diff: "4",
              originated_contracts: ["KT1"],
            }),
          },
        ],
      },
    };
    node.routes[path] = json({ contents: [content] });
    const single = { ...operation, contents: operation.contents.slice(0, 1) };
    expect(await chain().simulate(single, await chain().head())).to.deep.equal({
      outcome: "results",
      contents: [{ ...plain, milligas: 16n, paidStorage: 7n + 2n * 257n }],
    });
    expect(await failureOf(chain().simulate(operation, await chain().head()))).to.be.instanceOf(
      ChainUnavailable,
    );
  });

  it("tells a refusal from silence, by its structure or by what its text says", async () => {
    const refused = async (body: unknown) => {
      node.routes["/injection/operation"] = { status: 500, body };
      const injection = await chain().inject("00");
      return injection.outcome === "refused" && injection.errors.map(({ id, kind }) => `${kind} ${id}`);
    };
    const told = (msg: string) =>
      refused([
        { kind: "permanent", id: "async_injection_failed" },
        {
          kind: "temporary",
          id: "failure",
          msg: `Error while validating injected operation oo:\n Error:\n  ${msg}`,
        },
      ]);
    expect(
      await refused([{ kind: "branch", id: "proto.025-PsUshuai.contract.counter_in_the_past" }]),
    ).to.deep.equal(["branch contract.counter_in_the_past"]);
    expect(await told("Counter 5 already used for contract tz1 (expected 6)")).to.deep.equal([
      "branch contract.counter_in_the_past",
    ]);
    expect(await told("Operation fees are too low")).to.deep.equal(["permanent prefilter.fees_too_low"]);
    expect(await told("Operation oo is branched on either:\n - a block B which is too old")).to.deep.equal([
      "temporary branch_not_live",
    ]);
    expect(await failureOf(told("something new"))).to.be.instanceOf(ChainUnavailable);
    expect(await failureOf(refused("<html>502</html>"))).to.be.instanceOf(ChainUnavailable);
    expect(await failureOf(refused([]))).to.be.instanceOf(ChainUnavailable);
    node.routes["/injection/operation"] = json(operationOf("x"));
    expect(await chain().inject("00")).to.deep.equal({ outcome: "accepted" });
  });
});
