// Exports of the log as files, compressed if their name ends in .gz.
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { type ReadLine } from "../application/audit/verify.js";

const isZipped = (path: string): boolean => path.endsWith(".gz");

const NEWLINE = 0x0a;
/** Lines written at once. */
const BATCH_BYTES = 64 * 1_024;
/** An event is at most 900 KiB, and each of its bytes becomes up to six in a line. */
const LONGEST_LINE = 8 * 1_024 * 1_024;

/** Joins lines to larger pieces: a call for each line would cost as much as the work. */
async function* joined(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let text = "";
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < BATCH_BYTES) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** Writes a file whole, or leaves what was there. */
export const writeLines = async (path: string, lines: AsyncIterable<string>): Promise<void> => {
  const draft = `${path}.part`;
  const file = createWriteStream(draft, { mode: 0o600, flush: true });
  try {
    await (isZipped(path) ? pipeline(joined(lines), createGzip(), file) : pipeline(joined(lines), file));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};

/** Writes to standard output, as fast as it is read; who reads it may go away. */
export const printLines = async (lines: AsyncIterable<string>): Promise<void> => {
  try {
    await pipeline(joined(lines), process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
};

/** Pieces of a file, and how much of it has been read. A compressed file that is damaged ends where it is. */
async function* pieces(path: string): AsyncGenerator<{ readonly piece: Buffer; readonly fraction: number }> {
  const { size } = await stat(path);
  let read = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      read += chunk.length;
      done(null, chunk);
    },
  });
  const file = createReadStream(path, { highWaterMark: 256 * 1_024 });
  const source: Readable = file.pipe(counting);
  file.on("error", (error) => counting.destroy(error));
  const content: Readable = isZipped(path) ? source.pipe(createGunzip()) : source;
  try {
    for await (const piece of content as AsyncIterable<Buffer>)
      yield { piece, fraction: read / Math.max(1, size) };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))) throw error;
  } finally {
    file.destroy();
  }
}

/** The lines of a file; one that is not ended is a line all the same. Memory does not grow with the file. */
export async function* readLines(path: string): AsyncGenerator<ReadLine> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const { piece, fraction } of pieces(path)) {
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      const line = piece.subarray(from, end);
      yield { text: (rest.length > 0 ? Buffer.concat([rest, line]) : line).toString("utf8"), fraction };
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    rest = Buffer.concat([rest, piece.subarray(from)]);
    if (rest.length > LONGEST_LINE) break;
  }
  if (rest.length > 0) yield { text: rest.toString("utf8"), fraction: 1 };
}
