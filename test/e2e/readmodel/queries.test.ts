import { expect } from "chai";
import fc from "fast-check";
import type pg from "pg";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type Position } from "../../../src/application/ports/event-store.js";
import { asCycle, operationHash } from "../../../src/domain/identifiers.js";
import * as Ledger from "../../../src/domain/ledger/ledger.js";
import { mutez } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { createPool, endPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { NotProjected } from "../../../src/application/read-side/answer.js";
import { addressPrefix } from "../../../src/application/read-side/delegators.js";
import { delegator, delegators } from "../../../src/readmodel/queries/delegators.js";
import { movements } from "../../../src/readmodel/queries/ledger.js";
import { BadCursor, type PageRequest, TooWide } from "../../../src/application/read-side/page.js";
import { type PaymentFilter, type PaymentRow } from "../../../src/application/read-side/payment.js";
import { payment, payments } from "../../../src/readmodel/queries/payment.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { projections } from "../../../projections/all.js";
import { ledgerProjection } from "../../../projections/ledger.js";
import { histories } from "../../support/history/histories.js";
import { addressOf, operationOf } from "../../support/identifiers.js";
import { BAKER, PAYER } from "../../support/payouts.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { type ListQuery, listsOf, singlesOf, type Subjects } from "../../support/read-queries.js";

const ALL = { limit: 500, direction: "ascending" } as const;
const refusal = (error: unknown) => error;

describe("queries of the read models", function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let pool: pg.Pool;
  let subjects: Subjects;
  let rows: readonly PaymentRow[];
  let head: bigint;
  const transact: Transact = (work) => transactIn(pool, work);

  before(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "test" });
    const [told] = fc.sample(histories(600), { numRuns: 1, seed: 8 });
    const events = told?.events ?? [];
    const last = events.at(-1);
    if (last === undefined) throw new Error("nothing happened");
    head = last.position;
    for (const projection of projections) {
      const store = new ProjectionStore(transact, projection);
      const changes = events.flatMap((event) => projection.apply(event));
      expect(await store.commit(await store.open("store-a"), last, changes)).to.equal(true);
    }
    rows = (await payments(transact, { ...ALL, sort: "cycle" })).value.rows;
    const paid = rows.find(
      (row) => row.result === "paid" && row.operationHash !== null && row.cycle !== null,
    );
    if (!paid?.operationHash || paid.cycle === null) throw new Error("nobody was paid");
    subjects = {
      baker: BAKER,
      payer: PAYER,
      cycle: paid.cycle,
      cycles: { from: asCycle(198), to: asCycle(199) },
      delegator: paid.delegator,
      passing: paid.delegator,
      prefix: addressPrefix.parse("tz1e"),
      operation: paid.operationHash,
      obligation: paid.obligation,
      payout: paid.payout,
      payment: Payment.cycleStream(BAKER, paid.cycle),
      actor: "cli:ann",
      subject: paid.delegator,
      verb: "adjusted a balance",
    };
  });
  after(async () => {
    await endPool(pool);
    await database.drop();
  });

  const comesInPages = async ({ name, ask }: ListQuery): Promise<void> => {
    const walked = async (request: PageRequest): Promise<readonly object[]> => {
      const { rows: shown, next } = (await ask(transact, request)).value;
      if (next === null) return shown;
      expect(shown, name).to.have.length(request.limit);
      return [...shown, ...(await walked({ ...request, after: next }))];
    };
    const whole = (await ask(transact, ALL)).value;
    expect(whole.next, name).to.equal(null);
    for (const limit of [1, 3]) {
      expect(await walked({ limit, direction: "ascending" }), name).to.deep.equal(whole.rows);
      const back = await walked({ limit, direction: "descending" });
      expect(back, name).to.deep.equal([...whole.rows].reverse());
    }
  };

  it("come a page at a time, each row once and in order, in both directions", async () => {
    for (const list of listsOf(subjects)) await comesInPages(list);
  });

  it("come so over any number of cycles in which nobody was owed anything", async () => {
    const cycles = [0, 97, 98, 300, 301, 302, 900, 2 ** 31 - 1];
    await pool.query(
      `INSERT INTO read.payment
       SELECT (jsonb_populate_record(p, jsonb_build_object('cycle', c, 'obligation', 'far/' || c))).*
         FROM read.payment AS p, unnest($2::int[]) AS c WHERE obligation = $1`,
      [subjects.obligation, cycles],
    );
    try {
      for (const list of listsOf(subjects)) if (list.table === "payment") await comesInPages(list);
      const all = (await payments(transact, { ...ALL, sort: "cycle" })).value.rows;
      expect(all).to.have.length(rows.length + cycles.length);
    } finally {
      await pool.query("DELETE FROM read.payment WHERE obligation LIKE 'far/%'");
    }
  });

  it("show every row of the tables that they list", async () => {
    const unfiltered = ["payments all, by cycle", "cycles", "payouts", "delegators by paid", "terms"];
    const others = ["balances by balance", "movements", "foreign operations", "activity", "bond cycles"];
    for (const { name, table, ask } of listsOf(subjects)) {
      if (![...unfiltered, ...others].includes(name)) continue;
      const planned = { payouts: "position", bond_pool_cycles: "planned_at" }[table];
      const condition = planned === undefined ? "" : `WHERE ${planned} IS NOT NULL`;
      const { rows: counted } = await pool.query(
        `SELECT count(*)::int AS n FROM read."${table}" ${condition}`,
      );
      expect([{ n: (await ask(transact, ALL)).value.rows.length }], name).to.deep.equal(counted);
    }
    const seen = rows.map(({ result, cycle }) => [result, cycle === null]);
    expect(seen).to.deep.include.members([
      ["paid", false],
      ["held", false],
      ["paid", true],
    ]);
  });

  it("filter payments as one would filter them all", async () => {
    const { from, to } = { from: asCycle(199), to: asCycle(200) };
    const filters: readonly PaymentFilter[] = [
      { cycles: { from, to } },
      { result: "held" },
      { result: "paid", cycles: { from, to } },
      { delegator: subjects.delegator },
      { delegator: subjects.delegator, result: "paid" },
      { operation: subjects.operation },
      { operation: operationHash.parse(operationOf("none")) },
    ];
    for (const filter of filters) {
      const { cycles, result, delegator: who, operation } = filter;
      const expected = rows.filter(
        (row) =>
          (!cycles || (row.cycle !== null && row.cycle >= cycles.from && row.cycle <= cycles.to)) &&
          (!result || row.result === result) &&
          (!who || row.delegator === who) &&
          (!operation || row.operationHash === operation),
      );
      const found = (await payments(transact, { ...ALL, ...filter, sort: "cycle" })).value.rows;
      expect(found, JSON.stringify(filter)).to.deep.equal(expected);
    }
    const ofOne = rows.filter((row) => row.delegator === subjects.delegator).map(({ due }) => due);
    const byDue = await payments(transact, { ...ALL, delegator: subjects.delegator, sort: "due" });
    expect(byDue.value.rows.map(({ due }) => due)).to.deep.equal(
      [...ofOne].sort((a, b) => (a < b ? -1 : Number(a > b))),
    );
  });

  it("find one thing by its name, each as its list shows it, and nothing by another's", async () => {
    for (const { name, ask } of singlesOf(subjects)) {
      expect((await ask(transact)).value, name).not.to.equal(undefined);
    }
    for (const row of rows) expect((await payment(transact, row.obligation)).value).to.deep.equal(row);
    const stranger = addressOf("a stranger");
    expect((await payment(transact, `${BAKER}_201/delegator:${stranger}`)).value).to.equal(undefined);
    for (const odd of ["", "/", "_", `${BAKER}_99999999999999/x`, "a-b/c"])
      expect((await payment(transact, odd)).value).to.equal(undefined);
    const others = { baker: stranger, payer: stranger, cycle: asCycle(5), delegator: stranger };
    const none = { ...subjects, ...others, obligation: "x", payout: "x", operation: operationOf("none") };
    for (const { name, ask } of singlesOf(none))
      if (name !== "bond pool") expect((await ask(transact)).value, name).to.equal(undefined);
  });

  it("find delegators by what their address begins with", async () => {
    const { value } = await delegators(transact, BAKER, { ...ALL, sort: "delegator" });
    const { rows: known } = await pool.query<{ delegator: string }>("SELECT delegator FROM read.delegators");
    expect(known).to.have.length.greaterThan(3);
    expect(value.rows.map(({ delegator: who }) => who)).to.deep.equal(
      known.map(({ delegator: who }) => who).sort(),
    );
    for (const { delegator: who } of value.rows) {
      const search = addressPrefix.parse(who.slice(0, 6));
      const found = await delegators(transact, BAKER, { ...ALL, sort: "delegator", search });
      const alike = value.rows.filter((row) => row.delegator.startsWith(search));
      expect(found.value.rows).to.deep.equal(alike);
      expect((await delegator(transact, BAKER, who)).value).to.deep.equal(
        alike.find((row) => row.delegator === who),
      );
    }
    expect(addressPrefix.safeParse("tz1'").success).to.equal(false);
  });

  it("refuse cursors of other lists, and lists that no index orders", async () => {
    const [first, second] = listsOf(subjects).filter(({ table }) => table === "rewards");
    const { next } = (await first?.ask(transact, { limit: 1, direction: "ascending" }))?.value ?? {
      next: null,
    };
    expect(next).to.be.a("string");
    const after = next ?? "";
    const wrong = [
      () => second?.ask(transact, { ...ALL, after }),
      () => first?.ask(transact, { ...ALL, direction: "descending", after }),
      () => first?.ask(transact, { ...ALL, after: "%%%" }),
      () => first?.ask(transact, { ...ALL, after: Buffer.from("{}").toString("base64url") }),
      () =>
        first?.ask(transact, {
          ...ALL,
          after: Buffer.from(after, "base64url").toString().replace("]}", ',"x"]}'),
        }),
    ];
    for (const ask of wrong) expect(await ask()?.catch(refusal)).to.be.instanceOf(BadCursor);
    const tooWide = [
      () => payments(transact, { ...ALL, sort: "due" }),
      () => payments(transact, { ...ALL, sort: "due", cycles: subjects.cycles }),
      () => delegators(transact, BAKER, { ...ALL, sort: "paid", search: subjects.prefix }),
    ];
    for (const ask of tooWide) expect(await ask().catch(refusal)).to.be.instanceOf(TooWide);
    for (const limit of [0, 501, 1.5])
      expect(await payments(transact, { ...ALL, limit, sort: "cycle" }).catch(refusal)).to.be.instanceOf(
        RangeError,
      );
  });

  it("say how far the read model has come, and whether it is held there", async () => {
    const asked = [
      ...listsOf(subjects).map(({ ask }) => ask(transact, ALL)),
      ...singlesOf(subjects).map(({ ask }) => ask(transact)),
    ];
    for (const { position, pinned } of await Promise.all(asked))
      expect({ position, pinned }).to.deep.equal({ position: head, pinned: false });
    await pool.query("UPDATE read.checkpoint SET pinned = true WHERE name = 'payment'");
    expect((await payments(transact, { ...ALL, sort: "cycle" })).pinned).to.equal(true);
    await pool.query("UPDATE read.checkpoint SET pinned = false WHERE name = 'payment'");
  });

  it("show what was taken to be settled, and what of it was returned", async () => {
    const { delegator: who } = subjects;
    const said = { delegator: who, number: 1, amount: mutez(5n), actor: "cli:ann" };
    const payment = Payment.settlementStream(BAKER, who, 1);
    const settled = { ...said, payment, recipient: who, reason: "it has left" };
    const events = [
      { type: "SettlementTaken" as const, data: settled },
      { type: "SettlementReturned" as const, data: said },
    ].map((event, n): LoggedEvent => {
      const position = (head + BigInt(n) + 1n) as Position;
      return {
        event,
        id: `settled ${n}`,
        stream: Ledger.stream(BAKER),
        revision: n,
        position,
        recordedAt: new Date(0),
      };
    });
    const [, last] = events;
    if (last === undefined) throw new Error("nothing happened");
    const store = new ProjectionStore(transact, ledgerProjection);
    const changes = events.flatMap((event) => ledgerProjection.apply(event));
    expect(await store.commit(await store.open("store-a"), last, changes)).to.equal(true);
    const { rows: moved } = (
      await movements(transact, BAKER, { limit: 2, direction: "descending", delegator: who })
    ).value;
    expect(moved.map(({ kind, amount }) => [kind, amount])).to.deep.equal([
      ["returned", 5n],
      ["settled", -5n],
    ]);
  });

  it("say that a read model is not there", async () => {
    const empty = await freshDatabase();
    const none = createPool({ url: empty.url, applicationName: "test" });
    const there: Transact = (work) => transactIn(none, work);
    try {
      const asked = [() => payments(there, { ...ALL, sort: "cycle" }), () => delegator(there, BAKER, PAYER)];
      for (const ask of asked) expect(await ask().catch(refusal)).to.be.instanceOf(NotProjected);
    } finally {
      await endPool(none);
      await empty.drop();
    }
  });
});
