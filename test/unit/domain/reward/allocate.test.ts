import { expect } from "chai";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { inputsOf } from "../../../../src/application/reward-reply.js";
import { allocate } from "../../../../src/domain/reward/allocate.js";
import { type DelegatorBalance, type RewardInputs } from "../../../../src/domain/reward/inputs.js";
import { fixture } from "../../../support/fixtures.js";
import { addressOf, delegator, inputsWith, policyOf } from "../../../support/rewards.js";

const recorded = (cycle: number): RewardInputs => {
  const reply = { pages: [fixture(`tzkt/split_${cycle}.json`)], headLevel: 12, lastLevel: 10 };
  const outcome = inputsOf(asCycle(cycle), reply);
  if ("refused" in outcome) throw new Error(JSON.stringify(outcome.refused));
  return outcome.inputs;
};

describe("allocation of recorded mainnet cycles", () => {
  // Computed apart from this code, in exact fractions by a Python script over the same recordings.
  const figures = {
    "201 taps": {
      pool: 2883895394n,
      bakerShare: 320433232n,
      feeTotal: 128173426n,
      distributed: 2435288388n,
      dust: 348n,
    },
    "201 tezpay": {
      pool: 2883895394n,
      bakerShare: 320433232n,
      feeTotal: 128172783n,
      distributed: 2435289032n,
      dust: 347n,
    },
    "201 trd": {
      pool: 2883266664n,
      bakerShare: 320363373n,
      feeTotal: 128145150n,
      distributed: 2434758129n,
      dust: 12n,
    },
    "420 taps": { pool: 2265625n, bakerShare: 2230327n, feeTotal: 1766n, distributed: 33530n, dust: 2n },
    "420 tezpay": { pool: 2265625n, bakerShare: 2230327n, feeTotal: 1764n, distributed: 33533n, dust: 1n },
    "420 trd": { pool: 2265625n, bakerShare: 2230328n, feeTotal: 1765n, distributed: 33532n, dust: 0n },
    "750 taps": {
      pool: 23860236n,
      bakerShare: 1633741n,
      feeTotal: 1111341n,
      distributed: 21115140n,
      dust: 14n,
    },
    "750 tezpay": {
      pool: 23860236n,
      bakerShare: 1633741n,
      feeTotal: 1111312n,
      distributed: 21115169n,
      dust: 14n,
    },
    "750 trd": {
      pool: 23846700n,
      bakerShare: 1632815n,
      feeTotal: 1110693n,
      distributed: 21103189n,
      dust: 3n,
    },
  };
  for (const [name, expected] of Object.entries(figures)) {
    it(`cycle ${name} comes to the figures computed independently`, () => {
      const [cycle, preset] = name.split(" ");
      const { pool, bakerShare, feeTotal, distributed, dust, carried, kept, rows } = allocate(
        recorded(Number(cycle)),
        policyOf({ preset }),
        9,
      );
      expect({ pool, bakerShare, feeTotal, distributed, dust }).to.deep.equal(expected);
      expect([carried, kept]).to.deep.equal([0n, 0n]);
      expect(rows.length).to.equal({ 201: 736, 420: 2, 750: 36 }[Number(cycle)]);
    });
  }

  it("trd on cycle 750 gives what TRD published: owner 1,632,815, all others 22,213,885", () => {
    const { bakerShare, rows, dust } = allocate(
      recorded(750),
      policyOf({ preset: "trd", feeBps: 1000 }),
      undefined,
    );
    expect(bakerShare).to.equal(1_632_815n);
    expect(rows.reduce((total, row) => total + row.gross, 0n) + dust).to.equal(22_213_885n);
  });

  it("cycle 420 under taps, row by row", () => {
    const { rows, poolByKind } = allocate(recorded(420), policyOf({}), 9);
    expect(poolByKind).to.deep.equal({
      blocks: 0n,
      attestations: 2265625n,
      dal: 0n,
      blockFees: 0n,
      nonceRevelations: 0n,
      vdfRevelations: 0n,
    });
    const common = { feeBps: 500, status: "pay", reason: null };
    const [first, second] = ["tz2FwCaeDYJHJBuE5Gayqpo9fkUMDB3Z6AGY", "tz2UD7tXJyBrfDBHnFzhnaeL8ZGHxcDZuDa3"];
    expect(rows).to.deep.equal([
      {
        ...common,
        delegator: first,
        recipient: first,
        balance: 330348664n,
        gross: 32642n,
        fee: 1633n,
        net: 31009n,
      },
      {
        ...common,
        delegator: second,
        recipient: second,
        balance: 26867068n,
        gross: 2654n,
        fee: 133n,
        net: 2521n,
      },
    ]);
  });
});

describe("allocation: pool and balances", () => {
  const thousand = { income: { blocks: mutez(1000n) } };
  const netsOf = (
    rows: readonly DelegatorBalance[],
    own: bigint,
    file: object,
    staked = 0n,
    limit?: number,
  ) => {
    const inputs = inputsWith(rows, { ...thousand, own, staked });
    const { bakerShare, rows: result } = allocate(inputs, policyOf({ feeBps: 0, ...file }), limit);
    return [bakerShare, ...result.map((row) => row.net)];
  };
  const unprotected = { overdelegationProtection: false };

  it("shares the kinds of the policy only, and shows 0 for the others", () => {
    const income = {
      blocks: mutez(1n),
      attestations: mutez(2n),
      dal: mutez(4n),
      blockFees: mutez(8n),
      nonceRevelations: mutez(16n),
      vdfRevelations: mutez(32n),
    };
    const inputs = inputsWith([], { income });
    expect(allocate(inputs, policyOf({}), 9).pool).to.equal(63n);
    const { pool, poolByKind } = allocate(inputs, policyOf({ poolKinds: ["vdfRevelations", "dal"] }), 9);
    expect(pool).to.equal(36n);
    expect(poolByKind).to.deep.equal({
      blocks: 0n,
      attestations: 0n,
      dal: 4n,
      blockFees: 0n,
      nonceRevelations: 0n,
      vdfRevelations: 32n,
    });
    expect(allocate(inputs, policyOf({ poolKinds: [] }), 9).pool).to.equal(0n);
  });

  it("a pool of 0 is a normal result", () => {
    const { bakerShare, dust, rows } = allocate(inputsWith([delegator(0, 5n)], { own: 5n }), policyOf({}), 9);
    expect([bakerShare, dust, rows[0]?.status, rows[0]?.reason]).to.deep.equal([0n, 0n, "skip", "zero"]);
  });

  it("with nobody to share the baker keeps all", () => {
    expect(netsOf([], 5n, unprotected)).to.deep.equal([1000n]);
    expect(netsOf([], 0n, unprotected)).to.deep.equal([1000n]);
    expect(netsOf([delegator(0, 0n)], 0n, unprotected)).to.deep.equal([1000n, 0n]);
    const ignored = { ...unprotected, delegators: { [addressOf(0)]: { status: "ignore" } } };
    expect(netsOf([delegator(0, 7n)], 5n, ignored)).to.deep.equal([1000n, 0n]);
  });

  it("a maximum balance leaves the excess to everyone, the baker included", () => {
    const rows = [delegator(0, 600n), delegator(1, 100n)];
    const file = { ...unprotected, delegators: { [addressOf(0)]: { maximumBalance: "200" } } };
    expect(netsOf(rows, 100n, file)).to.deep.equal([250n, 500n, 250n]);
    const inputs = inputsWith(rows, { ...thousand, own: 100n });
    expect(allocate(inputs, policyOf(file), undefined).rows[0]?.balance).to.equal(600n);
  });

  it("over-delegation dilutes the delegators, not the baker", () => {
    const rows = [delegator(0, 600n), delegator(1, 200n)];
    // T = 1000 is cut to 9 x 50 = 450, the baker's 200 stay whole.
    expect(netsOf(rows, 200n, {}, 50n, 9)).to.deep.equal([444n, 416n, 138n]);
    expect(netsOf(rows, 200n, unprotected, 50n, 9)).to.deep.equal([200n, 600n, 200n]);
  });

  it("an own balance beyond the limit takes all", () => {
    expect(netsOf([delegator(0, 600n)], 900n, {}, 50n, 9)).to.deep.equal([1000n, 0n]);
  });

  it("without own stake, as before staking, protection has no effect", () => {
    expect(netsOf([delegator(0, 600n)], 400n, {}, 0n, 9)).to.deep.equal([400n, 600n]);
  });

  it("protection without the protocol's limit is a mistake of the caller", () => {
    expect(() => netsOf([], 0n, {}, 0n, undefined)).to.throw(RangeError);
  });
});
