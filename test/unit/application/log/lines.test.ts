import { expect } from "chai";
import { type Position } from "../../../../src/application/ports/event-store.js";
import { type Line, lineFrom, lineOf } from "../../../../src/application/log/lines.js";
import { merkleRoot } from "../../../../src/domain/digest.js";
import { leafForm } from "../../../../src/domain/proof/leaf.js";
import { newEvent, newStream } from "../../../support/events.js";

const event = {
  ...newEvent({ data: '{"memo": "Grüße \\"\u2028\\ud83d\\ude00" }' }),
  stream: newStream(),
  revision: 7,
  position: 12_345_678_901_234_567n as Position,
  recordedAt: new Date("2026-01-02T03:04:05.678Z"),
};
const text = lineOf({ kind: "event", event });

describe("a line of an export", () => {
  it("holds the leaf's bytes as they are hashed, with position and time beside them", () => {
    expect(text).to.equal(
      `{"event":${leafForm(event)},"position":"12345678901234567","recordedAt":"2026-01-02T03:04:05.678Z"}`,
    );
  });

  it("is read as what it was written for, byte for byte", () => {
    const root = merkleRoot([1, 2, 3]);
    const lines: readonly Line[] = [
      { kind: "event", event },
      { kind: "before", before: { size: 3, peaks: [root, root] } },
      { kind: "end", tree: { size: 3, root } },
    ];
    expect(lines.map((line) => lineFrom(lineOf(line)))).to.deep.equal(lines);
  });

  it("is none in any other writing", () => {
    for (const wrong of [
      "",
      "{}",
      ` ${text}`,
      `${text} `,
      text.slice(0, -1),
      text.replace('"position":"12345678901234567"', '"position":"012345678901234567"'),
      text.replace("678Z", "6780Z"),
      text.replace('"revision":7', '"revision":7.0'),
      text.replace('"revision":7', '"revision":-7'),
      text.replace('"schemaVersion":1', '"schemaVersion":1,"schemaVersion":1'),
      text.replace('"schemaVersion":1,', ""),
      text.replace("Grüße", "Gr\\u00fc\\u00dfe"),
      text.replace("Grüße", "\\ud800"),
      text.replace(event.id, "no id"),
    ])
      expect(lineFrom(wrong), wrong).to.equal(undefined);
  });
});
