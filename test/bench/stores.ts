import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventStoreDbStore } from "../../src/infrastructure/eventstore/eventstoredb.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { StandIn } from "../support/esdb/stand-in.js";
import { benchLog } from "./log.js";

export const benchPostgresLog = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  try {
    await migrate(postgres.url);
    const store = new PostgresLog({ url: postgres.url, applicationName: "bench" });
    await benchLog("PostgreSQL log", store, { singles: { atLeast: 1_500 }, batched: { atLeast: 20_000 } });
    await store.close();
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
};

/** On the stand-in, whose speed says little of a server's, unless EVENTSTORE_TEST_URL names one. */
export const benchEventStoreDb = async (): Promise<void> => {
  const named = process.env["EVENTSTORE_TEST_URL"];
  const standIn = named === undefined ? await StandIn.start() : undefined;
  const store = new EventStoreDbStore({ url: named ?? standIn?.url ?? "" });
  try {
    await benchLog(named === undefined ? "EventStoreDB adapter on its stand-in" : "EventStoreDB", store);
  } finally {
    await store.close();
    await standIn?.stop();
  }
};
