// A PostgreSQL server of a test's own, that can be killed as power failures kill it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../../src/infrastructure/postgres/embedded.js";
import { identify, isRunning } from "../../../src/infrastructure/postgres/embedded/processes.js";
import { until } from "../until.js";

export class OwnPostgres {
  private constructor(
    private readonly folder: string,
    private server: EmbeddedPostgres,
  ) {}

  static async start(folder: string): Promise<OwnPostgres> {
    return new OwnPostgres(folder, await startEmbeddedPostgres({ dataDir: folder }));
  }

  get url(): string {
    return this.server.url;
  }

  /** SIGKILL; resolves when the postmaster is gone. Its backends go when they notice. */
  async kill(): Promise<void> {
    const [pid] = (await readFile(join(this.folder, "data/postmaster.pid"), "utf8")).split("\n");
    const postmaster = identify(Number(pid));
    if (postmaster === undefined) throw new Error("PostgreSQL does not run");
    process.kill(postmaster.pid, "SIGKILL");
    await until(() => !isRunning(postmaster));
  }

  /** Starts again with the same data, at the same address. */
  async restart(): Promise<void> {
    this.server = await startEmbeddedPostgres({ dataDir: this.folder });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
