import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { sha256 } from "../../../src/domain/digest.js";
import { addressOf, operationOf } from "../../support/identifiers.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { type SandboxProcess, startSandboxProcess } from "../../support/whole/sandbox.js";
import { bakerOn, type Environment, killWhatRuns } from "../../support/whole/taps.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

const [A, B, C] = [addressOf(1), addressOf(2), addressOf(3)];
const HASH = operationOf("lost");

/** Each test goes on where the one before it stopped. */
describe("the ledger through the command line", function () {
  this.timeout(30_000);
  let folder: string;
  let database: TestDatabase;
  let sandbox: SandboxProcess;
  let env: Environment;

  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse(await tapsWithin(env, ["ledger", ...args, "--json"]));
  const ended = (...args: string[]) => endWithin(env, ["ledger", ...args]);
  const adjust = (delegator: string, amount: string, reason: string, reference: string, ...more: string[]) =>
    ended("adjust", delegator, amount, "--reason", reason, "--reference", reference, ...more);
  const file = async (name: string, ...lines: string[]): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `${lines.join("\n")}\n`);
    return path;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-ledger-"));
    database = await freshDatabase();
    sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
    env = {
      TAPS_DATA_DIR: join(folder, "taps"),
      DATABASE_URL: database.url,
      ...bakerOn(sandbox.url, sandbox.baker),
    };
  });
  after(async () => {
    await killWhatRuns();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("shows an empty ledger, and writes nothing by it", async () => {
    expect(await json("show")).to.deep.equal({
      sum: "0",
      delegators: 0,
      taken: null,
      adjustments: 0,
      settling: [],
      imported: [],
      balances: {},
    });
    expect((await endWithin(env, ["log", "read", `ledger-${sandbox.baker}`])).code).to.equal(1);
  });

  it("tries an import out, then imports the file once", async () => {
    const path = await file("owed.csv", "delegator,mutez", `${A},1500000`, `${B},-40`);
    const totals = `${path}, read as csv: 2 rows owed, 0 paid, 0 passed over\n1.499960 tez to 2 delegators\n`;
    expect(await ended("import", path, "--dry-run")).to.deep.equal({
      code: 0,
      out: "",
      err: `${totals}nothing is written\n`,
    });
    expect(await ended("import", path)).to.deep.equal({ code: 0, out: "", err: `${totals}imported\n` });
    expect(await json("import", path)).to.deep.equal({
      file: sha256(`delegator,mutez\n${A},1500000\n${B},-40\n`),
      format: "csv",
      cycles: [],
      owed: 2,
      paid: 0,
      passedOver: 0,
      balances: [
        { delegator: A, amount: "1500000" },
        { delegator: B, amount: "-40" },
      ],
      sum: "1499960",
      doubtful: [],
      written: false,
    });
  });

  it("refuses a file whole, naming each row that it cannot take", async () => {
    const path = await file("bad.csv", "delegator,mutez", `${A},1`, `${A},2`, `${B},1.5`, `tz1,3`);
    expect(await ended("import", path)).to.deep.equal({
      code: 2,
      out: "",
      err: [
        `nothing is imported from ${path}:`,
        `line 3: ${A} stands on line 2 already`,
        "line 4: 1.5 is not a whole number of mutez",
        "line 5: tz1 is not an address",
        "",
      ].join("\n"),
    });
    const nowhere = await ended("import", join(folder, "nowhere.csv"));
    expect(nowhere.code).to.equal(2);
    expect(nowhere.err).to.match(/^cannot read .*nowhere\.csv: ENOENT/);
  });

  it("imports what may have been paid only on a word", async () => {
    const path = await file("failed.csv", "address,type,amount,hash,paid", `${C},D,700,${HASH},0`);
    const said = [
      `${path}, read as trd: 1 rows owed, 0 paid, 0 passed over`,
      "0.000700 tez to 1 delegators",
      `line 2: 0.000700 tez to ${C}: recorded as fail, and ${HASH} may have paid it`,
    ].join("\n");
    const refused = await ended("import", path);
    expect(refused.code).to.equal(3);
    expect(refused.err.startsWith(`${said}\nsome of it may have been paid after all`)).to.equal(true);
    const dry = await ended("import", path, "--dry-run", "--json");
    expect([dry.code, dry.err]).to.deep.equal([3, refused.err.replace(said, `${said}\nnothing is written`)]);
    expect(JSON.parse(dry.out)).to.deep.include({ sum: "700", written: false });
    expect(await ended("import", path, "--yes")).to.deep.equal({
      code: 0,
      out: "",
      err: `${said}\nimported\n`,
    });
    expect(await json("show")).to.deep.include({
      sum: "1500660",
      balances: { [A]: "1500000", [B]: "-40", [C]: "700" },
    });
  });

  it("takes TRD's cycle from the file's name, and refuses one that has not ended", async () => {
    const path = await file("900.csv", "address,type,amount,hash,paid", `${C},D,800,,4`);
    for (const more of [[], ["--dry-run"]]) {
      const { code, err } = await ended("import", path, ...more);
      expect(code).to.equal(3);
      expect(err).to.match(/\na cycle of this file has not ended.* \(cycle 900, running 0\)\n$/);
    }
  });

  it("adjusts once a reference, and never below 0 unless told", async () => {
    const taken = await adjust(A, "-1500000", "slashing", "slashed in 1016");
    expect(taken).to.deep.equal({ code: 0, out: "", err: `${A} has 0.000000 tez in the ledger\n` });
    expect(await adjust(A, "-1500000", "slashing", "slashed in 1016")).to.deep.equal(taken);
    const more = await adjust(A, "-1", "slashing", "slashed in 1017");
    expect(more.code).to.equal(3);
    expect(more.err).to.match(/^that is more than the delegator has .*\(balance 0, after -1\)\n$/);
    await adjust(A, "-1", "slashing", "slashed in 1017", "--allow-negative");
    await adjust(A, "-9", "overpaid", "paid by hand as well");
    expect(await json("show", "--delegator", A)).to.deep.equal({
      delegator: A,
      balance: "-10",
      taken: null,
      settlements: [],
      adjustments: [
        ["-1500000", "slashing", "slashed in 1016"],
        ["-1", "slashing", "slashed in 1017"],
        ["-9", "overpaid", "paid by hand as well"],
      ].map(([amount, reason, reference]) => ({
        amount,
        reason,
        reference,
        actor: `cli:${userInfo().username}`,
      })),
    });
  });

  it("asks for the reason of an adjustment", async () => {
    const { code, err } = await ended("adjust", A, "+5", "--reason", "gift", "--reference", "x");
    expect(code).to.equal(2);
    expect(err).to.include("Allowed choices are slashing, overpaid, correction");
  });
});
