import { expect } from "chai";
import { mutez } from "../../../../src/domain/money.js";
import { allocate } from "../../../../src/domain/reward/allocate.js";
import { type DelegatorBalance } from "../../../../src/domain/reward/inputs.js";
import { addressOf, delegator, inputsWith, policyOf } from "../../../support/rewards.js";

describe("allocation: what becomes of a row", () => {
  const all = { income: { blocks: mutez(1000n) } };
  const fates = (rows: readonly DelegatorBalance[], file: object) =>
    allocate(
      inputsWith(rows, all),
      policyOf({ overdelegationProtection: false, ...file }),
      undefined,
    ).rows.map(({ gross, fee, net, status, reason }) => [gross, fee, net, status, reason]);
  const two = [delegator(0, 500n), delegator(1, 500n)];
  const termsOfFirst = (terms: object, rest: object = {}) => ({
    ...rest,
    delegators: { [addressOf(0)]: terms },
  });

  it("pays, with the fee that applies to the delegator and to the recipient of the terms", () => {
    const file = termsOfFirst({ feeBps: 1000, recipient: addressOf(9), status: "pay" });
    expect(fates(two, file)).to.deep.equal([
      [500n, 50n, 450n, "pay", null],
      [500n, 25n, 475n, "pay", null],
    ]);
    const { rows } = allocate(inputsWith(two, all), policyOf(file), 9);
    expect(rows.map(({ recipient, feeBps }) => [recipient, feeBps])).to.deep.equal([
      [addressOf(9), 1000],
      [addressOf(1), 500],
    ]);
  });

  it("an ignored delegator leaves the divisor and shows 0", () => {
    expect(fates(two, termsOfFirst({ status: "ignore", feeBps: 100 }))).to.deep.equal([
      [0n, 0n, 0n, "skip", "ignored"],
      [1000n, 50n, 950n, "pay", null],
    ]);
  });

  it("whoever leaves the divisor leaves the total: the others and the baker gain in proportion", () => {
    const rows = [delegator(0, 500n), delegator(1, 300n)];
    const shares = (file: object) => {
      const policy = policyOf({ feeBps: 0, overdelegationProtection: false, ...file });
      const inputs = inputsWith(rows, { own: 200n, ...all });
      const { bakerShare, rows: result } = allocate(inputs, policy, undefined);
      return [bakerShare, ...result.map(({ gross }) => gross)];
    };
    expect(shares({})).to.deep.equal([200n, 500n, 300n]);
    expect(shares(termsOfFirst({ status: "ignore" }))).to.deep.equal([400n, 0n, 600n]);
    expect(shares({ minimumBalance: "400", belowMinimumBalance: "share" })).to.deep.equal([285n, 714n, 0n]);
    expect(shares({ minimumBalance: "400" })).to.deep.equal([200n, 500n, 300n]);
    expect(shares(termsOfFirst({ status: "suspend" }))).to.deep.equal([200n, 500n, 300n]);
  });

  it("a suspended delegator stays in the divisor, and the fee counts", () => {
    expect(fates(two, termsOfFirst({ status: "suspend" }))).to.deep.equal([
      [500n, 25n, 475n, "keep", "suspended"],
      [500n, 25n, 475n, "pay", null],
    ]);
    const { kept, feeTotal } = allocate(
      inputsWith(two, all),
      policyOf(termsOfFirst({ status: "suspend" })),
      9,
    );
    expect([kept, feeTotal]).to.deep.equal([475n, 50n]);
  });

  it("below the minimum balance: kept, or shared by the others", () => {
    const rows = [delegator(0, 199n), delegator(1, 801n)];
    expect(fates(rows, { minimumBalance: "200" })).to.deep.equal([
      [199n, 10n, 189n, "keep", "below-minimum-balance"],
      [801n, 41n, 760n, "pay", null],
    ]);
    expect(fates(rows, { minimumBalance: "200", belowMinimumBalance: "share" })).to.deep.equal([
      [0n, 0n, 0n, "skip", "below-minimum-balance"],
      [1000n, 50n, 950n, "pay", null],
    ]);
    const capped = termsOfFirst({ maximumBalance: "100" }, { minimumBalance: "150" });
    expect(fates(two, capped)[0]?.slice(3)).to.deep.equal(["keep", "below-minimum-balance"]);
  });

  it("a balance that is the minimum is enough, but not under tezpay", () => {
    const file = { minimumBalance: "500" };
    expect(fates(two, file)[0]?.slice(3)).to.deep.equal(["pay", null]);
    expect(fates(two, { ...file, preset: "trd" })[0]?.slice(3)).to.deep.equal(["pay", null]);
    expect(fates(two, { ...file, preset: "tezpay" })[0]?.slice(3)).to.deep.equal([
      "keep",
      "below-minimum-balance",
    ]);
  });

  it("an emptied account is paid, or kept in the divisor", () => {
    const rows = [delegator(0, 500n, true), delegator(1, 500n)];
    expect(fates(rows, {})[0]).to.deep.equal([500n, 25n, 475n, "pay", null]);
    expect(fates(rows, { emptiedAccounts: "skip" })).to.deep.equal([
      [500n, 25n, 475n, "keep", "emptied"],
      [500n, 25n, 475n, "pay", null],
    ]);
  });

  it("a net of 0 is skipped; its fee still counts", () => {
    expect(fates([delegator(0, 0n), delegator(1, 10n)], {})[0]).to.deep.equal([0n, 0n, 0n, "skip", "zero"]);
    expect(fates(two, termsOfFirst({ feeBps: 10_000 }))[0]).to.deep.equal([500n, 500n, 0n, "skip", "zero"]);
  });

  it("below the minimum payout: carried or kept; the minimum itself is enough, but not under tezpay", () => {
    const below = (file: object) => fates(two, { feeBps: 0, ...file })[0];
    expect(below({ minimumPayout: "501" })).to.deep.equal([500n, 0n, 500n, "carry", "below-minimum-payout"]);
    expect(below({ minimumPayout: "501", belowMinimumPayout: "keep" })).to.deep.equal([
      500n,
      0n,
      500n,
      "keep",
      "below-minimum-payout",
    ]);
    expect(below({ minimumPayout: "500" })?.slice(3)).to.deep.equal(["pay", null]);
    expect(below({ minimumPayout: "500", preset: "trd" })?.slice(3)).to.deep.equal(["pay", null]);
    expect(below({ minimumPayout: "500", preset: "tezpay" })?.slice(3)).to.deep.equal([
      "keep",
      "below-minimum-payout",
    ]);
  });

  it("the first rule that applies decides, and status pay overrides none", () => {
    const rules = {
      minimumBalance: "600",
      belowMinimumBalance: "keep",
      emptiedAccounts: "skip",
      minimumPayout: "9999",
      feeBps: 10_000,
    };
    const one = (terms: object, file: object = {}) =>
      fates([delegator(0, 500n, true)], { ...rules, ...file, ...termsOfFirst(terms) })[0]?.[4];
    expect(one({ status: "ignore" })).to.equal("ignored");
    expect(one({ status: "suspend" })).to.equal("suspended");
    expect(one({ status: "pay" })).to.equal("below-minimum-balance");
    expect(one({ status: "pay" }, { minimumBalance: "0" })).to.equal("emptied");
    expect(one({ status: "pay" }, { minimumBalance: "0", emptiedAccounts: "pay" })).to.equal("zero");
    expect(one({ status: "pay", feeBps: 0 }, { minimumBalance: "0", emptiedAccounts: "pay" })).to.equal(
      "below-minimum-payout",
    );
    expect(one({}, { belowMinimumBalance: "share" })).to.equal("below-minimum-balance");
    // Suspended comes first, so a small balance stays in the divisor also under `share`.
    expect(
      fates([delegator(0, 500n)], {
        minimumBalance: "600",
        belowMinimumBalance: "share",
        ...termsOfFirst({ status: "suspend" }),
      })[0],
    ).to.deep.equal([1000n, 50n, 950n, "keep", "suspended"]);
  });

  it("terms of an address that is not in the cycle have no effect, rows with one recipient stay apart", () => {
    const absent = { delegators: { [addressOf(7)]: { status: "ignore", feeBps: 0 } } };
    expect(fates(two, absent)).to.deep.equal(fates(two, {}));
    const one = { recipient: addressOf(9) };
    expect(fates(two, { delegators: { [addressOf(0)]: one, [addressOf(1)]: one } })).to.deep.equal(
      fates(two, {}),
    );
    // Keyed by delegator, never by recipient.
    const file = {
      delegators: { [addressOf(0)]: { recipient: addressOf(1) }, [addressOf(1)]: { status: "ignore" } },
    };
    expect(fates(two, file).map((row) => row[3])).to.deep.equal(["pay", "skip"]);
  });
});
