import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import {
  type ReadPayoutRecords,
  type RecordedRow,
  type RecordsOptions,
  UnreadableRecords,
} from "../../application/ports/payout-records.js";
import { digest } from "../../domain/identifiers.js";
import { type RecordFormat, recordFormat } from "../../domain/ledger/ledger.js";
import { FORMATS } from "./formats.js";

/** Larger than any row of these formats: what has no end is no CSV. */
const MOST_CHARACTERS_A_ROW = 100_000;

const headerOf = (format: RecordFormat): string => FORMATS[format].columns.join(",");

const fits = (header: readonly string[], format: RecordFormat): boolean => {
  const { columns } = FORMATS[format];
  // Nothing else in a plain CSV: a column that is not understood may change what is owed.
  if (format === "csv" && header.length !== columns.length) return false;
  return columns.every((column) => header.filter((name) => name === column).length === 1);
};

const formatOf = (header: readonly string[], asked: RecordFormat | undefined): RecordFormat => {
  const found = recordFormat.options.find((format) => fits(header, format));
  if (found !== undefined && (asked === undefined || asked === found)) return found;
  const known = asked === undefined ? recordFormat.options : [asked];
  const wanted = known.map((format) => `${format}: ${headerOf(format)}`).join("\n");
  throw new UnreadableRecords(
    `its header (${header.join(",")}) has not once each of these columns:\n${wanted}`,
  );
};

interface Rows {
  readonly format: RecordFormat;
  readonly read: (row: readonly string[]) => RecordedRow;
}

/** The cycle that a file is named after. */
const cycleNamed = (path: string): string | undefined => /^(\d{1,7})\.csv$/.exec(basename(path))?.[1];

const rowsUnder = (
  firstRow: readonly string[],
  named: string | undefined,
  { format: asked, baker }: RecordsOptions,
): Rows => {
  const header = firstRow.map((name) => name.toLowerCase());
  const format = formatOf(header, asked);
  const { bakerColumn, read } = FORMATS[format];
  return {
    format,
    read: (row) => {
      if (row.length !== header.length)
        return { says: "bad", problem: `${row.length} columns, and the header has ${header.length}` };
      const fields = (column: string): string => row[header.indexOf(column)] ?? "";
      return bakerColumn === undefined || fields(bakerColumn) === baker
        ? read(fields, named)
        : { says: "bad", problem: `it is of the baker ${fields(bakerColumn)}` };
    },
  };
};

interface Parsed {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/** See the port. One pass: the digest is of the very bytes that were read. */
export const readPayoutRecords: ReadPayoutRecords = async (path, options, onRow) => {
  const hash = createHash("sha256");
  let rows: Rows | undefined;
  try {
    await pipeline(
      createReadStream(path),
      async function* (bytes: AsyncIterable<Buffer>) {
        for await (const chunk of bytes) {
          hash.update(chunk);
          yield chunk;
        }
      },
      parse({
        bom: true,
        info: true,
        trim: true,
        relax_column_count: true,
        skip_empty_lines: true,
        max_record_size: MOST_CHARACTERS_A_ROW,
      }),
      async (parsed: AsyncIterable<Parsed>) => {
        for await (const { info, record } of parsed) {
          if (rows === undefined) rows = rowsUnder(record, cycleNamed(path), options);
          else onRow(rows.read(record), info.lines);
        }
      },
    );
  } catch (error) {
    throw explained(path, error);
  }
  if (rows === undefined) throw new UnreadableRecords(`cannot read ${path}: it is empty`);
  return { format: rows.format, digest: digest.parse(hash.digest("hex")) };
};

const isOfTheFile = (error: unknown): error is Error =>
  error instanceof UnreadableRecords ||
  error instanceof CsvError ||
  (error instanceof Error && "syscall" in error);

const explained = (path: string, error: unknown): unknown =>
  isOfTheFile(error)
    ? new UnreadableRecords(`cannot read ${path}: ${error.message}`, { cause: error })
    : error;
