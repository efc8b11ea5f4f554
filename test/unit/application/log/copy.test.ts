import { expect } from "chai";
import { type Copied, copyEvents, eventsOf, LogDiffers } from "../../../../src/application/log/copy.js";
import { fileEvents } from "../../../../src/application/log/import.js";
import {
  type Position,
  type RecordedEvent,
  StoreUnavailable,
} from "../../../../src/application/ports/event-store.js";
import { eventReading } from "../../../../src/infrastructure/eventstore/codec.js";
import { asRead, examine, exportOf, keptFrom } from "../../../support/audit/examine.js";
import { type SignedLog, signedLog } from "../../../support/audit/signed-log.js";
import { MemoryEventStore } from "../../../support/memory-event-store.js";

const ignore = () => undefined;
const emptyLog = (events: readonly RecordedEvent[] = [], id = "other") =>
  new MemoryEventStore(() => new Date("2030-01-01T00:00:00Z"), events, id);

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(undefined, (e: unknown) => e);
  expect(error).to.be.instanceOf(LogDiffers);
  return error instanceof Error ? error.message : "";
};

describe("a log that is moved", () => {
  let log: SignedLog;
  before(async () => {
    log = await signedLog();
  });

  const copyTo = (target: MemoryEventStore, inFlight = 1): Promise<Copied> =>
    copyEvents(eventsOf(log.world.store), { store: target, inFlight }, ignore);
  const importTo = async (target: MemoryEventStore, lines: readonly string[]): Promise<Copied> =>
    copyEvents(
      await fileEvents(() => asRead(lines), eventReading, ignore),
      { store: target, inFlight: 1 },
      ignore,
    );
  const root = () => examine(log.events).root;

  it("has the same streams, revisions, order, ids, bytes and times", async () => {
    for (const inFlight of [1, 64]) {
      const target = emptyLog();
      const copied = await copyTo(target, inFlight);
      expect(copied).to.deep.equal({ size: log.events.length, root: root(), written: log.events.length });
      expect(target.snapshot()).to.deep.equal(log.events);
    }
  });

  it("is the same after an export and an import", async () => {
    const target = emptyLog();
    const lines = await exportOf(log.world.store);
    expect(await importTo(target, lines)).to.include({ root: root(), written: log.events.length });
    expect(target.snapshot()).to.deep.equal(log.events);
    expect(await exportOf(target)).to.deep.equal(lines);
    expect(
      examine(target.snapshot(), { keys: [log.key], kept: [...log.notes.values()].map((n) => keptFrom(n)) }),
    )
      .to.have.property("findings")
      .that.deep.equals([]);
  });

  it("goes on where a copy stopped, also in the midst of what is appended together", async () => {
    for (let length = 0; length <= log.events.length; length += 1) {
      const target = emptyLog(log.events.slice(0, length));
      expect((await copyTo(target)).written).to.equal(log.events.length - length);
      expect(target.snapshot()).to.deep.equal(log.events);
    }
  });

  it("is not written to a log that holds anything else, or more", async () => {
    const other = log.events
      .slice(0, 9)
      .map((event, i) => (i === 5 ? { ...event, data: `${event.data} ` } : event));
    const target = emptyLog(other);
    const { stream, revision, type } = other[5] ?? {};
    expect(await failure(copyTo(target))).to.equal(
      `the log that is copied to holds other events: where event ${revision} of ${stream} (${type}) belongs ` +
        `it has event ${revision} of ${stream} (${type}), with other content. Take an empty one`,
    );
    expect(target.size).to.equal(9);
    const lines = await exportOf(emptyLog(log.events.slice(0, 20)));
    const last = log.events[20];
    expect(await failure(importTo(emptyLog(log.events), lines))).to.equal(
      `the log that is copied to holds more than is copied, from event ${last?.revision} of ${last?.stream} ` +
        `(${last?.type}) on: it is in use, or another one`,
    );
  });

  it("is not written beside somebody else", async () => {
    const target = emptyLog();
    const append = target.append.bind(target);
    let calls = 0;
    target.append = async (stream, expected, events) =>
      (calls += 1) === 3
        ? { appended: false, conflict: "wrong-revision", actual: 99 }
        : append(stream, expected, events);
    expect(await failure(copyTo(target, 64))).to.match(/somebody else writes to the log that is copied to/);
  });

  it("says what the other store says while it does not answer, and goes on later", async () => {
    const target = emptyLog();
    const append = target.append.bind(target);
    let calls = 0;
    target.append = async (stream, expected, events) => {
      if ((calls += 1) > 4) throw new StoreUnavailable("append", { cause: new Error("gone") });
      return append(stream, expected, events);
    };
    const error = await copyTo(target, 8).then(undefined, (e: unknown) => e);
    expect(error).to.be.instanceOf(StoreUnavailable);
    target.append = append;
    await copyTo(target);
    expect(target.snapshot()).to.deep.equal(log.events);
  });

  it("is refused as a damaged file before anything is written", async () => {
    const lines = await exportOf(log.world.store);
    const target = emptyLog();
    const changed = lines.with(3, (lines[3] ?? "").replace('"revision":', '"revision":1'));
    expect(await failure(importTo(target, changed))).to.match(
      /^the file is damaged, and nothing is imported: event /,
    );
    expect(await failure(importTo(target, lines.slice(0, -1)))).to.match(
      /the file breaks off after \d+ events$/,
    );
    expect(await failure(importTo(target, [...lines, lines[0] ?? ""]))).to.match(
      /is not as an export writes it$/,
    );
    expect(await failure(importTo(target, lines.toSpliced(4, 0, "")))).to.match(/line 5 is not as an export/);
    expect(await failure(importTo(target, await exportOf(log.world.store, 5n as Position)))).to.match(
      /leaves out the beginning of the log/,
    );
    expect(target.size).to.equal(0);
  });
});
