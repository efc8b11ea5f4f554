import { expect } from "chai";
import {
  basisPointsFrom,
  changeFrom,
  claimFrom,
  mutezFrom,
  referenceFrom,
} from "../../../src/application/arguments.js";
import { BAKER, someTz } from "../../support/chain-model.js";

describe("what people type", () => {
  it("is a change of a balance only with its sign", () => {
    expect(["+5", "-1500000", "+0"].map(changeFrom)).to.deep.equal([5n, -1_500_000n, 0n]);
    for (const text of ["5", "", "+", "+05", "+5.5", "+1e6", "--5", " +5", "-1000000000000000000"])
      expect(changeFrom(text), text).to.equal(undefined);
  });

  it("is an amount as a whole number of mutez", () => {
    expect(["0", "5", "999999999999999999"].map(mutezFrom)).to.deep.equal([0n, 5n, 999_999_999_999_999_999n]);
    for (const text of ["", "-1", "+5", "05", "5.5", "1e6", "5tez", "1000000000000000000"])
      expect(mutezFrom(text), text).to.equal(undefined);
  });

  it("is a rate as a whole number of basis points, 100 % at most", () => {
    expect(["0", "500", "10000"].map(basisPointsFrom)).to.deep.equal([0, 500, 10_000]);
    for (const text of ["", "-1", "05", "5.5", "5%", "10001", "100000"])
      expect(basisPointsFrom(text), text).to.equal(undefined);
  });

  it("is a reference once it says something, in 200 characters", () => {
    expect(referenceFrom("  slashed in 1016 ")).to.equal("slashed in 1016");
    expect(referenceFrom("x".repeat(200))).to.equal("x".repeat(200));
    for (const text of ["", "  ", "x".repeat(201)]) expect(referenceFrom(text)).to.equal(undefined);
  });

  it("is what an operation paid, by the address it is owed to", () => {
    const ann = someTz("ann");
    const settled = `batch_settle.${ann}.1`;
    const obligations = [`750/${ann}`, `batch_rent/${ann}`, `bond_750/${ann}`, `${settled}/${ann}`].map(
      (text) => claimFrom(BAKER, `3=${text}`)?.obligation,
    );
    expect(obligations).to.deep.equal([
      `delegator:${ann}`,
      `receiver:${ann}`,
      `member:${ann}`,
      `delegator:${ann}`,
    ]);
    expect(claimFrom(BAKER, `0=bond_750/manager:${ann}`)).to.deep.equal({
      content: 0,
      payment: `payment-${BAKER}_bond_750`,
      obligation: `manager:${ann}`,
    });
    for (const text of [`0=750/friend:${ann}`, `0=bond/${ann}`, `0=750/tz1`, ann])
      expect(claimFrom(BAKER, text), text).to.equal(undefined);
  });
});
