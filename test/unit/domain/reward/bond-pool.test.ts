import { expect } from "chai";
import fc from "fast-check";
import { type Address } from "../../../../src/domain/identifiers.js";
import { basisPoints, type Mutez, mutez, sumOf, ZERO } from "../../../../src/domain/money.js";
import { planPayout } from "../../../../src/domain/payment/plan.js";
import { allocate } from "../../../../src/domain/reward/allocate.js";
import { type SettledCycle, splitBondPool } from "../../../../src/domain/reward/bond-pool.js";
import { addressOf, delegator, inputsWith, policyOf } from "../../../support/rewards.js";

const member = (n: number, amount: bigint, bps: number) => ({
  member: addressOf(n),
  amount: mutez(amount),
  chargeBps: basisPoints.parse(bps),
});
/** A cycle that leaves so much with the baker. */
const leaving = (amount: bigint): SettledCycle => ({
  allocation: { bakerShare: mutez(amount), feeTotal: ZERO, dust: ZERO, rows: [] },
  keptByPlan: ZERO,
  networkCosts: ZERO,
});
const amounts = (cycle: SettledCycle, ...members: readonly ReturnType<typeof member>[]) => {
  const { base, shares, charges, rest } = splitBondPool(cycle, members);
  const rows = shares.map(({ gross, charge, net }) => [gross, charge, net]);
  return { base, rows, charges, rest };
};

describe("the bond pool's split", () => {
  it("shares by what each put in, and rounds down; the manager is paid the charges at once", () => {
    const three = [member(1, 1n, 0), member(2, 1n, 333), member(3, 1n, 10_000)];
    expect(amounts(leaving(1_000n), ...three)).to.deep.equal({
      base: 1_000n,
      rows: [
        [333n, 0n, 333n],
        [333n, 11n, 322n],
        [333n, 333n, 0n],
      ],
      charges: 344n,
      rest: 1n,
    });
    expect(amounts(leaving(1_000n), member(1, 700_000_000n, 500), member(2, 0n, 500)).rows).to.deep.equal([
      [1_000n, 50n, 950n],
      [0n, 0n, 0n],
    ]);
  });

  it("keeps the members apart, in their order", () => {
    const members = [member(9, 30n, 0), member(1, 70n, 0)];
    expect(splitBondPool(leaving(10n), members).shares.map(({ member: of }) => of)).to.deep.equal([
      addressOf(9),
      addressOf(1),
    ]);
  });

  it("pays nobody where nothing is left, or nothing was put in", () => {
    const nobody = { rows: [[0n, 0n, 0n]], charges: 0n };
    for (const base of [0n, -1n, -1_000_000n])
      expect(amounts(leaving(base), member(1, 5n, 500))).to.deep.equal({ ...nobody, base, rest: base });
    expect(amounts(leaving(7n), member(1, 0n, 500))).to.deep.equal({ ...nobody, base: 7n, rest: 7n });
    expect(amounts(leaving(7n))).to.deep.equal({ base: 7n, rows: [], charges: 0n, rest: 7n });
  });

  it("has as base what stays with the baker, less what the network cost it", () => {
    const allocation = { bakerShare: mutez(100n), feeTotal: mutez(20n), dust: mutez(-3n), rows: [] };
    const cycle = { allocation, keptByPlan: mutez(4_000n), networkCosts: mutez(17n) };
    expect(splitBondPool(cycle, []).base).to.equal(100n + 20n - 3n + 4_000n - 17n);
  });

  it("leaves to the plan what is kept of a net below the minimum payout", () => {
    const rows = [delegator(0, 400n), delegator(1, 300n), delegator(2, 200n)];
    const inputs = inputsWith(rows, { own: 100n, income: { blocks: mutez(1_000n) } });
    const policy = policyOf({
      feeBps: 0,
      overdelegationProtection: false,
      minimumPayout: "350",
      belowMinimumPayout: "keep",
      delegators: { [addressOf(0)]: { status: "suspend" } },
    });
    const allocation = allocate(inputs, policy, undefined);
    const base = (taken: readonly (readonly [Address, Mutez])[]) => {
      const terms = {
        payer: addressOf(99),
        minimumPayout: policy.allocation.minimumPayout,
        belowMinimumPayout: policy.allocation.belowMinimumPayout,
        minimumIsBelow: false,
      };
      const { kept } = planPayout(allocation.rows, new Map(taken), terms).totals;
      const cycle = { allocation, keptByPlan: kept, networkCosts: ZERO };
      return splitBondPool(cycle, []).base;
    };
    expect(base([])).to.equal(100n + 400n + 300n + 200n);
    expect(base([[addressOf(1), mutez(50n)]])).to.equal(100n + 400n + 200n);
  });

  const amount = fc.bigInt({ min: 0n, max: 10n ** 13n }).map(mutez);
  const signed = fc.bigInt({ min: -(10n ** 10n), max: 10n ** 13n }).map(mutez);
  const anyMembers = fc.array(
    fc.record({
      member: fc.nat(1_000).map(addressOf),
      amount: fc.oneof(amount, fc.constant(ZERO), fc.constant(mutez(1n))),
      chargeBps: fc.integer({ min: 0, max: 10_000 }).map((bps) => basisPoints.parse(bps)),
    }),
    { maxLength: 12 },
  );
  const anyCycle = fc.record({
    allocation: fc.record({ bakerShare: amount, feeTotal: amount, dust: signed, rows: fc.constant([]) }),
    keptByPlan: amount,
    networkCosts: signed,
  });

  it("loses no mutez and makes none, pays nobody below 0 and nothing that is not there", () => {
    fc.assert(
      fc.property(anyCycle, anyMembers, (cycle, members) => {
        const { base, shares, charges, rest } = splitBondPool(cycle, members);
        const nets = sumOf(shares, ({ net }) => net);
        expect(nets + charges + rest).to.equal(base);
        expect(charges).to.equal(sumOf(shares, ({ charge }) => charge));
        for (const { gross, charge, net } of shares) {
          expect(charge + net).to.equal(gross);
          expect(charge >= 0n && net >= 0n).to.equal(true);
        }
        const paid = base > 0n && members.some((of) => of.amount > 0n);
        if (paid) expect(rest >= 0n && rest < BigInt(members.length)).to.equal(true);
        else expect([nets, charges]).to.deep.equal([0n, 0n]);
      }),
    );
  });

  it("gives each the published share, whatever the order of the members", () => {
    fc.assert(
      fc.property(anyCycle, anyMembers, (cycle, members) => {
        const putIn = members.reduce((sum, of) => sum + of.amount, 0n);
        const { base, shares } = splitBondPool(cycle, members);
        fc.pre(base > 0n && putIn > 0n);
        for (const [i, { gross, charge }] of shares.entries()) {
          const { amount: put = 0n, chargeBps = 0 } = members[i] ?? {};
          const exact = base * put;
          expect(gross * putIn <= exact && exact < (gross + 1n) * putIn, "gross").to.equal(true);
          const exactCharge = gross * BigInt(chargeBps);
          expect(charge * 10_000n <= exactCharge && exactCharge < (charge + 1n) * 10_000n).to.equal(true);
        }
        const turned = splitBondPool(cycle, [...members].reverse());
        expect([...turned.shares].reverse()).to.deep.equal(shares);
      }),
    );
  });
});
