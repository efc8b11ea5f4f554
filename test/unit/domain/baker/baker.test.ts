import { expect } from "chai";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { asCycle, chainId } from "../../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../../src/domain/money.js";
import { type TermsRow } from "../../../../src/domain/reward/policy-codec.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";
import { POLICY } from "../../../support/payouts.js";

const actor = "ana";
const MAINNET = chainId.parse("NetXdQprcVkpaWU");
const GHOSTNET = chainId.parse("NetXnHfVqm9iesp");
const payer = addressOf("payer");

const registered: Baker.Event = {
  type: "BakerRegistered",
  data: { chainId: MAINNET, firstCycle: asCycle(750) },
};
const payerSet: Baker.Event = { type: "PayerSet", data: { payer, actor } };
const policyChanged: Baker.Event = { type: "PolicyChanged", data: { policy: POLICY, actor } };
const cleared: Baker.Event = { type: "DelegatorTermsCleared", data: { actor } };
const termsSet = (rows: TermsRow[]): Baker.Event => ({ type: "DelegatorTermsSet", data: { rows, actor } });
const modeChanged = (mode: Baker.Mode, cycle: number): Baker.Event => ({
  type: "ModeChanged",
  data: { mode, fromCycle: asCycle(cycle), actor },
});
const requested = (cycle: number): Baker.Event => ({
  type: "CyclePaymentRequested",
  data: { cycle: asCycle(cycle), actor },
});

const termsOf = (n: number): TermsRow => ({ delegator: addressOf(n), feeBps: basisPoints.parse(n % 10_000) });
const manyTerms = (count: number) => Array.from({ length: count }, (_, n) => termsOf(n));
const full: TermsRow = {
  delegator: addressOf("full"),
  feeBps: basisPoints.parse(0),
  recipient: addressOf("savings"),
  status: "suspend",
  maximumBalance: mutez(5_000_000n),
};

const register = (startCycle?: number, chain = MAINNET) =>
  Baker.register({
    chainId: chain,
    firstCycle: asCycle(800),
    startCycle: startCycle === undefined ? undefined : asCycle(startCycle),
  });
const change = (terms?: readonly TermsRow[], policy = POLICY) => Baker.changePolicy({ policy, terms, actor });
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

    it("is not set before registration, and never becomes another", () => {
      given(Baker).when(Baker.setPayer({ payer, actor })).thenRefused("not-registered");
      const other = addressOf("other");
      given(Baker, [registered, payerSet])
        .when(Baker.setPayer({ payer: other, actor }))
        .thenRefused("other-payer", { registered: payer, asked: other });
    });
  });

  describe("the policy", () => {
    it("changes, with all terms, in chunks of at most 500", () => {
      const terms = manyTerms(1_001);
      given(Baker, [registered])
        .when(change(terms))
        .then(
          policyChanged,
          termsSet(terms.slice(0, 500)),
          termsSet(terms.slice(500, 1_000)),
          termsSet(terms.slice(1_000)),
        )
        .again.thenNothing();
    });

    it("leaves the terms as they are when the file names none", () => {
      given(Baker, [registered, termsSet([full])])
        .when(change())
        .then(policyChanged)
        .again.thenNothing();
    });

    it("replaces all terms when the file names some, also none at all", () => {
      const before = [registered, policyChanged, termsSet([full, termsOf(1)])];
      given(Baker, before)
        .when(change([termsOf(2)]))
        .then(policyChanged, cleared, termsSet([termsOf(2)]))
        .again.thenNothing();
      given(Baker, before).when(change([])).then(policyChanged, cleared).again.thenNothing();
    });

    it("is written again when anything in it differs", () => {
      const before = [registered, policyChanged, termsSet([full])];
      const policy = { ...POLICY, feeBps: basisPoints.parse(501) };
      given(Baker, before)
        .when(change(undefined, policy))
        .then({ type: "PolicyChanged", data: { policy, actor } })
        .again.thenNothing();
      given(Baker, before)
        .when(change([full]))
        .thenNothing();
      const raised = { ...full, maximumBalance: mutez(5_000_001n) };
      given(Baker, before)
        .when(change([raised]))
        .then(policyChanged, cleared, termsSet([raised]));
    });

    it("is refused before registration, and with more terms than one append can hold", () => {
      given(Baker).when(change()).thenRefused("not-registered");
      given(Baker, [registered])
        .when(change(manyTerms(4_001)))
        .thenRefused("too-many-terms", { limit: 4_000, found: 4_001 });
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

  describe("cycles to pay", () => {
    const request = (cycle: number) => Baker.requestPayment({ cycle: asCycle(cycle), actor });
    const paid = (events: Baker.Event[], cycles: readonly number[]) => {
      const state = given(Baker, events).thenState();
      return cycles.filter((cycle) => Baker.pays(state, asCycle(cycle)));
    };
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

  it("folds every event", () => {
    const events = [
      registered,
      payerSet,
      policyChanged,
      termsSet([full, termsOf(1)]),
      termsSet([termsOf(2)]),
      modeChanged("on", 760),
      requested(700),
    ];
    expect(given(Baker, events).thenState()).to.deep.equal({
      registered: { chainId: MAINNET, firstCycle: 750 },
      payer,
      policy: POLICY,
      terms: new Map([full, termsOf(1), termsOf(2)].map((row) => [row.delegator, row])),
      mode: "on",
      onSince: 760,
      requested: new Set([700]),
    });
    expect(given(Baker, [...events, cleared]).thenState().terms).to.deep.equal(new Map());
  });
});
