import { expect } from "chai";
import fc from "fast-check";
import {
  basisPoints,
  floorDiv,
  max,
  min,
  mutez,
  mutezCodec,
  roundHalfDown,
  signedMutezCodec,
  sumOf,
  ZERO,
} from "../../../src/domain/money.js";

const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const divisor = fc.bigInt({ min: 1n, max: 10n ** 20n });

describe("money", () => {
  it("divides towards minus infinity", () => {
    const cases = [
      [7n, 2n, 3n],
      [-7n, 2n, -4n],
      [-8n, 2n, -4n],
      [0n, 5n, 0n],
      [-1n, 10n, -1n],
      [9_007_199_254_740_993n, 1n, 9_007_199_254_740_993n],
    ] as const;
    for (const [a, b, quotient] of cases) expect(floorDiv(a, b), `${a} / ${b}`).to.equal(quotient);
  });

  it("divides so that 0 <= remainder < divisor, for any numbers", () => {
    fc.assert(
      fc.property(integer, divisor, (a, b) => {
        const remainder = a - floorDiv(a, b) * b;
        expect(remainder >= 0n && remainder < b).to.equal(true);
      }),
    );
  });

  it("rounds to the nearest integer, exactly one half down", () => {
    const cases = [
      [1n, 2n, 0n],
      [3n, 2n, 1n],
      [5n, 2n, 2n],
      [-1n, 2n, -1n],
      [-3n, 2n, -2n],
      [2n, 3n, 1n],
      [1n, 3n, 0n],
      [51n, 100n, 1n],
      [50n, 100n, 0n],
      [-49n, 100n, 0n],
    ] as const;
    for (const [a, b, rounded] of cases) expect(roundHalfDown(a, b), `${a} / ${b}`).to.equal(rounded);
  });

  it("rounds by no more than a half, and by a half only down", () => {
    fc.assert(
      fc.property(integer, divisor, (a, b) => {
        const error = 2n * (a - roundHalfDown(a, b) * b);
        expect(error > -b && error <= b).to.equal(true);
      }),
    );
  });

  it("adds up lists and fields", () => {
    expect(sumOf([], () => ZERO)).to.equal(0n);
    expect(sumOf([{ a: mutez(2n) }, { a: mutez(40n) }], (row) => row.a)).to.equal(42n);
    expect([min(mutez(-1n), ZERO), max(mutez(-1n), ZERO)]).to.deep.equal([-1n, 0n]);
  });

  it("reads and writes amounts as plain decimal strings, and nothing else", () => {
    const large = "170141183460469231731687303715884105728";
    expect(mutezCodec.decode(large)).to.equal(2n ** 127n);
    expect(mutezCodec.encode(mutez(2n ** 127n))).to.equal(large);
    expect(signedMutezCodec.decode("-1")).to.equal(-1n);
    expect(signedMutezCodec.encode(mutez(-1n))).to.equal("-1");
    const malformed = [
      "",
      "-0",
      "+1",
      "01",
      "-01",
      "1.0",
      "1e3",
      " 1",
      "1\n",
      "0x1",
      "1_000",
      "9".repeat(41),
    ];
    for (const text of malformed) {
      expect(signedMutezCodec.safeDecode(text).success, JSON.stringify(text)).to.equal(false);
      expect(mutezCodec.safeDecode(text).success, JSON.stringify(text)).to.equal(false);
    }
    expect(mutezCodec.safeDecode("-1").success, "negative").to.equal(false);
    expect(mutezCodec.safeEncode(mutez(-1n)).success, "negative").to.equal(false);
    expect(mutezCodec.safeParse(1).success, "a number").to.equal(false);
  });

  it("knows rates from 0 to 10,000 basis points", () => {
    for (const rate of [0, 1, 10_000]) expect(basisPoints.parse(rate)).to.equal(rate);
    for (const rate of [-1, 10_001, 0.5, "5", NaN])
      expect(basisPoints.safeParse(rate).success).to.equal(false);
  });
});
