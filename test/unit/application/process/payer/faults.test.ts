import { expect } from "chai";
import { type ContentSimulation, type NodeError } from "../../../../../src/application/ports/chain.js";
import { judge, judgeRefusal } from "../../../../../src/application/process/payer/simulate.js";

const error = (id: string, kind: NodeError["kind"] = "temporary"): NodeError => ({ id, kind, detail: "{}" });
const content = (
  status: ContentSimulation["status"],
  ...errors: readonly NodeError[]
): ContentSimulation => ({
  status,
  milligas: 2_100_040n,
  paidStorage: 0n,
  allocated: false,
  errors,
});
const applied = content("applied");
/** The second of three fails. */
const among = (...errors: readonly NodeError[]) =>
  judge([content("backtracked"), content("failed", ...errors), content("skipped")]);
const alone = (...errors: readonly NodeError[]) => judge([content("failed", ...errors)]);

const RECEIVERS = [
  "michelson_v1.script_rejected",
  "michelson_v1.runtime_error",
  "michelson_v1.bad_contract_parameter",
  "michelson_v1.no_such_entrypoint",
  "contract.non_existing_contract",
];
const EXHAUSTED = ["gas_exhausted.operation", "storage_exhausted.operation"];
const PAYERS = [
  "contract.balance_too_low",
  "tez.subtraction_underflow",
  "contract.cannot_pay_storage_fee",
  "implicit.empty_implicit_contract",
  "implicit.empty_implicit_delegated_contract",
];
const OTHERS = ["something.new", "gas_exhausted.block", "contract.unrevealed_key"];

describe("a simulation's verdict", () => {
  it("is fine only if each content is applied", () => {
    expect(judge([applied, applied])).to.deep.equal({ verdict: "fine", contents: [applied, applied] });
    expect(judge([applied, content("skipped")])).to.deep.equal({
      verdict: "finding",
      error: "failed without an error",
    });
  });

  it("names the receiver for an error about it", () => {
    for (const id of RECEIVERS) {
      expect(among(error(id)), id).to.deep.equal({ verdict: "receiver", index: 1, error: id });
      expect(alone(error(id)), id).to.deep.equal({ verdict: "receiver", index: 0, error: id });
    }
  });

  it("names the receiver for gas or storage only if it was simulated alone", () => {
    for (const id of EXHAUSTED) {
      expect(alone(error(id)), id).to.deep.equal({ verdict: "receiver", index: 0, error: id });
      expect(among(error(id)), id).to.deep.equal({ verdict: "finding", error: id });
    }
  });

  it("is the payer's for an error about it, whatever else is said", () => {
    for (const id of PAYERS) {
      expect(among(error(id)), id).to.deep.equal({ verdict: "payer", error: id });
      const both = [error("michelson_v1.runtime_error"), error(id)];
      expect(alone(...both), id).to.deep.equal({
        verdict: "payer",
        error: `michelson_v1.runtime_error, ${id}`,
      });
      expect(judgeRefusal([error(id)]), id).to.deep.equal({ verdict: "payer", error: id });
    }
  });

  it("is a finding for any other", () => {
    for (const id of OTHERS) expect(among(error(id)), id).to.deep.equal({ verdict: "finding", error: id });
  });

  it("of an operation that is refused as a whole holds nobody: later, unless it is for good", () => {
    for (const [id, kind] of [
      ["contract.counter_in_the_future", "temporary"],
      ["contract.counter_in_the_past", "branch"],
      ["gas_exhausted.block", "temporary"],
      ["michelson_v1.script_rejected", "temporary"],
    ] as const)
      expect(judgeRefusal([error(id, kind)]), id).to.deep.equal({ verdict: "later", error: id });
    const lasting = [error("contract.counter_in_the_past", "branch"), error("something.new", "permanent")];
    expect(judgeRefusal(lasting)).to.deep.equal({
      verdict: "finding",
      error: "contract.counter_in_the_past, something.new",
    });
    expect(judgeRefusal([])).to.deep.equal({ verdict: "finding", error: "" });
  });
});
