import { expect } from "chai";
import { Argon2Hasher, OWASP } from "../../../../src/infrastructure/accounts/argon2.js";

const PASSWORD = "correct horse battery staple";
const light = { memoryKiB: 8, passes: 1, lanes: 1 };

describe("passwords as argon2id", () => {
  it("have OWASP's parameters and a salt of their own", async () => {
    const hasher = new Argon2Hasher();
    const [one, other] = [await hasher.hash(PASSWORD), await hasher.hash(PASSWORD)];
    expect(OWASP).to.deep.equal({ memoryKiB: 19_456, passes: 2, lanes: 1 });
    expect(one).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).to.not.equal(other);
    expect(await hasher.verify(one, PASSWORD)).to.equal(true);
    expect(await hasher.verify(one, `${PASSWORD} `)).to.equal(false);
    expect(await hasher.verify(one, "")).to.equal(false);
  });

  it("are the same however their letters are composed", async () => {
    const hasher = new Argon2Hasher(light);
    expect(await hasher.verify(await hasher.hash("\u00e9l\u00e8ve"), "e\u0301le\u0300ve")).to.equal(true);
  });

  it("are verified by the parameters that they were hashed with, and hashed anew when those have grown", async () => {
    const before = await new Argon2Hasher(light).hash(PASSWORD);
    for (const grown of [
      { ...light, memoryKiB: 16 },
      { ...light, passes: 2 },
      { ...light, memoryKiB: 16, lanes: 2 },
    ]) {
      const now = new Argon2Hasher(grown);
      expect(await now.verify(before, PASSWORD)).to.equal(true);
      expect(now.isOutdated(before)).to.equal(true);
      expect(now.isOutdated(await now.hash(PASSWORD))).to.equal(false);
      expect(new Argon2Hasher(light).isOutdated(await now.hash(PASSWORD))).to.equal(false);
    }
  });

  it("that nobody has are one hash with the same parameters", async () => {
    const hasher = new Argon2Hasher(light);
    const decoy = await hasher.decoy();
    expect(await hasher.decoy()).to.equal(decoy);
    expect(hasher.isOutdated(decoy)).to.equal(false);
    expect(new Argon2Hasher({ ...light, passes: 2 }).isOutdated(decoy)).to.equal(true);
    expect(await hasher.verify(decoy, "")).to.equal(false);
  });
});
