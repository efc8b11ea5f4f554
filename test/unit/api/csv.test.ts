import { text } from "node:stream/consumers";
import { expect } from "chai";
import { csvOf } from "../../../src/api/csv.js";
import { type TableRow } from "../../../src/api/route.js";

async function* listed(...rows: readonly TableRow[]): AsyncGenerator<TableRow, void> {
  yield* rows;
}

describe("tables as CSV", () => {
  it("hold exact amounts, times in UTC, and nothing for what is not there", async () => {
    const rows = listed([9_007_199_254_740_993n, new Date(0), null, 7]);
    expect(await text(csvOf({ columns: ["amount", "at", "none", "level"], rows }))).to.equal(
      "amount,at,none,level\r\n9007199254740993,1970-01-01T00:00:00.000Z,,7\r\n",
    );
  });

  it("quote what would end a field or a line, and take formulas for texts", async () => {
    const rows = listed(['a,"b"', "c\r\nd"], ["=1+1", "@SUM(A1)"], ["+1", "\t=2"], ["-1", "tz1"]);
    expect(await text(csvOf({ columns: ["one", "two"], rows }))).to.equal(
      'one,two\r\n"a,""b""","c\r\nd"\r\n\'=1+1,\'@SUM(A1)\r\n\'+1,\'\t=2\r\n\'-1,tz1\r\n',
    );
  });

  it("break off with what their rows break off with", async () => {
    async function* broken(): AsyncGenerator<TableRow, void> {
      yield ["one"];
      throw new Error("gone");
    }
    const ended = await text(csvOf({ columns: ["one"], rows: broken() })).then(
      () => "whole",
      (error: unknown) => String(error),
    );
    expect(ended).to.equal("Error: gone");
  });
});
