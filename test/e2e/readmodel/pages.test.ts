import { expect } from "chai";
import fc from "fast-check";
import type pg from "pg";
import { projections } from "../../../projections/all.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { asCycle } from "../../../src/domain/identifiers.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { createPool, endPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { addressPrefix } from "../../../src/application/read-side/delegators.js";
import { type PageRequest } from "../../../src/application/read-side/page.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { histories } from "../../support/history/histories.js";
import { addressOf, operationOf } from "../../support/identifiers.js";
import { BAKER, PAYER } from "../../support/payouts.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { type ListQuery, listsOf, type Subjects } from "../../support/read-queries.js";

/** What lists are asked about: somebody and something from the middle of a history. */
const subjectsIn = (events: readonly LoggedEvent[]): Subjects => {
  const planned = events.flatMap(({ event, stream }) => {
    const cycle = Payment.cycleOfStream(stream);
    return event.type === "ObligationsAdded" && cycle !== undefined
      ? event.data.rows.map(({ delegator, id }) => ({ cycle, stream, delegator, id }))
      : [];
  });
  const signed = events.flatMap(({ event }) => (event.type === "OperationSigned" ? [event.data.hash] : []));
  const middle = <T>(list: readonly T[]): T | undefined => list[Math.floor(list.length / 2)];
  const {
    cycle = asCycle(199),
    stream = Payment.cycleStream(BAKER, asCycle(199)),
    delegator = addressOf("nobody"),
    id = "",
  } = middle(planned) ?? {};
  return {
    baker: BAKER,
    payer: PAYER,
    cycle,
    cycles: { from: asCycle(cycle - 1), to: cycle },
    delegator,
    passing: delegator,
    prefix: addressPrefix.parse(delegator.slice(0, 4)),
    operation: middle(signed) ?? operationOf("none"),
    obligation: `${stream}/${id}`,
    payout: stream,
    payment: stream,
    actor: "cli:ann",
    subject: delegator,
    verb: "adjusted a balance",
  };
};

const written = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? each.toString() : each));

/** What a row is ordered by; two moments' rows with the same one are the same row in the same place. */
const placeOf = ({ order }: ListQuery, row: object): string => {
  const values = new Map<string, unknown>(Object.entries(row));
  return written(order.map((name) => values.get(name)));
};

/** One walk through a list while events arrive. */
class Walk {
  /** Places of the rows that it was shown. */
  private readonly seen = new Set<string>();
  /** Places that were taken from the walk's beginning on. */
  private standing: Set<string> | undefined;
  private now: ReadonlyMap<string, object> = new Map();
  private next: PageRequest | undefined;
  /** How often a row came, left or changed its place while it went on. */
  changes = 0;

  constructor(
    private readonly list: ListQuery,
    private readonly transact: Transact,
    private readonly request: PageRequest,
  ) {
    this.next = request;
  }

  get isDone(): boolean {
    return this.next === undefined;
  }

  /** Looks at the whole list as it is now. */
  async look(): Promise<void> {
    const { list, transact, standing } = this;
    const rows: object[] = [];
    let after: string | undefined;
    do {
      const page = (await list.ask(transact, { limit: 500, direction: this.request.direction, after })).value;
      rows.push(...page.rows);
      after = page.next ?? undefined;
    } while (after !== undefined);
    const before = this.now;
    this.now = new Map(rows.map((row) => [placeOf(list, row), row]));
    expect(this.now.size, list.name).to.equal(rows.length);
    if (standing === undefined) this.standing = new Set(this.now.keys());
    else {
      for (const place of before.keys()) if (!this.now.has(place)) this.changes += 1;
      for (const place of this.now.keys()) if (!before.has(place)) this.changes += 1;
      for (const place of standing) if (!this.now.has(place)) standing.delete(place);
    }
  }

  /** Asks for the next page, whose rows are those of this moment, none of them shown before in this place. */
  async step(): Promise<void> {
    const { list, next } = this;
    if (next === undefined) return;
    const page = (await list.ask(this.transact, next)).value;
    for (const row of page.rows) {
      const place = placeOf(list, row);
      expect(written(row), list.name).to.equal(written(this.now.get(place)));
      expect(this.seen.has(place), `${list.name} shows ${place} twice`).to.equal(false);
      this.seen.add(place);
    }
    this.next = page.next === null ? undefined : { ...this.request, after: page.next };
  }

  /** Each row that stood in its place all the while was shown; answers how many did. */
  check(): number {
    const standing = [...(this.standing ?? [])];
    expect(
      standing.filter((place) => !this.seen.has(place)),
      this.list.name,
    ).to.deep.equal([]);
    return standing.length;
  }
}

describe("lists that are walked through while events arrive", function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let pool: pg.Pool;
  let made = 0;
  const transact: Transact = (work) => transactIn(pool, work);

  before(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "test" });
  });
  after(async () => {
    await endPool(pool);
    await database.drop();
  });

  /** Read models that are made anew, and brought on part by part. */
  const projecting = async () => {
    made += 1;
    const opened = await Promise.all(
      projections.map(async (projection) => {
        const store = new ProjectionStore(transact, projection);
        return { projection, store, checkpoint: await store.open(`store-${made}`) };
      }),
    );
    let position = opened[0]?.checkpoint.position;
    return async (events: readonly LoggedEvent[]): Promise<void> => {
      const last = events.at(-1);
      if (last === undefined || position === undefined) return;
      for (const { projection, store, checkpoint } of opened) {
        const changes = events.flatMap((event) => projection.apply(event));
        expect(await store.commit({ ...checkpoint, position }, last, changes)).to.equal(true);
      }
      ({ position } = last);
    };
  };

  it("show each row that stays in its place exactly once", async () => {
    let changes = 0;
    let shown = 0;
    const walking = fc.record({
      begins: fc.integer({ min: 20, max: 70 }),
      limits: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 7 }),
      arriving: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 7 }),
      upwards: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(histories(300), walking, async ({ events }, { begins, limits, arriving, upwards }) => {
        const apply = await projecting();
        let next = Math.floor((events.length * begins) / 100);
        await apply(events.slice(0, next));
        const walks = listsOf(subjectsIn(events)).map((list, n) => {
          const direction = (n % 2 === 0) === upwards ? "ascending" : "descending";
          return new Walk(list, transact, { limit: limits[n % limits.length] ?? 1, direction });
        });
        for (let round = 0; walks.some(({ isDone }) => !isDone); round += 1) {
          for (const walk of walks) {
            if (walk.isDone) continue;
            await walk.look();
            await walk.step();
          }
          const size = arriving[round % arriving.length] ?? 1;
          await apply(events.slice(next, next + size));
          next += size;
        }
        for (const walk of walks) {
          shown += walk.check();
          changes += walk.changes;
        }
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(shown).to.be.greaterThan(100);
    expect(changes).to.be.greaterThan(100);
  });
});
