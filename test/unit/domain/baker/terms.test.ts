import { expect } from "chai";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { basisPoints, mutez } from "../../../../src/domain/money.js";
import { DEFAULT_CEILINGS } from "../../../../src/domain/payment/ceilings.js";
import { type TermsRow } from "../../../../src/domain/reward/policy-codec.js";
import {
  actor,
  CEILINGS,
  ceilingsSet,
  cleared,
  full,
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

const bakery = addressOf("baker");
const manyTerms = (count: number) => Array.from({ length: count }, (_, n) => termsOf(n));
const change = (terms?: readonly TermsRow[], policy = POLICY) => Baker.changePolicy({ policy, terms, actor });

describe("a baker's terms", () => {
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

  describe("one delegator's terms", () => {
    const setTerms = (row: TermsRow) => Baker.setTerms({ baker: bakery, row, actor });
    const clear = (n: number) => Baker.clearTerms({ delegator: addressOf(n), actor });
    const removed = (n: number): Baker.Event => ({
      type: "DelegatorTermsRemoved",
      data: { delegator: addressOf(n), actor },
    });
    const before = [registered, payerSet, termsSet([full, termsOf(1)])];

    it("are set without touching others'", () => {
      given(Baker, before)
        .when(setTerms(termsOf(2)))
        .then(termsSet([termsOf(2)]))
        .again.thenNothing();
    });

    it("keep what is not named", () => {
      const { delegator } = full;
      given(Baker, before)
        .when(setTerms({ delegator, feeBps: basisPoints.parse(7) }))
        .then(termsSet([{ ...full, feeBps: basisPoints.parse(7) }]))
        .again.thenNothing();
      given(Baker, before)
        .when(setTerms({ delegator, status: "suspend" }))
        .thenNothing();
      given(Baker, before)
        .when(setTerms({ delegator, recipient: delegator }))
        .then(termsSet([{ ...full, recipient: delegator }]))
        .again.thenNothing();
    });

    it("are cleared without touching others'", () => {
      given(Baker, before).when(clear(1)).then(removed(1)).again.thenNothing();
      expect(given(Baker, [...before, removed(1)]).thenState().terms).to.deep.equal(
        new Map([[full.delegator, full]]),
      );
    });

    it("are refused where they would send a share nowhere but back", () => {
      const to = (delegator: TermsRow["delegator"], recipient: TermsRow["delegator"]) =>
        given(Baker, before).when(setTerms({ delegator, recipient }));
      to(bakery, addressOf(9)).thenRefused("baker-is-no-delegator");
      to(addressOf(1), bakery).thenRefused("recipient-is-baker");
      to(addressOf(1), payer).thenRefused("recipient-is-payer");
      to(payer, addressOf(9)).thenRefused("payer-is-not-sent");
      given(Baker, [registered])
        .when(setTerms({ delegator: addressOf(1), recipient: payer }))
        .then(termsSet([{ delegator: addressOf(1), recipient: payer }]));
      given(Baker, before)
        .when(setTerms({ delegator: payer, status: "ignore" }))
        .then(termsSet([{ delegator: payer, status: "ignore" }]));
    });

    it("are refused before registration, and beyond what one append can hold", () => {
      given(Baker)
        .when(setTerms(termsOf(1)))
        .thenRefused("not-registered");
      given(Baker).when(clear(1)).thenRefused("not-registered");
      const most = [registered, termsSet(manyTerms(4_000))];
      given(Baker, most)
        .when(setTerms(termsOf(4_000)))
        .thenRefused("too-many-terms", { limit: 4_000, found: 4_001 });
      given(Baker, most)
        .when(setTerms({ ...termsOf(1), status: "pay" }))
        .then(termsSet([{ ...termsOf(1), status: "pay" }]));
    });
  });

  it("has ceilings from the first day, and others when they are set", () => {
    const set = Baker.setCeilings({ ceilings: CEILINGS, actor });
    expect(given(Baker, [registered]).thenState().ceilings).to.deep.equal(DEFAULT_CEILINGS);
    given(Baker, [registered]).when(set).then(ceilingsSet).again.thenNothing();
    given(Baker, [registered])
      .when(Baker.setCeilings({ ceilings: DEFAULT_CEILINGS, actor }))
      .thenNothing();
    given(Baker).when(set).thenRefused("not-registered");
  });
});
