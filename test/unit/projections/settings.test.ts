import { expect } from "chai";
import * as Baker from "../../../src/domain/baker/baker.js";
import { asCycle, chainId } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import { settingsProjection } from "../../../projections/settings.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf } from "../../support/identifiers.js";
import { POLICY } from "../../support/payouts.js";
import { RecordedLog } from "../../support/recorded-log.js";

const BAKER = addressOf("baker");
const PAYER = addressOf("payer");
const CHAIN = chainId.parse("NetXdQprcVkpaWU");
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
};

describe("the settings projection", () => {
  it("has a baker in simulation mode under the default policy at first", () => {
    expect(baker(registered)["settings"]).to.deep.equal([{ ...unset, changed_at: at(0), revision: 0 }]);
  });

  it("shows the first cycle where it was moved to", () => {
    const moved: Baker.Event = { type: "FirstCycleSet", data: { firstCycle: asCycle(205), actor } };
    expect(baker(registered, moved)["settings"]).to.deep.equal([
      { ...unset, first_cycle: 205, changed_at: at(1), revision: 1 },
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
    expect(baker(...events)["settings"]).to.deep.equal([{ ...on, changed_at: at(3), revision: 3 }]);
    expect(baker(...events, mode("off", 205))["settings"]).to.deep.equal([
      { ...on, mode: "off", changed_at: at(4), revision: 4 },
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
      { ...unset, ceilings: json, changed_at: at(1), revision: 1 },
    ]);
  });

  it("says up to which event of the baker's stream it shows, also where that changed nothing", () => {
    const asked: Baker.Event = { type: "CyclePaymentRequested", data: { cycle: asCycle(201), actor } };
    expect(baker(registered, asked)["settings"]).to.deep.equal([
      { ...unset, changed_at: at(0), revision: 1 },
    ]);
  });
});
