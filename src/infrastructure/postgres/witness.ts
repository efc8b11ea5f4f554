import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Pool } from "pg";
import { z } from "zod";
import { StoreUnavailable } from "../../application/ports/event-store.js";
import { type Witness, type WitnessRecord } from "../../application/ports/system.js";
import { tzAddress } from "../../domain/identifiers.js";
import { writeDurably } from "../durable-file.js";
import { asking } from "./errors.js";

const Record = z.object({
  payer: tzAddress.nullable().default(null),
  revision: z.number().int(),
  eventId: z.string(),
});

const WRITE = `
  INSERT INTO ops.witness (name, payer, revision, event_id, written_at) VALUES ($1, $2, $3, $4, clock_timestamp())
  ON CONFLICT (name) DO UPDATE SET
    payer = excluded.payer, revision = excluded.revision, event_id = excluded.event_id, written_at = excluded.written_at`;
const READ = `SELECT payer, revision, event_id AS "eventId" FROM ops.witness WHERE name = $1`;

const readIfPresent = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    if ("code" in cause && cause.code === "ENOENT") return undefined;
    throw new StoreUnavailable(`witness: ${cause.message}`, { cause });
  }
};

/**
 * The record of a file; undefined only if there is none. Of a restored file system it may be all the evidence: one
 * that cannot be read, or is damaged (no crash of ours leaves one so), is not passed over.
 */
const readFileRecord = async (path: string): Promise<WitnessRecord | undefined> => {
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  try {
    return Record.parse(JSON.parse(text));
  } catch (cause) {
    const advice = "find out why, for it may tell of a restored log; then remove it";
    throw new StoreUnavailable(`witness: ${path} is damaged: ${advice}`, { cause });
  }
};

export interface WitnessOptions {
  /** Of the row. */
  readonly name: string;
  /** Folder of the file `witness`. */
  readonly folder: string;
}

/** The witness of PAYMENT section 8: a row of `ops.witness` and a file, so that one may outlive the other. */
export class DurableWitness implements Witness {
  constructor(
    private readonly pool: Pool,
    private readonly options: WitnessOptions,
  ) {}

  /** Returns once both copies are durable. */
  async write(record: WitnessRecord): Promise<void> {
    const { name, folder } = this.options;
    const { payer, revision, eventId } = record;
    await asking("PostgreSQL: witness", () => this.pool.query(WRITE, [name, payer, revision, eventId]));
    await mkdir(folder, { recursive: true });
    await writeDurably(folder, "witness", JSON.stringify({ payer, revision, eventId }));
  }

  /** Throws `StoreUnavailable` if one of them cannot be read, or is damaged. An absent file says nothing. */
  async read(): Promise<readonly WitnessRecord[]> {
    const { name, folder } = this.options;
    const { rows } = await asking("PostgreSQL: witness", () => this.pool.query<WitnessRecord>(READ, [name]));
    const file = await readFileRecord(join(folder, "witness"));
    return file ? [...rows, file] : rows;
  }
}
