import { expect } from "chai";
import { type PolicyFile, printPolicy, resolvePolicy } from "../../../../src/domain/reward/policy.js";
import { addressOf, policyOf } from "../../../support/rewards.js";

const ALL = ["blocks", "attestations", "dal", "blockFees", "nonceRevelations", "vdfRevelations"];
const PRINTED = {
  taps: {
    preset: "taps",
    feeBps: 500,
    poolKinds: ALL,
    minimumBalance: "0",
    belowMinimumBalance: "keep",
    minimumPayout: "0",
    belowMinimumPayout: "carry",
    overdelegationProtection: true,
    transactionFeePaidBy: "baker",
    allocationFeePaidBy: "baker",
    emptiedAccounts: "pay",
    delegationLimit: 9,
    delegators: {},
  },
  tezpay: {
    preset: "tezpay",
    feeBps: 500,
    poolKinds: ["blocks", "attestations", "dal", "blockFees"],
    minimumBalance: "0",
    belowMinimumBalance: "keep",
    minimumPayout: "0",
    belowMinimumPayout: "keep",
    overdelegationProtection: true,
    transactionFeePaidBy: "delegator",
    allocationFeePaidBy: "delegator",
    emptiedAccounts: "pay",
    delegationLimit: 9,
    delegators: {},
  },
  trd: {
    preset: "trd",
    feeBps: 500,
    poolKinds: ["blocks", "attestations", "nonceRevelations", "vdfRevelations"],
    minimumBalance: "0",
    belowMinimumBalance: "keep",
    minimumPayout: "0",
    belowMinimumPayout: "keep",
    overdelegationProtection: false,
    transactionFeePaidBy: "delegator",
    allocationFeePaidBy: "delegator",
    emptiedAccounts: "pay",
    delegators: {},
  },
};

const accepted = (file: unknown): PolicyFile => {
  const read = resolvePolicy(file);
  if ("refused" in read) throw new Error(JSON.stringify(read.refused));
  return read;
};
const refusedKeys = (file: unknown): string[] => {
  const read = resolvePolicy(file);
  return "refused" in read ? read.refused.map(({ key }) => key) : [];
};

describe("policy", () => {
  for (const [preset, printed] of Object.entries(PRINTED)) {
    it(`the preset ${preset} sets every key`, () => {
      expect(printPolicy(policyOf({ preset }), 9)).to.deep.equal(printed);
    });
  }

  it("no preset is taps", () => {
    expect(printPolicy(policyOf({}), 9)).to.deep.equal(PRINTED.taps);
  });

  it("the file's keys override the preset's", () => {
    const file = {
      preset: "trd",
      feeBps: 1100,
      minimumBalance: "10000000",
      belowMinimumBalance: "share",
      minimumPayout: "1",
      belowMinimumPayout: "carry",
      overdelegationProtection: true,
      transactionFeePaidBy: "baker",
      allocationFeePaidBy: "baker",
      emptiedAccounts: "skip",
    };
    expect(printPolicy(policyOf(file), 9)).to.deep.equal({ ...PRINTED.trd, ...file, delegationLimit: 9 });
  });

  it("amounts become mutez and kinds stand in one order", () => {
    const { allocation } = accepted({ minimumPayout: "12345678901234567890", poolKinds: ["dal", "blocks"] });
    expect(allocation.minimumPayout).to.equal(12345678901234567890n);
    expect(allocation.poolKinds).to.deep.equal(["blocks", "dal"]);
    expect(accepted({ poolKinds: [] }).allocation.poolKinds).to.deep.equal([]);
  });

  it("prints delegators as given, also what says nothing new", () => {
    const delegators = {
      [addressOf(2)]: { feeBps: 500, status: "pay" },
      [addressOf(1)]: { maximumBalance: "0", recipient: addressOf(1) },
      [addressOf(3)]: {},
    };
    const printed = printPolicy(policyOf({ delegators }), 9).delegators;
    expect(printed).to.deep.equal(delegators);
    expect(Object.keys(printed)).to.deep.equal(Object.keys(delegators));
  });

  it("tells terms that are not given from terms that are empty", () => {
    expect(accepted({}).terms).to.equal(undefined);
    expect(accepted({ delegators: {} }).terms).to.deep.equal([]);
    const terms = { feeBps: 0, maximumBalance: "5" };
    expect(accepted({ delegators: { [addressOf(0)]: terms } }).terms).to.deep.equal([
      { delegator: addressOf(0), feeBps: 0, maximumBalance: 5n },
    ]);
  });

  it("accepts ceilings and keeps them apart", () => {
    const { ceilings, allocation } = accepted({ ceilings: { perCycle: "5" } });
    expect(ceilings).to.deep.equal({ perCycle: "5" });
    expect(allocation).to.deep.equal(accepted({}).allocation);
  });

  it("refuses what is not a policy, naming the key", () => {
    const first = addressOf(0);
    const bad: [unknown, string[]][] = [
      [[], ["policy"]],
      [null, ["policy"]],
      ["taps", ["policy"]],
      [{ preset: "tapz" }, ["preset"]],
      [{ preset: "__proto__" }, ["preset"]],
      [{ feeBPS: 1, pool: [] }, ["feeBPS", "pool"]],
      [JSON.parse('{"__proto__": 1}'), ["__proto__"]],
      [{ delegationLimit: 9 }, ["delegationLimit"]],
      [{ feeBps: 10_001 }, ["feeBps"]],
      [{ feeBps: -1 }, ["feeBps"]],
      [{ feeBps: 1.5 }, ["feeBps"]],
      [{ feeBps: "500" }, ["feeBps"]],
      [{ feeBps: null }, ["feeBps"]],
      [{ poolKinds: ["blocks", "blocks"] }, ["poolKinds"]],
      [{ poolKinds: ["fees"] }, ["poolKinds.0"]],
      [{ minimumBalance: 5 }, ["minimumBalance"]],
      [{ minimumBalance: "-5" }, ["minimumBalance"]],
      [{ minimumBalance: "1e6" }, ["minimumBalance"]],
      [{ minimumBalance: "0x10" }, ["minimumBalance"]],
      [{ minimumBalance: "1.0" }, ["minimumBalance"]],
      [{ minimumBalance: " 1" }, ["minimumBalance"]],
      [{ minimumBalance: "01" }, ["minimumBalance"]],
      [{ minimumPayout: "" }, ["minimumPayout"]],
      [{ belowMinimumBalance: "carry" }, ["belowMinimumBalance"]],
      [{ belowMinimumPayout: "share" }, ["belowMinimumPayout"]],
      [{ overdelegationProtection: "true" }, ["overdelegationProtection"]],
      [{ transactionFeePaidBy: "Baker" }, ["transactionFeePaidBy"]],
      [{ allocationFeePaidBy: "" }, ["allocationFeePaidBy"]],
      [{ emptiedAccounts: "keep" }, ["emptiedAccounts"]],
      [{ ceilings: 5 }, ["ceilings"]],
      [{ delegators: [] }, ["delegators"]],
      [{ delegators: { tz1abc: {} } }, ["delegators.tz1abc"]],
      [{ delegators: { [first]: { fee: 1 } } }, [`delegators.${first}.fee`]],
      [{ delegators: { [first]: { delegator: first } } }, [`delegators.${first}.delegator`]],
      [{ delegators: { [first]: { feeBps: 10_001 } } }, [`delegators.${first}.feeBps`]],
      [{ delegators: { [first]: { recipient: "tz1abc" } } }, [`delegators.${first}.recipient`]],
      [{ delegators: { [first]: { status: "carry" } } }, [`delegators.${first}.status`]],
      [{ delegators: { [first]: { maximumBalance: 5 } } }, [`delegators.${first}.maximumBalance`]],
    ];
    for (const [file, keys] of bad) expect(refusedKeys(file), JSON.stringify(file)).to.deep.equal(keys);
  });

  it("says in words what is wrong with a key", () => {
    const amount = 'must be a text of whole mutez, such as "1500000"';
    for (const [file, problem] of [
      [{ preset: "tapz" }, "must be one of taps, tezpay, trd"],
      [{ feeBps: 10_001 }, "must be 10000 or less"],
      [{ feeBps: -1 }, "must be 0 or more"],
      [{ feeBps: 1.5 }, "must be of the type number, without a fraction"],
      [{ feeBps: "5" }, "must be of the type number, not string"],
      [{ minimumBalance: 5 }, amount],
      [{ minimumBalance: "1.5" }, amount],
      [{ poolKinds: ["blocks", "blocks"] }, "names a kind twice"],
      [{ delegators: { tz1abc: {} } }, "not a Tezos address"],
      [{ colour: 1 }, "is not a key of a policy"],
    ] as const) {
      const read = resolvePolicy(file);
      const problems = "refused" in read ? read.refused.map((refused) => refused.problem) : [];
      expect(problems, JSON.stringify(file)).to.deep.equal([problem]);
    }
  });
});
