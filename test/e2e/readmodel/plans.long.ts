import { expect } from "chai";
import type pg from "pg";
import { createPool, endPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { projections } from "../../../projections/all.js";
import { fillTables } from "../../support/million-rows.js";
import { type Asked, faultsOf, type Most, recording } from "../../support/plans.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { listsOf, singlesOf, type Subjects } from "../../support/read-queries.js";

const PAGE = 50;
const MOST = { rows: 500, blocks: 500 };
/** One delegator's payments of a thousand cycles, each in another block, found in an index and then read. */
const MOST_SORTED = { rows: 2_500, blocks: 5_000 };
/** These serve the engine: what became of a batch, and balances that have come to nothing. */
const NO_QUERYS = ["payment (batch_id, cycle)", "delegator_balances (baker, balance, delegator)"];

interface Statement extends Asked {
  readonly name: string;
  readonly most: Most;
}

class RolledBack extends Error {}

describe("queries on a million rows", function () {
  this.timeout(600_000);
  let database: TestDatabase;
  let pool: pg.Pool;
  let subjects: Subjects;
  const transact: Transact = (work) => transactIn(pool, work);

  before(async () => {
    database = await freshDatabase();
    const timeouts = { connect: 5_000, statement: 300_000 };
    pool = createPool({ url: database.url, applicationName: "test", timeouts });
    subjects = await fillTables(pool, transact);
  });
  after(async () => {
    await endPool(pool);
    await database.drop();
  });

  /** The statements that each query sends: first and second page, in both directions. */
  const statementsOf = async (): Promise<readonly Statement[]> => {
    const all: Statement[] = [];
    for (const { name, ask, sorts } of listsOf(subjects))
      for (const direction of ["ascending", "descending"] as const) {
        const asked: Asked[] = [];
        const listening: Transact = (work) => transact((session) => work(recording(session, asked)));
        const { next, rows } = (await ask(listening, { limit: PAGE, direction })).value;
        expect(rows, name).not.to.be.empty;
        if (next !== null) await ask(listening, { limit: PAGE, direction, after: next });
        const most = sorts ? MOST_SORTED : MOST;
        all.push(...asked.map((one) => ({ ...one, most, name: `${name}, ${direction}` })));
      }
    for (const { name, ask } of singlesOf(subjects)) {
      const asked: Asked[] = [];
      await ask((work) => transact((session) => work(recording(session, asked))));
      all.push(...asked.map((one) => ({ ...one, name, most: MOST })));
    }
    return all;
  };

  it("read no big table whole, and no more rows than they must", async () => {
    const faults: string[] = [];
    await transact(async (session) => {
      for (const asked of await statementsOf())
        for (const fault of await faultsOf(session, asked, asked.most))
          faults.push(`${asked.name}: ${fault}`);
    });
    expect(faults).to.deep.equal([]);
  });

  it("need every index that there is: without it one of them would", async () => {
    const asked = await statementsOf();
    const needless: string[] = [];
    for (const table of projections.flatMap(({ tables }) => tables)) {
      const ofTable = asked.filter(({ text }) => new RegExp(`read\\.${table.name}\\b`).test(text));
      if (ofTable.length === 0) continue;
      for (const index of table.indexes) {
        const columns = `(${("on" in index ? index.on : index).join(", ")})`;
        const found: string[] = [];
        await transact(async (session) => {
          const { rows } = await session.query(
            "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'read' AND tablename = $1 AND replace(indexdef, '\"', '') LIKE $2",
            [table.name, `%USING btree ${columns}%`],
          );
          const [{ name }] = rows as [{ name: string }];
          await session.query(`DROP INDEX read."${name}"`);
          for (const one of ofTable) found.push(...(await faultsOf(session, one, one.most)));
          throw new RolledBack();
        }).catch((error: unknown) => {
          if (!(error instanceof RolledBack)) throw error;
        });
        if (found.length === 0) needless.push(`${table.name} ${columns}`);
      }
    }
    expect(needless).to.deep.equal(NO_QUERYS);
  });
});
