// Tables of any length, for spreadsheets.
import { Readable } from "node:stream";
import { type Stringifier, stringify } from "csv-stringify";
import { type Reply, type TableRow } from "./route.js";

const textOf = (value: TableRow[number]): string => {
  if (value === null) return "";
  return value instanceof Date ? value.toISOString() : String(value);
};

async function* textsOf(rows: AsyncIterable<TableRow>): AsyncGenerator<readonly string[], void> {
  for await (const row of rows) yield row.map(textOf);
}

/** CSV by RFC 4180, with a line of names. A text that a spreadsheet would take for a formula is one no more. */
export const csvOf = ({ columns, rows }: NonNullable<Reply["table"]>): Stringifier => {
  const written = stringify({
    ...{ header: true, columns: [...columns], escape_formulas: true, record_delimiter: "windows" },
  });
  const texts = Readable.from(textsOf(rows), { objectMode: true });
  texts.on("error", (error) => written.destroy(error));
  written.on("close", () => texts.destroy());
  return texts.pipe(written);
};
