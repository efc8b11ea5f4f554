import { expect } from "chai";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { describeRefusal, type InputRefusal } from "../../../../src/domain/reward/refusals.js";

describe("the words of a refusal", () => {
  it("each check has a line with its name, the field and the numbers", () => {
    const lines: [InputRefusal, string][] = [
      [
        { check: "missing-field", field: "cycle", row: undefined },
        "missing-field: cycle is missing or of another kind",
      ],
      [
        { check: "bad-amount", field: "delegatedBalance", row: 7, value: '"5"' },
        'bad-amount: delegatedBalance of row 7 is "5", not an integer from 0 to 2^53 - 1',
      ],
      [
        { check: "bad-address", field: "address", row: 7, value: "null" },
        "bad-address: address of row 7 is null, not a Tezos address",
      ],
      [
        { check: "row-count", rows: 3, announced: 2919 },
        "row-count: 3 delegators came, delegatorsCount announces 2919",
      ],
      [
        { check: "balance-sum", sum: mutez(700n), announced: mutez(701n), difference: mutez(-1n) },
        "balance-sum: the delegated balances add up to 700 mutez, externalDelegatedBalance is 701: a difference of -1",
      ],
      [
        { check: "duplicate-delegator", delegators: ["tz1a", "tz1b"], count: 3 },
        "duplicate-delegator: 3 rows repeat an address: tz1a, tz1b",
      ],
      [
        { check: "wrong-cycle", asked: asCycle(5), found: 4 },
        "wrong-cycle: asked for cycle 5, the reply is of cycle 4",
      ],
      [
        { check: "unfinished-cycle", headLevel: 101, lastLevel: 100, future: ["futureBlocks"] },
        "unfinished-cycle: the source's head is at level 101, the cycle is final at 102; not 0: futureBlocks",
      ],
      [
        { check: "unknown-income", field: "stezRewardsDelegated" },
        "unknown-income: stezRewardsDelegated is a kind of income that this release does not know",
      ],
      [
        { check: "changed-between-pages", fields: ["cycle", "blockFees"] },
        "changed-between-pages: the pages differ in cycle, blockFees",
      ],
      [
        { check: "no-data", cycle: asCycle(5) },
        "no-data: the source has no rewards of this baker for cycle 5",
      ],
      [
        { check: "missing-constant", constant: "limit_of_delegation_over_baking", cycle: asCycle(5) },
        "missing-constant: limit_of_delegation_over_baking is not known for cycle 5",
      ],
    ];
    for (const [refusal, line] of lines) expect(describeRefusal(refusal)).to.equal(line);
  });
});
