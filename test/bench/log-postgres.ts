import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { migrate } from "../../src/infrastructure/postgres/migrate.js";
import { benchLog } from "./log.js";

const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
const postgres = await startEmbeddedPostgres({ dataDir: folder });
try {
  await migrate(postgres.url);
  const store = new PostgresLog({ url: postgres.url, applicationName: "bench" });
  await benchLog("postgres", store);
  await store.close();
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true });
}
