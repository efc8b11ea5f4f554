import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { type Pool } from "pg";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { START } from "../../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { createPool, endPool } from "../../../src/infrastructure/postgres/pool.js";
import { projections } from "../../../projections/all.js";
import { startSandbox } from "../../../src/sandbox/demo.js";
import { largeGenesis } from "../../../src/sandbox/genesis.js";
import { type Genesis } from "../../../src/sandbox/model/types.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { emptyDatabase } from "../../support/postgres.js";
import { until } from "../../support/until.js";
import { owed, transfersOf } from "../../support/whole/payments.js";
import { processesWith } from "../../support/whole/processes.js";
import { bakerOn, type Environment, killWhatRuns, Running, taps } from "../../support/whole/taps.js";

const DELEGATORS = 500;
const ROUNDS = 10;
const SEED = 20_261_123;
const BLOCK_TIME_MS = 200;
/** One cycle only is paid: the next one ends long after. */
const BLOCKS_PER_CYCLE = 4_000;
/** Room for two dozen transfers a batch: more batches, more moments to die at. */
const GAS_PER_BLOCK = 100_000n;

const genesis = (): Genesis => {
  const { rules, ...rest } = largeGenesis(DELEGATORS, BLOCKS_PER_CYCLE);
  const limits = { hardGasLimitPerBlock: GAS_PER_BLOCK, hardGasLimitPerOperation: GAS_PER_BLOCK };
  return { ...rest, rules: { ...rules, constants: { ...rules.constants, ...limits } } };
};

/** Who is killed, and after how many more events. */
const rounds = fc.sample(
  fc.record({
    events: fc.noBias(fc.integer({ min: 3, max: 9 })),
    victims: fc.subarray([0, 1, 2], { minLength: 1 }),
  }),
  { seed: SEED, numRuns: ROUNDS },
);

const follow = async (log: CodedEventLog, events: LoggedEvent[], signal: AbortSignal): Promise<void> => {
  for await (const message of log.subscribeAll({ after: START, signal })) {
    if (message.kind === "event") events.push(message.event);
  }
};

const hasSettled = (events: readonly LoggedEvent[]): boolean =>
  events.some(({ event }) => event.type === "CycleSettled");

const countProjected = async (pool: Pool, position: bigint): Promise<number> => {
  const { rowCount } = await pool.query("SELECT FROM read.checkpoint WHERE position >= $1", [position]);
  return rowCount ?? 0;
};

describe("three replicas on one database, killed again and again", function () {
  this.timeout(600_000);

  it(`pays ${DELEGATORS} delegators once each, and keeps the read models equal to the log (seed ${SEED})`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "taps-replicas-"));
    const sandbox = await startSandbox({ genesis: genesis(), blockTime: "manual" });
    const database = await emptyDatabase();
    const { rpcUrl: url, baker, payer } = sandbox;
    const envOf = (replica: number): Environment => ({
      ...settings,
      TAPS_DATA_DIR: join(folder, String(replica)),
    });
    const settings: Environment = { DATABASE_URL: database.url, ...bakerOn(url, baker) };
    await taps(envOf(0), ["wallet", "import"], sandbox.payerSecretKey);
    await taps(envOf(0), ["mode", "on"]);

    const pool = createPool({ url: database.url, applicationName: "test" });
    const store = new PostgresLog({ url: database.url, applicationName: "test" });
    const events: LoggedEvent[] = [];
    const following = new AbortController();
    const followed = follow(new CodedEventLog(store), events, following.signal);
    try {
      const replicas = [0, 1, 2].map((replica) => Running.start(envOf(replica), ["start"]));
      sandbox.control.setBlockTime(BLOCK_TIME_MS);
      for (const round of rounds) {
        const goal = events.length + round.events;
        await until(() => events.length >= goal);
        expect(hasSettled(events), "settled before the last kill").to.equal(false);
        for (const victim of round.victims) {
          expect(replicas[victim]?.hasEnded).to.equal(false);
          expect(await replicas[victim]?.stop("SIGKILL")).to.equal(null);
        }
        // The lease of whoever died runs out now rather than in 10 s; if it was another's, two leaders compete.
        await pool.query("UPDATE ops.lease SET expires_at = clock_timestamp()");
        for (const victim of round.victims) replicas[victim] = Running.start(envOf(victim), ["start"]);
      }
      await until(() => hasSettled(events));
      sandbox.control.setBlockTime("manual");
      await until(async () => (await countProjected(pool, await store.head())) === projections.length);
      for (const replica of replicas) expect(await replica.stop("SIGTERM")).to.equal(0);

      const due = owed(await taps(envOf(0), ["cycle", "compute", "0", "--baker", baker, "--json"]));
      expect(due).to.have.length(DELEGATORS);
      const transfers = await transfersOf(url, payer);
      expect(transfers.map(({ target, amount }) => `${target.address} ${amount}`).sort()).to.deep.equal(due);
      expect(events.filter(({ event }) => event.type === "TermStarted")).to.have.length.above(1);
      for (const projection of projections) {
        expect(await readTables(pool, projection), projection.name).to.deep.equal(
          foldProjection(projection, events),
        );
      }
      expect(await processesWith(folder)).to.deep.equal([]);
    } finally {
      await killWhatRuns();
      following.abort();
      await followed;
      await store.close();
      await endPool(pool);
      await database.drop();
      await sandbox.stop();
      await rm(folder, { recursive: true });
    }
  });
});
