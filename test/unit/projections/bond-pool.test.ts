import { expect } from "chai";
import * as Baker from "../../../src/domain/baker/baker.js";
import { asCycle, chainId } from "../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../src/domain/money.js";
import { bondPoolProjection } from "../../../projections/bond-pool.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf } from "../../support/identifiers.js";
import { RecordedLog } from "../../support/recorded-log.js";

const BAKER = addressOf("baker");
const [ann, bob] = [addressOf("ann"), addressOf("bob")].sort() as [typeof BAKER, typeof BAKER];
const actor = "x";
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);

const baker = (...events: Baker.Event[]) => {
  const log = new RecordedLog();
  log.record(Baker.stream(BAKER), events);
  return foldProjection(bondPoolProjection, log.events);
};
const registered: Baker.Event = {
  type: "BakerRegistered",
  data: { chainId: chainId.parse("NetXdQprcVkpaWU"), firstCycle: asCycle(201) },
};

describe("the bond pool projection", () => {
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
    expect(on["bond_pool"]).to.deep.equal([{ baker: BAKER, since_cycle: 301, changed_at: at(3) }]);
    const removed: Baker.Event = { type: "BondPoolMemberRemoved", data: { member: bob, actor } };
    const off = baker(...events, set(ann, 6n, true), removed, switched(null));
    expect(off["bond_pool_members"]).to.deep.equal([{ ...row, member: ann, amount: 6n, manager: true }]);
    expect(off["bond_pool"]).to.deep.equal([{ baker: BAKER, since_cycle: null, changed_at: at(6) }]);
  });
});
