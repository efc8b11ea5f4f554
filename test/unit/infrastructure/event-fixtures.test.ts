import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { streamName } from "../../../src/domain/identifiers.js";
import { decodeEvent, encodeEvent, knownEvents } from "../../../src/infrastructure/eventstore/codec.js";
import { shapes } from "../../support/event-shapes.js";

const folder = new URL("../../../../test/fixtures/events/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8").trimEnd();
const stored = (type: string, schemaVersion: number) =>
  ({
    stream: streamName("fixture", "x"),
    revision: 0,
    type,
    schemaVersion,
    data: read(`${type}.v${schemaVersion}.json`),
  }) as const;

describe("stored events", () => {
  for (const file of readdirSync(folder).filter((name) => name !== "shapes.json")) {
    const [, type = "", version = ""] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
    it(`reads ${type} version ${version}`, () => {
      const recorded = stored(type, Number(version));
      const event = decodeEvent(recorded);
      expect(event.type).to.equal(type);
      if (knownEvents.get(type) === Number(version)) expect(encodeEvent(event).data).to.equal(recorded.data);
    });
  }

  it("brings a hold of version 1 up to date", () => {
    expect(decodeEvent(stored("CycleHeld", 1)).data).to.deep.equal(decodeEvent(stored("CycleHeld", 2)).data);
  });

  it("changes no event's shape without a new version", () => {
    const advice =
      "an event's JSON has changed: raise its schemaVersion, add an upcaster and a fixture, then store the new shape";
    expect(shapes(), advice).to.deep.equal(JSON.parse(read("shapes.json")));
  });
});
