import { expect } from "chai";
import * as Cycle from "../../../../src/domain/cycle/cycle.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { asCycle, asLevel } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";

const actor = "ana";
const [digest, other] = [sha256("an allocation"), sha256("another")];
const levels = { firstLevel: asLevel(100), lastLevel: asLevel(199) };
const settlement = { paid: mutez(900n), carried: mutez(-5n), held: mutez(0n), networkCosts: mutez(3n) };
const reason = { reason: "person" as const, detail: "a look first", actor };

const opened: Cycle.Event = { type: "CycleOpened", data: levels };
const ended: Cycle.Event = { type: "CycleEnded", data: { finalLevel: asLevel(199) } };
const ready: Cycle.Event = { type: "CycleRewardsReady", data: { digest } };
const started: Cycle.Event = { type: "CyclePayoutStarted", data: { digest } };
const settled: Cycle.Event = { type: "CycleSettled", data: settlement };
const reopened: Cycle.Event = { type: "CycleReopened", data: { actor } };
const held: Cycle.Event = { type: "CycleHeld", data: reason };
const released: Cycle.Event = { type: "CycleReleased", data: { actor } };
const skipped: Cycle.Event = { type: "CycleSkipped", data: { reason: "too small", actor } };

/** The way of a cycle, and where it stands after each step. */
const WAY = [
  ["unknown", []],
  ["open", [opened]],
  ["ended", [opened, ended]],
  ["rewards-ready", [opened, ended, ready]],
  ["paying", [opened, ended, ready, started]],
  ["settled", [opened, ended, ready, started, settled]],
  ["skipped", [opened, ended, ready, skipped]],
] as const;
type At = (typeof WAY)[number][0];
const at = (where: At): readonly Cycle.Event[] => new Map<At, readonly Cycle.Event[]>(WAY).get(where) ?? [];
const allBut = (...places: readonly At[]): readonly At[] =>
  WAY.map(([where]) => where).filter((where) => !places.includes(where));

const skip = (planUndone: boolean) => Cycle.skip({ reason: "too small", actor, planUndone });

describe("cycle", () => {
  it("has a stream of its own, and stands where its events say", () => {
    const baker = addressOf("baker");
    expect(Cycle.stream(baker, asCycle(750))).to.equal(`cycle-${baker}_750`);
    for (const [where, events] of WAY) expect(given(Cycle, events).thenState().at).to.equal(where);
  });

  it("opens once", () => {
    given(Cycle).when(Cycle.open(levels)).then(opened).again.thenNothing();
    for (const where of allBut("unknown")) given(Cycle, at(where)).when(Cycle.open(levels)).thenNothing();
  });

  it("ends once its last block is final, not a block earlier", () => {
    given(Cycle, [opened])
      .when(Cycle.end(asLevel(198)))
      .thenRefused("not-final-yet", { lastLevel: 199, finalLevel: 198 });
    given(Cycle, [opened])
      .when(Cycle.end(asLevel(199)))
      .then(ended)
      .again.thenNothing();
    given(Cycle)
      .when(Cycle.end(asLevel(199)))
      .thenRefused("never-opened");
    for (const where of allBut("unknown", "open"))
      given(Cycle, at(where))
        .when(Cycle.end(asLevel(250)))
        .thenNothing();
  });

  it("has its rewards ready after its end, and says so again only for another allocation", () => {
    for (const where of ["unknown", "open"] as const) {
      given(Cycle, at(where)).when(Cycle.rewardsReady({ digest })).thenRefused("not-ended");
    }
    given(Cycle, at("ended")).when(Cycle.rewardsReady({ digest })).then(ready).again.thenNothing();
    given(Cycle, at("rewards-ready"))
      .when(Cycle.rewardsReady({ digest: other }))
      .then({ type: "CycleRewardsReady", data: { digest: other } })
      .again.thenNothing();
    for (const where of ["paying", "settled", "skipped"] as const) {
      given(Cycle, at(where))
        .when(Cycle.rewardsReady({ digest: other }))
        .thenNothing();
    }
  });

  it("starts its payout when the rewards are ready and nothing holds it", () => {
    given(Cycle, at("rewards-ready")).when(Cycle.startPayout({ digest })).then(started).again.thenNothing();
    for (const where of ["unknown", "open", "ended"] as const) {
      given(Cycle, at(where)).when(Cycle.startPayout({ digest })).thenRefused("rewards-missing");
    }
    for (const where of ["settled", "skipped"] as const) {
      given(Cycle, at(where)).when(Cycle.startPayout({ digest })).thenRefused("finished");
    }
    for (const where of ["rewards-ready", "paying"] as const) {
      given(Cycle, [...at(where), held])
        .when(Cycle.startPayout({ digest }))
        .thenRefused("held", { reason: "person" });
    }
  });

  it("settles once while it is paying", () => {
    given(Cycle, at("paying")).when(Cycle.settle(settlement)).then(settled).again.thenNothing();
    for (const where of allBut("paying", "settled")) {
      given(Cycle, at(where)).when(Cycle.settle(settlement)).thenRefused("rewards-missing");
    }
  });

  it("reopens when it is settled or about to be, and settles again", () => {
    for (const where of ["settled", "paying"] as const)
      given(Cycle, at(where)).when(Cycle.reopen(actor)).then(reopened);
    for (const where of allBut("settled", "paying"))
      given(Cycle, at(where)).when(Cycle.reopen(actor)).thenNothing();
    given(Cycle, [...at("settled"), reopened])
      .when(Cycle.settle(settlement))
      .then(settled);
  });

  it("is held once, until it is released", () => {
    for (const where of ["open", "ended", "rewards-ready", "paying"] as const) {
      given(Cycle, at(where)).when(Cycle.hold(reason)).then(held).again.thenNothing();
      given(Cycle, [...at(where), held])
        .when(Cycle.release({ actor }))
        .then(released)
        .again.thenNothing();
    }
    given(Cycle).when(Cycle.hold(reason)).thenRefused("never-opened");
    given(Cycle).when(Cycle.release({ actor })).thenRefused("never-opened");
    for (const where of ["settled", "skipped"] as const) {
      given(Cycle, at(where)).when(Cycle.hold(reason)).thenRefused("finished");
    }
    given(Cycle, at("paying")).when(Cycle.release({ actor })).thenNothing();
  });

  it("is held by a person instead of by TAPS, and not the other way round", () => {
    const missed = { reason: "missed-cycles" as const, detail: "away", actor: "taps" };
    given(Cycle, at("ended"))
      .when(Cycle.hold(missed))
      .then({ type: "CycleHeld", data: missed })
      .again.thenNothing();
    given(Cycle, [...at("ended"), { type: "CycleHeld", data: missed }])
      .when(Cycle.hold(reason))
      .then(held)
      .again.thenNothing();
    given(Cycle, [...at("ended"), held])
      .when(Cycle.hold(missed))
      .thenNothing();
  });

  it("is skipped at any time before it is settled, but not with a plan that stands", () => {
    for (const where of ["open", "ended", "rewards-ready"] as const) {
      given(Cycle, at(where)).when(skip(false)).then(skipped).again.thenNothing();
    }
    given(Cycle, at("paying")).when(skip(true)).then(skipped).again.thenNothing();
    given(Cycle, at("paying")).when(skip(false)).thenRefused("batch-formed");
    given(Cycle, [...at("settled"), reopened])
      .when(skip(false))
      .thenRefused("batch-formed");
    given(Cycle, at("settled")).when(skip(true)).thenRefused("finished");
    given(Cycle).when(skip(true)).thenRefused("never-opened");
  });

  it("is finished when settled or skipped, and not when reopened", () => {
    const finished = WAY.filter(([, events]) => Cycle.isFinished(given(Cycle, events).thenState()));
    expect(finished.map(([where]) => where)).to.deep.equal(["settled", "skipped"]);
    expect(Cycle.isFinished(given(Cycle, [...at("settled"), reopened]).thenState())).to.equal(false);
  });

  it("folds every event", () => {
    const base = { lastLevel: 199, rewards: undefined, held: undefined };
    const why = { reason: "person", detail: "a look first", actor: "ana" };
    const folds = [
      [[opened], { ...base, at: "open" }],
      [[opened, ended], { ...base, at: "ended" }],
      [at("rewards-ready"), { ...base, at: "rewards-ready", rewards: digest }],
      [[...at("rewards-ready"), held], { ...base, at: "rewards-ready", rewards: digest, held: why }],
      [[...at("rewards-ready"), held, released], { ...base, at: "rewards-ready", rewards: digest }],
      [[...at("paying"), held], { ...base, at: "paying", rewards: digest, held: why }],
      [at("settled"), { ...base, at: "settled", rewards: digest }],
      [[...at("settled"), reopened], { ...base, at: "paying", rewards: digest }],
      [[opened, held, skipped], { ...base, at: "skipped" }],
    ] as const;
    for (const [events, state] of folds) expect(given(Cycle, events).thenState()).to.deep.equal(state);
  });
});
