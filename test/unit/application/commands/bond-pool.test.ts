import { expect } from "chai";
import {
  removeBondPoolMember,
  setBondPoolMember,
  switchBondPool,
} from "../../../../src/application/commands/bond-pool.js";
import { ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { showBondPool } from "../../../../src/application/queries/bond-pool.js";
import { chainId } from "../../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../../src/domain/money.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { appendedBy, once } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const [ANN, BOB] = [addressOf(1), addressOf(2)];

const set = (world: World, member: typeof ANN, amount: bigint, manager = false) =>
  setBondPoolMember(actsOf(world), member, {
    amount: mutez(amount),
    chargeBps: basisPoints.parse(250),
    manager,
  });
const remove = (world: World, member: typeof ANN) => removeBondPoolMember(actsOf(world), member);
const to = (world: World, state: "on" | "off") => switchBondPool(actsOf(world), state);
const pool = (world: World) => showBondPool(actsOf(world));

/** Ann manages and Bob is a member. */
const pooled = async (): Promise<World> => {
  const world = referenceWorld();
  await set(world, ANN, 70n, true);
  await set(world, BOB, 30n);
  return world;
};

describe("taps bond-pool", () => {
  it("tells a member that is removed from one that never was", async () => {
    const world = await pooled();
    expect(await remove(world, BOB)).to.equal(true);
    expect(await remove(world, BOB)).to.equal(false);
  });

  it("writes one event each, however often it is said, and registers the baker if nobody did", async () => {
    const world = referenceWorld();
    const said: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => set(world, ANN, 70n, true), "BondPoolMemberSet"],
      [() => set(world, BOB, 30n), "BondPoolMemberSet"],
      [() => to(world, "on"), "BondPoolSwitched"],
      [() => remove(world, BOB), "BondPoolMemberRemoved"],
      [() => to(world, "off"), "BondPoolSwitched"],
    ];
    for (const [i, [act, type]] of said.entries()) {
      const first = i === 0 ? [["baker", "BakerRegistered"]] : [];
      expect(await appendedBy(world, act)).to.deep.equal([...first, ["baker", type]]);
      expect(await appendedBy(world, act)).to.deep.equal([]);
    }
    expect(world.events().at(-1)?.event.data).to.deep.equal({ fromCycle: null, actor: "cli:somebody" });
  });

  it("shows the pool as it stands", async () => {
    const world = await pooled();
    const off = {
      on: false,
      fromCycle: null,
      manager: ANN,
      amount: "100",
      members: { [ANN]: { amount: "70", chargeBps: 250 }, [BOB]: { amount: "30", chargeBps: 250 } },
      cycles: {},
    };
    expect(await pool(world)).to.deep.equal(off);
    const { cycle } = await world.chain.head();
    await to(world, "on");
    expect(await pool(world)).to.deep.equal({ ...off, on: true, fromCycle: cycle });
    await set(world, BOB, 30n, true);
    expect(await pool(world)).to.include({ manager: BOB });
    expect(await pool(referenceWorld())).to.deep.equal({
      on: false,
      fromCycle: null,
      manager: null,
      amount: "0",
      members: {},
      cycles: {},
    });
  });

  it("is switched on only on the registered chain; off needs no node", async () => {
    const world = await pooled();
    const { chain } = world;
    const head = await chain.head();
    chain.head = async () => ({ ...head, chainId: chainId.parse("NetXdQprcVkpaWU") });
    expect(await refusalOf(to(world, "on"))).to.equal(
      `other-chain registered ${head.chainId} found NetXdQprcVkpaWU`,
    );
    chain.head = async () => head;
    await to(world, "on");
    chain.head = () => Promise.reject(new ChainUnavailable("no node"));
    await to(world, "off");
    expect(await pool(world)).to.include({ on: false });
  });

  it("is not on without members or a manager, whoever takes them away at that moment", async () => {
    expect(await refusalOf(to(referenceWorld(), "on"))).to.equal("no-members");
    for (const [leaving, refused] of [
      [[ANN], "no-manager"],
      [[ANN, BOB], "no-members"],
    ] as const) {
      const world = await pooled();
      once(world, "before", "BondPoolSwitched", async () => {
        for (const member of leaving) await remove(world, member);
      });
      expect(await refusalOf(to(world, "on"))).to.equal(refused);
      expect(await pool(world)).to.include({ on: false });
    }
  });

  it("keeps its manager when it is switched on at the moment of the removal", async () => {
    const world = await pooled();
    once(world, "before", "BondPoolMemberRemoved", () => to(world, "on"));
    expect(await refusalOf(remove(world, ANN))).to.equal("no-manager");
    expect(await pool(world)).to.include({ on: true, manager: ANN, amount: "100" });
  });

  it("has one manager though two are named at once, and loses no member", async () => {
    const world = await pooled();
    once(world, "before", "BondPoolMemberSet", () => set(world, addressOf(3), 5n, true));
    await set(world, BOB, 31n, true);
    expect(await pool(world)).to.deep.include({
      manager: BOB,
      members: {
        [ANN]: { amount: "70", chargeBps: 250 },
        [BOB]: { amount: "31", chargeBps: 250 },
        [addressOf(3)]: { amount: "5", chargeBps: 250 },
      },
    });
  });
});
