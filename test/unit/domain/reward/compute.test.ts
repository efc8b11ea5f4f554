import { expect } from "chai";
import { canonicalJson, sha256 } from "../../../../src/domain/digest.js";
import { asCycle, tzAddress } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { allocate } from "../../../../src/domain/reward/allocate.js";
import { printAllocation } from "../../../../src/domain/reward/compute.js";
import { mainnetDelegationLimit } from "../../../../src/domain/reward/delegation-limit.js";
import { addressOf, delegator, inputsWith, policyOf } from "../../../support/rewards.js";

const baker = tzAddress.parse("tz1fwnfJNgiDACshK9avfRfFbMaXrs3ghoJa");
const compute = (file: object) => {
  const inputs = inputsWith([delegator(0, 600n), delegator(1, 200n)], {
    own: 200n,
    staked: 1000n,
    income: { blocks: mutez(1000n), dal: mutez(5n) },
  });
  const policy = policyOf(file);
  return printAllocation({
    baker,
    inputs,
    policy,
    delegationLimit: 9,
    allocation: allocate(inputs, policy, 9),
  });
};

describe("a computed cycle", () => {
  it("is printed with amounts as decimal strings and every key of the policy", () => {
    const { digest, ...result } = compute({
      poolKinds: ["blocks"],
      delegators: { [addressOf(1)]: { recipient: addressOf(5), maximumBalance: "100", feeBps: 0 } },
    });
    const { engineVersion, ...digested } = result;
    expect(digest).to.equal(sha256(canonicalJson(digested)));
    expect(engineVersion).to.equal("taps/1");
    expect(digested).to.deep.equal({
      baker,
      cycle: 1000,
      source: "tzkt",
      policy: {
        preset: "taps",
        feeBps: 500,
        poolKinds: ["blocks"],
        minimumBalance: "0",
        belowMinimumBalance: "keep",
        minimumPayout: "0",
        belowMinimumPayout: "carry",
        overdelegationProtection: true,
        transactionFeePaidBy: "baker",
        allocationFeePaidBy: "baker",
        emptiedAccounts: "pay",
        delegationLimit: 9,
        delegators: { [addressOf(1)]: { recipient: addressOf(5), maximumBalance: "100", feeBps: 0 } },
      },
      pool: {
        total: "1000",
        byKind: {
          blocks: "1000",
          attestations: "0",
          dal: "0",
          blockFees: "0",
          nonceRevelations: "0",
          vdfRevelations: "0",
        },
      },
      balances: { ownDelegated: "200", externalDelegated: "800", ownStaked: "1000", delegators: 2 },
      bakerShare: "222",
      feeTotal: "34",
      distributed: "743",
      carried: "0",
      kept: "0",
      dust: "1",
      delegators: [
        {
          delegator: addressOf(0),
          recipient: addressOf(0),
          balance: "600",
          gross: "666",
          feeBps: 500,
          fee: "34",
          net: "632",
          status: "pay",
          reason: null,
        },
        {
          delegator: addressOf(1),
          recipient: addressOf(5),
          balance: "200",
          gross: "111",
          feeBps: 0,
          fee: "0",
          net: "111",
          status: "pay",
          reason: null,
        },
      ],
    });
  });

  it("has one digest for files that differ only in the order of keys and kinds, or in ceilings", () => {
    const one = {
      feeBps: 700,
      poolKinds: ["blocks", "dal"],
      delegators: { [addressOf(0)]: { feeBps: 1, status: "pay" }, [addressOf(1)]: {} },
    };
    const other = {
      delegators: { [addressOf(1)]: {}, [addressOf(0)]: { status: "pay", feeBps: 1 } },
      poolKinds: ["dal", "blocks"],
      feeBps: 700,
      ceilings: { perCycle: "1" },
    };
    expect(compute(other).digest).to.equal(compute(one).digest);
    expect(compute({ ...one, feeBps: 701 }).digest).not.to.equal(compute(one).digest);
  });

  it("has a digest that no release may change", () => {
    expect(compute({}).digest).to.equal("84282166a64fdf5c9c16adeb3d7333bcd1f5a50c4c81af8a47ca97484f283e5b");
    expect(compute({ preset: "tezpay" }).digest).to.equal(
      "d58c58395e4b7e541b53e2a1c15c34d741bdba610efcddfecc55b0102ad5d765",
    );
    expect(compute({ preset: "trd" }).digest).to.equal(
      "0cf771beb3d38f171db70ef593192f8d72d9b16920ef5a20171a1139af0dd1f0",
    );
  });
});

describe("mainnet's limit of delegation over baking", () => {
  it("is known by cycle, and not for cycles of protocols yet to come", () => {
    const limits = [0, 201, 420, 467, 468, 702, 703, 750, 1336, 1702].map((n) =>
      mainnetDelegationLimit(asCycle(n)),
    );
    expect(new Set(limits)).to.deep.equal(new Set([9]));
    expect(mainnetDelegationLimit(asCycle(1703))).to.equal(undefined);
  });
});
