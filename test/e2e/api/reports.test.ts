// Tables over HTTP, against the lists that they are made of.
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { table, type TableRow } from "../../../src/api/route.js";
import { reportRoutes } from "../../../src/api/resources/reports.js";
import { type Role, ROLES } from "../../../src/application/ports/accounts.js";
import { until } from "../../support/until.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";

describe("reports", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  before(async () => {
    served = await serveHistory();
  });
  after(async () => {
    expect(served.reports).to.deep.equal([]);
    await served.close();
  });

  const ask = (path: string, role: Role | "nobody" = "viewer") =>
    fetch(`http://127.0.0.1:${served.port}/api/v1${path}`, {
      headers: { authorization: `Bearer ${served.tokens[role]}` },
    });
  const rowsOf = async (path: string): Promise<readonly Record<string, string>[]> => {
    const response = await ask(path);
    expect([response.status, response.headers.get("content-type")]).to.deep.equal([
      200,
      "text/csv; charset=utf-8",
    ]);
    return parse(await response.text(), { columns: true });
  };
  const listed = async (query: string) => {
    const { rows } = (await (await ask(`/payments?order=ascending&limit=200&${query}`)).json()) as {
      rows: readonly Record<string, string | number | null>[];
    };
    return rows;
  };

  it("hold each payment of their cycles once, with every figure", async () => {
    const range = "fromCycle=0&toCycle=999999";
    const rows = await rowsOf(`/reports/payments.csv?${range}`);
    const expected = (await listed(range)).map((row) => [row["obligation"], row["due"], row["result"]]);
    expect(
      rows.slice(0, expected.length).map((row) => [row["obligation"], row["due_mutez"], row["result"]]),
    ).to.deep.equal(expected);
    expect(new Set(rows.map((row) => row["obligation"])).size)
      .to.equal(rows.length)
      .and.above(0);
  });

  it("state what one delegator was paid in a year, and nothing else", async () => {
    const who = served.samples["delegator"] ?? "";
    const paid = await listed(`delegator=${who}&result=paid`);
    const years = new Set(paid.map(({ settledAt }) => new Date(String(settledAt)).getUTCFullYear()));
    let count = 0;
    for (const year of years) {
      const rows = await rowsOf(`/reports/statement/${who}.csv?year=${year}`);
      for (const row of rows)
        expect([row["delegator"], row["result"], row["settled_at"]?.slice(0, 4)]).to.deep.equal([
          who,
          "paid",
          `${year}`,
        ]);
      count += rows.length;
    }
    expect(count).to.equal(paid.length).and.above(0);
    expect(await rowsOf(`/reports/statement/${who}.csv?year=2019`)).to.deep.equal([]);
  });

  it("are for who may read, and say what is wrong before a line is written", async () => {
    const samples: Record<string, string> = { ...served.samples };
    for (const { path, query } of reportRoutes) {
      const at = path.replace(/\{(\w+)\}/g, (_, name: string) => samples[name] ?? "");
      const asked = Object.keys(query.shape)
        .map((name) => `${name}=2024`)
        .join("&");
      for (const role of ROLES) expect((await ask(`${at}?${asked}`, role)).status, path).to.equal(200);
      expect((await ask(`${at}?${asked}`, "nobody")).status, path).to.equal(401);
      const wrong = await ask(`${at}?${asked.replaceAll("2024", "x")}`);
      expect([wrong.status, wrong.headers.get("content-type")]).to.deep.equal([
        400,
        "application/problem+json; charset=utf-8",
      ]);
    }
  });

  it("end when nobody takes them any more, which is no failure", async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<TableRow, void> {
      try {
        for (let n = 0; ; n += 1) yield [n];
      } finally {
        ended = true;
      }
    }
    const route = table({
      ...{
        id: "endless",
        path: "/endless",
        tag: "reports",
        summary: "Rows without an end",
        access: "public",
      },
      ...{ params: z.object({}), query: z.object({}), columns: ["n"], rows: () => endless() },
    });
    const api = await served.serve([route]);
    const asking = request({ port: api.port, host: "127.0.0.1", path: "/api/v1/endless" }).end();
    const [response] = (await once(asking, "response")) as [IncomingMessage];
    await once(response, "data");
    expect(ended).to.equal(false);
    response.destroy();
    await until(() => ended);
    await api.close();
  });
});
