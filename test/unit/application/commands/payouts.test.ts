import { expect } from "chai";
import { cycleOf } from "../../../../src/application/aggregates.js";
import { ActRefused } from "../../../../src/application/commands/acts.js";
import { holdCycle, releaseCycle, skipCycle } from "../../../../src/application/commands/cycles.js";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { sendTransfers } from "../../../../src/application/commands/money.js";
import { approvePayout, rejectPayout } from "../../../../src/application/commands/payouts.js";
import { showPayout } from "../../../../src/application/queries/payout.js";
import { status } from "../../../../src/application/queries/status.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { type Digest } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import {
  balancesOf,
  carryingWorld,
  limit,
  paidInThree,
  TAKING,
  waiting,
} from "../../../support/world/carrying.js";
import { dataOf } from "../../../support/world/events.js";
import { appendedBy, letPass, once, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { type World } from "../../../support/world/world.js";

const STREAM = Payment.cycleStream(BAKER, TAKING);
const REASON = "looks wrong";

const count = (world: World, type: DomainEvent["type"]): number =>
  world.events().filter(({ stream, event }) => stream === STREAM && event.type === type).length;
const life = async (world: World) => (await actsOf(world).repository.load(cycleOf(BAKER, TAKING))).state;
const digestOf = async (world: World): Promise<Digest> => {
  const { planned } = await showPayout(actsOf(world), STREAM);
  if (planned === null) throw new Error("no plan stands");
  return planned.digest;
};
const approve = async (world: World) => approvePayout(actsOf(world), STREAM, await digestOf(world));
const reject = (world: World, digest: Digest) => rejectPayout(actsOf(world), STREAM, digest, REASON);
/** Refusals are answers like any other. */
const unlessRefused = async (done: Promise<unknown>): Promise<void> => {
  await done.catch((error: unknown) => {
    if (!(error instanceof ActRefused)) throw error;
  });
};
const unlessKilled = async (done: Promise<unknown>): Promise<void> => {
  await done.catch((error: unknown) => {
    if (!(error instanceof ActRefused) && !String(error).includes("killed")) throw error;
  });
};

describe("a plan above a ceiling", () => {
  /** What three cycles pay and leave in the ledger when nothing is above a ceiling, and without the second. */
  let due: unknown;
  let withoutIt: unknown;
  let plan: Digest;
  const outcomeOf = async (world: World): Promise<unknown> => {
    await settle(world, [2]);
    return { paid: paidInThree(world), balances: await balancesOf(world) };
  };
  before(async () => {
    due = await outcomeOf(await carryingWorld());
    plan = await digestOf(await waiting());
    const skipped = await carryingWorld();
    await runTo(skipped, "CycleRewardsReady");
    await skipCycle(actsOf(skipped), TAKING, REASON);
    withoutIt = await outcomeOf(skipped);
  });

  it("waits, says why, and holds up later cycles but no other money", async () => {
    const world = await waiting();
    const { process } = world.start();
    expect(await process.step())
      .to.have.property("waiting")
      .that.deep.equals({ reason: "awaits-approval", payment: STREAM, planDigest: plan });
    const sum = dataOf(world, "PayoutPlanned").at(-1)?.sum;
    const exceeded = [{ ceiling: "cycle", limit: 1n, found: sum }];
    const [shown] = (await status(actsOf(world))).unfinished;
    expect(shown).to.deep.include({
      cycle: TAKING,
      at: "paying",
      awaits: { planDigest: plan, exceeded },
      asks: '"taps payout approve 1", or "taps payout reject 1"',
    });
    expect(await showPayout(actsOf(world), STREAM)).to.deep.include({
      exceeded,
      awaitsApproval: true,
      approvedBy: null,
    });
    await sendTransfers(actsOf(world), "rent", [{ to: addressOf(70), amount: mutez(5n) }]);
    const signed = dataOf(world, "OperationSigned").length;
    await letPass(world, 24);
    expect(dataOf(world, "OperationSigned").length).to.equal(signed + 1);
    expect(world.model.account(addressOf(70))?.balance).to.equal(5n);
    expect(count(world, "BatchFormed")).to.equal(0);
    expect(dataOf(world, "PayoutPlanned").map(({ plan: number }) => number)).to.deep.equal([1, 1, 1]);
    expect(world.events().some(({ stream }) => stream === `payment-${BAKER}_2`)).to.equal(false);
  });

  it("is paid once it is approved under its digest; the approver stands in the log", async () => {
    const world = await waiting();
    const wrong = approvePayout(actsOf(world), STREAM, sha256("another plan"));
    expect(await refusalOf(wrong)).to.equal(`plan-differs digest ${plan}`);
    expect(await appendedBy(world, () => approve(world))).to.deep.equal([["payment", "PayoutApproved"]]);
    expect(dataOf(world, "PayoutApproved")).to.deep.equal([{ planDigest: plan, actor: "cli:somebody" }]);
    expect(await appendedBy(world, () => approve(world))).to.deep.equal([]);
    expect(await outcomeOf(world)).to.deep.equal(due);
  });

  it("waits for nobody where nothing is above a ceiling, and such a plan cannot be approved", async () => {
    const world = await carryingWorld();
    await runTo(world, "PayoutPlanned");
    expect(await refusalOf(approve(world))).to.equal("not-awaited");
    expect(await refusalOf(approvePayout(actsOf(world), Payment.batchStream(BAKER, "rent"), plan))).to.equal(
      "no-plan",
    );
  });

  it("is void when it is rejected: what it took goes back, its rewards may be allocated anew, the cycle is held", async () => {
    const { owed } = await balancesOf(await carryingWorld());
    for (const isApproved of [false, true]) {
      const world = await waiting();
      if (isApproved) await approve(world);
      expect(await refusalOf(reject(world, sha256("another plan")))).to.equal(`plan-differs digest ${plan}`);
      expect(await appendedBy(world, () => reject(world, plan))).to.deep.equal([
        ["cycle", "CycleHeld"],
        ["reward", "AllocationReopened"],
        ["payment", "PayoutRejected"],
        ["ledger", "CarriedRows"],
        ["ledger", "BalancesCarried"],
      ]);
      expect(await balancesOf(world)).to.deep.equal({ owed, taken: undefined });
      expect((await life(world)).held).to.deep.equal({
        reason: "payout-rejected",
        detail: REASON,
        actor: "cli:somebody",
      });
      expect(dataOf(world, "PayoutRejected")).to.deep.equal([
        { planDigest: plan, reason: REASON, actor: "cli:somebody" },
      ]);
      expect(await appendedBy(world, () => reject(world, plan))).to.deep.equal([]);
      expect(await refusalOf(reject(world, sha256("another plan")))).to.equal("no-plan");
      const asked = approvePayout(actsOf(world), STREAM, plan);
      expect(await refusalOf(asked)).to.equal("no-plan");
      await letPass(world, 12);
      expect(count(world, "BatchFormed")).to.equal(0);
      await releaseCycle(actsOf(world), TAKING);
      expect(await outcomeOf(world)).to.deep.equal(due);
      const numbers = world
        .events()
        .flatMap(({ stream, event }) =>
          stream === STREAM && event.type === "PayoutPlanned" ? [event.data.plan] : [],
        );
      expect(numbers).to.deep.equal([1, 2]);
    }
  });

  it("waits again when it was rejected and released while it is still above", async () => {
    const world = await waiting();
    await approve(world);
    await reject(world, plan);
    await limit(world, { cycle: mutez(1n) });
    await releaseCycle(actsOf(world), TAKING);
    await letPass(world, 6);
    expect(count(world, "PayoutAwaitsApproval")).to.equal(2);
    expect(count(world, "BatchFormed")).to.equal(0);
    await limit(world, {});
    await approve(world);
    expect(await outcomeOf(world)).to.deep.equal(due);
  });

  it("cannot be rejected once a batch of it is formed, and the cycle is left as it was", async () => {
    for (const moment of ["BatchFormed", "OperationSigned", "BatchSettled"] as const) {
      const world = await waiting();
      await approve(world);
      await runTo(world, moment);
      expect(await refusalOf(reject(world, plan)), moment).to.match(/^(batch-formed|payout-completed)$/);
      expect(await life(world), moment).to.include({ at: "paying", held: undefined });
      expect(await outcomeOf(world), moment).to.deep.equal(due);
    }
  });

  it("of money that belongs to no cycle there is none to reject", async () => {
    const world = await waiting();
    const { payment } = await sendTransfers(actsOf(world), "rent", [
      { to: addressOf(70), amount: mutez(5n) },
    ]);
    expect(await refusalOf(rejectPayout(actsOf(world), payment, plan, REASON))).to.equal("no-cycle");
  });

  it("that is rejected races the batch of an older look: one of them comes to nothing", async () => {
    const world = await waiting();
    await approve(world);
    once(world, "before", "BatchFormed", () => reject(world, plan));
    await letPass(world, 6);
    expect([count(world, "BatchFormed"), count(world, "PayoutRejected")]).to.deep.equal([0, 1]);
    await releaseCycle(actsOf(world), TAKING);
    expect(await outcomeOf(world)).to.deep.equal(due);

    const other = await waiting();
    await approve(other);
    once(other, "before", "CycleHeld", () => runTo(other, "BatchFormed"));
    expect(await refusalOf(reject(other, plan))).to.equal("batch-formed");
    expect((await life(other)).held).to.equal(undefined);
    expect(await outcomeOf(other)).to.deep.equal(due);
  });

  it("keeps the hold that another person said while its rejection was refused", async () => {
    const world = await waiting();
    await approve(world);
    once(world, "after", "CycleHeld", () => holdCycle(actsOf(world), TAKING, "a look first"));
    once(world, "before", "CycleHeld", () => runTo(world, "BatchFormed"));
    expect(await refusalOf(reject(world, plan))).to.equal("batch-formed");
    expect((await life(world)).held?.detail).to.equal("a look first");
  });

  it("that is approved and rejected at once is void", async () => {
    const world = await waiting();
    once(world, "before", "PayoutApproved", () => reject(world, plan));
    expect(await refusalOf(approve(world))).to.equal("no-plan");
    const other = await waiting();
    once(other, "before", "PayoutRejected", () => approve(other));
    await reject(other, plan);
    for (const each of [world, other]) {
      expect((await life(each)).held?.reason).to.equal("payout-rejected");
      await letPass(each, 6);
      expect(count(each, "BatchFormed")).to.equal(0);
      await releaseCycle(actsOf(each), TAKING);
      expect(await outcomeOf(each)).to.deep.equal(due);
    }
  });

  it("two people approve, or reject, and are both answered; one event is written", async () => {
    const world = await waiting();
    once(world, "before", "PayoutApproved", () => approve(world));
    await approve(world);
    once(world, "before", "PayoutRejected", () => reject(world, plan));
    await reject(world, plan);
    expect([count(world, "PayoutApproved"), count(world, "PayoutRejected")]).to.deep.equal([1, 1]);
  });

  it("waits through a switch to off and on again", async () => {
    const world = await waiting();
    await switchMode(actsOf(world), "off");
    await letPass(world, 3);
    await switchMode(actsOf(world), "on");
    await letPass(world, 12);
    expect(count(world, "BatchFormed")).to.equal(0);
  });

  describe("with somebody else at each step of its rejection", () => {
    const OTHERS: Readonly<Record<string, (world: World) => Promise<void>>> = {
      "somebody approves it": (world) => unlessRefused(approvePayout(actsOf(world), STREAM, plan)),
      "somebody rejects it too": (world) => unlessRefused(reject(world, plan)),
      "somebody releases the cycle": (world) => unlessRefused(releaseCycle(actsOf(world), TAKING)),
      "somebody approves, releases, and the payer goes on": async (world) => {
        await unlessRefused(approvePayout(actsOf(world), STREAM, plan));
        await unlessRefused(releaseCycle(actsOf(world), TAKING));
        await letPass(world, 0);
      },
      "somebody skips the cycle": (world) => unlessRefused(skipCycle(actsOf(world), TAKING, "given up")),
      "the payer pays on": (world) => letPass(world, 2),
      "it dies": () => Promise.reject(new Error("killed")),
    };
    const STEPS = 7;
    for (const [name, others] of Object.entries(OTHERS))
      for (const when of ["before", "after"] as const)
        it(`ends whole: ${name}, ${when} it`, async () => {
          for (let step = 0; step < STEPS; step += 1) {
            const at = `step ${step}`;
            const world = await waiting();
            const giveUp = once(world, when, step, () => others(world));
            await unlessKilled(reject(world, plan));
            giveUp();
            await letPass(world, 1);
            await unlessRefused(reject(world, plan));
            await unlessRefused(releaseCycle(actsOf(world), TAKING));
            await letPass(world, 1);
            await unlessRefused(approvePayout(actsOf(world), STREAM, plan));
            const isSkipped = (await life(world)).at === "skipped";
            expect(await outcomeOf(world), at).to.deep.equal(isSkipped ? withoutIt : due);
          }
        });
  });
});
