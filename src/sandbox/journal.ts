import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { chainRecord, genesisSchema } from "./model/serial.js";
import { type ChainRecord, type Genesis } from "./model/types.js";

const GENESIS = "genesis.json";
const BLOCKS = "blocks.jsonl";
const LOCK = "lock";

/** Whether a folder holds a chain. */
export const chainExists = (dir: string): boolean => existsSync(join(dir, GENESIS));

/** Another process keeps this chain. */
export class ChainInUse extends Error {
  override readonly name = "ChainInUse";
  constructor(
    readonly dir: string,
    readonly pid: number,
  ) {
    super(`process ${pid} keeps the chain in ${dir} (if it does not, remove ${join(dir, LOCK)})`);
  }
}

/** Where a chain is kept. */
export interface ChainStore {
  readonly genesis: Genesis;
  /** The steps kept so far, first to last. */
  records(): Iterable<ChainRecord>;
  /** Keeps a step; it is there for good once this returns. */
  append(record: ChainRecord): void;
  close(): void;
}

/** A chain that is gone with its process. */
export const inMemory = (genesis: Genesis): ChainStore => ({
  genesis,
  records: () => [],
  append: () => undefined,
  close: () => undefined,
});

/**
 * A chain on disk: its genesis, and one line of JSON for each step. A step is on disk before `append` returns; a
 * last line cut short by a crash was never announced, and is taken off.
 */
export class Journal implements ChainStore {
  private constructor(
    private readonly dir: string,
    private readonly file: number,
    readonly genesis: Genesis,
  ) {}

  /** Opens the chain in a folder, or begins one there. Throws `ChainInUse`. */
  static open(dir: string, genesis: Genesis): Journal {
    mkdirSync(dir, { recursive: true });
    lock(dir);
    if (!chainExists(dir)) begin(dir, genesis);
    const kept = genesisSchema.parse(JSON.parse(readFileSync(join(dir, GENESIS), "utf8")));
    const file = openSync(join(dir, BLOCKS), "a+");
    fsyncDirectory(dir);
    const bytes = readFileSync(join(dir, BLOCKS));
    const whole = bytes.lastIndexOf("\n") + 1;
    if (whole < bytes.length) ftruncateSync(file, whole);
    return new Journal(dir, file, kept);
  }

  *records(): Iterable<ChainRecord> {
    const bytes = readFileSync(join(this.dir, BLOCKS));
    let from = 0;
    for (let end = bytes.indexOf("\n"); end >= 0; end = bytes.indexOf("\n", from)) {
      yield chainRecord.parse(JSON.parse(bytes.toString("utf8", from, end)));
      from = end + 1;
    }
  }

  append(record: ChainRecord): void {
    appendFileSync(this.file, `${JSON.stringify(z.encode(chainRecord, record))}\n`);
    fsyncSync(this.file);
  }

  close(): void {
    closeSync(this.file);
    rmSync(join(this.dir, LOCK), { force: true });
  }
}

const fsyncDirectory = (dir: string): void => {
  const handle = openSync(dir, "r");
  fsyncSync(handle);
  closeSync(handle);
};

const begin = (dir: string, genesis: Genesis): void => {
  const draft = join(dir, `${GENESIS}.new`);
  writeFileSync(draft, JSON.stringify(z.encode(genesisSchema, genesis)), { flush: true });
  renameSync(draft, join(dir, GENESIS));
  fsyncDirectory(dir);
};

/** Takes the folder for this process; the lock of one that no longer runs is taken over. */
const lock = (dir: string): void => {
  const path = join(dir, LOCK);
  const holder = existsSync(path) ? Number(readFileSync(path, "utf8")) : undefined;
  if (holder !== undefined && holder !== process.pid && isRunning(holder)) throw new ChainInUse(dir, holder);
  writeFileSync(path, String(process.pid));
};

const isRunning = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};
