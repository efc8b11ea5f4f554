// What an examination of the log has found to be wrong.

/** Leaves of the log by number, from 0: the first wrong one is among `from` to `to`, both included. */
export interface Finding {
  readonly what:
    /** Not a line that an export writes. */
    | "damaged-line"
    /** The stream goes on behind an event that is not there. */
    | "missing"
    /** Its revision stands in the stream already. */
    | "out-of-place"
    /** Its id is not that of its place and content. */
    | "changed"
    /** A checkpoint's own parts do not fit each other, or its signature is not the key's. */
    | "bad-checkpoint"
    /** What a checkpoint covers does not have its root. */
    | "other-root"
    /** Less is there than a checkpoint, or the file's own end, covers. */
    | "cut";
  readonly from: number;
  readonly to: number;
  readonly detail: string;
}

/** Findings after which nothing new is learnt. */
const MOST = 20;

/** Keeps the findings whose first possible place is the earliest; what is found exactly goes before what is not. */
export class Findings {
  private readonly found: Finding[] = [];

  add(finding: Finding): void {
    this.found.push(finding);
    this.found.sort((a, b) => a.to - b.to || b.from - a.from);
    this.found.length = Math.min(this.found.length, MOST);
  }

  list(): readonly Finding[] {
    return this.found;
  }
}
