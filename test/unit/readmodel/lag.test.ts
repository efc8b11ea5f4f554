import { expect } from "chai";
import { type Position, START } from "../../../src/application/ports/event-store.js";
import { lagReader } from "../../../src/readmodel/lag.js";
import { journalEvents } from "../../support/journal.js";
import { ListedLog } from "../../support/listed-log.js";

/** Says how often it was read. */
class CountedLog extends ListedLog {
  reads = 0;

  override readAll(options: { after: Position; limit: number }) {
    this.reads += 1;
    return super.readAll(options);
  }
}

/** Ten events at the positions 0, 10, ... 90, recorded in the milliseconds 0 to 9. */
const tenEvents = () => new CountedLog(journalEvents(10));
const at = (position: bigint) => position as Position;
const NOW = new Date(60_003);

describe("how far a position is behind the log", () => {
  it("is told by the events that follow it, and by the age of the first of them", async () => {
    const lagAfter = lagReader(tenEvents(), NOW, 100);
    expect(await lagAfter(START)).to.deep.equal({ events: 10, more: false, seconds: 60.003 });
    expect(await lagAfter(at(20n))).to.deep.equal({ events: 7, more: false, seconds: 60 });
    expect(await lagAfter(at(25n))).to.deep.equal({ events: 7, more: false, seconds: 60 });
    expect(await lagAfter(at(90n))).to.deep.equal({ events: 0, more: false, seconds: 0 });
  });

  it("is nothing less than none where clocks are apart", async () => {
    const lagAfter = lagReader(tenEvents(), new Date(1), 100);
    expect(await lagAfter(at(80n))).to.deep.equal({ events: 1, more: false, seconds: 0 });
  });

  it("is counted up to a limit, for each position", async () => {
    const lagAfter = lagReader(tenEvents(), NOW, 4);
    const all = { events: 4, more: true };
    expect(await lagAfter(START)).to.deep.equal({ ...all, seconds: 60.003 });
    expect(await lagAfter(at(30n))).to.deep.equal({ ...all, seconds: 59.999 });
    expect(await lagAfter(at(60n))).to.deep.equal({ events: 3, more: false, seconds: 59.996 });
    expect(await lagAfter(at(90n))).to.deep.equal({ events: 0, more: false, seconds: 0 });
    expect(await lagAfter(START)).to.deep.equal({ ...all, seconds: 60.003 });
  });

  it("is read once for positions that stand close together", async () => {
    const log = tenEvents();
    const lagAfter = lagReader(log, NOW, 6);
    for (const position of [50n, 90n, 50n, 70n]) await lagAfter(at(position));
    expect(log.reads).to.equal(1);
    await lagAfter(at(40n));
    await lagAfter(at(90n));
    expect(log.reads).to.equal(2);
    for (const position of [0n, 0n, 10n]) await lagAfter(at(position));
    expect(log.reads).to.equal(4);
  });
});
