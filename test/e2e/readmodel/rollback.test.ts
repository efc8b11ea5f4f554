import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { projections } from "../../../projections/all.js";
import { paymentProjection } from "../../../projections/payment.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type Position } from "../../../src/application/ports/event-store.js";
import { ReadModelRefused } from "../../../src/application/ports/read-models.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { ListedLog } from "../../support/listed-log.js";
import { payoutsOf } from "../../support/payouts.js";
import { PATIENCE_MS, ReadModelsUnderTest, telling } from "../../support/read-models.js";
import { until } from "../../support/until.js";

describe("snapshots and rollbacks of read models", function () {
  this.timeout(120_000);
  const { events } = payoutsOf({ seed: 8, cycles: [198, 199, 200, 201], delegators: 20, batchSize: 6 });
  const names = projections.map(({ name }) => name);
  let models: ReadModelsUnderTest;

  beforeEach(async () => {
    models = await ReadModelsUnderTest.make(projections);
  });
  afterEach(() => models.end());

  const at = (n: number): Position => {
    const found = events.at(n);
    if (!found) throw new Error(`no event ${n}`);
    return found.position;
  };
  const upTo = (position: Position): readonly LoggedEvent[] =>
    events.filter((event) => event.position <= position);
  const areRight = async (position: Position, of = models) => {
    for (const projection of projections)
      expect(await readTables(of.pool, projection), projection.name).to.deep.equal(
        foldProjection(projection, upTo(position)),
      );
  };
  /** Of a projection from zero to a position, in a database of its own. */
  const digestsFromZero = async (position: Position): Promise<readonly string[]> => {
    const other = await ReadModelsUnderTest.make(projections);
    try {
      await other.project(new ListedLog(upTo(position)), position);
      return await digestsOf(other);
    } finally {
      await other.end();
    }
  };
  const digestsOf = async (of: ReadModelsUnderTest): Promise<readonly string[]> => {
    const digests: string[] = [];
    for (const projection of projections) digests.push(await of.digest(projection));
    return digests;
  };
  const third = Math.floor(events.length / 3);

  /** All events applied, with snapshots at a third and at two. */
  const withSnapshots = async () => {
    const log = new ListedLog(events.slice(0, third));
    await models.project(log, at(third - 1));
    const early = await models.service(log).snapshot(names);
    log.push(...events.slice(third, 2 * third));
    await models.project(log, at(2 * third - 1));
    const late = await models.service(log).snapshot(names);
    log.push(...events.slice(2 * third));
    await models.project(log, at(-1));
    return { log, early, late, service: models.service(log) };
  };

  it("show a position, a time or a snapshot, from the best snapshot before it, and digests are those from zero", async () => {
    const { service, early, late } = await withSnapshots();
    const position = at(2 * third + 5);
    const toPosition = await service.rollback(names, { to: "position", position }, telling().how);
    expect(
      toPosition.map(({ base, position: p, pinned, failure }) => [base, p, pinned, failure]),
    ).to.deep.equal(late.map(({ id }) => [id, position, true, null]));
    await areRight(position);
    expect(await digestsOf(models)).to.deep.equal(await digestsFromZero(position));

    const between = events[third + 9]?.recordedAt ?? new Date(0);
    const toTime = await service.rollback(names, { to: "time", time: between }, telling().how);
    const last = events.findLast(({ recordedAt }) => recordedAt <= between)?.position;
    expect(toTime.map(({ base, position: p }) => [base, p])).to.deep.equal(early.map(({ id }) => [id, last]));
    await areRight(last ?? at(0));

    const id = early[0]?.id ?? "";
    const toSnapshot = await service.rollback(["payment"], { to: "snapshot", id }, telling().how);
    expect(toSnapshot.map(({ name, position: p }) => [name, p])).to.deep.equal([["payment", at(third - 1)]]);

    const beforeAll = await service.rollback(names, { to: "position", position: at(3) }, telling().how);
    expect(beforeAll.map(({ base, position: p }) => [base, p])).to.deep.equal(names.map(() => [null, at(3)]));
    await areRight(at(3));

    const toHead = await service.rollback(names, { to: "head" }, telling().how);
    expect(toHead.map(({ base, pinned }) => [base, pinned])).to.deep.equal(
      late.map(({ id: best }) => [best, false]),
    );
    await areRight(at(-1));
    expect(await digestsOf(models)).to.deep.equal(await digestsFromZero(at(-1)));
  });

  it("hold the rows where they are, whoever runs, until they are sent to the head", async () => {
    const { log, service } = await withSnapshots();
    const runners = models.start(log);
    await Promise.all(runners.map((runner) => runner.whenProcessed(at(-1), PATIENCE_MS)));
    const position = at(third + 2);
    await service.rollback(names, { to: "position", position }, telling().how);
    const said = async () =>
      (await service.status()).map(({ state, position: p, pinned }) => [state, p, pinned]);
    expect(await said()).to.deep.equal(names.map(() => ["pinned", position, true]));
    await until(() => runners.every(({ state }) => state.at === "pinned"));
    expect(
      await Promise.all(runners.map((runner) => runner.whenProcessed(at(-1), PATIENCE_MS))),
    ).to.deep.equal(names.map(() => false));
    await areRight(position);
    const rebuilt = await service.rebuild(names, telling().how);
    expect(rebuilt.map(({ pinned, position: p, differing }) => [pinned, p, differing])).to.deep.equal(
      names.map(() => [true, position, []]),
    );
    await service.rollback(names, { to: "head" }, telling().how);
    expect(await said()).to.deep.equal(names.map(() => ["at-head", at(-1), false]));
    await until(() => runners.every(({ state }) => state.at === "live"));
    await areRight(at(-1));
  });

  it("restore on another machine with the same log, and nowhere else", async () => {
    const { log, late } = await withSnapshots();
    const other = await ReadModelsUnderTest.make(projections);
    try {
      const service = other.service(log, { folder: models.folder });
      const built = await service.rollback(names, { to: "snapshot", id: late[0]?.id ?? "" }, telling().how);
      expect(built.map(({ base }) => base)).to.deep.equal(late.map(({ id }) => id));
      await areRight(at(2 * third - 1), other);
      const strange = other.service(new ListedLog(events, { storeId: "store-b" }), { folder: models.folder });
      const refused = await strange
        .rollback(["payment"], { to: "snapshot", id: late[0]?.id ?? "" }, telling().how)
        .catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(ReadModelRefused);
      expect(String(refused)).to.include("is of another event store: store-a; this log is store-b");
    } finally {
      await other.end();
    }
  });

  it("are refused by name when damaged, cut short, of another version or of a log that was put back", async () => {
    const { log, service, early, late } = await withSnapshots();
    const payment = names.indexOf("payment");
    const [old, young] = [early[payment]?.id ?? "", late[payment]?.id ?? ""];
    const path = join(models.folder, `${young}.snapshot`);
    const whole = await readFile(path);
    const refusedBy = async (by = service) => {
      const error = await by
        .rollback(["payment"], { to: "snapshot", id: young }, telling().how)
        .catch((e: unknown) => e);
      expect(error).to.be.instanceOf(ReadModelRefused);
      return (error as Error).message;
    };
    const flipped = (byte: number) => {
      const changed = Buffer.from(whole);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      return changed;
    };
    await writeFile(path, flipped(whole.length - 200));
    expect(await refusedBy()).to.match(new RegExp(`^snapshot ${young} is damaged: `));
    const { how, notes } = telling();
    const [built] = await service.rollback(["payment"], { to: "position", position: at(-1) }, how);
    expect(built).to.include({ base: old, failure: null });
    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(/is damaged: .*; it is left out$/);
    await writeFile(path, flipped(100));
    expect(await refusedBy()).to.equal(`snapshot ${young} is damaged: its head is not what was written`);
    await writeFile(path, whole);
    await truncate(path, whole.length - 1);
    expect(await refusedBy()).to.equal(
      `snapshot ${young} is cut short: ${whole.length - 1} bytes of ${whole.length} are there`,
    );
    await truncate(path, 100);
    expect(await refusedBy()).to.equal(`snapshot ${young} is cut short: it ends within its head`);
    await writeFile(path, whole);
    const later = models.service(log, { projections: [{ ...paymentProjection, version: 99 }] });
    expect(await refusedBy(later)).to.equal(
      `snapshot ${young} is of another version: ${paymentProjection.version}; this release has version 99`,
    );
    const restored = new ListedLog(events.slice(0, third));
    restored.push(...events.slice(third).map((event) => ({ ...event, id: `other ${event.id}` })));
    expect(await refusedBy(models.service(restored))).to.match(
      /is not of this log: the log lacks its last event/,
    );
    const gone = await service
      .rollback(["payment"], { to: "snapshot", id: "payment-1-0" }, telling().how)
      .catch((e: unknown) => e);
    expect(String(gone)).to.include("there is no snapshot payment-1-0 here");
    const beyond = await service
      .rollback(["payment"], { to: "position", position: (at(-1) + 1n) as Position }, telling().how)
      .catch((e: unknown) => e);
    expect(String(beyond)).to.include(`the log ends at position ${at(-1)}`);
  });

  it("are the same file for the same rows; of each projection the last seven are kept", async () => {
    const log = new ListedLog(events.slice(0, 20));
    await models.project(log, at(19));
    const service = models.service(log);
    const [first] = await service.snapshot(["payment"]);
    const [again] = await service.snapshot(["payment"]);
    expect(again).to.deep.equal(first);
    const ids = [first?.id];
    for (let n = 20; n < 29; n += 1) {
      log.push(...events.slice(n, n + 1));
      await models.project(log, at(n));
      const [taken] = await service.snapshot(["payment"]);
      ids.push(taken?.id);
    }
    await service.snapshot(["settings"]);
    const kept = (await service.snapshots()).map(({ id }) => id);
    expect(kept.slice(0, 7)).to.deep.equal(ids.slice(-7).reverse());
    expect(kept).to.have.length(8);
    expect(await readdir(models.folder)).to.have.length(8);
    const [status] = (await service.status()).filter(({ name }) => name === "payment");
    expect(status?.snapshot?.id).to.equal(ids.at(-1));
  });

  it("touch nothing but schema read", async () => {
    const { service } = await withSnapshots();
    const others = `SELECT schemaname, relname, n_tup_ins + n_tup_upd + n_tup_del AS writes FROM pg_stat_user_tables
                     WHERE schemaname <> 'read' ORDER BY 1, 2`;
    await models.pool.query("SELECT pg_stat_force_next_flush()");
    const before = (await models.pool.query(others)).rows;
    await service.rollback(names, { to: "position", position: at(third) }, telling().how);
    await service.rollback(names, { to: "head" }, telling().how);
    expect((await models.pool.query(others)).rows).to.deep.equal(before);
    expect(before).not.to.be.empty;
  });
});
