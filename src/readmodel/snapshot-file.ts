// One file with a projection's rows as they were at a position: a head that says what is in it, then the rows, packed.
import { createHash } from "node:crypto";
import { type FileHandle, open, stat } from "node:fs/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import { appliedPlace, asPosition } from "./checkpoint.js";
import { type Bytes } from "./database.js";

const table = z.object({
  table: z.string(),
  digest: z.string(),
  bytes: z.number().int(),
  /** What its partitions begin with. */
  partitions: z.array(z.number().int()),
});

const manifest = z.object({
  projection: z.string(),
  version: z.number().int(),
  /** Of the tables' columns and keys. */
  layout: z.string(),
  storeId: z.string(),
  position: z.string().transform(asPosition),
  last: appliedPlace,
  settled: z.string().transform(asPosition).nullable(),
  /** Of all rows of all tables. */
  digest: z.string(),
  tables: z.array(table),
  /** Of the rows as they are packed in the file. */
  packedBytes: z.number().int(),
});

export type Manifest = z.infer<typeof manifest>;

/** A file is not what it should be; the message names the file and what is wrong. */
export class UnusableSnapshot extends Error {
  override readonly name = "UnusableSnapshot";
  constructor(
    readonly file: string,
    readonly problem: "damaged" | "truncated" | "other-version" | "other-store" | "not-of-this-log",
    detail: string,
  ) {
    super(`snapshot ${file} is ${WORDS[problem]}: ${detail}`);
  }
}

const WORDS = {
  damaged: "damaged",
  truncated: "cut short",
  "other-version": "of another version",
  "other-store": "of another event store",
  "not-of-this-log": "not of this log",
} as const;

const MAGIC = "taps-snapshot-1";
/** The head has a fixed length: it is written when the rows have been, and stands before them. */
const HEAD_BYTES = 16_384;
const FASTEST = 1;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const headOf = (content: Manifest): Buffer => {
  const json = JSON.stringify({
    ...content,
    position: String(content.position),
    settled: content.settled === null ? null : String(content.settled),
  });
  const line = `${MAGIC} ${sha256(json)} ${json}`;
  if (Buffer.byteLength(line) >= HEAD_BYTES) throw new Error("too many tables for a snapshot's head");
  return Buffer.from(`${line.padEnd(HEAD_BYTES - 1 - (Buffer.byteLength(line) - line.length))}\n`);
};

/** The same rows at the same place give the same id. */
export const snapshotId = (content: Manifest): string =>
  `${content.projection}-${content.position}-${sha256(headOf(content).toString()).slice(0, 8)}`;

/** Writes rows as they come; `end` says what they were, and the file is on the disk when that resolves. */
export const writeSnapshot = async (
  path: string,
  rows: Bytes,
  end: () => Omit<Manifest, "packedBytes">,
): Promise<Manifest> => {
  const file = await open(path, "wx", 0o600);
  try {
    const packedBytes = await pack(file, rows);
    const content = { ...end(), packedBytes };
    await file.write(headOf(content), 0, HEAD_BYTES, 0);
    await file.sync();
    return content;
  } finally {
    await file.close();
  }
};

const pack = async (file: FileHandle, rows: Bytes): Promise<number> => {
  let at = HEAD_BYTES;
  const gzip = createGzip({ level: FASTEST });
  const feeding = feed(gzip, rows);
  try {
    for await (const chunk of gzip) {
      const bytes = chunk as Buffer;
      await file.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    }
  } finally {
    gzip.destroy();
    await feeding;
  }
  return at - HEAD_BYTES;
};

/** Into a stream; what goes wrong with the rows goes wrong with the stream. */
const feed = async (stream: ReturnType<typeof createGzip>, rows: Bytes): Promise<void> => {
  try {
    for await (const chunk of rows) {
      if (stream.destroyed) continue; // nobody reads it any more; the rows' own source has to come to its end
      if (!stream.write(chunk)) await drained(stream);
    }
    stream.end();
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
  }
};

const drained = (stream: ReturnType<typeof createGzip>): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.on("drain", done).on("close", done);
  });

/** What a file says it has. Throws `UnusableSnapshot`. */
export const readManifest = async (path: string, name: string): Promise<Manifest> => {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    if (bytesRead < HEAD_BYTES) throw new UnusableSnapshot(name, "truncated", "it ends within its head");
    const [magic, checksum = "", ...rest] = buffer.toString("utf8").trimEnd().split(" ");
    const json = rest.join(" ");
    if (magic !== MAGIC || sha256(json) !== checksum)
      throw new UnusableSnapshot(name, "damaged", "its head is not what was written");
    const content = manifest.parse(JSON.parse(json));
    const { size } = await stat(path);
    const expected = HEAD_BYTES + content.packedBytes;
    if (size < expected)
      throw new UnusableSnapshot(name, "truncated", `${size} bytes of ${expected} are there`);
    if (size > expected) throw new UnusableSnapshot(name, "damaged", `${size} bytes in place of ${expected}`);
    return content;
  } finally {
    await file.close();
  }
};

/** The rows of a file, to be taken a table after the other. Throws `UnusableSnapshot`. */
export class SnapshotRows {
  private rest: Uint8Array = new Uint8Array();
  private readonly chunks: AsyncIterator<Uint8Array, unknown>;

  private constructor(
    private readonly name: string,
    private readonly close: () => Promise<void>,
    packed: AsyncIterable<Uint8Array, unknown>,
  ) {
    this.chunks = packed[Symbol.asyncIterator]();
  }

  static async open(path: string, name: string): Promise<SnapshotRows> {
    const file = await open(path, "r");
    const source = file.createReadStream({ start: HEAD_BYTES, autoClose: false });
    const gunzip = createGunzip();
    source.on("error", (error) => gunzip.destroy(error));
    gunzip.on("error", () => undefined); // who takes rows is told
    const close = async () => {
      source.destroy();
      gunzip.destroy();
      await file.close();
    };
    return new SnapshotRows(name, close, source.pipe(gunzip));
  }

  /** So many bytes: those of the next table. */
  async *take(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      if (this.rest.length === 0) this.rest = await this.next();
      const chunk = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }

  async end(): Promise<void> {
    await this.close();
  }

  private async next(): Promise<Uint8Array> {
    try {
      const item = await this.chunks.next();
      if (item.done !== true) return item.value;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UnusableSnapshot(this.name, "damaged", reason);
    }
    throw new UnusableSnapshot(this.name, "truncated", "it has fewer rows than its head says");
  }
}
