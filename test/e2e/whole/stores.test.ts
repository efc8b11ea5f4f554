import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { z } from "zod";
import { StandIn } from "../../support/esdb/stand-in.js";
import { freshDatabase } from "../../support/postgres.js";
import { owed, paidFor, paymentsByOperation, transfersOf } from "../../support/whole/payments.js";
import { startSandboxProcess } from "../../support/whole/sandbox.js";
import { type Environment, killWhatRuns, Running, taps } from "../../support/whole/taps.js";

const BLOCK_TIME_MS = 80;
const CYCLES = ["0", "1"];

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

/** From an empty folder to two settled cycles, all through the command line; answers how it was set up. */
const payTwoCycles = async (folder: string, extra: Environment) => {
  const sandbox = await startSandboxProcess({ TAPS_DATA_DIR: join(folder, "sandbox") });
  const { url, baker, payer } = sandbox;
  const env: Environment = {
    TAPS_DATA_DIR: join(folder, "taps"),
    TEZOS_RPC_URL: url,
    TZKT_URL: url,
    BAKER: baker,
    START_CYCLE: "0",
    WALLET_ENCRYPTION_KEY: randomBytes(32).toString("hex"),
    WALLET_ENCRYPTION_IV: randomBytes(16).toString("hex"),
    ...extra,
  };
  await taps(env, ["wallet", "import"], sandbox.secretKey);
  await taps(env, ["mode", "on"]);
  const payingProcess = Running.start(env, ["start"]);
  await sandbox.pace(BLOCK_TIME_MS);
  await payingProcess.prints(/cycle 1 +SETTLED/);
  expect(await payingProcess.stop("SIGTERM")).to.equal(0);
  return { env, url, baker, payer };
};

describe("a baker's cycles paid through the command line", function () {
  this.timeout(60_000);

  const stores = {
    "the PostgreSQL log": { start: async () => undefined, logsInPostgres: true },
    EventStoreDB: { start: () => StandIn.start(), logsInPostgres: false },
  };
  for (const [name, { start, logsInPostgres }] of Object.entries(stores)) {
    it(`pays every recorded delegator to the mutez, with the log in ${name}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "taps-whole-"));
      const [database, standIn] = await Promise.all([freshDatabase(), start()]);
      try {
        const { env, url, baker, payer } = await payTwoCycles(folder, {
          DATABASE_URL: database.url,
          ...(standIn && { EVENTSTORE_URL: standIn.url }),
        });
        const transfers = await transfersOf(url, payer);
        const payments = paymentsByOperation(await taps(env, ["log", "read", `wallet-${payer}`]));
        for (const cycle of CYCLES) {
          const due = owed(await taps(env, ["cycle", "compute", cycle, "--baker", baker, "--json"]));
          expect(due).to.have.length(650);
          expect(paidFor(`payment-${baker}_${cycle}`, transfers, payments)).to.deep.equal(due);
          const sum = due.reduce((total, line) => total + BigInt(line.split(" ")[1] ?? ""), 0n).toString();
          const shown = shownCycle.parse(JSON.parse(await taps(env, ["cycle", "show", cycle, "--json"])));
          expect(shown).to.deep.equal({
            at: "settled",
            held: null,
            allocation: { distributed: sum },
            payout: { due: sum, obligations: due.length, paid: sum, carried: "0", held: "0" },
            heldObligations: [],
          });
        }
        const { unfinished, ...now } = shownStatus.parse(JSON.parse(await taps(env, ["status", "--json"])));
        expect(now).to.deep.equal({
          baker,
          registered: { firstCycle: 0 },
          payer,
          mode: "on",
          wallet: { adopted: true, stops: [] },
        });
        expect(unfinished.filter(({ cycle }) => cycle < CYCLES.length)).to.deep.equal([]);
        expect((await countPostgresEvents(database.url)) > 0n).to.equal(logsInPostgres);
      } finally {
        await killWhatRuns();
        await database.drop();
        await standIn?.stop();
        await rm(folder, { recursive: true });
      }
    });
  }
});
