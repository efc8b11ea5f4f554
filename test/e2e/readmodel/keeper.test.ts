import { expect } from "chai";
import { projections } from "../../../projections/all.js";
import { readModelsInShort } from "../../../src/application/queries/read-models.js";
import { SnapshotKeeper } from "../../../src/readmodel/keeper.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { Snapshots } from "../../../src/readmodel/snapshots.js";
import { journal, journalEvents } from "../../support/journal.js";
import { ListedLog } from "../../support/listed-log.js";
import { payoutsOf } from "../../support/payouts.js";
import { ReadModelsUnderTest, telling } from "../../support/read-models.js";
import { until } from "../../support/until.js";

const names = projections.map(({ name }) => name);

describe("read models that nobody looks after", () => {
  let models: ReadModelsUnderTest;
  afterEach(() => models.end());

  const keeperOf = (log: ListedLog, isLive: (projection: Projection) => boolean) => {
    const { transact, folder } = models;
    const snapshots = new Snapshots(async () => folder, transact);
    const failures: unknown[] = [];
    const keeper = new SnapshotKeeper({
      ...{ projections, transact, snapshots, isLive },
      storeId: () => log.storeId(),
      clock: { now: () => new Date(), sleep: async () => undefined },
      report: (_, error) => failures.push(error),
    });
    return { keeper, failures };
  };

  it("are kept in a snapshot at each settled cycle, once they are at the head, and not while pinned", async () => {
    models = await ReadModelsUnderTest.make(projections);
    const { events } = payoutsOf({ seed: 5, cycles: [200, 201, 202], delegators: 6, batchSize: 4 });
    const settled = [...events.keys()].filter((n) => events[n]?.event.type === "CycleSettled");
    const [first = 0, second = 0] = settled;
    expect(settled.length).to.be.greaterThan(1);
    const log = new ListedLog([]);
    const service = models.service(log);
    let isLive = true;
    const { keeper, failures } = keeperOf(log, () => isLive);
    let shown = 0;
    const keptAfter = async (count: number) => {
      log.push(...events.slice(shown, count));
      shown = count;
      await models.project(log, events[count - 1]?.position ?? (-1n as never));
      await keeper.look();
      return (await service.snapshots()).filter(({ projection }) => projection === "payment").length;
    };
    expect(await keptAfter(first)).to.equal(0);
    expect(await keptAfter(first + 1)).to.equal(1);
    expect(await keptAfter(second)).to.equal(1);
    isLive = false;
    expect(await keptAfter(second + 1)).to.equal(1);
    isLive = true;
    await keeper.look();
    await keeper.look();
    const kept = await service.snapshots();
    expect(kept.map(({ projection }) => projection)).to.deep.equal(
      names.toSorted().flatMap((name) => [name, name]),
    );
    await service.rollback(
      names,
      { to: "position", position: events[second]?.position ?? (-1n as never) },
      telling().how,
    );
    await keeper.look();
    expect(await service.snapshots()).to.deep.equal(kept);
    expect(failures).to.deep.equal([]);
  });

  it("say in any process what stopped them, and each stops alone", async () => {
    const defect: Projection = {
      ...journal,
      apply: (event) => {
        if (event.position === 50n) throw new Error("a mistake");
        return journal.apply(event);
      },
    };
    const other: Projection = { name: "other", version: 1, tables: [], apply: () => [] };
    models = await ReadModelsUnderTest.make([defect, other]);
    const log = new ListedLog(journalEvents(10));
    const [broken, ignoring] = models.start(log);
    await until(() => broken?.state.at === "stopped" && ignoring?.state.at === "live");
    const service = models.service(log);
    const findings = async () =>
      (await service.status()).map(({ state, position, finding }) => [state, position, finding]);
    const finding = { kind: "projection-defect", message: "journal cannot apply event 1 of cycle-s2" };
    await until(async () => (await service.status())[0]?.finding !== null);
    // What concerns it not moves it all the same.
    expect(await findings()).to.deep.equal([
      ["stopped", 40n, finding],
      ["at-head", 90n, null],
    ]);
    expect(readModelsInShort(await service.status())).to.deep.equal({
      journal: `stopped at 40: ${finding.message}`,
      other: "at-head",
    });
    expect([broken?.eventsApplied, ignoring?.eventsApplied]).to.deep.equal([5, 10]);
    const [built] = await service.rebuild(["journal"], telling().how);
    expect(built).to.include({ failure: finding.message, position: 40n });
    const mended = models.service(log, { projections: [journal] });
    await mended.rebuild(["journal"], telling().how);
    expect(
      (await mended.status()).map(({ state, position, finding: left }) => [state, position, left]),
    ).to.deep.equal([["at-head", 90n, null]]);
  });
});
