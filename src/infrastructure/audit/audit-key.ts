// The key that signs checkpoints, made by whoever needs it first and then the same for all.
import { randomBytes } from "node:crypto";
import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type Pool } from "pg";
import { type Json } from "../../domain/digest.js";
import { type SigningKey, signingKey, signingKeyFrom, signingKeyText } from "../../domain/proof/note.js";
import { createDurably } from "../durable-file.js";
import { asking } from "../postgres/errors.js";

/** The key that is kept is not one, or another log's. */
export class BadAuditKey extends Error {
  override readonly name = "BadAuditKey";
}

const SEED_BYTES = 32;
const FILE = "audit.key";

export interface Sealing {
  seal(name: string, secret: string): Json;
  /** Throws if it was sealed with another key, or changed. */
  open(name: string, sealed: unknown): string;
}

const keyFrom = (name: string, text: string): SigningKey => {
  const key = signingKeyFrom(text);
  if (key?.name === name) return key;
  throw new BadAuditKey(`the audit key that is kept is not that of ${name}: put the right one back`);
};

const readFileKey = async (folder: string): Promise<string | undefined> => {
  try {
    return await readFile(join(folder, FILE), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
};

const fresh = (name: string): string => signingKeyText(signingKey(name, randomBytes(SEED_BYTES)));

/** What is to be done where no key is kept: make one, or do without. */
export interface Asked {
  readonly make: boolean;
}

/** The key of this log, in a file that its owner alone reads. Each machine has its own folder, and so its own key. */
export const auditKeyInFile = async (
  folder: string,
  name: string,
  { make }: Asked,
): Promise<SigningKey | undefined> => {
  const kept = await readFileKey(folder);
  if (kept !== undefined || !make) return kept === undefined ? undefined : keyFrom(name, kept);
  await createDurably(folder, FILE, fresh(name));
  return keyFrom(name, (await readFileKey(folder)) ?? "");
};

const LOAD = "SELECT record FROM ops.audit_key WHERE name = $1";
const KEEP = "INSERT INTO ops.audit_key (name, record) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

export interface SealedKeys {
  readonly pool: Pool;
  readonly vault: Sealing;
  /** Where the key was before anything was sealed. */
  readonly folder: () => Promise<string>;
}

/**
 * The key of this log, sealed as the wallet's is, in the database that all processes share. One that a file holds from
 * before anything was sealed is taken over, and the file removed.
 */
export const auditKeySealed = async (
  { pool, vault, folder }: SealedKeys,
  name: string,
  { make }: Asked,
): Promise<SigningKey | undefined> => {
  const place = `audit key ${name}`;
  const load = async (): Promise<SigningKey | undefined> => {
    const ask = () => pool.query<{ record: unknown }>(LOAD, [name]);
    const [row] = (await asking("PostgreSQL: audit key", ask)).rows;
    return row && keyFrom(name, vault.open(place, row.record));
  };
  const kept = await load();
  if (kept !== undefined) return kept;
  const here = await folder();
  const inFile = await auditKeyInFile(here, name, { make: false });
  if (!make) return inFile;
  const sealed = vault.seal(place, inFile === undefined ? fresh(name) : signingKeyText(inFile));
  await asking("PostgreSQL: audit key", () => pool.query(KEEP, [name, JSON.stringify(sealed)]));
  if (inFile !== undefined) await unlink(join(here, FILE));
  return load();
};
