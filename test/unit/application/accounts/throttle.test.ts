import { expect } from "chai";
import { addressKey, attemptKeys, forgotten, weigh } from "../../../../src/application/accounts/throttle.js";
import { type Failures } from "../../../../src/application/ports/accounts.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);

/** How long each of so many failures in a row makes wait, if each next one comes as soon as it may. */
const waits = (which: "account" | "address", attempts: number): number[] => {
  let [now, failures]: [number, Failures | undefined] = [START, undefined];
  return Array.from({ length: attempts }, () => {
    const seen = { account: undefined, address: undefined, lastLoginFromThere: undefined, [which]: failures };
    const before = now;
    let attempt = weigh(new Date(now))(seen);
    if (!attempt.allowed) attempt = weigh(new Date((now += attempt.retryAfterMs)))(seen);
    if (!attempt.allowed) throw new Error("it is not allowed when it was said to be");
    failures = attempt[which];
    return (now - before) / SECOND;
  });
};

describe("the throttling of logins", () => {
  it("makes wait longer with each failure, and never for good", () => {
    expect(waits("account", 14)).to.deep.equal([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const byAddress = waits("address", 24);
    expect(byAddress.slice(0, 20)).to.deep.equal([
      ...Array<number>(10).fill(0),
      1,
      2,
      4,
      8,
      16,
      32,
      64,
      128,
      256,
      512,
    ]);
    expect(byAddress.slice(20)).to.deep.equal([900, 900, 900, 900]);
    expect(Math.max(...byAddress)).to.equal(900);
  });

  it("says how long, to the millisecond", () => {
    const failures = { count: 8, last: new Date(START) };
    const seen = { account: failures, address: undefined, lastLoginFromThere: undefined };
    expect(weigh(new Date(START + 1))(seen)).to.deep.equal({ allowed: false, retryAfterMs: 7_999 });
    expect(weigh(new Date(START + 7_999))(seen)).to.deep.equal({ allowed: false, retryAfterMs: 1 });
    expect(weigh(new Date(START + 8_000))(seen)).to.deep.equal({
      allowed: true,
      account: { count: 9, last: new Date(START + 8_000) },
      address: { count: 1, last: new Date(START + 8_000) },
    });
  });

  it("forgets one failure every ten minutes", () => {
    const failures = { count: 8, last: new Date(START) };
    const seen = { account: failures, address: undefined, lastLoginFromThere: undefined };
    const after = (ms: number) => weigh(new Date(START + ms))(seen);
    expect(after(30 * MINUTE - 1)).to.have.nested.property("account.count", 7);
    expect(after(30 * MINUTE)).to.have.nested.property("account.count", 6);
    expect(after(1_000 * DAY)).to.have.nested.property("account.count", 1);
    expect(forgotten(new Date(START + 20 * 10 * MINUTE)).failures).to.deep.equal(new Date(START));
  });

  it("lets who is known at an address in, whatever fails elsewhere, and not past what fails there", () => {
    const many = { count: 11, last: new Date(START) };
    const known = new Date(START - 90 * DAY + 1);
    const at = weigh(new Date(START));
    const stranger = { account: many, address: undefined, lastLoginFromThere: undefined };
    expect(at(stranger)).to.deep.equal({ allowed: false, retryAfterMs: MINUTE });
    expect(at({ ...stranger, lastLoginFromThere: known })).to.have.property("allowed", true);
    expect(at({ ...stranger, lastLoginFromThere: new Date(START - 90 * DAY) })).to.have.property(
      "allowed",
      false,
    );
    const there = { account: undefined, address: { ...many, count: 20 }, lastLoginFromThere: known };
    expect(at(there)).to.deep.equal({ allowed: false, retryAfterMs: 15 * MINUTE });
  });

  it("lets nobody wait longer than the rule says where a clock was set back", () => {
    const seen = {
      account: { count: 6, last: new Date(START + DAY) },
      address: undefined,
      lastLoginFromThere: undefined,
    };
    expect(weigh(new Date(START))(seen)).to.deep.equal({ allowed: false, retryAfterMs: 2 * SECOND });
  });

  it("counts a whole /64 as one address, and IPv4 in IPv6 as IPv4", () => {
    for (const [address, key] of [
      ["192.0.2.1", "192.0.2.1"],
      ["::ffff:192.0.2.1", "192.0.2.1"],
      ["::FFFF:c000:201", "192.0.2.1"],
      ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
      ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
      ["2001:db8::1", "2001:db8:0:0::/64"],
      ["::1", "0:0:0:0::/64"],
      ["fe80::1%eth0", "fe80:0:0:0::/64"],
      ["nobody", "unknown"],
      ["", "unknown"],
    ] as const)
      expect(addressKey(address), address).to.equal(key);
  });

  it("keeps no name that was typed, and counts all ways to write one as one", () => {
    const { account } = attemptKeys("Alice", "192.0.2.1");
    expect(account).to.match(/^[0-9a-f]{64}$/);
    expect(attemptKeys("aLICE", "192.0.2.1").account).to.equal(account);
    expect(attemptKeys("alice2", "192.0.2.1").account).to.not.equal(account);
  });
});
