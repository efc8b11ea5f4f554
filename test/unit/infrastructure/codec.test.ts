import { expect } from "chai";
import fc from "fast-check";
import { UnreadableEvent } from "../../../src/application/ports/event-log.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCycle, asLevel, chainId, streamName } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import {
  decodeEvent,
  type EncodedEvent,
  encodeEvent,
  eventId,
  eventReading,
  operationEventId,
} from "../../../src/infrastructure/eventstore/codec.js";
import { upcasters } from "../../../src/infrastructure/eventstore/upcasters.js";
import { anyEvent } from "../../support/arbitrary-events.js";
import { addressOf } from "../../support/identifiers.js";

const stream = streamName("cycle", addressOf("baker"), 750);
const place = { stream, revision: 7 };
const decode = (encoded: EncodedEvent) => decodeEvent({ ...encoded, ...place });

const settled: DomainEvent = {
  type: "CycleSettled",
  data: { networkCosts: mutez(3n), held: mutez(0n), carried: mutez(-5n), paid: mutez(2n ** 60n) },
};
const stored: EncodedEvent = {
  type: "CycleSettled",
  schemaVersion: 1,
  data: '{"paid":"1152921504606846976","carried":"-5","held":"0","networkCosts":"3"}',
};

const unreadable = (over: Partial<EncodedEvent>): UnreadableEvent => {
  try {
    decode({ ...stored, ...over });
  } catch (error) {
    if (error instanceof UnreadableEvent) return error;
    throw error;
  }
  throw new Error("it was read");
};

describe("codec", () => {
  it("writes the same bytes for the same event, in the schema's order, amounts as decimal strings", () => {
    expect(encodeEvent(settled)).to.deep.equal(stored);
    expect(decode(stored)).to.deep.equal(settled);
  });

  it("gives data as JSON, in today's version, and nothing that it cannot read", () => {
    const dataOf = (over: Partial<EncodedEvent>) => eventReading.dataOf({ ...stored, ...over, ...place });
    expect(dataOf({})).to.deep.equal({
      paid: "1152921504606846976",
      carried: "-5",
      held: "0",
      networkCosts: "3",
    });
    const [term] = fc.sample(
      anyEvent.filter(({ type }) => type === "TermStarted"),
      1,
    );
    if (term === undefined) throw new Error("no term");
    const { nonce: _, ...older } = JSON.parse(encodeEvent(term).data) as Record<string, unknown>;
    const first = { type: "TermStarted", schemaVersion: 1, data: JSON.stringify(older) };
    expect(dataOf(first)).to.deep.equal({ ...older, nonce: "" });
    for (const over of [{ type: "Unknown" }, { schemaVersion: 2 }, { data: "{" }])
      expect(() => dataOf(over)).to.throw(UnreadableEvent);
    fc.assert(
      fc.property(anyEvent, (event) => {
        const encoded = encodeEvent(event);
        expect(eventReading.dataOf({ ...encoded, ...place })).to.deep.equal(JSON.parse(encoded.data));
      }),
      { numRuns: 200 },
    );
  });

  it("reads back every event that it writes, and writes the same bytes again", () => {
    const types = new Set<string>();
    fc.assert(
      fc.property(anyEvent, (event) => {
        types.add(event.type);
        const encoded = encodeEvent(event);
        const read = decode(encoded);
        expect(read).to.deep.equal(event);
        expect(encodeEvent(read)).to.deep.equal(encoded);
      }),
      { numRuns: 1_000 },
    );
    expect(types.size, "types generated").to.be.above(40);
  });

  it("refuses to write what it could not read", () => {
    const wrong = [
      { ...settled, data: { ...settled.data, paid: mutez(-1n) } },
      { ...settled, data: { ...settled.data, note: "more" } },
      { type: "CycleEnded", data: { finalLevel: 1.5 } },
      { type: "CycleRemoved", data: {} },
    ];
    for (const event of wrong) expect(() => encodeEvent(event as DomainEvent)).to.throw();
  });

  it("stops at a type or version that it does not know, naming the place", () => {
    for (const over of [
      { type: "CycleRemoved" },
      { schemaVersion: 2 },
      { schemaVersion: 0 },
      { schemaVersion: 0.5 },
      { schemaVersion: -1 },
      { schemaVersion: NaN },
    ]) {
      const error = unreadable(over);
      expect(error.place).to.deep.equal(place);
      expect([error.eventType, error.schemaVersion]).to.deep.equal([
        over.type ?? "CycleSettled",
        over.schemaVersion ?? 1,
      ]);
      expect(error.message).to.contain(`event 7 of ${stream}`);
    }
  });

  it("stops at data that does not fit: cut, more, less, or of another form", () => {
    const damaged = [
      "",
      "{",
      "null",
      "[]",
      stored.data.slice(0, -1),
      stored.data.replace('"paid":"1152921504606846976",', ""),
      stored.data.replace("{", '{"note":"more",'),
      stored.data.replace('"1152921504606846976"', "1152921504606846976"),
      stored.data.replace('"0"', '"-0"'),
      stored.data.replace('"3"', '"-3"'),
    ];
    for (const data of damaged) expect(unreadable({ data }).place, data).to.deep.equal(place);
  });

  it("brings an older version up to today's, and no further", () => {
    const held = { type: "CycleHeld", schemaVersion: 1, data: '{"reason":"too small","actor":"ana"}' };
    expect(decode(held)).to.deep.equal({
      type: "CycleHeld",
      data: { reason: "person", detail: "too small", actor: "ana" },
    });
    expect(unreadable({ ...held, schemaVersion: 2 }).schemaVersion).to.equal(2);
    expect(unreadable({ ...held, data: '{"reason":"too small"}' }).eventType).to.equal("CycleHeld");
    expect([...upcasters.keys()].sort()).to.deep.equal([
      "BatchDissolved@1",
      "CycleHeld@1",
      "ForeignOperationFound@1",
      "LedgerCheckpointed@1",
      "LedgerCheckpointed@2",
      "ObligationPaidOutside@1",
      "OperationSigned@1",
      "PayoutPlanned@1",
      "TermStarted@1",
      "WalletCheckpointed@1",
      "WalletCheckpointed@2",
    ]);
  });
});

describe("event ids", () => {
  const ended = (level: number): EncodedEvent =>
    encodeEvent({ type: "CycleEnded", data: { finalLevel: asLevel(level) } });

  it("are uuids of version 5", () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(eventId(stream, 1, 0, ended(1))).to.match(form);
    expect(operationEventId("oo1")).to.match(form);
  });

  it("are the same for the same content at the same place, and otherwise not", () => {
    expect(eventId(stream, 1, 0, ended(1))).to.equal(eventId(stream, 1, 0, ended(1)));
    const others = [
      eventId(stream, 1, 0, ended(1)),
      eventId(stream, 2, 0, ended(1)),
      eventId(stream, 1, 1, ended(1)),
      eventId(stream, 1, 0, ended(2)),
      eventId(streamName("cycle", addressOf("baker"), 751), 1, 0, ended(1)),
      eventId(stream, 1, 0, encodeEvent({ type: "CycleReopened", data: { actor: "ana" } })),
      eventId(stream, 1, 0, encodeEvent({ type: "CycleReleased", data: { actor: "ana" } })),
    ];
    expect(new Set(others).size).to.equal(others.length);
  });

  it("never change: logs are full of them", () => {
    const registered = { chainId: chainId.parse("NetXdQprcVkpaWU"), firstCycle: asCycle(750) };
    const content = encodeEvent({ type: "BakerRegistered", data: registered });
    const baker = streamName("baker", "tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN");
    expect(eventId(baker, -1, 0, content)).to.equal("33ba7c8e-0553-549b-b444-44bd1203fd9d");
    const operation = "oou9Ukjy61r6au6cZb6jBvCRYQ2cR8AhuXwTjaLuHcFSbmEFBTP";
    expect(operationEventId(operation)).to.equal("f3d0e108-f20a-54cd-96ea-fe8b2924402b");
  });
});
