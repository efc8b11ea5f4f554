import { randomUUID } from "node:crypto";
import { existsSync, fdatasyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Sum of data, metadata and type names of one append, in bytes. */
export const MAX_APPEND_SIZE = 1_048_576;
/** `$tb` of a stream's metadata after a soft delete: nothing before the next append can be read. */
const SOFT_DELETED = 9_223_372_036_854_775_807n;

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Logged extends Proposed {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  /** Milliseconds since 1970. */
  readonly created: number;
}

export type Expected = bigint | "no_stream" | "stream_exists" | "any";
export type Actual = bigint | "no_stream";

export type Outcome =
  /** Without a position: an empty append, which says success though nothing may exist. */
  | { readonly kind: "success"; readonly revision: Actual; readonly position?: bigint }
  | { readonly kind: "wrong-expected-version"; readonly actual: Actual }
  | { readonly kind: "stream-deleted" }
  | { readonly kind: "too-large" }
  /** The client's deadline was over when the server came to it. */
  | { readonly kind: "timed-out" };

interface Stream {
  readonly events: Logged[];
  /** Events before this revision are deleted. */
  truncateBefore: number;
  tombstoned: boolean;
}

/** One append on disk; bytes in base64. */
const line = z.object({
  stream: z.string(),
  created: z.number(),
  events: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      contentType: z.string(),
      data: z.base64(),
      metadata: z.base64(),
    }),
  ),
});
type Line = z.infer<typeof line>;

/**
 * The server's log: streams in memory, each append one line of a file. `append` decides and applies; nothing may
 * be answered or shown to a reader before `flush` has made it durable.
 */
export class Log {
  readonly all: Logged[] = [];
  private readonly streams = new Map<string, Stream>();
  private readonly file: number;
  private unwritten: string[] = [];
  private end = 0n;

  constructor(folder: string) {
    const path = join(folder, "log.jsonl");
    if (existsSync(path)) this.reload(path);
    this.file = openSync(path, "a");
    if (this.all.length === 0) this.append("$user-admin", "no_stream", [systemEvent("$UserCreated")]);
    this.flush();
  }

  append(name: string, expected: Expected, events: readonly Proposed[]): Outcome {
    const stream = this.streams.get(name);
    if (stream?.tombstoned) return { kind: "stream-deleted" };
    if (sizeOf(events) > MAX_APPEND_SIZE) return { kind: "too-large" };
    const outcome = this.check(stream, expected, events);
    if (outcome !== "append") return outcome;
    const appended: Line = { stream: name, created: Date.now(), events: events.map(encode) };
    this.unwritten.push(`${JSON.stringify(appended)}\n`);
    return this.write(name, appended.created, events);
  }

  /** Writes what was appended since the last flush, and waits for the disk. */
  flush(): void {
    if (this.unwritten.length === 0) return;
    writeSync(this.file, this.unwritten.join(""));
    fdatasyncSync(this.file);
    this.unwritten = [];
  }

  /** Soft delete: a `$tb` in the stream's metadata; the next append continues the numbering. */
  softDelete(name: string): void {
    const metadata = Buffer.from(`{"$tb":${SOFT_DELETED}}`);
    this.append(`$$${name}`, "any", [
      { ...systemEvent("$metadata"), data: metadata, contentType: "application/json" },
    ]);
  }

  /** Hard delete: the stream can never be read or written again. */
  tombstone(name: string): void {
    this.append(name, "any", [systemEvent("$streamDeleted")]);
  }

  /** What the server writes for itself: not in any stream of ours, but in the whole log. */
  appendSystemEvents(count: number): void {
    this.append(
      "$stats",
      "any",
      Array.from({ length: count }, () => systemEvent("$statsCollected")),
    );
  }

  isTombstoned(name: string): boolean {
    return this.streams.get(name)?.tombstoned ?? false;
  }

  /** Events of a stream that can be read, or undefined where there are none. */
  stream(name: string): readonly Logged[] | undefined {
    const stream = this.streams.get(name);
    if (stream === undefined || stream.events.length <= stream.truncateBefore) return undefined;
    return stream.truncateBefore === 0 ? stream.events : stream.events.slice(stream.truncateBefore);
  }

  /** Index in `all` of the first event at or after a position. */
  indexAt(position: bigint): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.all[middle]?.position ?? 0n) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private check(
    stream: Stream | undefined,
    expected: Expected,
    events: readonly Proposed[],
  ): Outcome | "append" {
    const head = (stream?.events.length ?? 0) - 1;
    const exists = head >= (stream?.truncateBefore ?? 0);
    const wrong: Outcome = { kind: "wrong-expected-version", actual: head < 0 ? "no_stream" : BigInt(head) };
    if (expected === "stream_exists" && !exists) return head < 0 ? wrong : { kind: "stream-deleted" };
    if (events.length === 0) return { kind: "success", revision: head < 0 ? "no_stream" : BigInt(head) };
    const place = placeOf(stream, expected, events, exists);
    if (place > head) return wrong;
    if (place === head) return "append";
    const last = stream?.events[place + events.length];
    if (last === undefined) return wrong;
    const repeated = events.every((event, i) => stream?.events[place + 1 + i]?.id === event.id);
    return repeated ? { kind: "success", revision: BigInt(last.revision), position: last.position } : wrong;
  }

  private write(name: string, created: number, events: readonly Proposed[]): Outcome {
    const stream = this.streams.get(name) ?? { events: [], truncateBefore: 0, tombstoned: false };
    this.streams.set(name, stream);
    for (const event of events) {
      // Positions are byte offsets of a log, so nobody may rely on them being dense.
      this.end += BigInt(96 + name.length + event.type.length + event.data.length + event.metadata.length);
      const logged = { ...event, stream: name, revision: stream.events.length, position: this.end, created };
      stream.events.push(logged);
      this.all.push(logged);
      if (event.type === "$streamDeleted") stream.tombstoned = true;
      if (event.type === "$metadata") this.applyMetadata(name.slice(2), event);
    }
    return { kind: "success", revision: BigInt(stream.events.length - 1), position: this.end };
  }

  private applyMetadata(name: string, event: Proposed): void {
    const stream = this.streams.get(name);
    if (stream !== undefined && Buffer.from(event.data).toString().includes(SOFT_DELETED.toString()))
      stream.truncateBefore = stream.events.length;
  }

  private reload(path: string): void {
    const text = readFileSync(path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    for (const text of whole.split("\n").filter((each) => each !== "")) {
      const { stream, created, events } = line.parse(JSON.parse(text));
      this.write(stream, created, events.map(decode));
    }
  }
}

/** The revision after which these events would stand. */
const placeOf = (
  stream: Stream | undefined,
  expected: Expected,
  events: readonly Proposed[],
  exists: boolean,
): number => {
  const head = (stream?.events.length ?? 0) - 1;
  if (typeof expected === "bigint") return Number(expected);
  if (expected === "no_stream") return exists ? -1 : head;
  const known = stream?.events.findIndex((event) => event.id === events[0]?.id) ?? -1;
  return known < 0 ? head : known - 1;
};

const sizeOf = (events: readonly Proposed[]): number =>
  events.reduce((sum, { type, data, metadata }) => sum + 2 * type.length + data.length + metadata.length, 0);

const systemEvent = (type: string): Proposed => ({
  id: randomUUID(),
  type,
  contentType: "application/octet-stream",
  data: new Uint8Array(),
  metadata: new Uint8Array(),
});

const encode = (event: Proposed): Line["events"][number] => ({
  id: event.id,
  type: event.type,
  contentType: event.contentType,
  data: Buffer.from(event.data).toString("base64"),
  metadata: Buffer.from(event.metadata).toString("base64"),
});

const decode = (event: Line["events"][number]): Proposed => ({
  ...event,
  data: Buffer.from(event.data, "base64"),
  metadata: Buffer.from(event.metadata, "base64"),
});
