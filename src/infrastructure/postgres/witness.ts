import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { type Pool } from "pg";
import { z } from "zod";
import { type Witness, type WitnessRecord } from "../../application/ports/system.js";
import { asking } from "./errors.js";

const Record = z.object({ revision: z.number().int(), eventId: z.string() });

const WRITE = `
  INSERT INTO ops.witness (name, revision, event_id, written_at) VALUES ($1, $2, $3, clock_timestamp())
  ON CONFLICT (name) DO UPDATE SET
    revision = excluded.revision, event_id = excluded.event_id, written_at = excluded.written_at`;
const READ = `SELECT revision, event_id AS "eventId" FROM ops.witness WHERE name = $1`;

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Puts a file in place whole, and on the disk before it returns. */
const writeDurably = async (folder: string, name: string, text: string): Promise<void> => {
  const draft = join(folder, `${name}.${randomUUID()}`);
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, join(folder, name));
  await syncFolder(folder);
};

/** The record of a file; undefined if it is absent or damaged. */
const readFileRecord = async (path: string): Promise<WitnessRecord | undefined> => {
  try {
    return Record.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
};

export interface WitnessOptions {
  /** What is witnessed: the wallet's stream. */
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
    const { revision, eventId } = record;
    await asking("PostgreSQL: witness", () => this.pool.query(WRITE, [name, revision, eventId]));
    await mkdir(folder, { recursive: true });
    await writeDurably(folder, "witness", JSON.stringify({ revision, eventId }));
  }

  /** Throws `StoreUnavailable`: what the row says is known later. An absent or damaged file says nothing. */
  async read(): Promise<readonly WitnessRecord[]> {
    const { name, folder } = this.options;
    const { rows } = await asking("PostgreSQL: witness", () => this.pool.query<WitnessRecord>(READ, [name]));
    const file = await readFileRecord(join(folder, "witness"));
    return file ? [...rows, file] : rows;
  }
}
