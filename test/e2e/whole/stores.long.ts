import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { z } from "zod";
import { StandIn } from "../../support/esdb/stand-in.js";
import { freshDatabase } from "../../support/postgres.js";
import { owed, paidBy, transfersOf } from "../../support/whole/payments.js";
import { startSandboxProcess } from "../../support/whole/sandbox.js";
import { bakerOn, endOf, type Environment, killWhatRuns, Running, taps } from "../../support/whole/taps.js";

const BLOCK_TIME_MS = 80;

const shownStatus = z.object({
  baker: z.string(),
  registered: z.object({ firstCycle: z.number() }),
  payer: z.string(),
  mode: z.string(),
  unfinished: z.array(z.object({ cycle: z.number() })),
  wallet: z.object({ adopted: z.boolean(), stops: z.array(z.unknown()) }),
});

const shownCycle = z.object({
  at: z.string(),
  held: z.null(),
  allocation: z.object({ distributed: z.string() }),
  payout: z.object({
    due: z.string(),
    obligations: z.number(),
    paid: z.string(),
    carried: z.string(),
    held: z.string(),
  }),
  heldObligations: z.tuple([]),
});

const countPostgresEvents = async (connectionString: string): Promise<bigint> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ count: string }>("SELECT count(*) FROM log.events");
  await client.end();
  return BigInt(rows[0]?.count ?? -1);
};

interface Paid {
  readonly env: Environment;
  readonly url: string;
  readonly baker: string;
  readonly payer: string;
  readonly secretKey: string;
}

/** From an empty folder until these cycles are settled, all through the command line. */
const payCycles = async (folder: string, cycles: readonly number[], stores: Environment): Promise<Paid> => {
  const sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
  const { url, baker, payer } = sandbox;
  const env: Environment = { TAPS_DATA_DIR: join(folder, "taps"), ...bakerOn(url, baker), ...stores };
  await taps(env, ["wallet", "import"], sandbox.secretKey);
  await taps(env, ["mode", "on"]);
  const paying = Running.start(env, ["start"]);
  await sandbox.pace(BLOCK_TIME_MS);
  for (const cycle of cycles) await paying.prints(new RegExp(`cycle ${cycle} +SETTLED`));
  expect(await paying.stop("SIGTERM")).to.equal(0);
  return { env, url, baker, payer, secretKey: sandbox.secretKey };
};

const checkStatus = async ({ env, baker, payer }: Paid, cycles: readonly number[]): Promise<void> => {
  const { unfinished, ...now } = shownStatus.parse(JSON.parse(await taps(env, ["status", "--json"])));
  expect(now).to.deep.equal({
    baker,
    registered: { firstCycle: 0 },
    payer,
    mode: "on",
    wallet: { adopted: true, stops: [] },
  });
  expect(unfinished.filter(({ cycle }) => cycles.includes(cycle))).to.deep.equal([]);
};

/** What the chain shows as paid for a cycle, what was owed, and what the command line says of it: all equal. */
const checkCycle = async (
  { env, baker }: Paid,
  cycle: number,
  paidFor: (payment: string) => readonly string[],
): Promise<void> => {
  const [computed, shown] = await Promise.all([
    taps(env, ["cycle", "compute", String(cycle), "--baker", baker, "--json"]),
    taps(env, ["cycle", "show", String(cycle), "--json"]),
  ]);
  const due = owed(computed);
  expect(due).to.have.length(650);
  expect(paidFor(`payment-${baker}_${cycle}`)).to.deep.equal(due);
  const sum = due.reduce((total, line) => total + BigInt(line.split(" ")[1] ?? ""), 0n).toString();
  expect(shownCycle.parse(JSON.parse(shown))).to.deep.equal({
    at: "settled",
    held: null,
    allocation: { distributed: sum },
    payout: { due: sum, obligations: due.length, paid: sum, carried: "0", held: "0" },
    heldObligations: [],
  });
};

/** A later installation of the same baker and wallet, that knows nothing of what the first one paid. */
const checkPayingAgain = async (
  { env, baker, secretKey }: Paid,
  cycle: number,
  receivers: readonly string[],
): Promise<void> => {
  const database = await freshDatabase();
  try {
    const later = { ...env, DATABASE_URL: database.url };
    await taps(later, ["wallet", "import"], secretKey);
    await taps(later, ["mode", "on"]);
    const pay = ["cycle", "pay", String(cycle)];
    const refused = await endOf(later, pay);
    expect(refused.code).to.equal(3);
    expect(
      refused.out
        .trim()
        .split("\n")
        .map((line) => line.split(" ").at(-1)),
    ).to.have.members(receivers);
    expect(refused.err).to.include(`since it ended the wallet has sent ${receivers.length} transfers`);
    const log = () => taps(later, ["log", "read", `baker-${baker}`]);
    expect(await log()).to.not.include("CyclePaymentRequested");
    expect((await endOf(later, [...pay, "--yes"])).code).to.equal(0);
    expect(await log()).to.include("CyclePaymentRequested");
  } finally {
    await database.drop();
  }
};

describe("a baker's cycles paid through the command line", function () {
  this.timeout(120_000);

  const pay = async (cycles: readonly number[], standIn?: StandIn): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), "taps-whole-"));
    const database = await freshDatabase();
    try {
      const paid = await payCycles(folder, cycles, {
        DATABASE_URL: database.url,
        ...(standIn && { EVENTSTORE_URL: standIn.url }),
      });
      const [transfers, log] = await Promise.all([
        transfersOf(paid.url, paid.payer),
        taps(paid.env, ["log", "read", `wallet-${paid.payer}`]),
        checkStatus(paid, cycles),
      ]);
      const paidFor = paidBy(transfers, log);
      for (const cycle of cycles) await checkCycle(paid, cycle, paidFor);
      await taps(paid.env, ["replay", "all", "--against-chain"]);
      if (!standIn)
        await checkPayingAgain(
          paid,
          0,
          transfers.map(({ target }) => target.address),
        );
      expect((await countPostgresEvents(database.url)) > 0n).to.equal(standIn === undefined);
    } finally {
      await killWhatRuns();
      await database.drop();
      await rm(folder, { recursive: true });
    }
  };

  it("pays every recorded delegator to the mutez, with the log in PostgreSQL", () => pay([0, 1]));

  it("pays every recorded delegator to the mutez, with the log in EventStoreDB", async () => {
    const standIn = await StandIn.start();
    try {
      await pay([0], standIn);
    } finally {
      await standIn.stop();
    }
  });
});
