import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { owed, paidBy, transfersOf } from "../../support/whole/payments.js";
import { until } from "../../support/until.js";
import { startSandboxProcess } from "../../support/whole/sandbox.js";
import { bakerOn, endOf, type Environment, killWhatRuns, Running, taps } from "../../support/whole/taps.js";

/** Of the simulated chain. */
const CYCLE_BLOCKS = 16;
/** What the other tool left owing to one delegator, in mutez. */
const LEFT = 1_500_000n;

const status = z.object({ level: z.number() });
const mempool = z.object({ validated: z.array(z.unknown()) });

/** The same list with so much more for one of its receivers. */
const withMore = (lines: readonly string[], receiver: string, more: bigint): readonly string[] =>
  lines
    .map((line) => line.split(" "))
    .map(([to = "", amount = ""]) => `${to} ${BigInt(amount) + (to === receiver ? more : 0n)}`)
    .sort();

describe("a wallet that another tool paid from until today, through the command line", function () {
  this.timeout(600_000);
  let folder: string;
  const databases: TestDatabase[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-adopt-"));
  });
  after(async () => {
    await killWhatRuns();
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true });
  });

  it("pays from the confirmed cycle on, opening balances with it, and nothing that the other tool has paid", async () => {
    const sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
    const { url, baker, payer } = sandbox;
    const install = async (name: string, more: Environment): Promise<Environment> => {
      const database = await freshDatabase();
      databases.push(database);
      const { START_CYCLE: _first, ...own } = bakerOn(url, baker);
      const env = { ...own, ...more, TAPS_DATA_DIR: join(folder, name), DATABASE_URL: database.url };
      await taps(env, ["wallet", "import"], sandbox.secretKey);
      return env;
    };
    const due = async (of: Environment, cycle: number) =>
      owed(await taps(of, ["cycle", "compute", String(cycle), "--baker", baker, "--json"]));
    const ask = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
      schema.parse(await (await fetch(`${url}${path}`)).json());
    const isPending = async (): Promise<boolean> =>
      (await ask("/chains/main/mempool/pending_operations?version=2", mempool)).validated.length > 0;
    /** One block for each operation, as soon as it waits for one; then they become final. */
    const payCycle = async (of: Environment, cycle: number): Promise<void> => {
      const paying = Running.start(of, ["start"]);
      const { level } = await ask("/sandbox/status", status);
      await sandbox.bake((cycle + 1) * CYCLE_BLOCKS + 2 - level);
      const before = (await transfersOf(url, payer)).length;
      const count = (await due(of, cycle)).length;
      while ((await transfersOf(url, payer)).length < before + count) {
        await until(isPending);
        await sandbox.bake(1);
      }
      await sandbox.bake(3);
      await paying.prints(new RegExp(`cycle ${cycle} +SETTLED`));
      expect(await paying.stop("SIGTERM")).to.equal(0);
    };

    const other = await install("other", { START_CYCLE: "0" });
    await taps(other, ["mode", "on"]);
    await payCycle(other, 0);

    const env = await install("taps", {});
    const first = await due(env, 0);
    const [receiver = ""] = first.find((line) => line.startsWith("tz1"))?.split(" ") ?? [];
    const file = join(folder, "owed.csv");
    await writeFile(file, `delegator,mutez\n${receiver},${LEFT}\n`);
    await taps(env, ["ledger", "import", file]);
    const sum = first.reduce((total, line) => total + BigInt(line.split(" ")[1] ?? ""), 0n).toString();
    expect(JSON.parse(await taps(env, ["adopt", "--json"]))).to.deep.equal({
      payer,
      running: 1,
      firstCycle: 2,
      cycles: [{ cycle: 0, delegators: 736, paid: first.length, sum, unknown: null }],
      opening: { delegators: 1, sum: LEFT.toString(), files: 1 },
      written: false,
    });
    expect((await taps(env, ["adopt"])).split("\n").slice(1)).to.deep.equal([
      "cycle 1: the other tool's; it has not ended",
      "cycle 2: the first that TAPS pays",
      "opening balances: 1.500000 tez to 1 delegators, 1 files imported",
      "",
    ]);
    const confirmed = await endOf(env, ["adopt", "--confirm", "1"]);
    expect(confirmed.code, confirmed.err).to.equal(0);
    await taps(env, ["mode", "on"]);
    await payCycle(env, 1);

    const logs = await Promise.all([other, env].map((of) => taps(of, ["log", "read", `wallet-${payer}`])));
    const paidFor = paidBy(await transfersOf(url, payer), logs.join(""));
    expect(paidFor(`payment-${baker}_0`)).to.deep.equal(first);
    expect(paidFor(`payment-${baker}_1`)).to.deep.equal(withMore(await due(env, 1), receiver, LEFT));
    const { out } = await endOf(env, ["reconcile", "--json"]);
    expect(JSON.parse(out)).to.deep.include({ lost: [], unknown: [], foreign: [], explained: true });
  });
});
