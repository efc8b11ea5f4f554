// Lists that the log has in chunks, up to what closes them.
import { type Address, type Digest } from "../../domain/identifiers.js";
import { type LoggedEvent } from "../ports/event-log.js";
import { type Findings } from "./findings.js";

export interface RowAt<Row> {
  readonly row: Row;
  /** The chunk that holds it. */
  readonly at: LoggedEvent;
  readonly attempt: Digest;
}

type OfDelegator = { readonly delegator: Address };

/** The rows of one stream that no event has closed yet. Two attempts are never mixed. */
export class ListInWriting<Row extends OfDelegator> {
  private attempt: Digest | undefined;
  private rows: RowAt<Row>[] = [];

  add(attempt: Digest, rows: readonly Row[], at: LoggedEvent): void {
    if (attempt !== this.attempt) this.rows = [];
    this.attempt = attempt;
    for (const row of rows) this.rows.push({ row, at, attempt });
  }

  /** What is written; the next list begins empty. */
  close(): readonly RowAt<Row>[] {
    const { rows } = this;
    this.attempt = undefined;
    this.rows = [];
    return rows;
  }
}

/** Holds each row against what it should be; a list of another length is one difference. */
export const compareRows = <Row extends OfDelegator>(
  findings: Findings,
  what: string,
  list: {
    readonly attempt: Digest;
    readonly expected: readonly Row[];
    readonly found: readonly RowAt<Row>[];
    readonly closing: LoggedEvent;
  },
): void => {
  const { attempt, expected, found, closing } = list;
  const [first] = found;
  if (first && first.attempt !== attempt)
    findings.differ(`${what}s: attempt`, attempt, first.attempt, first.at);
  if (found.length !== expected.length)
    return findings.differ(`${what}s`, expected.length, found.length, closing);
  expected.forEach((row, i) => {
    const is = found[i];
    if (is) findings.sameFields(what, row, is.row, is.at, row.delegator);
  });
};
