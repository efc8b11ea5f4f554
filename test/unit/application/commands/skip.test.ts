import { expect } from "chai";
import { ActRefused } from "../../../../src/application/commands/acts.js";
import { holdCycle, releaseCycle, skipCycle } from "../../../../src/application/commands/cycles.js";
import { cycleOf } from "../../../../src/application/aggregates.js";
import { StoreUnavailable } from "../../../../src/application/ports/event-store.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { balancesOf, carryingWorld, paidInThree, TAKING } from "../../../support/world/carrying.js";
import { dataOf } from "../../../support/world/events.js";
import { appendedBy, letPass, once, payOn, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { type World } from "../../../support/world/world.js";

/** What planning writes, in order. */
const PLANNING = ["CyclePayoutStarted", "AllocationFixed", "BalancesTaken", "PayoutPlanned"] as const;
const REASON = "paid by hand";

const skip = (world: World) => skipCycle(actsOf(world), TAKING, REASON);
const life = async (world: World) => (await actsOf(world).repository.load(cycleOf(BAKER, TAKING))).state;
const isSkipped = async (world: World): Promise<boolean> => (await life(world)).at === "skipped";
/** Refusals are answers like any other. */
const unlessRefused = async (act: Promise<unknown>): Promise<void> => {
  try {
    await act;
  } catch (error) {
    if (!(error instanceof ActRefused)) throw error;
  }
};
const isBatch = (stream: string, { type }: DomainEvent): boolean =>
  stream === Payment.cycleStream(BAKER, TAKING) && type === "BatchFormed";
const promise = (): readonly [Promise<void>, () => void] => {
  let resolve = (): void => undefined;
  const promised = new Promise<void>((done) => (resolve = done));
  return [promised, resolve];
};
const expectUnavailable = async (act: Promise<unknown>): Promise<void> => {
  const error: unknown = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(StoreUnavailable);
};
/** After planning has come to `moment`, or before it has begun. */
const worldAt = async (moment: DomainEvent["type"] | undefined): Promise<World> => {
  const world = await carryingWorld();
  if (moment !== undefined) await runTo(world, moment);
  return world;
};

describe("taps cycle skip", () => {
  /** What the third cycle pays, and what is owed then, with the second skipped before it was planned, and not. */
  let withoutIt: unknown;
  let withIt: unknown;
  const outcomeOf = async (world: World): Promise<unknown> => {
    await settle(world, [2]);
    return { paid: paidInThree(world), balances: await balancesOf(world) };
  };
  before(async () => {
    const world = await worldAt("CycleRewardsReady");
    await skip(world);
    withoutIt = await outcomeOf(world);
    withIt = await outcomeOf(await carryingWorld());
    expect(withIt).to.not.deep.equal(withoutIt);
  });

  it("writes one event for a cycle that is not planned, and none again", async () => {
    for (const moment of ["CycleOpened", "CycleEnded", "CycleRewardsReady"] as const) {
      const world = await worldAt(moment);
      expect(await appendedBy(world, () => skip(world)), moment).to.deep.equal([["cycle", "CycleSkipped"]]);
      expect(world.events().at(-1)?.event.data).to.deep.equal({ reason: REASON, actor: "cli:somebody" });
      expect(await appendedBy(world, () => skip(world)), moment).to.deep.equal([]);
    }
  });

  it("is refused for a cycle that TAPS has not seen, and for one that is settled", async () => {
    const world = await carryingWorld();
    expect(await refusalOf(skipCycle(actsOf(world), asCycle(7), REASON))).to.equal("never-opened");
    expect(await refusalOf(skipCycle(actsOf(world), asCycle(0), REASON))).to.equal("finished");
  });

  it("returns what a plan took to the mutez, wherever planning stands", async () => {
    const { owed } = await balancesOf(await carryingWorld());
    for (const moment of PLANNING) {
      const world = await worldAt(moment);
      await skip(world);
      expect(await balancesOf(world), moment).to.deep.equal({ owed, taken: undefined });
      expect(await life(world)).to.include({ at: "skipped", held: undefined });
      expect(await appendedBy(world, () => skip(world)), moment).to.deep.equal([]);
      expect(await outcomeOf(world), moment).to.deep.equal(withoutIt);
    }
  });

  it("voids a plan in this order", async () => {
    const world = await worldAt("PayoutPlanned");
    expect(await appendedBy(world, () => skip(world))).to.deep.equal([
      ["cycle", "CycleHeld"],
      ["payment", "PayoutRejected"],
      ["ledger", "CarriedRows"],
      ["ledger", "BalancesCarried"],
      ["reward", "AllocationReopened"],
      ["cycle", "CycleSkipped"],
    ]);
  });

  it("is refused once a batch is formed, and leaves the cycle as it was", async () => {
    for (const moment of ["BatchFormed", "OperationSigned", "OperationIncluded", "BatchSettled"] as const) {
      const world = await worldAt(moment);
      expect(await refusalOf(skip(world)), moment).to.match(/^(batch-formed|payout-completed)$/);
      expect(await life(world)).to.include({ at: "paying", held: undefined });
      expect(await refusalOf(skip(world)), moment).to.match(/^(batch-formed|payout-completed)$/);
      await holdCycle(actsOf(world), TAKING, "a look first");
      await unlessRefused(skip(world));
      expect((await life(world)).held).to.include({ reason: "person", detail: "a look first" });
      await releaseCycle(actsOf(world), TAKING);
      expect(await outcomeOf(world), moment).to.deep.equal(withIt);
    }
  });

  it("that broke off leaves nothing that a release does not mend", async () => {
    for (const broken of ["PayoutRejected", "CarriedRows"] as const) {
      const world = await worldAt("PayoutPlanned");
      once(world, "before", broken, () =>
        Promise.reject(new StoreUnavailable("append", { cause: undefined })),
      );
      await expectUnavailable(skip(world));
      await releaseCycle(actsOf(world), TAKING);
      expect(await outcomeOf(world), broken).to.deep.equal(withIt);
    }
  });

  it("races each append of the planner: what was decided on the older look comes to nothing", async () => {
    for (const moment of [...PLANNING, "BatchFormed"] as const) {
      const world = await carryingWorld();
      once(world, "before", moment, () => skip(world));
      expect(await outcomeOf(world), moment).to.deep.equal(withoutIt);
      expect(await isSkipped(world), moment).to.equal(true);
    }
  });

  it("loses to a batch that is formed while it voids the plan", async () => {
    const world = await carryingWorld();
    const [formed, letGo] = promise();
    let skipping: Promise<string> | undefined;
    once(world, "before", "BatchFormed", async () => {
      const [voids, isThere] = promise();
      once(world, "before", "PayoutRejected", () => {
        isThere();
        return formed;
      });
      skipping = refusalOf(skip(world));
      await voids;
    });
    await payOn(world, () => world.events().some(({ stream, event }) => isBatch(stream, event)));
    letGo();
    expect(await skipping).to.equal("batch-formed");
    expect(await life(world)).to.include({ at: "paying", held: undefined });
    expect(await outcomeOf(world)).to.deep.equal(withIt);
  });

  it("that is refused keeps the hold that another person said meanwhile", async () => {
    const world = await worldAt("PayoutPlanned");
    once(world, "before", "PayoutRejected", async () => {
      await releaseCycle(actsOf(world), TAKING);
      await runTo(world, "BatchFormed");
      await holdCycle(actsOf(world), TAKING, "a look first");
    });
    expect(await refusalOf(skip(world))).to.equal("batch-formed");
    expect((await life(world)).held?.detail).to.equal("a look first");
  });

  it("finishes no plan that another skipper has finished and voided meanwhile", async () => {
    const world = await worldAt("AllocationFixed");
    once(world, "after", "BalancesTaken", () => skip(world));
    await skip(world);
    expect(await isSkipped(world)).to.equal(true);
    expect(dataOf(world, "PayoutPlanned").map(({ plan }) => plan)).to.deep.equal([1, 1]);
    expect(dataOf(world, "PayoutRejected")).to.have.length(1);
    expect(await outcomeOf(world)).to.deep.equal(withoutIt);
  });

  it("returns nothing of a plan that stands, made after another skipper died and somebody released", async () => {
    const world = await worldAt("PayoutPlanned");
    once(world, "after", "PayoutRejected", async () => {
      once(world, "after", "BalancesCarried", () => Promise.reject(new Error("killed")));
      const error: unknown = await skip(world).catch((thrown: unknown) => thrown);
      expect(error).to.have.property("message", "killed");
      await releaseCycle(actsOf(world), TAKING);
      await runTo(world, "PayoutPlanned");
    });
    expect(await refusalOf(skip(world))).to.equal("changing");
    expect(await outcomeOf(world)).to.deep.equal(withIt);
  });

  describe("with somebody else at each of its steps", () => {
    const OTHERS: Readonly<Record<string, (world: World) => Promise<void>>> = {
      "somebody skips it too": (world) =>
        unlessRefused(skipCycle(actsOf(world), TAKING, "for another reason")),
      "somebody releases it": (world) => unlessRefused(releaseCycle(actsOf(world), TAKING)),
      "somebody releases it and the payer goes on": async (world) => {
        await unlessRefused(releaseCycle(actsOf(world), TAKING));
        await letPass(world, 0);
      },
      "the payer pays on": (world) => letPass(world, 2),
      "it dies": () => Promise.reject(new Error("killed")),
      "somebody skips it too and dies after that": async (world) => {
        const giveUp = once(world, "after", "BalancesTaken", () => Promise.reject(new Error("killed")));
        await skipCycle(actsOf(world), TAKING, "for another reason").catch(() => undefined);
        giveUp();
      },
    };
    const STEPS = 8;
    for (const [name, others] of Object.entries(OTHERS))
      it(`ends whole: ${name}`, async () => {
        for (const moment of PLANNING)
          for (let step = 0; step < STEPS; step += 1) {
            const at = `${moment}, step ${step}`;
            const world = await worldAt(moment);
            const giveUp = once(world, "before", step, () => others(world));
            await skip(world).catch((error: unknown) => {
              if (!(error instanceof ActRefused) && !String(error).includes("killed")) throw error;
            });
            giveUp();
            await letPass(world, 1);
            await unlessRefused(skip(world));
            const found = await outcomeOf(world);
            expect(found, at).to.deep.equal((await isSkipped(world)) ? withoutIt : withIt);
          }
      });
  });
});
