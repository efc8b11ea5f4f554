import { expect } from "chai";
import {
  digestOf,
  isUserName,
  newSecret,
  passwordProblem,
  roleOf,
  scopesOf,
  withIncluded,
} from "../../../../src/application/accounts/rules.js";
import { ROLES } from "../../../../src/application/ports/accounts.js";

describe("the rules of accounts", () => {
  it("take names that are told apart", () => {
    for (const name of ["a", "Alice", "alice.b-c_d", "7", "x".repeat(64)])
      expect(isUserName(name), name).to.equal(true);
    for (const name of ["", ".a", "-a", "a b", "a\n", "а", "é", "a\0", "a@b", "x".repeat(65)])
      expect(isUserName(name), name).to.equal(false);
  });

  it("take passwords of 15 to 256 characters, whatever they are", () => {
    expect(passwordProblem("x".repeat(14), "alice")).to.equal("password-too-short");
    expect(passwordProblem("🗝".repeat(14), "alice")).to.equal("password-too-short");
    expect(passwordProblem("🗝".repeat(15), "alice")).to.equal(undefined);
    expect(passwordProblem(" ".repeat(256), "alice")).to.equal(undefined);
    expect(passwordProblem("x".repeat(257), "alice")).to.equal("password-too-long");
  });

  it("take no password that is little more than the user's name and what it is for", () => {
    for (const expected of ["alicealicealice", "Alice-Tezos-2026", "TapsTapsTaps1234", "baker.alice.payout!"])
      expect(passwordProblem(expected, "Alice"), expected).to.equal("password-too-expected");
    for (const own of ["alice-and-the-mill", "tezos ate 12 plums", "x".repeat(15), "TapsTapsTaps12345678"])
      expect(passwordProblem(own, "Alice"), own).to.equal(undefined);
  });

  it("give each role its scopes, which include those below", () => {
    expect(ROLES.map(scopesOf)).to.deep.equal([["read"], ["read", "operate"], ["read", "operate", "admin"]]);
    expect(ROLES.map((role) => roleOf(scopesOf(role)))).to.deep.equal(ROLES);
    expect(withIncluded([])).to.deep.equal([]);
    expect(withIncluded(["operate"])).to.deep.equal(["read", "operate"]);
    expect(withIncluded(["admin", "read"])).to.deep.equal(["read", "operate", "admin"]);
  });

  it("make secrets of 256 bits, and keep their SHA-256", () => {
    const secret = newSecret("taps_api_");
    expect(secret).to.match(/^taps_api_[A-Za-z0-9_-]{43}$/);
    expect(newSecret("taps_api_")).to.not.equal(secret);
    expect(digestOf("abc")).to.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
