import { expect } from "chai";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { asCycle, chainId } from "../../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../../src/domain/money.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";

const actor = "ana";
const [ann, bob] = [addressOf("ann"), addressOf("bob")];

const registered: Baker.Event = {
  type: "BakerRegistered",
  data: { chainId: chainId.parse("NetXdQprcVkpaWU"), firstCycle: asCycle(750) },
};
const member = (of: typeof ann, amount: bigint, manager: boolean, bps = 500) => ({
  member: of,
  amount: mutez(amount),
  chargeBps: basisPoints.parse(bps),
  manager,
  actor,
});
type Member = ReturnType<typeof member>;
const isSet = (data: Member): Baker.Event => ({ type: "BondPoolMemberSet", data });
const removed = (of: typeof ann): Baker.Event => ({
  type: "BondPoolMemberRemoved",
  data: { member: of, actor },
});
const switched = (cycle: number | null): Baker.Event => ({
  type: "BondPoolSwitched",
  data: { fromCycle: cycle === null ? null : asCycle(cycle), actor },
});

const set = (data: Member) => Baker.setBondPoolMember(data);
const remove = (of: typeof ann) => Baker.removeBondPoolMember({ member: of, actor });
const on = (cycle = 800) => Baker.switchBondPool({ fromCycle: asCycle(cycle), actor });
const off = Baker.switchBondPool({ fromCycle: null, actor });

const managed = [registered, isSet(member(ann, 70n, true)), isSet(member(bob, 30n, false))];

describe("the bond pool's terms", () => {
  it("are set and removed member by member", () => {
    given(Baker, [registered])
      .when(set(member(ann, 70n, true)))
      .then(isSet(member(ann, 70n, true)))
      .again.thenNothing();
    given(Baker, managed)
      .when(set(member(bob, 31n, false)))
      .then(isSet(member(bob, 31n, false)))
      .again.thenNothing();
    given(Baker, managed)
      .when(set(member(bob, 30n, false, 501)))
      .then(isSet(member(bob, 30n, false, 501)));
    given(Baker, managed).when(remove(bob)).then(removed(bob)).again.thenNothing();
    expect([
      ...given(Baker, [...managed, removed(bob)])
        .thenState()
        .bondPool.members.keys(),
    ]).to.deep.equal([ann]);
  });

  it("have one manager: it stays that until another is named", () => {
    given(Baker, managed)
      .when(set(member(ann, 71n, false)))
      .then(isSet(member(ann, 71n, true)))
      .again.thenNothing();
    given(Baker, managed)
      .when(set(member(bob, 30n, true)))
      .then(isSet(member(ann, 70n, false)), isSet(member(bob, 30n, true)))
      .again.thenNothing();
  });

  it("are switched on from the running cycle, and off", () => {
    given(Baker, managed).when(on()).then(switched(800)).again.thenNothing();
    given(Baker, [...managed, switched(800)])
      .when(on(900))
      .thenNothing();
    given(Baker, managed).when(off).thenNothing();
    given(Baker, [...managed, switched(800)])
      .when(off)
      .then(switched(null))
      .again.thenNothing();
  });

  it("are not switched on as long as nothing could be shared", () => {
    given(Baker, [registered]).when(on()).thenRefused("no-members");
    given(Baker, [registered, isSet(member(ann, 0n, true))])
      .when(on())
      .thenRefused("nothing-put-in");
    given(Baker, [registered, isSet(member(ann, 70n, false))])
      .when(on())
      .thenRefused("no-manager");
    given(Baker, [registered, isSet(member(ann, 0n, true)), isSet(member(bob, 1n, false))])
      .when(on())
      .then(switched(800));
  });

  it("that are on stay such that something can be shared", () => {
    const running = [...managed, switched(800)];
    given(Baker, running).when(remove(ann)).thenRefused("no-manager");
    given(Baker, [...running, removed(bob)])
      .when(remove(ann))
      .thenRefused("no-members");
    given(Baker, [...running, removed(bob)])
      .when(set(member(ann, 0n, true)))
      .thenRefused("nothing-put-in");
    given(Baker, running).when(remove(bob)).then(removed(bob));
    given(Baker, [...running, switched(null)])
      .when(remove(ann))
      .then(removed(ann));
  });

  it("are refused before registration", () => {
    for (const decide of [set(member(ann, 1n, true)), remove(ann), on(), off])
      given(Baker).when(decide).thenRefused("not-registered");
  });

  it("hold for the cycle that was running when the pool was switched on, and for later ones", () => {
    const shared = (events: Baker.Event[], cycles: readonly number[]) => {
      const state = given(Baker, events).thenState();
      return cycles.filter((cycle) => Baker.bondPoolOf(state, asCycle(cycle)) !== undefined);
    };
    const running = [...managed, switched(800)];
    expect(shared(managed, [799, 800])).to.deep.equal([]);
    expect(shared(running, [750, 799, 800, 801])).to.deep.equal([800, 801]);
    expect(shared([...running, switched(null)], [800, 801])).to.deep.equal([]);
    expect(shared([...running, switched(null), switched(805)], [800, 804, 805])).to.deep.equal([805]);
    const pool = Baker.bondPoolOf(given(Baker, running).thenState(), asCycle(800));
    expect(pool?.manager).to.equal(ann);
    expect(pool?.members.map(({ member: of, amount }) => [of, amount])).to.deep.equal([
      [ann, 70n],
      [bob, 30n],
    ]);
  });
});
