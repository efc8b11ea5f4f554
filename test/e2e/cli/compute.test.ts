import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fixture } from "../../support/fixtures.js";
import { type RecordedTzkt, startRecordedTzkt } from "../../support/whole/recorded-tzkt.js";
import { endUnread } from "../../support/whole/taps.js";
import { endWithin } from "../../support/whole/within.js";

const BAKER = "tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN";
const CYCLES = [201, 420, 750];

/** The list of cycle 1336 cut after 3 rows, with the fields that it lacks as 0 or false. */
const cut = (): string => {
  const { split, delegators_sample: sample } = JSON.parse(fixture("tzkt/split_1336_cut.json")) as {
    readonly split: object;
    readonly delegators_sample: readonly object[];
  };
  const lacking = { futureBlocks: 0, nonceRevelationRewardsDelegated: 0, vdfRevelationRewardsDelegated: 0 };
  const delegators = sample.map((row) => ({ ...row, emptied: false }));
  return JSON.stringify({ ...lacking, ...split, delegators });
};

describe("cycle compute through the command line", function () {
  this.timeout(20_000);
  let tzkt: RecordedTzkt;
  let folder: string;
  const compute = (...args: string[]) =>
    endWithin({ TZKT_URL: tzkt.url }, ["cycle", "compute", "--baker", BAKER, ...args]);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-compute-"));
    tzkt = await startRecordedTzkt(
      new Map([...CYCLES.map((n) => [n, fixture(`tzkt/split_${n}.json`)] as const), [1336, cut()]]),
    );
  });
  after(async () => {
    await tzkt.stop();
    await rm(folder, { recursive: true });
  });

  it("computes recorded cycles to the mutez", async () => {
    const results = await Promise.all(
      CYCLES.map(async (n) => {
        const { code, out } = await compute(String(n), "--json");
        const { cycle, pool, bakerShare, feeTotal, distributed, carried, kept, dust, delegators } =
          JSON.parse(out) as Record<string, unknown> & {
            pool: { total: string };
            delegators: readonly unknown[];
          };
        const totals = { bakerShare, feeTotal, distributed, carried, kept, dust };
        return { code, cycle, pool: pool.total, ...totals, rows: delegators.length };
      }),
    );
    const none = { carried: "0", kept: "0", code: 0 };
    expect(results).to.deep.equal([
      {
        ...none,
        cycle: 201,
        pool: "2883895394",
        bakerShare: "320433232",
        feeTotal: "128173426",
        distributed: "2435288388",
        dust: "348",
        rows: 736,
      },
      {
        ...none,
        cycle: 420,
        pool: "2265625",
        bakerShare: "2230327",
        feeTotal: "1766",
        distributed: "33530",
        dust: "2",
        rows: 2,
      },
      {
        ...none,
        cycle: 750,
        pool: "23860236",
        bakerShare: "1633741",
        feeTotal: "1111341",
        distributed: "21115140",
        dust: "14",
        rows: 36,
      },
    ]);
  });

  it("takes a policy file or a preset, not both", async () => {
    const file = join(folder, "policy.json");
    await writeFile(file, JSON.stringify({ preset: "trd", feeBps: 1000 }));
    const { out } = await compute("750", "--policy", file, "--json");
    expect(JSON.parse(out)).to.deep.include({ engineVersion: "trd/1" }).and.nested.include({
      "policy.feeBps": 1000,
    });
    expect(await compute("750", "--policy", file, "--preset", "trd")).to.include({ code: 2, out: "" });
    const missing = await compute("750", "--policy", join(folder, "none.json"));
    expect(missing).to.include({ code: 2, out: "" });
    expect(missing.err).to.match(/^cannot read .*none\.json: ENOENT/);
    await writeFile(file, JSON.stringify({ fee: 1 }));
    const unknown = await compute("750", "--policy", file);
    expect(unknown).to.include({ code: 2, out: "" });
    expect(unknown.err).to.include("fee");
  });

  it("refuses rewards that were cut short, by the names of the checks", async () => {
    const { code, out, err } = await compute("1336");
    expect({ code, out }).to.deep.equal({ code: 3, out: "" });
    expect(err.split("\n").map((line) => line.split(":")[0])).to.include.members([
      "row-count",
      "balance-sum",
    ]);
  });

  it("refuses a cycle that the source does not have", async () => {
    expect(await compute("999")).to.deep.equal({
      code: 3,
      out: "",
      err: "no-data: the source has no rewards of this baker for cycle 999\n",
    });
  });

  it("says what is wrong with its arguments", async () => {
    const ends = await Promise.all([
      endWithin({ TZKT_URL: tzkt.url }, ["cycle", "compute", "750"]),
      endWithin({ TZKT_URL: tzkt.url }, ["cycle", "compute", "750", "--baker", "tz1nobody"]),
      compute("-1"),
      compute("seven"),
      endWithin({}, ["cycle", "bake"]),
    ]);
    expect(ends.map(({ code }) => code)).to.deep.equal([2, 2, 2, 2, 2]);
    expect(ends.map(({ err }) => err !== "")).to.deep.equal([true, true, true, true, true]);
  });

  it("tells that the source cannot be reached", async () => {
    const gone = await startRecordedTzkt(new Map());
    await gone.stop();
    const { code, err } = await endWithin({ TZKT_URL: gone.url }, [
      "cycle",
      "compute",
      "750",
      "--baker",
      BAKER,
    ]);
    expect({ code, err }).to.deep.equal({
      code: 4,
      err: `${new URL(gone.url).host}: GET /v1/head: ECONNREFUSED (4 tries)\n`,
    });
  });

  it("names every mistake of the environment and shows no value", async () => {
    const { code, err } = await endWithin(
      { BAKER: "tz1secret", DATABASE_URL: "mysql://me:secret@host", PORT: "secret", TZKT_URL: tzkt.url },
      ["cycle", "compute", "750"],
    );
    expect(code).to.equal(1);
    expect(
      err
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).to.have.members(["BAKER", "DATABASE_URL", "PORT"]);
    expect(err).to.not.include("secret");
  });

  it("ends well when its reader goes away", async () => {
    expect(
      await endUnread({ TZKT_URL: tzkt.url }, ["cycle", "compute", "201", "--baker", BAKER]),
    ).to.deep.equal({
      code: 0,
      out: "",
      err: "",
    });
  });
});
