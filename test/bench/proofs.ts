// How long it takes to examine, export and prove a log of a million events, and what memory that takes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Verdict } from "../../src/application/audit/verifier.js";
import { verifyExport, verifyStore } from "../../src/application/audit/verify.js";
import { exportLog } from "../../src/application/log/export.js";
import { lineOf } from "../../src/application/log/lines.js";
import { type OnProgress } from "../../src/application/log/progress.js";
import { type EventStore } from "../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { eventReading } from "../../src/infrastructure/eventstore/codec.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { readLines, writeLines } from "../../src/infrastructure/log-file.js";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { installationIdentity } from "../../src/infrastructure/postgres/identity.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../src/infrastructure/system-clock.js";
import { TzktSource } from "../../src/infrastructure/tezos/tzkt.js";
import { type Cycle, type TzAddress } from "../../src/domain/identifiers.js";
import { startSandbox } from "../../src/sandbox/demo.js";
import { largeGenesis } from "../../src/sandbox/genesis.js";
import { addressOf, policyOf } from "../support/rewards.js";
import { print, say } from "./figure.js";
import { writePast } from "./past.js";

/** What is decided for one baker costs more with each cycle that it has: a million events are those of several. */
const BAKERS = 10;
const DELEGATORS = 4;
const BLOCKS_PER_CYCLE = 4;
const MILLION = 1_000_000;
const MIB = 1024 * 1024;

/** Cycles of each baker that were paid long ago, by the domain's own decisions. */
const write = async (store: EventStore, url: string, folder: string, cycles: number): Promise<void> => {
  const genesis = largeGenesis(DELEGATORS, BLOCKS_PER_CYCLE);
  const sandbox = await startSandbox({ dir: join(folder, "chain"), blockTime: 60_000, genesis });
  const pool = createPool({ url, applicationName: "bench" });
  try {
    for (let blocks = 0; blocks < 2 * BLOCKS_PER_CYCLE; blocks += 1) sandbox.control.bake();
    const source = new TzktSource({ baseUrl: sandbox.tzktUrl, clock: systemClock });
    const paid = {
      chainId: sandbox.chainId,
      blocksPerCycle: BLOCKS_PER_CYCLE,
      policy: policyOf({ preset: "taps" }),
      source: {
        head: () => source.head(),
        split: (_: TzAddress, cycle: Cycle) => source.split(sandbox.baker, cycle),
      },
      identity: await installationIdentity(pool),
    };
    const log = new CodedEventLog(store);
    for (let n = 0; n < BAKERS; n += 1)
      await writePast(log, { ...paid, baker: addressOf(n), payer: addressOf(BAKERS + n) }, cycles);
    await pool.query("VACUUM ANALYZE log.events");
  } finally {
    await endPool(pool);
    await sandbox.stop();
  }
};

/** Seconds that it takes, and by how many MiB the process grows after a tenth of it. */
const measure = async (work: (onProgress: OnProgress) => Promise<Verdict | undefined>) => {
  let early = 0;
  let most = 0;
  let looked = 0;
  const start = performance.now();
  const verdict = await work(({ fraction }) => {
    if ((looked += 1) % 5_000 !== 0) return;
    const { rss } = process.memoryUsage();
    if (fraction < 0.1) early = Math.max(early, rss);
    most = Math.max(most, rss);
  });
  if (verdict && verdict.findings.length > 0) throw new Error(JSON.stringify(verdict.findings));
  return { seconds: (performance.now() - start) / 1_000, grown: Math.max(0, most - early) / MIB, verdict };
};

const round = (value: number): number => Math.round(value * 10) / 10;

export const benchProofs = async (cycles: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const store = new PostgresLog({ url: postgres.url, applicationName: "bench" });
  try {
    await migrate(postgres.url);
    say(`writing ${BAKERS} times ${cycles} cycles ...`);
    await write(store, postgres.url, folder, cycles);
    const expectations = { reading: eventReading };
    const tell = async (name: string, work: Parameters<typeof measure>[0]): Promise<void> => {
      say(`${name} ...`);
      const { seconds, grown } = await measure(work);
      const value = round((seconds * MILLION) / events);
      print({ name, value, unit: `s for a million events (of ${events})`, aim: { below: 30 } });
      print({
        name: `${name}: memory beyond that of the first tenth`,
        value: round(grown),
        unit: "MiB",
        aim: { below: 100 },
      });
    };
    const events = Number(await store.head()) + 1;
    await tell("proofs: verify the log in PostgreSQL", (onProgress) =>
      verifyStore(store, expectations, onProgress),
    );
    const path = join(folder, "log.ndjson");
    await tell("proofs: export the log", async (onProgress) => {
      const lines = async function* () {
        for await (const line of exportLog(store, { onProgress })) yield lineOf(line);
      };
      await writeLines(path, lines());
      return undefined;
    });
    await tell("proofs: verify an export", (onProgress) =>
      verifyExport(readLines(path), expectations, onProgress),
    );
  } finally {
    await store.close();
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
};
