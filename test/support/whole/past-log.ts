// A log of paid cycles in a database of its own, for the command line; and what nobody who runs TAPS may do to it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type RewardSource } from "../../../src/application/ports/reward-source.js";
import { asCycle, chainId } from "../../../src/domain/identifiers.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { writePast } from "../../bench/past.js";
import { freshDatabase } from "../postgres.js";
import { FINISHED, REPLY } from "../replies.js";
import { addressOf, policyOf } from "../rewards.js";
import { type Environment } from "./taps.js";

export const PAST_BAKER = addressOf(90);
const CHAIN = chainId.parse("NetXdQprcVkpaWU");

const source: RewardSource = {
  head: async () => ({ cycle: asCycle(99), level: FINISHED.headLevel, chainId: CHAIN }),
  split: async () => ({ pages: [JSON.stringify({ ...REPLY, cycle: 0 })], ...FINISHED }),
};

export interface PastLog {
  readonly env: Environment;
  /** Runs SQL against the log, which is guarded against that. */
  readonly tamper: (change: string) => Promise<void>;
  readonly drop: () => Promise<void>;
}

/** Of cycles 0 to `cycles` - 1, each paid. */
export const pastLog = async (cycles: number): Promise<PastLog> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-past-"));
  const database = await freshDatabase();
  const store = new PostgresLog({ url: database.url, applicationName: "test" });
  const paid = {
    baker: PAST_BAKER,
    payer: addressOf(91),
    chainId: CHAIN,
    blocksPerCycle: 4,
    policy: policyOf({}),
    source,
    identity: { systemIdentifier: "1", timeline: 1, databaseOid: 1 },
  };
  await writePast(new CodedEventLog(store), paid, cycles);
  await store.close();
  return {
    env: {
      DATABASE_URL: database.url,
      TAPS_DATA_DIR: folder,
      TEZOS_RPC_URL: "http://127.0.0.1:1",
      BAKER: PAST_BAKER,
    },
    tamper: async (change) => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        for (const statement of [
          "ALTER TABLE log.events DISABLE TRIGGER ALL",
          change,
          "ALTER TABLE log.events ENABLE TRIGGER ALL",
        ])
          await client.query(statement);
      } finally {
        await client.end();
      }
    },
    drop: async () => {
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
};
