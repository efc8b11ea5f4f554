import { expect } from "chai";
import { z } from "zod";
import { address, digest, level, tzAddress } from "../../../src/domain/identifiers.js";
import { mutezCodec, signedMutezCodec } from "../../../src/domain/money.js";
import { currentShapes, recordedShapes, shapeOf, shapeProblems } from "../../support/event-shapes.js";

const members = {
  delegator: address,
  amount: mutezCodec,
  at: level,
  digest,
  kind: z.enum(["pay", "keep"]),
  note: z.string(),
};
const shape = (over: z.ZodRawShape = {}) =>
  shapeOf(z.strictObject({ type: z.literal("Paid"), data: z.strictObject({ ...members, ...over }) }));

describe("shapes of events", () => {
  it("are those under which the events stand in logs", () => {
    expect(shapeProblems(recordedShapes(), currentShapes())).to.deep.equal([]);
  });

  it("differ whenever the stored form does", () => {
    const others = [
      shape(),
      shape({ more: z.string() }),
      shape({ note: z.string().optional() }),
      shape({ note: z.string().nullable() }),
      shape({ note: z.number() }),
      shape({ delegator: tzAddress }),
      shape({ amount: signedMutezCodec }),
      shape({ at: z.number().int() }),
      shape({ digest: z.string() }),
      shape({ kind: z.enum(["pay", "keep", "skip"]) }),
      shape({ note: z.array(z.string()) }),
      shapeOf(z.strictObject({ type: z.literal("Paid"), data: z.object(members) })),
      shapeOf(
        z.strictObject({ type: z.literal("Paid"), data: z.strictObject(members).omit({ note: true }) }),
      ),
    ];
    expect(new Set(others).size).to.equal(others.length);
    expect(shape({ ...members })).to.equal(shape());
  });

  it("do not pass over a check in code that has no name", () => {
    expect(() => shape({ note: z.custom<string>((value) => value === "x") })).to.throw("without a name");
  });

  it("that changed without a new version say what to do", () => {
    const recorded = { "Paid@1": "a", "Held@2": "b" };
    expect(shapeProblems(recorded, { "Paid@1": "a", "Held@2": "c" })).to.deep.equal([
      "the shape of Held changed, but not its version 2, under which it stands in logs: give it version 3 in defineEvent, write the upcaster Held@2, keep Held.v2.json, store Held.v3.json, then npm run check:events -- --write",
    ]);
    expect(shapeProblems(recorded, { "Paid@1": "a", "Held@3": "c" })).to.deep.equal([
      "Held@3 is new: store Held.v3.json, then npm run check:events -- --write",
    ]);
    expect(shapeProblems({ ...recorded, "Held@3": "c" }, { "Paid@1": "a", "Held@3": "c" })).to.deep.equal([]);
  });

  it("that this release cannot read any more are missed", () => {
    const recorded = { "Paid@1": "a", "Held@3": "b" };
    expect(shapeProblems(recorded, { "Held@3": "b" })).to.deep.equal([
      "Paid@1 stands in logs, but this release cannot read it",
    ]);
    expect(shapeProblems({ ...recorded, "Held@2": "c" }, { "Paid@1": "a", "Held@2": "c" })).to.deep.equal([
      "Held@3 stands in logs, but this release cannot read it",
    ]);
  });
});
