import { expect } from "chai";
import * as Cycle from "../../../src/domain/cycle/cycle.js";
import { asLevel } from "../../../src/domain/identifiers.js";
import { assertAllSaid, given } from "../../support/given.js";

const levels = { firstLevel: asLevel(1), lastLevel: asLevel(10) };
const opened: Cycle.Event = { type: "CycleOpened", data: levels };
const ended: Cycle.Event = { type: "CycleEnded", data: { finalLevel: asLevel(10) } };
const opening = () => given(Cycle).when(Cycle.open(levels));

describe("given, when, then", () => {
  it("fails a test that asserts nothing", () => {
    given(Cycle, [opened]);
    expect(assertAllSaid).to.throw("given(...) without a when(...)");
    opening();
    expect(assertAllSaid).to.throw("when(...) without a then");
    opening().then(opened).again;
    expect(assertAllSaid).to.throw("when(...) without a then");
    opening().then(opened).again.thenNothing();
    expect(assertAllSaid).not.to.throw();
  });

  it("accepts exactly the events that were decided, in order", () => {
    expect(() => opening().then(ended)).to.throw();
    expect(() => opening().then(opened, opened)).to.throw();
    expect(() => opening().thenNothing()).to.throw();
    expect(() => opening().thenRefused("never-opened")).to.throw();
    const none = [] as unknown as [Cycle.Event];
    expect(() => opening().then(...none)).to.throw("names no event");
  });

  it("accepts exactly the refusal that was given, facts included", () => {
    const early = () => given(Cycle, [opened]).when(Cycle.end(asLevel(9)));
    early().thenRefused("not-final-yet", { lastLevel: 10, finalLevel: 9 });
    expect(() => early().thenRefused("not-final-yet")).to.throw();
    expect(() => early().thenRefused("never-opened", { lastLevel: 10, finalLevel: 9 })).to.throw();
    expect(() => early().thenNothing()).to.throw();
  });

  it("accepts no event that the log could not give back", () => {
    const broken = { type: "CycleOpened", data: { ...levels, note: "lost" } } as Cycle.Event;
    expect(() => given(Cycle, [broken])).to.throw();
  });
});
