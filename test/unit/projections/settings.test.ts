import { expect } from "chai";
import * as Baker from "../../../src/domain/baker/baker.js";
import { asCycle, asLevel, chainId } from "../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../src/domain/money.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { settingsProjection } from "../../../projections/settings.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf } from "../../support/identifiers.js";
import { POLICY } from "../../support/payouts.js";
import { RecordedLog } from "../../support/recorded-log.js";

const BAKER = addressOf("baker");
const PAYER = addressOf("payer");
const CHAIN = chainId.parse("NetXdQprcVkpaWU");
const [ann, bob] = [addressOf("ann"), addressOf("bob")].sort() as [typeof BAKER, typeof BAKER];
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);
const actor = "x";

const baker = (...events: Baker.Event[]) => {
  const log = new RecordedLog();
  log.record(Baker.stream(BAKER), events);
  return foldProjection(settingsProjection, log.events);
};
const registered: Baker.Event = {
  type: "BakerRegistered",
  data: { chainId: CHAIN, firstCycle: asCycle(201) },
};
const unset = {
  baker: BAKER,
  chain_id: CHAIN,
  first_cycle: 201,
  payer: null,
  mode: "simulation",
  on_since_cycle: null,
  policy: null,
  ceilings: null,
  bond_pool_since_cycle: null,
};

describe("the settings projection", () => {
  it("has a baker in simulation mode under the default policy at first", () => {
    expect(baker(registered)["settings"]).to.deep.equal([{ ...unset, changed_at: at(0) }]);
  });

  it("shows the first cycle where it was moved to", () => {
    const moved: Baker.Event = { type: "FirstCycleSet", data: { firstCycle: asCycle(205), actor } };
    expect(baker(registered, moved)["settings"]).to.deep.equal([
      { ...unset, first_cycle: 205, changed_at: at(1) },
    ]);
  });

  it("shows payer, mode and policy as they were last set", () => {
    const mode = (next: Baker.Mode, cycle: number): Baker.Event => ({
      type: "ModeChanged",
      data: { mode: next, fromCycle: asCycle(cycle), actor },
    });
    const paid: Baker.Event = { type: "PayerSet", data: { payer: PAYER, actor } };
    const policy: Baker.Event = { type: "PolicyChanged", data: { policy: POLICY, actor } };
    const json = { ...POLICY, minimumBalance: "0", minimumPayout: "10" };
    const on = { ...unset, payer: PAYER, policy: json, mode: "on", on_since_cycle: 202 };
    const events = [registered, paid, policy, mode("on", 202)];
    expect(baker(...events)["settings"]).to.deep.equal([{ ...on, changed_at: at(3) }]);
    expect(baker(...events, mode("off", 205))["settings"]).to.deep.equal([
      { ...on, mode: "off", changed_at: at(4) },
    ]);
  });

  it("shows ceilings as they were last set", () => {
    const ceilings = { operation: 1n, cycle: 2n, deviationFromLastCyclesPct: 3, operationFee: 4n };
    const amounts = { operation: mutez(1n), cycle: mutez(2n), operationFee: mutez(4n) };
    const set: Baker.Event = {
      type: "CeilingsSet",
      data: { ceilings: { ...amounts, deviationFromLastCyclesPct: 3 }, actor },
    };
    const json = { ...ceilings, operation: "1", cycle: "2", operationFee: "4" };
    expect(baker(registered, set)["settings"]).to.deep.equal([
      { ...unset, ceilings: json, changed_at: at(1) },
    ]);
  });

  it("keeps the delegators' own terms, each row whole", () => {
    const set = (
      ...rows: Extract<Baker.Event, { type: "DelegatorTermsSet" }>["data"]["rows"]
    ): Baker.Event => ({
      type: "DelegatorTermsSet",
      data: { rows, actor },
    });
    const none = { baker: BAKER, fee_bps: null, recipient: null, status: null, maximum_balance: null };
    const first = set(
      { delegator: ann, feeBps: basisPoints.parse(0), status: "suspend" },
      { delegator: bob, recipient: ann, maximumBalance: mutez(2n ** 60n) },
    );
    const rowOfBob = { ...none, delegator: bob, recipient: ann, maximum_balance: 2n ** 60n };
    expect(baker(registered, first)["delegator_terms"]).to.deep.equal([
      { ...none, delegator: ann, fee_bps: 0, status: "suspend" },
      rowOfBob,
    ]);
    const second = set({ delegator: ann, feeBps: basisPoints.parse(9) });
    expect(baker(registered, first, second)["delegator_terms"]).to.deep.equal([
      { ...none, delegator: ann, fee_bps: 9 },
      rowOfBob,
    ]);
    const removed: Baker.Event = { type: "DelegatorTermsRemoved", data: { delegator: ann, actor } };
    expect(baker(registered, first, removed)["delegator_terms"]).to.deep.equal([rowOfBob]);
    const cleared: Baker.Event = { type: "DelegatorTermsCleared", data: { actor } };
    expect(baker(registered, first, cleared, second)["delegator_terms"]).to.deep.equal([
      { ...none, delegator: ann, fee_bps: 9 },
    ]);
  });

  it("keeps the bond pool's members, and since when it is on", () => {
    const set = (member: typeof ann, amount: bigint, manager: boolean): Baker.Event => ({
      type: "BondPoolMemberSet",
      data: { member, amount: mutez(amount), chargeBps: basisPoints.parse(250), manager, actor },
    });
    const switched = (fromCycle: number | null): Baker.Event => ({
      type: "BondPoolSwitched",
      data: { fromCycle: fromCycle === null ? null : asCycle(fromCycle), actor },
    });
    const row = { baker: BAKER, charge_bps: 250 };
    const events = [registered, set(ann, 5n, true), set(bob, 2n ** 60n, false), switched(301)];
    const on = baker(...events);
    expect(on["bond_pool_members"]).to.deep.equal([
      { ...row, member: ann, amount: 5n, manager: true },
      { ...row, member: bob, amount: 2n ** 60n, manager: false },
    ]);
    expect(on["settings"]).to.deep.equal([{ ...unset, bond_pool_since_cycle: 301, changed_at: at(3) }]);
    const removed: Baker.Event = { type: "BondPoolMemberRemoved", data: { member: bob, actor } };
    const off = baker(...events, set(ann, 6n, true), removed, switched(null));
    expect(off["bond_pool_members"]).to.deep.equal([{ ...row, member: ann, amount: 6n, manager: true }]);
    expect(off["settings"]).to.deep.equal([{ ...unset, changed_at: at(6) }]);
  });

  it("shows why a wallet is paused, a row a reason", () => {
    const pause = (reason: "person" | "restored", untilLevel: number | null): Wallet.Event => ({
      type: "WalletPaused",
      data: {
        reason,
        detail: `a ${reason}`,
        actor,
        untilLevel: untilLevel === null ? null : asLevel(untilLevel),
      },
    });
    const log = new RecordedLog();
    log.record(Wallet.stream(PAYER), [pause("person", null), pause("restored", 9), pause("restored", 12)]);
    log.record(Wallet.stream(PAYER), [{ type: "WalletResumed", data: { reason: "person", actor } }]);
    expect(foldProjection(settingsProjection, log.events)["wallet_pauses"]).to.deep.equal([
      { wallet: PAYER, reason: "restored", detail: "a restored", actor, until_level: 12, since: at(2) },
    ]);
  });
});
