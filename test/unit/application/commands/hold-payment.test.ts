import { expect } from "chai";
import { holdCycle, releaseCycle } from "../../../../src/application/commands/cycles.js";
import { setPolicy } from "../../../../src/application/commands/policy.js";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { paidOnChain } from "../../../support/world/invariants.js";
import { appendedBy, letPass, once, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const CYCLE = asCycle(0);
/** In the first batch. */
const DELEGATOR = addressOf(3);

const hold = (world: World) => holdPayment(actsOf(world), CYCLE, DELEGATOR, "looks odd");
const release = (world: World) => releasePayment(actsOf(world), CYCLE, DELEGATOR);
const at = async (moment: DomainEvent["type"]): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  await runTo(world, moment);
  return world;
};
const paid = (world: World): readonly string[] => [...paidOnChain(world, CYCLES)].sort();
const types = (world: World): readonly string[] => world.events().map(({ event }) => event.type);
const count = (world: World, type: DomainEvent["type"]): number =>
  types(world).filter((found) => found === type).length;
const kill = (): Promise<void> => Promise.reject(new Error("killed"));

describe("taps payment hold", () => {
  let due: readonly string[];
  let withoutIt: readonly string[];
  before(async () => {
    const world = await at("CycleOpened");
    await settle(world, CYCLES);
    due = paid(world);
    withoutIt = due.filter((line) => !(line.includes("_0 ") && line.includes(DELEGATOR)));
    expect(due).to.have.length(withoutIt.length + 1);
  });
  /** Everybody else is paid once; and after the release this one too. */
  const endsWell = async (world: World, why = ""): Promise<void> => {
    await settle(world, CYCLES);
    expect(paid(world), why).to.deep.equal(withoutIt);
    await release(world);
    await letPass(world, 8);
    expect(paid(world), why).to.deep.equal(due);
  };

  it("holds what is planned and in no batch", async () => {
    const world = await at("PayoutPlanned");
    expect(await appendedBy(world, () => hold(world))).to.deep.equal([["payment", "ObligationHeld"]]);
    expect(await appendedBy(world, () => hold(world))).to.deep.equal([]);
    await endsWell(world);
  });

  it("voids and dissolves a batch that is not signed first", async () => {
    const world = await at("BatchFormed");
    expect(await appendedBy(world, () => hold(world))).to.deep.equal([
      ["wallet", "BatchVoided"],
      ["payment", "BatchDissolved"],
      ["payment", "ObligationHeld"],
    ]);
    expect(await appendedBy(world, () => hold(world))).to.deep.equal([]);
    await endsWell(world);
  });

  it("does not void a batch that is paid and closed while it looks", async () => {
    const world = await at("OperationFinalised");
    const acts = actsOf(world);
    const load = acts.repository.load.bind(acts.repository);
    let isClosed = false;
    acts.repository.load = async (aggregate) => {
      if (aggregate.stream.startsWith("wallet-") && !isClosed) {
        isClosed = true;
        await settle(world, CYCLES);
      }
      return load(aggregate);
    };
    expect(await refusalOf(holdPayment(acts, CYCLE, DELEGATOR, "looks odd"))).to.equal("not-open at paid");
    expect(count(world, "BatchVoided")).to.equal(0);
  });

  it("is refused once the batch is signed, whatever its operation has become, and writes nothing", async () => {
    for (const moment of ["OperationSigned", "OperationIncluded", "OperationFinalised"] as const) {
      const world = await at(moment);
      const events = world.events().length;
      expect(await refusalOf(hold(world)), moment).to.match(/^batch-has-operation hash o/);
      expect(world.events(), moment).to.have.length(events);
    }
    const world = await at("BatchSettled");
    expect(await refusalOf(hold(world))).to.equal("not-open at paid");
    await settle(world, CYCLES);
    expect(paid(world)).to.deep.equal(due);
  });

  it("is refused where nothing is planned", async () => {
    const world = await at("BalancesTaken");
    const nothing = `unknown-obligation obligation delegator:${DELEGATOR}`;
    expect(await refusalOf(hold(world))).to.equal(nothing);
    expect(await refusalOf(release(world))).to.equal(nothing);
    await runTo(world, "PayoutPlanned");
    const stranger = addressOf(1_000);
    expect(await refusalOf(holdPayment(actsOf(world), CYCLE, stranger, "who"))).to.equal(
      `unknown-obligation obligation delegator:${stranger}`,
    );
    expect(await refusalOf(release(world))).to.equal("not-held");
  });

  it("races the signing: the batch is voided, and its signature worth nothing", async () => {
    const world = await at("BatchFormed");
    once(world, "before", "OperationSigned", () => hold(world));
    await endsWell(world);
  });

  it("loses to a signing that comes before the void", async () => {
    const world = await at("BatchFormed");
    once(world, "before", "BatchVoided", () => runTo(world, "OperationSigned"));
    expect(await refusalOf(hold(world))).to.match(/^batch-has-operation hash o/);
    expect(count(world, "BatchVoided")).to.equal(0);
    await settle(world, CYCLES);
    expect(paid(world)).to.deep.equal(due);
  });

  it("says that it is paid if all of that happens before the void", async () => {
    const world = await at("BatchFormed");
    once(world, "before", "BatchVoided", () => runTo(world, "BatchClosed"));
    expect(await refusalOf(hold(world))).to.equal("not-open at paid");
    await settle(world, CYCLES);
    expect(paid(world)).to.deep.equal(due);
  });

  it("goes on where it was interrupted", async () => {
    for (const moment of ["before", "after"] as const)
      for (const step of [0, 1, 2]) {
        const world = await at("BatchFormed");
        once(world, moment, step, kill);
        const error: unknown = await hold(world).catch((thrown: unknown) => thrown);
        expect(error).to.have.property("message", "killed");
        await hold(world);
        expect(count(world, "ObligationHeld")).to.equal(1);
        await endsWell(world, `${moment} ${step}`);
      }
  });

  it("tries again when the payer forms the next batch meanwhile, and gives up by name", async () => {
    const world = await at("BatchFormed");
    const formAgain = async (): Promise<void> => {
      await runTo(world, "BatchFormed");
      once(world, "before", "ObligationHeld", formAgain);
    };
    const giveUp = once(world, "before", "ObligationHeld", formAgain);
    expect(await refusalOf(hold(world))).to.equal("changing");
    giveUp();
    expect(count(world, "BatchVoided")).to.equal(10);
    await hold(world);
    await endsWell(world);
  });

  it("by two people at once is written once, and so is the release", async () => {
    const world = await at("BatchFormed");
    once(world, "before", "BatchVoided", () => hold(world));
    await hold(world);
    expect(count(world, "ObligationHeld")).to.equal(1);
    const other = { ...actsOf(world), actor: "cli:other" };
    once(world, "before", "ObligationReleased", () => releasePayment(other, CYCLE, DELEGATOR));
    expect(await refusalOf(release(world))).to.equal("not-held");
    expect(count(world, "ObligationReleased")).to.equal(1);
    await settle(world, CYCLES);
    expect(paid(world)).to.deep.equal(due);
  });

  it("is released to the recipient of that moment, whatever the plan says", async () => {
    const world = await at("PayoutPlanned");
    await hold(world);
    await settle(world, [CYCLE]);
    const recipient = addressOf(20);
    await setPolicy(actsOf(world), { delegators: { [DELEGATOR]: { recipient } } });
    await release(world);
    await letPass(world, 8);
    const line = due.find((paidTo) => paidTo.includes("_0 ") && paidTo.includes(DELEGATOR)) ?? "";
    expect(paid(world)).to.include(line.replace(/to .*$/, `to ${recipient}`));
    expect(paid(world)).to.not.include(line);
  });

  it("is released while the next cycle is being planned or paid, and both are paid once", async () => {
    for (const moment of [
      "CyclePayoutStarted",
      "BalancesTaken",
      "PayoutPlanned",
      "BatchFormed",
      "OperationSigned",
      "BatchSettled",
      "PayoutCompleted",
    ] as const) {
      const world = await at("PayoutPlanned");
      await hold(world);
      await settle(world, [CYCLE]);
      await runTo(world, moment);
      await release(world);
      await settle(world, CYCLES);
      await letPass(world, 8);
      expect(paid(world), moment).to.deep.equal(due);
      const settled = world
        .events()
        .flatMap(({ stream, event }) => (event.type === "CycleSettled" ? [Number(stream.slice(-1))] : []));
      expect(settled.filter((cycle) => CYCLES.includes(cycle)).sort(), moment).to.deep.equal([0, 0, 1]);
    }
  });

  it("is released in a held cycle, and paid when that is released", async () => {
    const world = await at("PayoutPlanned");
    await hold(world);
    await holdCycle(actsOf(world), CYCLE, "a look first");
    await release(world);
    await letPass(world, 12);
    expect(paid(world)).to.deep.equal([]);
    await releaseCycle(actsOf(world), CYCLE);
    await settle(world, CYCLES);
    expect(paid(world)).to.deep.equal(due);
  });
});
