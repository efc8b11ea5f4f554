// Examines a log event by event: against itself, against its own checkpoints, and against those that were kept elsewhere.
import * as Audit from "../../domain/audit/audit.js";
import { leafHash, MerkleTree } from "../../domain/digest.js";
import { type Digest } from "../../domain/identifiers.js";
import { type Checkpoint, checkpointFrom } from "../../domain/proof/checkpoint.js";
import { leafForm } from "../../domain/proof/leaf.js";
import { type Tree } from "../../domain/proof/merkle.js";
import { checkNote, type VerifierKey } from "../../domain/proof/note.js";
import { type Before } from "../log/lines.js";
import { type EventReading } from "../ports/event-reading.js";
import { type RecordedEvent } from "../ports/event-store.js";
import { type Finding, Findings } from "./findings.js";
import { Streams } from "./streams.js";

/** A checkpoint that was kept elsewhere, believed as it is; `name` is for people. */
export interface KeptCheckpoint extends Tree {
  readonly name: string;
}

export interface Expectations {
  readonly reading: EventReading;
  /** One of them must have signed each of the log's own checkpoints; none: signatures are not looked at. */
  readonly keys?: readonly VerifierKey[];
  readonly kept?: readonly KeptCheckpoint[];
  /** What is left out in front. */
  readonly before?: Before | undefined;
}

export interface Verdict extends Tree {
  /** Of the log's own checkpoints, those that hold. */
  readonly ownCheckpoints: number;
  /** The one that covers most. */
  readonly newest: number;
  /** Of the checkpoints kept elsewhere, those that hold. */
  readonly keptCheckpoints: number;
  /** Nothing: no event before the last of these was changed, removed, inserted or moved. The first is to be looked at first. */
  readonly findings: readonly Finding[];
}

interface Marked {
  readonly root: Digest;
  readonly stream: string;
  readonly revision: number;
}

export class Verifier {
  private readonly tree: MerkleTree;
  private readonly streams: Streams;
  private readonly findings = new Findings();
  /** The tree as it was where checkpoints are made. */
  private readonly marks = new Map<number, Marked>();
  private readonly kept: KeptCheckpoint[];
  private own = 0;
  private newest = 0;
  private held = 0;
  /** So much is what a checkpoint says, as far as is known. */
  private sound: number;
  private isBroken = false;

  constructor(private readonly expectations: Expectations) {
    const { before, kept = [], reading } = expectations;
    this.tree = before ? MerkleTree.resume(before.size, before.peaks) : new MerkleTree();
    this.sound = this.tree.count;
    this.streams = new Streams(reading, this.tree.count === 0);
    this.kept = [...kept].sort((a, b) => a.size - b.size);
    this.compareKept();
  }

  /** How many events were looked at, those that are left out in front included. */
  get count(): number {
    return this.tree.count;
  }

  /** `form`: the leaf's bytes, where they are known. */
  add(event: RecordedEvent, form: string = leafForm(event)): void {
    const at = this.tree.count;
    const wrong = this.streams.add(event);
    if (wrong) this.findings.add({ ...wrong, from: at, to: at });
    if (event.type === "LogCheckpointed") this.compareOwn(event, at);
    const { stream, revision } = event;
    this.tree.addLeaf(leafHash(form));
    if (Audit.isDueAfter(event.type))
      this.marks.set(this.tree.count, { root: this.tree.root(), stream, revision });
    this.compareKept();
  }

  /** A line that no export writes stands where the next event should. */
  damaged(line: number): this {
    const at = this.tree.count;
    this.findings.add({
      what: "damaged-line",
      from: at,
      to: at,
      detail: `line ${line} is not as an export writes it`,
    });
    return this;
  }

  /** `closing`: what a file says of itself in its last line; "broken-off": it has none. */
  end(closing?: Tree | "broken-off"): Verdict {
    const { count } = this.tree;
    const root = this.tree.root();
    for (const { name, size } of this.kept)
      this.cut(size, `${name} covers ${size} events, and the log ends after ${count}`);
    if (closing === "broken-off") this.cut(count + 1, `the file breaks off after ${count} events`);
    else if (closing !== undefined && closing.size > count)
      this.cut(closing.size, `the file ends after ${count} of ${closing.size} events`);
    else if (closing !== undefined && (closing.size !== count || closing.root !== root))
      this.otherRoot(Math.max(count, 1), "the file's last line has another root or size");
    return {
      ...{ size: count, root, ownCheckpoints: this.own, newest: this.newest, keptCheckpoints: this.held },
      findings: this.findings.list(),
    };
  }

  private cut(size: number, detail: string): void {
    this.findings.add({ what: "cut", from: this.tree.count, to: size - 1, detail });
  }

  /** All that the tree has come to. */
  private compareKept(): void {
    for (let next = this.kept[0]; next !== undefined && next.size <= this.tree.count; next = this.kept[0]) {
      this.kept.shift();
      if (next.size < this.tree.count) continue; // of before what is left out in front
      if (this.tree.root() !== next.root) this.otherRoot(next.size, `${next.name} has another root`);
      else {
        this.held += 1;
        this.holds(next.size);
      }
    }
  }

  /** A checkpoint in the log, `at` this place: its parts, its signature, and what it covers. */
  private compareOwn(event: RecordedEvent, at: number): void {
    const data = this.checkpointOf(event);
    const noted = data && this.notedBy(data.signedNote);
    if (data !== undefined && data.size <= (this.expectations.before?.size ?? 0)) return;
    const mark = noted && this.marks.get(noted.size);
    const name = `checkpoint ${event.revision} of ${event.stream}`;
    if (data === undefined || noted === undefined || mark === undefined)
      this.badCheckpoint(name, this.sound, at);
    else if (!isWhole(event, data, noted, mark))
      this.badCheckpoint(name, mark.root === noted.root ? at : this.sound, at);
    else if (mark.root !== noted.root) this.otherRoot(noted.size, `${name} has another root`);
    else {
      this.own += 1;
      this.newest = Math.max(this.newest, noted.size);
      this.holds(noted.size);
    }
  }

  private badCheckpoint(name: string, from: number, at: number): void {
    const doubt = from === at ? "" : ", so what it covers is not known to be whole";
    const detail = `${name} is none that was made with the audit key${doubt}`;
    this.findings.add({ what: "bad-checkpoint", from: Math.min(from, at), to: at, detail });
  }

  private checkpointOf(event: RecordedEvent): Audit.Checkpointed | undefined {
    try {
      const decoded = this.expectations.reading.decode(event);
      return decoded.type === "LogCheckpointed" ? decoded.data : undefined;
    } catch {
      return undefined;
    }
  }

  /** What a note says, if it is signed by one of the keys. */
  private notedBy(signedNote: string): Checkpoint | undefined {
    const { keys = [] } = this.expectations;
    const signed = checkpointFrom(signedNote);
    const isSigned =
      keys.length === 0 || keys.some((key) => signed && checkNote(signed.note, key) === "signed");
    return isSigned ? signed?.checkpoint : undefined;
  }

  private holds(size: number): void {
    if (!this.isBroken) this.sound = Math.max(this.sound, size);
  }

  /** Only the first one tells where to look: all later ones cover the same. */
  private otherRoot(size: number, detail: string): void {
    if (this.isBroken) return;
    this.isBroken = true;
    this.findings.add({ what: "other-root", from: Math.min(this.sound, size - 1), to: size - 1, detail });
  }
}

/** Whether a checkpoint's parts say the same as its note, and where it was made. */
const isWhole = (
  { stream }: RecordedEvent,
  data: Audit.Checkpointed,
  { origin, size, root }: Checkpoint,
  mark: Marked,
): boolean => {
  const isOfLog = stream === `audit-${origin.split("/").at(-1)}`;
  const isOfPlace = mark.stream === data.last.stream && mark.revision === data.last.revision;
  return isOfLog && isOfPlace && size === data.size && root === data.root && rootOfPeaks(data) === root;
};

const rootOfPeaks = ({ size, peaks }: Audit.Checkpointed): Digest | undefined => {
  try {
    return MerkleTree.resume(size, peaks).root();
  } catch {
    return undefined;
  }
};
