import { expect } from "chai";
import { PAST_BAKER as BAKER, type PastLog, pastLog } from "../../support/whole/past-log.js";
import { type Environment } from "../../support/whole/taps.js";
import { endWithin } from "../../support/whole/within.js";

/** So many that several threads are worth it. */
const CYCLES = 50;

describe("replay through the command line", function () {
  this.timeout(60_000);
  let past: PastLog;
  let env: Environment;

  before(async () => {
    past = await pastLog(CYCLES);
    ({ env } = past);
  });
  after(() => past.drop());

  it("needs no node, and finds that all comes out again, cycle by cycle", async () => {
    const { code, out, err } = await endWithin(env, ["replay", "all"]);
    expect([code, out]).to.deep.equal([0, ""]);
    const lines = err.trim().split("\n");
    expect(lines.filter((line) => line.startsWith("cycle "))).to.have.length(CYCLES);
    expect(lines.at(-1)).to.equal("all of it comes out again");
    expect(lines.at(-2)).to.match(
      /^50 cycles, up to position \d+: 100 allocated rows, 100 obligations, 50 batches, 50 signed operations, /,
    );
  });

  it("cannot compare with a chain that does not answer", async () => {
    expect((await endWithin(env, ["replay", "3", "--against-chain"])).code).to.equal(4);
  });

  it("lists each difference with its event, and refuses", async () => {
    const where = `stream = 'reward-${BAKER}_30' AND type = 'DelegatorRewardsAllocated'`;
    await past.tamper(
      `UPDATE log.events SET data = regexp_replace(data, '"net":"(\\d)', '"net":"9\\1') WHERE ${where}`,
    );
    const { code, out, err } = await endWithin(env, ["replay", "all"]);
    expect(code).to.equal(3);
    expect(out).to.match(
      new RegExp(
        `^cycle 30 tz\\w+: allocated row: net: expected (\\d+), found 9\\1 ` +
          `\\(DelegatorRewardsAllocated, event 2 of reward-${BAKER}_30, position \\d+\\)\n$`,
      ),
    );
    expect(err).to.match(/1 differences: the log does not hold\n$/);
    const { differences } = JSON.parse((await endWithin(env, ["replay", "29..31", "--json"])).out) as {
      readonly differences: readonly object[];
    };
    expect(differences).to.have.length(1);
    expect((await endWithin(env, ["replay", "0..29"])).code).to.equal(0);
  });

  it("names what it could not read", async () => {
    const where = `stream = 'payment-${BAKER}_40' AND type = 'PayoutPlanned'`;
    await past.tamper(
      `UPDATE log.events SET data = replace(data, '"plan":1', '"plan":"one"') WHERE ${where}`,
    );
    const { code, out } = await endWithin(env, ["replay", "40"]);
    expect(code).to.equal(4);
    expect(out).to.match(
      /^NOT READ: cycle 40: cannot read event \d+ of payment-\w+_40 \(PayoutPlanned version 2\)/,
    );
  });
});
