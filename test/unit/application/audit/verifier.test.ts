import { expect } from "chai";
import { type RecordedEvent } from "../../../../src/application/ports/event-store.js";
import { MerkleTree } from "../../../../src/domain/digest.js";
import { signCheckpoint } from "../../../../src/domain/proof/checkpoint.js";
import { leafOf } from "../../../../src/domain/proof/leaf.js";
import { eventReading } from "../../../../src/infrastructure/eventstore/codec.js";
import { examine, keptFrom } from "../../../support/audit/examine.js";
import { auditKey, type SignedLog, signedLog } from "../../../support/audit/signed-log.js";

describe("an examined log", () => {
  let log: SignedLog;
  before(async () => {
    log = await signedLog();
  });

  const kept = () => [...log.notes.values()].map((note) => keptFrom(note));
  /** Of the first checkpoint, and of the second one. */
  const sizes = () => [...log.notes.keys()] as [number, number];
  const at = (index: number): RecordedEvent => {
    const event = log.events[index];
    if (event === undefined) throw new RangeError(`event ${index}`);
    return event;
  };
  const withEvent = (index: number, event: RecordedEvent): readonly RecordedEvent[] =>
    log.events.with(index, event);
  const first = (events: readonly RecordedEvent[], expectations: Parameters<typeof examine>[1] = {}) => {
    const [finding] = examine(events, { keys: [log.key], ...expectations }).findings;
    return finding && { what: finding.what, from: finding.from, to: finding.to };
  };
  /** Somewhere in the second cycle. */
  const middle = () => log.events.findLastIndex(({ type }) => type === "PayoutPlanned");

  it("that nobody has touched holds, and fits its own checkpoints and those kept elsewhere", () => {
    const root = log.events.reduce((tree, event) => tree.addLeaf(leafOf(event)), new MerkleTree()).root();
    expect(examine(log.events, { keys: [log.key], kept: kept() })).to.deep.equal({
      size: log.events.length,
      root,
      ownCheckpoints: 2,
      newest: sizes()[1],
      keptCheckpoints: 2,
      findings: [],
    });
  });

  it("names an event whose content is not that of its id", () => {
    const index = middle();
    const event = at(index);
    expect(first(withEvent(index, { ...event, data: event.data.replace(/.$/, " }") }))).to.deep.equal({
      what: "changed",
      from: index,
      to: index,
    });
  });

  it("names the event after one that was removed, or before which another was put", () => {
    const index = log.events.findIndex(
      ({ stream, revision }) => stream.startsWith("wallet-") && revision === 4,
    );
    expect(first(log.events.toSpliced(index, 1))?.what).to.equal("missing");
    expect(first(log.events.toSpliced(index + 1, 0, at(index)))).to.deep.equal({
      what: "out-of-place",
      from: index + 1,
      to: index + 1,
    });
  });

  it("names between which checkpoints metadata were changed, which no id covers", () => {
    const index = middle();
    const event = at(index);
    const events = withEvent(index, { ...event, metadata: { ...event.metadata, actor: "mallory" } });
    expect(first(events)).to.deep.equal({ what: "other-root", from: sizes()[0], to: sizes()[1] - 1 });
    expect(first(events, { kept: kept().slice(1) })).to.deep.equal({
      what: "other-root",
      from: sizes()[0],
      to: sizes()[1] - 1,
    });
  });

  it("does not believe checkpoints that are made again with another key", () => {
    const index = middle();
    const event = at(index);
    const changed = { ...event, metadata: { ...event.metadata, actor: "mallory" } };
    const forged = forge(withEvent(index, changed), 8);
    expect(first(forged)?.what).to.equal("bad-checkpoint");
    expect(first(forged, { keys: [] })).to.equal(undefined);
    expect(first(forged, { keys: [], kept: kept() })?.what).to.equal("other-root");
  });

  it("that was made again with the stolen audit key is found by what was kept elsewhere, and by that alone", () => {
    const index = middle();
    const event = at(index);
    const forged = forge(
      withEvent(index, { ...event, metadata: { ...event.metadata, actor: "mallory" } }),
      7,
    );
    expect(first(forged)).to.equal(undefined);
    expect(first(forged, { kept: kept() })?.what).to.equal("other-root");
  });

  it("that is cut says behind which event, if a checkpoint was kept elsewhere", () => {
    const [, size] = sizes();
    expect(first(log.events.slice(0, size - 3))).to.equal(undefined);
    expect(first(log.events.slice(0, size - 3), { kept: kept() })).to.deep.equal({
      what: "cut",
      from: size - 3,
      to: size - 1,
    });
    expect(first(log.events.slice(0, size), { kept: kept() })).to.equal(undefined);
  });

  it("names a checkpoint of the log itself that was changed alone", () => {
    const index = log.events.findIndex(({ type }) => type === "LogCheckpointed");
    const event = at(index);
    const other = { ...event, data: event.data.replace(/"revision":\d+/, '"revision":0') };
    const named = { ...other, id: eventReading.idOf(other)(0) };
    expect(first(withEvent(index, named))).to.deep.equal({ what: "bad-checkpoint", from: index, to: index });
  });

  /** All ids and checkpoints made again, as by somebody who has a key. */
  const forge = (events: readonly RecordedEvent[], seed: number): readonly RecordedEvent[] => {
    const key = auditKey(log.world.chain.chainId, seed);
    const roots = new Map<number, { root: ReturnType<MerkleTree["root"]>; peaks: readonly string[] }>();
    const tree = new MerkleTree();
    return events.map((event) => {
      let forged = event;
      if (event.type === "LogCheckpointed") {
        const data = JSON.parse(event.data) as { size: number; root: string; signedNote: string };
        const known = roots.get(data.size);
        if (known === undefined) throw new Error("no root");
        const signedNote = signCheckpoint({ size: data.size, root: known.root }, key);
        forged = { ...event, data: JSON.stringify({ ...data, ...known, signedNote }) };
        forged = { ...forged, id: eventReading.idOf(forged)(0) };
      }
      tree.addLeaf(leafOf(forged));
      roots.set(tree.count, { root: tree.root(), peaks: tree.peaks });
      return forged;
    });
  };
});
