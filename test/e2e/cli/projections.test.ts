import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { projections } from "../../../projections/all.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { payoutsOf } from "../../support/payouts.js";
import { ReadModelsUnderTest } from "../../support/read-models.js";
import { storeEvents } from "../../support/stored-log.js";
import { type Environment } from "../../support/whole/taps.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

const names = projections.map(({ name }) => name);

interface Shown {
  readonly projections: readonly {
    readonly name: string;
    readonly state: string;
    readonly position: string;
    readonly snapshot: { readonly id: string } | null;
  }[];
}

/** Each test goes on where the one before it stopped. */
describe("taps projections", function () {
  this.timeout(30_000);
  let folder: string;
  let models: ReadModelsUnderTest;
  let env: Environment;
  let events: readonly LoggedEvent[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-projections-"));
    models = await ReadModelsUnderTest.make(projections);
    env = { TAPS_DATA_DIR: folder, DATABASE_URL: models.database.url };
    const store = new PostgresLog({ url: models.database.url, applicationName: "test" });
    const history = payoutsOf({ seed: 4, cycles: [200, 201], delegators: 9, batchSize: 4 });
    const stored = await storeEvents(store, history.events);
    events = stored.events;
    const status = await shown();
    expect(status.map(({ state }) => state)).to.deep.equal(names.map(() => "empty"));
    await models.project(stored.log, at(-1));
    await store.close();
  });
  after(async () => {
    await models.end();
    await rm(folder, { recursive: true });
  });

  const at = (n: number) => (events.at(n) as LoggedEvent).position;
  const shown = async () =>
    (JSON.parse(await tapsWithin(env, ["projections", "status", "--json"])) as Shown).projections;
  const areRight = async (upTo: bigint) => {
    for (const projection of projections)
      expect(await readTables(models.pool, projection)).to.deep.equal(
        foldProjection(
          projection,
          events.filter(({ position }) => position <= upTo),
        ),
      );
  };

  it("shows where each stands, and makes all anew", async () => {
    const head = `${at(-1)}`;
    expect((await shown()).map(({ name, state, position }) => [name, state, position])).to.deep.equal(
      names.map((name) => [name, "at-head", head]),
    );
    const { code, err } = await endWithin(env, ["projections", "rebuild", "all"]);
    expect({ code }, err).to.deep.equal({ code: 0 });
    for (const name of names)
      expect(err).to.include(
        `${name}: at ${head}, made from zero; the rows that served until now were the same`,
      );
    await areRight(at(-1));
  });

  it("fails when rows in service were wrong, and has mended them", async () => {
    await models.pool.query("DELETE FROM read.payment");
    const { code, err } = await endWithin(env, ["projections", "rebuild", "payment"]);
    expect(code).to.equal(1);
    expect(err).to.include("DIFFERENT from the rows that served until now: payment");
    await areRight(at(-1));
  });

  it("keeps snapshots, rolls back, says so, and goes back to the head", async () => {
    await tapsWithin(env, ["projections", "rollback", "all", "--to-position", `${at(20)}`]);
    const [snapshot] = (await tapsWithin(env, ["projections", "snapshot", "payment"])).split(":");
    expect(await tapsWithin(env, ["projections", "snapshots"])).to.include(snapshot);
    const text = await tapsWithin(env, ["projections", "status"]);
    expect(text).to.include(`"taps projections rollback payment --to-head" lets it go`);
    expect(text).to.include(`newest snapshot: ${snapshot} at ${at(20)}`);
    await areRight(at(20));
    const rolled = await endWithin(env, [
      "projections",
      "rollback",
      "payment",
      "--to-snapshot",
      snapshot ?? "",
    ]);
    expect(rolled.err).to.include(`payment: pinned at ${at(20)}, made from ${snapshot}`);
    const time = events[30]?.recordedAt.toISOString() ?? "";
    await tapsWithin(env, ["projections", "rollback", "cycles", "--to-time", time]);
    await tapsWithin(env, ["projections", "rollback", "all", "--to-head"]);
    await areRight(at(-1));
    expect((await shown()).map(({ state }) => state)).to.deep.equal(names.map(() => "at-head"));
  });

  it("refuses what makes no sense", async () => {
    const ends = async (...args: string[]) => {
      const { code, err } = await endWithin(env, ["projections", ...args]);
      return [code, err.trim()];
    };
    expect(await ends("rebuild", "nothing")).to.deep.equal([
      2,
      `there is no projection nothing: ${names.join(", ")}, or all`,
    ]);
    const one = "say one of --to-snapshot, --to-position, --to-time, --to-head";
    expect(await ends("rollback", "all")).to.deep.equal([2, one]);
    expect(await ends("rollback", "all", "--to-head", "--to-position", "3")).to.deep.equal([2, one]);
    expect((await ends("rollback", "all", "--to-time", "yesterday"))[0]).to.equal(2);
    const beyond = await ends("rollback", "all", "--to-position", "999999");
    expect(beyond).to.deep.equal([3, `the log ends at position ${at(-1)}: there is no 999999 yet`]);
    const [code, message] = await ends("rollback", "payment", "--to-snapshot", "payment-1-2");
    expect([code, message]).to.deep.equal([
      3,
      'there is no snapshot payment-1-2 here: see "taps projections snapshots", or copy its file into that folder',
    ]);
  });
});
