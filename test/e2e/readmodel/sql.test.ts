import { expect } from "chai";
import fc from "fast-check";
import type pg from "pg";
import { streamName } from "../../../src/domain/identifiers.js";
import { createPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type AppliedEvent } from "../../../src/readmodel/checkpoint.js";
import {
  as,
  bigint,
  type Change,
  copy,
  defineTable,
  highest,
  instant,
  integer,
  json,
  lowest,
  minus,
  move,
  nullable,
  oneOfFrom,
  patch,
  type Projection,
  remove,
  text,
  total,
  upsert,
} from "../../../src/readmodel/projection.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { MemoryTables, readTables } from "../../support/fold.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { type Position } from "../../../src/application/ports/event-store.js";

const columns = {
  id: text,
  place: nullable(integer),
  state: oneOfFrom("new", "old"),
  amount: nullable(bigint),
  notes: nullable(json),
  seen: nullable(instant),
  sum: total,
  first: lowest(integer),
  last: highest(instant),
};
const split = defineTable("split", columns, {
  key: ["id", "place"],
  indexes: [["state"]],
  partition: { column: "place", width: 10 },
});
const sums = defineTable(
  "sums",
  { id: text, sum: total, rows: total, first: lowest(integer), seen: highest(instant) },
  { key: ["id"] },
);
const whole = defineTable("whole", { ...columns, extra: nullable(text) }, { key: ["id"] });

const key = { id: fc.constantFrom("a", "b'", "c"), place: fc.constantFrom(null, 0, 9, 10, 35) };
const instants = fc.constantFrom(null, new Date(0), new Date("2026-02-03T04:05:06.789Z"));
const values = fc.record(
  {
    state: fc.constantFrom("new" as const, "old" as const),
    amount: fc.constantFrom(null, 0n, -5n, 2n ** 62n),
    notes: fc.constantFrom(null, "text", 7, { "a\\b": ['"', "{}", null] }, []),
    seen: instants,
    sum: fc.constantFrom(0n, 5n, -7n),
    first: fc.constantFrom(null, 1, -2),
    last: instants,
  },
  { requiredKeys: [] },
);
const match = fc.record(
  { id: key.id, place: key.place, state: fc.constantFrom("new" as const, "old" as const) },
  { requiredKeys: [] },
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.record(key), values).map(([row, set]) => upsert(split, { ...row, ...set })),
  fc.tuple(fc.record(key), values).map(([row, set]) => upsert(whole, { ...row, ...set })),
  fc.tuple(fc.record(key), values).map(([row, set]) => patch(split, row, set)),
  fc.tuple(key.id, values).map(([id, set]) => patch(whole, { id }, { ...set, extra: "x" })),
  fc.tuple(match, values).map(([where, set]) => patch(split, where, { state: "old", ...set })),
  match.map((where) => remove(whole, where)),
  fc.record(key).map((row) => remove(split, row)),
  fc
    .tuple(match, key.place)
    .map(([where, place]) => move(whole, split, { ...where, place }, { state: "new" })),
  match.map((where) => copy(split, sums, where, { rows: 1n }, [minus("sum", "sum"), as("place", "first")])),
  fc
    .tuple(match, key.place)
    .map(([where, place]) =>
      copy(whole, split, { ...where, place }, { sum: 1n }, [minus("amount", "amount")]),
    ),
);

describe("the engine's SQL", () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "test" });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  const eventAt = (position: bigint): AppliedEvent => ({
    position: position as Position,
    stream: streamName("any", 1),
    revision: 0,
    id: "any",
    recordedAt: new Date(0),
  });

  it("leaves the rows that the changes leave in memory, however they are cut into batches", async () => {
    let version = 0;
    const batches = fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, async (cut) => {
        version += 1;
        const tables = [split, whole, sums];
        const projection: Projection = { name: "any", version, tables, apply: () => [] };
        const store = new ProjectionStore((work) => transactIn(pool, work), projection);
        const memory = new MemoryTables(projection.tables);
        let checkpoint = await store.open("store-a");
        for (const changes of cut) {
          for (const one of changes) memory.apply(one);
          const { position } = eventAt(checkpoint.position + 1n);
          expect(await store.commit(checkpoint, eventAt(position), changes)).to.equal(true);
          checkpoint = { ...checkpoint, position };
        }
        expect(await readTables(pool, projection)).to.deep.equal(memory.snapshot());
      }),
      { numRuns: 60 },
    );
  });

  it("puts rows into a partition a range, and those without a value into the default one", async () => {
    const projection: Projection = { name: "parts", version: 1, tables: [split], apply: () => [] };
    await pool.query("DROP TABLE IF EXISTS read.split");
    const store = new ProjectionStore((work) => transactIn(pool, work), projection);
    const rows = [null, 0, 9, 10, 35].map((place) => upsert(split, { id: "a", place }));
    expect(await store.commit(await store.open("store-a"), eventAt(1n), rows)).to.equal(true);
    const found = await pool.query(
      "SELECT tableoid::regclass::text AS part, place FROM read.split ORDER BY 2",
    );
    expect(found.rows).to.deep.equal([
      { part: "split_e1_0", place: 0 },
      { part: "split_e1_0", place: 9 },
      { part: "split_e1_10", place: 10 },
      { part: "split_e1_30", place: 35 },
      { part: "split_e1_default", place: null },
    ]);
  });
});
