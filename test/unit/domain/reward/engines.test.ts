import { expect } from "chai";
import fc from "fast-check";
import { type BasisPoints, mutez, sumOf } from "../../../../src/domain/money.js";
import { allocate } from "../../../../src/domain/reward/allocate.js";
import { type RewardInputs } from "../../../../src/domain/reward/inputs.js";
import { INCOME_KINDS } from "../../../../src/domain/reward/policy-codec.js";
import { type Policy } from "../../../../src/domain/reward/policy.js";
import { addressOf, delegator, inputsWith, policyOf } from "../../../support/rewards.js";

const PRESETS = ["taps", "tezpay", "trd"] as const;
type Preset = (typeof PRESETS)[number];

const amount = (max: bigint) =>
  fc.oneof(fc.bigInt({ min: 0n, max }), fc.bigInt({ min: 0n, max: 20n }), fc.constant(0n));
const anyInputs = fc
  .record({
    own: amount(10n ** 14n),
    staked: amount(10n ** 13n),
    income: fc.tuple(...INCOME_KINDS.map(() => amount(10n ** 11n))),
    balances: fc.array(fc.tuple(amount(10n ** 13n), fc.boolean()), { maxLength: 12 }),
  })
  .map(({ own, staked, income, balances }): RewardInputs =>
    inputsWith(
      balances.map(([balance, emptied], n) => delegator(n, balance, emptied)),
      {
        own,
        staked,
        income: Object.fromEntries(INCOME_KINDS.map((kind, i) => [kind, mutez(income[i] ?? 0n)])),
      },
    ),
  );

const text = (max: bigint) => amount(max).map(String);
const anyTerms = fc.record(
  {
    feeBps: fc.integer({ min: 0, max: 10_000 }),
    recipient: fc.integer({ min: 100, max: 103 }).map(addressOf),
    status: fc.constantFrom("pay", "suspend", "ignore"),
    maximumBalance: text(10n ** 12n),
  },
  { requiredKeys: [] },
);
const anyPolicy: fc.Arbitrary<Policy> = fc
  .record(
    {
      preset: fc.constantFrom(...PRESETS),
      feeBps: fc.integer({ min: 0, max: 10_000 }),
      poolKinds: fc.subarray([...INCOME_KINDS]),
      minimumBalance: text(10n ** 12n),
      belowMinimumBalance: fc.constantFrom("keep", "share"),
      minimumPayout: text(10n ** 9n),
      belowMinimumPayout: fc.constantFrom("carry", "keep"),
      overdelegationProtection: fc.boolean(),
      emptiedAccounts: fc.constantFrom("pay", "skip"),
      delegators: fc.dictionary(fc.integer({ min: 0, max: 14 }).map(addressOf), anyTerms, { maxKeys: 6 }),
    },
    { requiredKeys: ["preset"] },
  )
  .map(policyOf);
const anyLimit = fc.integer({ min: 0, max: 12 });

/** Exact fractions, so that the published formulas can be written as they are published. */
class Fraction {
  constructor(
    readonly over: bigint,
    readonly under = 1n,
  ) {}
  times = (other: Fraction): Fraction => new Fraction(this.over * other.over, this.under * other.under);
  minus = (other: Fraction): Fraction =>
    new Fraction(this.over * other.under - other.over * this.under, this.under * other.under);
  /** The largest integer that is not above a fraction that is not negative. */
  floor = (): bigint => (this.over - (this.over % this.under)) / this.under;
  /** The nearest integer; the lower one of two that are equally near. */
  nearest = (): bigint => {
    const rest = this.minus(new Fraction(this.floor()));
    return rest.over * 2n > rest.under ? this.floor() + 1n : this.floor();
  };
}
const of = (over: bigint, under = 1n) => new Fraction(over, under);

/** The formulas of the three systems for one delegator, as fractions of the pool. */
const published = (
  preset: Preset,
  pool: bigint,
  own: bigint,
  total: bigint,
  b: bigint,
  all: bigint,
  bps: bigint,
) => {
  const baker = of(pool).times(of(own, total));
  const part = of(pool)
    .times(of(total - own, total))
    .times(of(b, all));
  const rate = of(bps, 10_000n);
  switch (preset) {
    case "taps": {
      const gross = part.floor();
      const net = of(gross).times(of(1n).minus(rate)).floor();
      return { baker: baker.floor(), gross, fee: gross - net, net };
    }
    case "tezpay": {
      const gross = of(pool - baker.floor())
        .times(of(b, all))
        .floor();
      const fee = of(gross).times(rate).floor();
      return { baker: baker.floor(), gross, fee, net: gross - fee };
    }
    case "trd": {
      const fee = part.times(rate).nearest();
      const net = part.times(of(1n).minus(rate)).nearest();
      return { baker: baker.nearest(), gross: fee + net, fee, net };
    }
  }
};

describe("allocation engines", () => {
  for (const preset of PRESETS) {
    it(`${preset}: every row and the baker's share equal the published formula`, () => {
      const rate = fc.integer({ min: 0, max: 10_000 });
      fc.assert(
        fc.property(
          anyInputs,
          rate,
          anyLimit,
          fc.boolean(),
          (inputs, feeBps, limit, overdelegationProtection) => {
            const policy = policyOf({
              preset,
              feeBps,
              overdelegationProtection,
              poolKinds: [...INCOME_KINDS],
            });
            const { pool, bakerShare, rows } = allocate(inputs, policy, limit);
            const all = inputs.externalDelegated;
            if (all === 0n) {
              expect(bakerShare).to.equal(pool);
              return;
            }
            const cap = BigInt(limit) * inputs.ownStaked;
            const uncut = inputs.ownDelegated + all;
            const isCut = overdelegationProtection && cap > 0n && cap < uncut;
            const total = isCut ? cap : uncut;
            const own = isCut && inputs.ownDelegated > cap ? cap : inputs.ownDelegated;
            for (const { balance, gross, fee, net } of rows) {
              const expected = published(preset, pool, own, total, balance, all, BigInt(feeBps));
              expect({ baker: bakerShare, gross, fee, net }).to.deep.equal(expected);
            }
          },
        ),
        { numRuns: 200 },
      );
    });
  }

  it("conserves the pool to the mutez under any policy, and nothing is negative but the dust of trd", () => {
    fc.assert(
      fc.property(anyInputs, anyPolicy, anyLimit, (inputs, policy, limit) => {
        const result = allocate(inputs, policy, limit);
        const { pool, bakerShare, feeTotal, distributed, carried, kept, dust, rows } = result;
        const included = policy.allocation.poolKinds.map((kind) => inputs.income[kind]);
        expect(pool).to.equal(included.reduce((total, income) => total + income, 0n));
        expect(bakerShare + feeTotal + distributed + carried + kept + dust).to.equal(pool);
        const perStatus = (status: string) =>
          sumOf(rows, (row) => (row.status === status ? row.net : mutez(0n)));
        expect([perStatus("pay"), perStatus("carry"), perStatus("keep"), perStatus("skip")]).to.deep.equal([
          distributed,
          carried,
          kept,
          0n,
        ]);
        for (const { gross, fee, net } of rows) {
          expect(gross).to.equal(fee + net);
          expect(fee >= 0n && net >= 0n).to.equal(true);
        }
        const leastDust = policy.allocation.preset === "trd" ? -BigInt(rows.length) - 1n : 0n;
        expect(bakerShare >= 0n && dust >= leastDust && dust <= BigInt(2 * rows.length + 1)).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order of the rows", () => {
    const shuffled = anyInputs.chain((inputs) =>
      fc.tuple(
        fc.constant(inputs),
        fc.shuffledSubarray([...inputs.rows], {
          minLength: inputs.rows.length,
          maxLength: inputs.rows.length,
        }),
      ),
    );
    fc.assert(
      fc.property(shuffled, anyPolicy, anyLimit, ([inputs, rows], policy, limit) => {
        const sorted = ({ rows: result, ...totals }: ReturnType<typeof allocate>) => ({
          ...totals,
          rows: [...result].sort((a, b) => (a.delegator < b.delegator ? -1 : 1)),
        });
        const other = allocate({ ...inputs, rows }, policy, limit);
        expect(other.rows.map((row) => row.delegator)).to.deep.equal(rows.map((row) => row.delegator));
        expect(sorted(other)).to.deep.equal(sorted(allocate(inputs, policy, limit)));
      }),
      { numRuns: 200 },
    );
  });

  it("trd rounds exactly one half down, each part by itself", () => {
    // Pool 3, one delegator, half of it fee: 1.5 and 1.5 become 1 and 1.
    const inputs = inputsWith([delegator(0, 10n)], { income: { blocks: mutez(3n) } });
    const { rows, dust } = allocate(
      inputs,
      policyOf({ preset: "trd", feeBps: 5_000 as BasisPoints }),
      undefined,
    );
    expect(rows.map(({ gross, fee, net }) => [gross, fee, net])).to.deep.equal([[2n, 1n, 1n]]);
    expect(dust).to.equal(1n);
  });

  it("trd may give out more than the pool; the dust says by how much", () => {
    // Pool 5 over three equal delegators: 1.67 each becomes 2.
    const rows = [delegator(0, 10n), delegator(1, 10n), delegator(2, 10n)];
    const inputs = inputsWith(rows, { income: { blocks: mutez(5n) } });
    const { distributed, dust } = allocate(inputs, policyOf({ preset: "trd", feeBps: 0 }), undefined);
    expect([distributed, dust]).to.deep.equal([6n, -1n]);
  });
});
