import { expect } from "chai";
import { inputsOf, parseReply } from "../../../../src/application/reward-reply.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { type InputsOutcome, type RewardInputs } from "../../../../src/domain/reward/inputs.js";
import { describeRefusal } from "../../../../src/domain/reward/refusals.js";
import { fixture } from "../../../support/fixtures.js";
import { FINISHED, read, readPages, refusals, REPLY, row, without } from "../../../support/replies.js";
import { addressOf } from "../../../support/rewards.js";

const accepted = (outcome: InputsOutcome): RewardInputs => {
  if ("refused" in outcome) throw new Error(outcome.refused.map(describeRefusal).join("\n"));
  return outcome.inputs;
};

describe("reading a reply", () => {
  it("takes what is needed out of today's shape", () => {
    expect(accepted(read(REPLY))).to.deep.equal({
      cycle: 1000,
      income: {
        blocks: 1n,
        attestations: 2n,
        dal: 3n,
        blockFees: 4n,
        nonceRevelations: 5n,
        vdfRevelations: 6n,
      },
      ownDelegated: 11n,
      externalDelegated: 700n,
      ownStaked: 13n,
      delegatorsCount: 2,
      rows: [
        { delegator: addressOf(0), balance: 400n, emptied: false },
        { delegator: addressOf(1), balance: 300n, emptied: false },
      ],
    });
  });

  it("joins pages whose heads agree, in order, whatever else they carry", () => {
    const pages = [
      { ...REPLY, delegators: [{ ...row(0, 400), emptied: true }], stakers: [1] },
      { ...REPLY, delegators: [row(1, 300)], stakers: [2], actualStakers: [3] },
      { ...REPLY, delegators: [] },
    ];
    const inputs = accepted(readPages(pages.map((page) => JSON.stringify(page))));
    expect(inputs.rows.map(({ balance, emptied }) => [balance, emptied])).to.deep.equal([
      [400n, true],
      [300n, false],
    ]);
  });

  it("accepts more rows than announced: former delegators", () => {
    const reply = { ...REPLY, delegatorsCount: 1 };
    expect(accepted(read(reply)).delegatorsCount).to.equal(1);
  });

  it("reads the older schema: endorsements are attestations, there is no DAL income", () => {
    const old = { ...without("attestationRewardsDelegated"), endorsementRewardsDelegated: 20 };
    const { income } = accepted(
      read(Object.fromEntries(Object.entries(old).filter(([key]) => !key.startsWith("dal")))),
    );
    expect([income.attestations, income.dal]).to.deep.equal([20n, 0n]);
    expect(
      accepted(inputsOf(asCycle(750), { pages: [fixture("tzkt/split_750.json")], ...FINISHED })).income,
    ).to.deep.equal({
      blocks: 5665073n,
      attestations: 18181627n,
      dal: 0n,
      blockFees: 13536n,
      nonceRevelations: 0n,
      vdfRevelations: 0n,
    });
  });

  it("takes neither what stakers are paid, nor denunciations, nor losses for income", () => {
    const others = {
      blockRewardsStakedOwn: 7,
      blockRewardsStakedEdge: 7,
      blockRewardsStakedShared: 7,
      attestationRewardsStakedShared: 7,
      dalAttestationRewardsStakedShared: 7,
      vdfRevelationRewardsStakedShared: 7,
      doubleBakingRewards: 7,
      doubleBakingLostStaked: 7,
      doubleConsensusRewards: 7,
      missedBlockRewards: 7,
      blockRewards: 7,
      externalStakedBalance: 7,
    };
    expect(accepted(read({ ...REPLY, ...others }))).to.deep.equal(accepted(read(REPLY)));
  });

  it("if both names are there, today's counts", () => {
    const { income } = accepted(read({ ...REPLY, endorsementRewardsDelegated: 20 }));
    expect([income.attestations, income.dal]).to.deep.equal([2n, 3n]);
  });

  it("integers never pass through a float", () => {
    expect(parseReply("[9007199254740993, -1, 1.0, 1e3]")).to.deep.equal([9007199254740993n, -1n, 1, 1000]);
    const largest = String(2n ** 53n - 1n);
    const json = JSON.stringify(REPLY).replace('"blockFees":4', `"blockFees":${largest}`);
    expect(accepted(readPages([json])).income.blockFees).to.equal(2n ** 53n - 1n);
    expect(refusals(readPages([json.replace(largest, "9007199254740992")]))).to.deep.equal([
      { check: "bad-amount", field: "blockFees", row: undefined, value: "9007199254740992" },
    ]);
  });
});
