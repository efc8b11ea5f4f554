import { expect } from "chai";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { asCycle, chainId, tzAddress } from "../../../../src/domain/identifiers.js";
import {
  actor,
  CEILINGS,
  ceilingsSet,
  cleared,
  full,
  MAINNET,
  payer,
  payerSet,
  policyChanged,
  registered,
  termsOf,
  termsSet,
} from "../../../support/baker-samples.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";
import { POLICY } from "../../../support/payouts.js";

const GHOSTNET = chainId.parse("NetXnHfVqm9iesp");

const modeChanged = (mode: Baker.Mode, cycle: number): Baker.Event => ({
  type: "ModeChanged",
  data: { mode, fromCycle: asCycle(cycle), actor },
});
const requested = (cycle: number): Baker.Event => ({
  type: "CyclePaymentRequested",
  data: { cycle: asCycle(cycle), actor },
});

const register = (startCycle?: number, chain = MAINNET) =>
  Baker.register({
    chainId: chain,
    firstCycle: asCycle(800),
    startCycle: startCycle === undefined ? undefined : asCycle(startCycle),
  });
const switchTo = (mode: Baker.Mode, cycle = 751) =>
  Baker.changeMode({ mode, fromCycle: asCycle(cycle), actor });

describe("baker", () => {
  it("has a stream of its own", () => {
    expect(Baker.stream(payer)).to.equal(`baker-${payer}`);
  });

  describe("registration", () => {
    it("takes the next cycle to begin, or the one that is asked for", () => {
      given(Baker)
        .when(register())
        .then({ type: "BakerRegistered", data: { chainId: MAINNET, firstCycle: asCycle(800) } })
        .again.thenNothing();
      given(Baker).when(register(750)).then(registered).again.thenNothing();
    });

    it("accepts what is registered when no cycle is asked for", () => {
      given(Baker, [registered]).when(register()).thenNothing();
    });

    it("refuses another chain or another first cycle by name", () => {
      given(Baker, [registered])
        .when(register(750, GHOSTNET))
        .thenRefused("other-chain", { registered: MAINNET, found: GHOSTNET });
      given(Baker, [registered])
        .when(register(751))
        .thenRefused("other-first-cycle", { registered: 750, asked: 751 });
    });
  });

  describe("the payer", () => {
    it("is set once", () => {
      given(Baker, [registered]).when(Baker.setPayer({ payer, actor })).then(payerSet).again.thenNothing();
    });

    it("is no tz4 wallet: nothing signs for one", () => {
      const tz4 = tzAddress.parse("tz4UmdB1JufxWrapeLysYxK9J574oFgkaAYs");
      given(Baker, [registered])
        .when(Baker.setPayer({ payer: tz4, actor }))
        .thenRefused("tz4-payer");
    });

    it("is not set before registration, and never becomes another", () => {
      given(Baker).when(Baker.setPayer({ payer, actor })).thenRefused("not-registered");
      const other = addressOf("other");
      given(Baker, [registered, payerSet])
        .when(Baker.setPayer({ payer: other, actor }))
        .thenRefused("other-payer", { registered: payer, asked: other });
    });
  });

  describe("the mode", () => {
    it("is simulation until told otherwise", () => {
      expect(given(Baker).thenState().mode).to.equal("simulation");
    });

    it("changes once", () => {
      given(Baker, [registered, payerSet])
        .when(switchTo("on"))
        .then(modeChanged("on", 751))
        .again.thenNothing();
      given(Baker, [registered]).when(switchTo("off")).then(modeChanged("off", 751)).again.thenNothing();
      given(Baker, [registered]).when(switchTo("simulation")).thenNothing();
    });

    it("is not changed before registration, and not switched on without a wallet", () => {
      given(Baker).when(switchTo("off")).thenRefused("not-registered");
      given(Baker, [registered]).when(switchTo("on")).thenRefused("no-payer");
    });
  });

  const paid = (events: Baker.Event[], cycles: readonly number[]) => {
    const state = given(Baker, events).thenState();
    return cycles.filter((cycle) => Baker.pays(state, asCycle(cycle)));
  };

  describe("cycles to pay", () => {
    const request = (cycle: number) => Baker.requestPayment({ cycle: asCycle(cycle), actor });
    const on = [registered, payerSet, modeChanged("on", 760)];

    it("are those from the first cycle on that were running when the mode was switched on, or began later", () => {
      expect(paid([registered, payerSet], [749, 750, 760])).to.deep.equal([]);
      expect(paid(on, [749, 750, 759, 760, 761])).to.deep.equal([760, 761]);
      expect(paid([registered, payerSet, modeChanged("on", 700)], [749, 750])).to.deep.equal([750]);
    });

    it("begin anew with each switch to on", () => {
      const again = [...on, modeChanged("simulation", 762), modeChanged("on", 765)];
      expect(paid(again, [760, 762, 764, 765])).to.deep.equal([765]);
    });

    it("are not moved by being on already", () => {
      expect(paid([...on, modeChanged("on", 799)], [760, 799])).to.deep.equal([760, 799]);
    });

    it("are also those that a person asks for", () => {
      given(Baker, on).when(request(700)).then(requested(700)).again.thenNothing();
      given(Baker, on).when(request(760)).then(requested(760)).again.thenNothing();
      expect(paid([...on, requested(700)], [699, 700, 701, 760])).to.deep.equal([700, 760]);
      given(Baker).when(request(700)).thenRefused("not-registered");
    });
  });

  describe("the first cycle that is paid", () => {
    const first = (cycle: number) => ({ firstCycle: asCycle(cycle), actor: "ana" });
    const firstSet = (cycle: number): Baker.Event => ({ type: "FirstCycleSet", data: first(cycle) });

    it("moves while nothing is paid, and not to where it is", () => {
      given(Baker, [registered])
        .when(Baker.setFirstCycle(first(760)))
        .then(firstSet(760))
        .again.thenNothing();
      given(Baker, [registered])
        .when(Baker.setFirstCycle(first(750)))
        .thenNothing();
      given(Baker)
        .when(Baker.setFirstCycle(first(750)))
        .thenRefused("not-registered");
      const moved = [registered, payerSet, firstSet(760)];
      expect(paid([...moved, modeChanged("on", 755)], [755, 759, 760, 761])).to.deep.equal([760, 761]);
    });

    it("stays in mode on", () => {
      const on = given(Baker, [registered, payerSet, modeChanged("on", 755)]);
      on.when(Baker.setFirstCycle(first(760))).thenRefused("pays-already");
      on.when(Baker.setFirstCycle(first(750))).thenNothing();
    });
  });

  describe("cycles that are finished", () => {
    const finish = (through: number) => Baker.finishCycles({ through: asCycle(through) });
    const finished = (through: number): Baker.Event => ({
      type: "CyclesFinished",
      data: { through: asCycle(through) },
    });
    const first = (events: Baker.Event[]) => Baker.firstUnfinished(given(Baker, events).thenState());
    const on = [registered, payerSet, modeChanged("on", 760)];

    it("are written down ten together, and need not be looked at again", () => {
      given(Baker, on).when(finish(768)).thenNothing();
      given(Baker, on).when(finish(769)).then(finished(769)).again.thenNothing();
      given(Baker, [...on, finished(769)])
        .when(finish(778))
        .thenNothing();
      given(Baker, [...on, finished(769)])
        .when(finish(785))
        .then(finished(785));
      expect([first(on), first([...on, finished(769)])]).to.deep.equal([760, 770]);
    });

    it("are none before the mode is on, and begin anew with each switch to on", () => {
      given(Baker, [registered, payerSet]).when(finish(900)).thenNothing();
      expect(first([registered, payerSet])).to.equal(undefined);
      const again = [...on, finished(769), modeChanged("off", 772), modeChanged("on", 780)];
      expect(first(again)).to.equal(780);
      given(Baker, again).when(finish(779)).thenNothing();
    });
  });

  it("lets another wallet pay outside of on, and remembers who paid before", () => {
    const other = addressOf("another wallet");
    const changed: Baker.Event = { type: "PayerSet", data: { payer: other, actor } };
    const change = Baker.changePayer({ payer: other, actor });
    given(Baker).when(change).thenRefused("not-registered");
    given(Baker, [registered]).when(change).then(changed);
    given(Baker, [registered, payerSet]).when(change).then(changed).again.thenNothing();
    given(Baker, [registered, payerSet, modeChanged("on", 760)])
      .when(change)
      .thenRefused("mode-on");
    const former = (events: Baker.Event[]) => given(Baker, events).thenState().formerPayers;
    expect(former([registered, payerSet, changed])).to.deep.equal([payer]);
    expect(former([registered, payerSet, changed, payerSet])).to.deep.equal([other]);
  });

  it("takes no wallet that cannot pay, or that shares are sent to", () => {
    const tz4 = tzAddress.parse("tz4HVR6aty9KwsQFHh81C1G7gBdhxT8kuytm");
    for (const decide of [Baker.setPayer, Baker.changePayer])
      given(Baker, [registered])
        .when(decide({ payer: tz4, actor }))
        .thenRefused("tz4-payer");
    const savings = addressOf("savings");
    given(Baker, [registered, termsSet([full])])
      .when(Baker.changePayer({ payer: savings, actor }))
      .thenRefused("recipient-is-payer", { delegator: full.delegator });
    given(Baker, [registered, termsSet([full])])
      .when(Baker.changePayer({ payer: tzAddress.parse(full.delegator), actor }))
      .thenRefused("payer-is-not-sent");
  });

  it("folds every event", () => {
    const events: Baker.Event[] = [
      registered,
      payerSet,
      policyChanged,
      termsSet([full, termsOf(1)]),
      termsSet([termsOf(2)]),
      modeChanged("on", 760),
      requested(700),
      { type: "FirstCycleSet", data: { firstCycle: asCycle(749), actor: "ana" } },
      { type: "CyclesFinished", data: { through: asCycle(770) } },
      ceilingsSet,
    ];
    expect(given(Baker, events).thenState()).to.deep.equal({
      registered: { chainId: MAINNET, firstCycle: 749 },
      payer,
      formerPayers: [],
      policy: POLICY,
      ceilings: CEILINGS,
      terms: new Map([full, termsOf(1), termsOf(2)].map((row) => [row.delegator, row])),
      bondPool: { since: undefined, members: new Map() },
      mode: "on",
      onSince: 760,
      requested: new Set([700]),
      finishedThrough: 770,
    });
    expect(given(Baker, [...events, cleared]).thenState().terms).to.deep.equal(new Map());
  });
});
