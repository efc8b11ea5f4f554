// What was known at a position, told by the log, is what the read models showed when they stood there.
import { expect } from "chai";
import fc from "fast-check";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type Position } from "../../../src/application/ports/event-store.js";
import { type Answer } from "../../../src/application/read-side/answer.js";
import { NotYet, type Past } from "../../../src/application/read-side/past.js";
import { type ReadSide } from "../../../src/application/read-side/read-side.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { createPool, endPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../../src/infrastructure/system-clock.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { pastOf } from "../../../src/readmodel/past.js";
import { readSideOf } from "../../../src/readmodel/queries/read-side.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { cyclesProjection } from "../../../projections/cycles.js";
import { paymentProjection } from "../../../projections/payment.js";
import { payoutsProjection } from "../../../projections/payouts.js";
import { settingsProjection } from "../../../projections/settings.js";
import { histories } from "../../support/history/histories.js";
import { CYCLES } from "../../support/history/history.js";
import { BAKER } from "../../support/payouts.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { storeEvents } from "../../support/stored-log.js";

const projections = [settingsProjection, cyclesProjection, paymentProjection, payoutsProjection];
const unasked = () => Promise.reject(new Error("nobody asks the chain"));

/** A log, and read models that are moved along it by hand. */
class Moving {
  private constructor(
    private readonly database: TestDatabase,
    private readonly pool: ReturnType<typeof createPool>,
    private readonly store: PostgresLog,
    readonly events: readonly LoggedEvent[],
    readonly past: Past,
    readonly read: ReadSide,
    private readonly move: (events: readonly LoggedEvent[]) => Promise<void>,
  ) {}

  static async along(told: readonly LoggedEvent[]): Promise<Moving> {
    const database = await freshDatabase();
    const pool = createPool({ url: database.url, applicationName: "test" });
    const transact: Transact = (work) => transactIn(pool, work);
    const store = new PostgresLog({ url: database.url, applicationName: "test" });
    const { log, events } = await storeEvents(store, told);
    const storeId = await store.storeId();
    const move = async (some: readonly LoggedEvent[]) => {
      const last = some.at(-1);
      for (const projection of last ? projections : []) {
        const rows = new ProjectionStore(transact, projection);
        const changes = some.flatMap((event) => projection.apply(event));
        if (last) expect(await rows.commit(await rows.open(storeId), last, changes)).to.equal(true);
      }
    };
    const parts = { baker: BAKER, log, store, clock: systemClock, projections };
    const read = readSideOf(BAKER, {
      transact,
      clock: systemClock,
      chain: { head: unasked, account: unasked },
    });
    return new Moving(database, pool, store, events, pastOf(parts), read, move);
  }

  /** Through the log, so many events at a time. */
  async *positions(sizes: readonly number[]): AsyncGenerator<Position, void> {
    for (let from = 0, n = 0; from < this.events.length; n += 1) {
      const some = this.events.slice(from, from + (sizes[n % sizes.length] ?? 1));
      await this.move(some);
      from += some.length;
      yield some.at(-1)?.position ?? (0n as Position);
    }
  }

  async close(): Promise<void> {
    await this.store.close();
    await endPool(this.pool);
    await this.database.drop();
  }
}

/** The same version twice is the same value twice, of whatever it is. */
class Versions {
  private readonly seen = new Map<string, unknown>();
  changes = 0;

  hold(thing: string, { value, version }: Answer<unknown>): void {
    if (value === undefined) return;
    const name = `${thing} ${version}`;
    if (this.seen.has(name)) expect(value, name).to.deep.equal(this.seen.get(name));
    else this.changes += 1;
    this.seen.set(name, value);
  }
}

const notYet = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked;
  } catch (error) {
    if (error instanceof NotYet) return error.message;
    throw error;
  }
  throw new Error("was answered");
};

describe("what was known at a moment", function () {
  this.timeout(120_000);

  it("is what the read models showed, and the same version of a thing is the same thing", async () => {
    const told = fc.sample(histories(220), { numRuns: 3, seed: 23 });
    for (const { events } of told) {
      const moving = await Moving.along(events);
      const { read, past } = moving;
      const versions = new Versions();
      const paid = new Set<string>();
      try {
        for await (const at of moving.positions([1, 3, 2, 9, 1, 5])) {
          const settings = await read.settings();
          expect(await past.settings(at)).to.deep.equal(settings);
          versions.hold("settings", settings);
          const baker = moving.events.findLast(
            ({ stream, position }) => stream === Baker.stream(BAKER) && position <= at,
          );
          expect(settings.version).to.equal(`${baker?.revision}`);
          for (const cycle of CYCLES) {
            const shown = await read.cycle(cycle);
            expect(await past.cycle(cycle, at), `cycle ${cycle} at ${at}`).to.deep.equal(shown);
            versions.hold(`cycle ${cycle}`, shown);
          }
          const { value } = await read.payments({ limit: 500, direction: "ascending", sort: "cycle" });
          for (const { obligation, result } of value.rows) {
            const shown = await read.payment(obligation);
            versions.hold(obligation, shown);
            if (result === "paid") paid.add(obligation);
          }
          for (const obligation of value.rows
            .filter((_, n) => BigInt(n) % 7n === at % 7n)
            .map((row) => row.obligation))
            expect(await past.payment(obligation, at), `${obligation} at ${at}`).to.deep.equal(
              await read.payment(obligation),
            );
          const payouts = await read.payouts({ limit: 500, direction: "ascending" });
          for (const { payout } of payouts.value.rows) versions.hold(payout, await read.payout(payout));
        }
        expect(versions.changes).to.be.above(50);
        expect(paid.size).to.be.above(0);
      } finally {
        await moving.close();
      }
    }
  });

  it("is of the last position recorded by then, and of none that is still to come", async () => {
    const [told] = fc.sample(histories(60), { numRuns: 1, seed: 4 });
    const moving = await Moving.along(told?.events ?? []);
    const { past, events } = moving;
    try {
      for (const { recordedAt, position } of events.filter((_, n) => n % 5 === 0)) {
        const last = events.findLast((event) => event.recordedAt <= recordedAt)?.position ?? position;
        expect(await past.settings(recordedAt)).to.deep.equal(await past.settings(last));
      }
      const [first, head] = [events[0], events.at(-1)];
      if (first === undefined || head === undefined) throw new Error("nothing happened");
      const before = await past.settings(new Date(first.recordedAt.getTime() - 1));
      expect(before.value).to.equal(undefined);
      const later = (head.position + 1n) as Position;
      expect(await notYet(past.settings(later))).to.equal(
        `the log ends at position ${head.position}: there is no ${later} yet`,
      );
      const soon = new Date(Date.now() + 60_000);
      expect(await notYet(past.settings(soon))).to.equal(`${soon.toISOString()} is still to come`);
      for (const name of ["x", "x/y", `${BAKER}_198`, `${BAKER}_\0/y`, `${BAKER}_bond_/x`])
        expect((await past.payment(name, head.position)).value, name).to.equal(undefined);
    } finally {
      await moving.close();
    }
  });
});
