// How soon a payer that is started on a log of years knows what to do, and how large such a log is.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/demo.js";
import { bakerOn, type Environment, Running } from "../support/whole/taps.js";
import { print, say } from "./figure.js";
import { BLOCKS_PER_CYCLE, genesisOf, type Years, writeYears } from "./years.js";

const RUNS = 3;

export interface Restart extends Years {
  /** Seconds. */
  readonly aim: number;
}

/** From the program's start until it says for the first time what it waits for, in seconds. */
const timeToDecision = async (env: Environment): Promise<number> => {
  const start = performance.now();
  const payer = Running.start({ ...env, TAPS_ROLES: "worker", LOG_LEVEL: "debug" }, ["start"]);
  try {
    const [, reason] = await payer.logs(/"waiting":\{"reason":"([^"]+)"/);
    if (reason !== "nothing-to-pay") throw new Error(`the payer waits: ${reason}`);
    return (performance.now() - start) / 1_000;
  } finally {
    await payer.stop("SIGTERM");
  }
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const measure = async (years: Restart, sandbox: RunningSandbox, folder: string): Promise<void> => {
  const { cycles, delegators, aim } = years;
  const name = `${cycles} settled cycles of ${delegators} delegators`;
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const pool = createPool({ url: postgres.url, applicationName: "bench" });
  try {
    await migrate(postgres.url);
    say(`${name}: writing the log ...`);
    const began = performance.now();
    await writeYears(years, sandbox, postgres.url, pool);
    const { rows } = await pool.query<{ bytes: bigint; events: bigint }>(
      "SELECT pg_total_relation_size('log.events') AS bytes, count(*) AS events FROM log.events",
    );
    const { bytes = 0n, events = 0n } = rows[0] ?? {};
    say(`${name}: ${events} events in ${Math.round((performance.now() - began) / 1_000)} s`);
    print({ name: `${name}: log a cycle`, value: Math.round(Number(bytes) / cycles / 1_024), unit: "KiB" });
    const env = {
      DATABASE_URL: postgres.url,
      TAPS_DATA_DIR: folder,
      ...bakerOn(sandbox.rpcUrl, sandbox.baker),
    };
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      sandbox.control.bake();
      times.push(await timeToDecision(env));
    }
    say(`${name}: ${times.map((seconds) => seconds.toFixed(2)).join(", ")} s`);
    const value = Math.round(median(times) * 100) / 100;
    print({ name: `${name}: restart to first decision`, value, unit: "s", aim: { below: aim } });
  } finally {
    await endPool(pool);
    await postgres.stop();
  }
};

export const benchRestart = async (years: Restart): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const sandbox = await startSandbox({ blockTime: "manual", genesis: genesisOf(years) });
  try {
    // Into the cycle after the last one that was paid, whose blocks are final.
    while (sandbox.control.chain.head.level <= years.cycles * BLOCKS_PER_CYCLE) sandbox.control.bake();
    await measure(years, sandbox, folder);
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  }
};
