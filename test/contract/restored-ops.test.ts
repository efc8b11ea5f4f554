// Lease and witness of another day than the log's, on a real PostgreSQL; the chain and the log are in memory.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Pool } from "pg";
import { installationIdentity } from "../../src/infrastructure/postgres/identity.js";
import { PostgresLease } from "../../src/infrastructure/postgres/lease.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { DurableWitness } from "../../src/infrastructure/postgres/witness.js";
import { freshDatabase, type TestDatabase } from "../support/postgres.js";
import { outcomeOf } from "../support/world/crashes.js";
import { dataOf } from "../support/world/events.js";
import { isSettled, type StartedProcess, startProcess } from "../support/world/installation.js";
import { checkAllIsFinal, checkInvariants } from "../support/world/invariants.js";
import { CYCLES, referenceWorld, runReference } from "../support/world/scenario.js";
import { type World } from "../support/world/world.js";

const MOST_BLOCKS = 260;

describe("a lease and a witness of another day than the log's", function () {
  this.timeout(30_000);
  let world: World;
  let database: TestDatabase;
  let pool: Pool;
  let folder: string;
  let expected: readonly string[];
  before(async () => {
    const reference = referenceWorld();
    await runReference(reference);
    expected = outcomeOf(reference);
  });
  beforeEach(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "restored-test" });
    folder = await mkdtemp(join(tmpdir(), "taps-restored-"));
    world = referenceWorld();
    await world.setUp();
  });
  afterEach(async () => {
    await endPool(pool);
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const start = (): StartedProcess =>
    startProcess({
      ...world.ports(),
      lease: new PostgresLease(pool, { name: "payer" }),
      witness: new DurableWitness(pool, { name: "wallet", folder }),
      identity: () => installationIdentity(pool),
    });
  const runOut = () => pool.query("UPDATE ops.lease SET expires_at = clock_timestamp()");
  /** The tables as they are; answers what puts them back, when that lease has long run out. */
  const backUp = async (): Promise<() => Promise<void>> => {
    await pool.query(
      "CREATE TABLE lease_then AS TABLE ops.lease; CREATE TABLE witness_then AS TABLE ops.witness",
    );
    return async () => {
      await pool.query(
        `DELETE FROM ops.lease; INSERT INTO ops.lease TABLE lease_then;
         DELETE FROM ops.witness; INSERT INTO ops.witness TABLE witness_then`,
      );
      await runOut();
    };
  };
  /** Steps and bakes until `done`. */
  const payUntil = async ({ process, reports }: StartedProcess, done: () => boolean): Promise<void> => {
    for (let blocks = 0; !done(); blocks += 1) {
      if (blocks > MOST_BLOCKS) throw new Error(`not there: ${JSON.stringify(reports.slice(-2))}`);
      await process.step();
      checkInvariants(world);
      world.bake();
    }
  };
  const arePaid = () => CYCLES.every((cycle) => isSettled(world, cycle));
  const checkPaid = (): void => {
    checkAllIsFinal(world, CYCLES);
    expect(outcomeOf(world)).to.deep.equal(expected);
  };
  const signed = (): number => dataOf(world, "OperationSigned").length;
  const pauses = () => dataOf(world, "WalletPaused").map(({ reason, detail }) => [reason, detail]);

  it("gives tokens again that were given before: the terms in the log decide, and grow", async () => {
    await payUntil(start(), () => signed() > 0);
    const putBack = await backUp();
    for (let terms = 0; terms < 3; terms += 1) {
      await runOut();
      await start().process.step();
    }
    await putBack();
    await payUntil(start(), arePaid);
    const terms = dataOf(world, "TermStarted").map(({ lease, token }) => [lease, token]);
    expect(terms).to.deep.equal([
      [1n, 2n],
      [2n, 3n],
      [3n, 4n],
      [4n, 5n],
      [2n, 6n],
    ]);
    expect(pauses()).to.deep.equal([]);
    checkPaid();
  });

  it("names a process that has lost it: that one starts a term of its own, and the other stops", async () => {
    const first = start();
    await payUntil(first, () => signed() > 0);
    const putBack = await backUp();
    await runOut();
    const second = start();
    await payUntil(second, () => signed() > 1);
    await putBack();
    await first.process.step();
    expect(await second.process.step()).to.deep.include({ waiting: { reason: "not-leader" } });
    await payUntil(first, arePaid);
    expect(dataOf(world, "TermStarted").map(({ token }) => token)).to.deep.equal([2n, 3n, 4n]);
    checkPaid();
  });

  it("is put back with the log behind a process that stood still: it sees that, and signs nothing", async () => {
    const first = start();
    await first.process.step();
    const putBack = await backUp();
    const before = world.events().length;
    await runOut();
    await payUntil(start(), () => signed() > 0);
    world.restore({ events: before, file: true, sameDatabase: true });
    await putBack();
    await first.process.step();
    expect(pauses()).to.deep.equal([["restored", "the log lacks event 3 that was injected"]]);
    await payUntil(first, () => dataOf(world, "ForeignOperationFound").length > 0);
    expect(signed()).to.equal(0);
  });

  it("is gone with its database while the log is newer: nothing is signed until the wait is over", async () => {
    const old = start();
    await payUntil(old, () => signed() > 1);
    const another = await freshDatabase();
    const lost = pool;
    pool = createPool({ url: another.url, applicationName: "restored-test" });
    try {
      const next = start();
      const before = signed();
      await next.process.step();
      expect(pauses()).to.deep.equal([["restored", "the database was created anew"]]);
      const { token, lease } = dataOf(world, "TermStarted").at(-1) ?? {};
      expect([lease, token]).to.deep.equal([1n, 3n]);
      await payUntil(next, arePaid);
      const types = world.events().map(({ event }) => event.type);
      const resumed = types.indexOf("WalletResumed");
      expect(types.slice(0, resumed).filter((type) => type === "OperationSigned").length).to.equal(before);
      checkPaid();
    } finally {
      await endPool(pool);
      await another.drop();
      pool = lost;
    }
  });

  it("is newer than the log, without the file: the row tells what the log lacks", async () => {
    const old = start();
    await payUntil(old, () => signed() > 0);
    const before = world.events().findIndex(({ event }) => event.type === "OperationSigned");
    world.putBack(before);
    await rm(folder, { recursive: true });
    await runOut();
    const next = start();
    await next.process.step();
    expect(pauses()).to.deep.equal([["restored", "the log lacks event 2 that was injected"]]);
    await payUntil(next, () => dataOf(world, "ForeignOperationFound").length > 0);
    expect(signed()).to.equal(0);
  });
});
