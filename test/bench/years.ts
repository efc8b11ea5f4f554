// The log of one baker's years in a PostgreSQL of its own, for what reads it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pool } from "pg";
import { mutez } from "../../src/domain/money.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { installationIdentity } from "../../src/infrastructure/postgres/identity.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../src/infrastructure/system-clock.js";
import { TzktSource } from "../../src/infrastructure/tezos/tzkt.js";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/demo.js";
import { largeGenesis, SANDBOX_PAYER } from "../../src/sandbox/genesis.js";
import { type Genesis } from "../../src/sandbox/model/types.js";
import { policyOf } from "../support/rewards.js";
import { bakerOn, type Environment } from "../support/whole/taps.js";
import { print, say } from "./figure.js";
import { writePast } from "./past.js";

export interface Years {
  readonly cycles: number;
  readonly delegators: number;
  /** As `writePast` takes it. */
  readonly perOperation?: number;
}

/** Where the log of the years is. */
export interface WrittenYears {
  /** Of what is measured. */
  readonly name: string;
  readonly sandbox: RunningSandbox;
  /** For the program. */
  readonly env: Environment;
}

export const BLOCKS_PER_CYCLE = 4;

const isSmall = (n: number): boolean => n % 2 === 1;

/**
 * Every second delegator has so little that what it earns in all the cycles is below the minimum, and carried. The
 * wallet has paid the others in each cycle.
 */
export const genesisOf = ({ cycles, delegators }: Years): Genesis => {
  const genesis = largeGenesis(delegators, BLOCKS_PER_CYCLE);
  const paid = cycles * Math.ceil(delegators / 2);
  const accounts = genesis.accounts.map((account) =>
    account.address === SANDBOX_PAYER.address ? { ...account, counter: BigInt(paid) } : account,
  );
  const bakers = genesis.bakers.map((baker) => ({
    ...baker,
    delegators: baker.delegators.map(({ address, balance }, n) => ({
      address,
      balance: isSmall(n) ? mutez(balance / BigInt(100 * cycles)) : balance,
    })),
  }));
  return { ...genesis, accounts, bakers };
};

/** Above what a small delegator is carried in all, below what any other gets in one cycle, in mutez. */
const minimumPayout = ({ delegators }: Years): string =>
  (100_000_000n / (2n * BigInt(delegators))).toString();

/** Writes the log of a baker who paid so many cycles; the sandbox has its rewards. */
export const writeYears = async (
  years: Years,
  sandbox: RunningSandbox,
  url: string,
  pool: Pool,
): Promise<void> => {
  // While a large cycle is decided this process answers nobody for a while.
  const timeouts = { connect: 60_000, statement: 60_000 };
  const store = new PostgresLog({ url, applicationName: "bench", timeouts });
  const { perOperation } = years;
  try {
    const { baker, payer, chainId, tzktUrl } = sandbox;
    await writePast(
      new CodedEventLog(store),
      {
        baker,
        payer,
        chainId,
        blocksPerCycle: BLOCKS_PER_CYCLE,
        ...(perOperation === undefined ? {} : { perOperation }),
        policy: policyOf({ preset: "taps", minimumPayout: minimumPayout(years) }),
        source: new TzktSource({ baseUrl: tzktUrl, clock: systemClock }),
        identity: await installationIdentity(pool),
      },
      years.cycles,
    );
  } finally {
    await store.close();
  }
  await pool.query("VACUUM ANALYZE log.events");
};

const measureLog = async ({ cycles }: Years, name: string, pool: Pool): Promise<void> => {
  const { rows } = await pool.query<{ bytes: bigint; events: bigint }>(
    "SELECT pg_total_relation_size('log.events') AS bytes, count(*) AS events FROM log.events",
  );
  const { bytes = 0n, events = 0n } = rows[0] ?? {};
  say(`${name}: ${events} events`);
  print({ name: `${name}: log a cycle`, value: Math.round(Number(bytes) / cycles / 1_024), unit: "KiB" });
};

const writeAnd = async (
  years: Years,
  sandbox: RunningSandbox,
  folder: string,
  measure: (written: WrittenYears) => Promise<void>,
): Promise<void> => {
  const name = `${years.cycles} settled cycles of ${years.delegators} delegators`;
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const pool = createPool({ url: postgres.url, applicationName: "bench" });
  try {
    await migrate(postgres.url);
    say(`${name}: writing the log ...`);
    const began = performance.now();
    await writeYears(years, sandbox, postgres.url, pool);
    say(`${name}: written in ${Math.round((performance.now() - began) / 1_000)} s`);
    await measureLog(years, name, pool);
    const { rpcUrl, baker } = sandbox;
    const env = { DATABASE_URL: postgres.url, TAPS_DATA_DIR: folder, ...bakerOn(rpcUrl, baker) };
    await measure({ name, sandbox, env });
  } finally {
    await endPool(pool);
    await postgres.stop();
  }
};

/** Writes the log of so many settled cycles, and lets it be measured by what reads it. */
export const withYears = async (
  years: Years,
  measure: (written: WrittenYears) => Promise<void>,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const sandbox = await startSandbox({ blockTime: "manual", genesis: genesisOf(years) });
  try {
    // Into the cycle after the last one that was paid, whose blocks are final.
    while (sandbox.control.chain.head.level <= years.cycles * BLOCKS_PER_CYCLE) sandbox.control.bake();
    await writeAnd(years, sandbox, folder, measure);
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  }
};
