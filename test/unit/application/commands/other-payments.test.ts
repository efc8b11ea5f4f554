import { expect } from "chai";
import { paymentIn } from "../../../../src/application/aggregates.js";
import { holdOther, releaseOther } from "../../../../src/application/commands/other-payments.js";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { showPayout } from "../../../../src/application/queries/payout.js";
import { type Address } from "../../../../src/domain/identifiers.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import {
  BOND,
  bondOutcomeOf,
  bondWorld,
  CYCLE,
  isBondClosed,
  MANAGER,
  MEMBER,
  payBond,
  REFUSING,
} from "../../../support/world/bond.js";
import { dataOf } from "../../../support/world/events.js";
import { Crash } from "../../../support/world/faults.js";
import { isSettled } from "../../../support/world/installation.js";
import { letPass, once, payOn, runTo } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { type World } from "../../../support/world/world.js";

const hold = (world: World, owed: Address) => holdOther(actsOf(world), BOND, owed, "looks odd");
const release = (world: World, owed: Address) => releaseOther(actsOf(world), BOND, owed);
const standing = async (world: World, id: string) =>
  (await actsOf(world).repository.load(paymentIn(BOND))).state.obligations.get(id)?.status.at;

let all: readonly string[];
before(async () => {
  const world = await bondWorld();
  await payBond(world);
  all = bondOutcomeOf(world);
});

/** Cycle and pool are paid but for what the manager is owed, which is held. */
const heldBack = async (): Promise<World> => {
  const world = await bondWorld();
  await runTo(world, "PaymentRequested");
  await hold(world, MANAGER);
  await payBond(world);
  expect(bondOutcomeOf(world)).to.have.length(all.length - 2);
  return world;
};
/** All that was held is paid, once. */
const endsWell = async (world: World, name = ""): Promise<void> => {
  await payOn(world, () => bondOutcomeOf(world).length === all.length);
  await letPass(world, 6);
  expect(bondOutcomeOf(world), name).to.deep.equal(all);
  const asked = dataOf(world, "PaymentRequested").length;
  expect(dataOf(world, "PaymentsClosed").length, name).to.be.within(1, asked);
};

describe("what the bond pool owes a member", () => {
  it("is held, all that one address is owed, and paid once it is released", async () => {
    const world = await heldBack();
    const at = [await standing(world, `member:${MANAGER}`), await standing(world, `manager:${MANAGER}`)];
    expect(at).to.deep.equal(["held", "held"]);
    await hold(world, MANAGER);
    await release(world, MANAGER);
    await endsWell(world);
  });

  it("is of a payment that is there: another name is refused by name", async () => {
    const world = await bondWorld();
    expect(await refusalOf(hold(world, MEMBER))).to.equal("no-plan");
    expect(await refusalOf(showPayout(actsOf(world), BOND))).to.match(/^no-plan payment bond_\d+$/);
  });

  it("is taken out of a batch that is not signed; one that is signed is refused", async () => {
    const world = await bondWorld();
    await payOn(world, () => isSettled(world, CYCLE));
    await runTo(world, "BatchFormed");
    expect(await standing(world, `member:${MEMBER}`)).to.equal("batched");
    await hold(world, MEMBER);
    expect(await standing(world, `member:${MEMBER}`)).to.equal("held");
    await runTo(world, "OperationSigned");
    expect(await refusalOf(hold(world, MANAGER))).to.match(/^batch-has-operation/);
    await payOn(world, () => isBondClosed(world));
    await release(world, MEMBER);
    await endsWell(world);
    expect(await refusalOf(hold(world, MEMBER))).to.equal("not-open at paid");
    expect(await refusalOf(release(world, MEMBER))).to.equal("not-held");
  });

  it("is paid too if its release dies at any step, or the payer forgets the payment at that moment", async () => {
    for (const when of ["before", "after"] as const)
      for (const step of [0, 1, 2]) {
        const world = await heldBack();
        once(world, when, step, () => Promise.reject(new Crash()));
        await release(world, MANAGER).then(
          () => expect.fail("did not die"),
          (error: unknown) => expect(error).to.be.instanceOf(Crash),
        );
        if (when === "before" || step < 2) await release(world, MANAGER);
        await endsWell(world, `${when} ${step}`);
      }
    const world = await bondWorld();
    await runTo(world, "PaymentRequested");
    await hold(world, MANAGER);
    once(world, "before", "PaymentsClosed", () => release(world, MANAGER));
    await endsWell(world);
  });

  it("stays held where the receiver refuses again, and says why", async () => {
    const world = await bondWorld();
    await payBond(world);
    await release(world, REFUSING);
    await letPass(world, 6);
    const { obligations, held } = await showPayout(actsOf(world), BOND);
    expect(held).to.equal(468_789n);
    const [shown] = obligations.filter(({ at }) => at === "held");
    expect(shown).to.deep.include({ id: `member:${REFUSING}`, due: 468_789n, operation: null });
    expect(shown?.reason).to.match(/script_rejected/);
  });

  it("is refused for who is owed nothing, and outside of on before anything is written", async () => {
    const world = await heldBack();
    expect(await refusalOf(hold(world, addressOf(90)))).to.match(/^unknown-obligation/);
    await switchMode(actsOf(world), "off");
    expect(await refusalOf(release(world, MANAGER))).to.equal("not-on mode off");
    expect(await standing(world, `manager:${MANAGER}`)).to.equal("held");
  });
});
