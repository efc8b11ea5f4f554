import { expect } from "chai";
import { verifyExport } from "../../../../src/application/audit/verify.js";
import { type Expectations } from "../../../../src/application/audit/verifier.js";
import { type Position } from "../../../../src/application/ports/event-store.js";
import { eventReading } from "../../../../src/infrastructure/eventstore/codec.js";
import { asRead, examine, exportOf, keptFrom } from "../../../support/audit/examine.js";
import { realEditOf } from "../../../support/audit/edits.js";
import { type SignedLog, signedLog } from "../../../support/audit/signed-log.js";
import { MemoryEventStore } from "../../../support/memory-event-store.js";
import { Chance } from "../../../simulation/chance.js";

describe("an export", () => {
  let log: SignedLog;
  let lines: string[];
  before(async () => {
    log = await signedLog();
    lines = await exportOf(log.world.store);
  });

  const kept = () => [...log.notes.values()].map((note) => keptFrom(note));
  const verify = (read: Iterable<string>, expectations: Omit<Expectations, "reading"> = {}) =>
    verifyExport(asRead(read), { reading: eventReading, keys: [log.key], ...expectations }, () => undefined);

  it("holds where the log holds", async () => {
    expect(await verify(lines, { kept: kept() })).to.deep.equal(
      examine(log.events, { keys: [log.key], kept: kept() }),
    );
  });

  it("of a part of the log holds by the tree in front of it, whatever streams it begins in", async () => {
    const [first] = [...log.notes.keys()];
    for (let after = 0; after < log.events.length; after += 7) {
      const part = await exportOf(log.world.store, BigInt(after) as Position);
      expect(part).to.have.length(log.events.length - after - 1 + 2);
      const { findings, root, keptCheckpoints } = await verify(part, { kept: kept() });
      expect({ findings, root }, `after ${after}`).to.deep.equal({
        findings: [],
        root: examine(log.events).root,
      });
      expect(keptCheckpoints).to.equal(after < (first ?? 0) ? 2 : 1);
    }
  });

  it("that breaks off, or does not end as it says, is not whole", async () => {
    const whatOf = async (read: Iterable<string>) => (await verify(read)).findings.map(({ what }) => what);
    const last = lines.at(-1) ?? "";
    expect(await whatOf(lines.slice(0, -1))).to.deep.equal(["cut"]);
    expect(await whatOf([])).to.deep.equal(["cut"]);
    expect(await whatOf(lines.toSpliced(-2, 1))).to.deep.equal(["cut"]);
    expect(await whatOf(lines.with(-1, last.replace(/"root":"./, '"root":"0')))).to.deep.equal([
      "other-root",
    ]);
    expect(await whatOf([...lines, last])).to.deep.equal(["damaged-line"]);
  });

  it("is found to be changed by any edit before a checkpoint that was kept elsewhere", async () => {
    const chance = new Chance(1);
    const newest = Math.max(...log.notes.keys());
    for (let n = 0; n < 150; n += 1) {
      const { events, told } = realEditOf(log.events, newest, chance);
      const edited = await exportOf(new MemoryEventStore(() => new Date(), events));
      const { findings } = await verify(edited, { kept: kept() });
      expect(findings.length, told).to.be.greaterThan(0);
    }
  });
});
