import { expect } from "chai";
import { bakerOf, walletOf } from "../../../../src/application/aggregates.js";
import { act, ActRefused } from "../../../../src/application/commands/acts.js";
import { resumeWallet, switchMode } from "../../../../src/application/commands/mode.js";
import { delegateWallet, resumePayment, sendTransfers } from "../../../../src/application/commands/money.js";
import { setPayer } from "../../../../src/application/commands/payer.js";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { SignerUnavailable } from "../../../../src/application/ports/chain.js";
import { reconcile } from "../../../../src/application/queries/reconcile.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { asCycle, type TzAddress, tzAddress } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { BAKER, modelGenesis, PAYER, someTz } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { dataOf } from "../../../support/world/events.js";
import { isSettled, startProcess } from "../../../support/world/installation.js";
import { checkAllIsFinal, checkInvariants, paidOnChain } from "../../../support/world/invariants.js";
import { PlainSigner } from "../../../support/world/memory-chain.js";
import { appendedBy, letPass, once, runTo } from "../../../support/world/moments.js";
import { actsOf, operationsIn } from "../../../support/world/people.js";
import { referenceChain, referenceDelegators } from "../../../support/world/scenario.js";
import { World } from "../../../support/world/world.js";

const NEW = someTz("the new wallet");
const TZ4 = tzAddress.parse("tz4HVR6aty9KwsQFHh81C1G7gBdhxT8kuytm");
const set = (world: World, payer: TzAddress = NEW) => setPayer(actsOf(world), payer);
const on = (world: World) => switchMode(actsOf(world), "on");

const begun = async (): Promise<World> => {
  const accounts = [...referenceChain.accounts, { address: NEW, balance: 1_000_000_000n, publicKey: "edpk" }];
  const genesis = modelGenesis({ ...referenceChain, accounts });
  const world = new World({ delegators: referenceDelegators, genesis });
  await world.setUp();
  return world;
};
/** A process whose signer is that of this wallet. */
const processOf = (world: World, payer: TzAddress) =>
  startProcess({ ...world.ports(), signer: new PlainSigner(payer) }).process;
/** The cycle that ran at the last switch. */
const sinceCycle = (world: World): number => dataOf(world, "ModeChanged").at(-1)?.fromCycle ?? 0;
/** Steps and bakes until these cycles are settled. */
const settleBy = async (world: World, payer: TzAddress, cycles: readonly number[]): Promise<void> => {
  const process = processOf(world, payer);
  for (let blocks = 0; blocks < 80; blocks += 1) {
    await process.step();
    checkInvariants(world);
    if (cycles.every((cycle) => isSettled(world, cycle))) return checkAllIsFinal(world, cycles);
    world.bake();
  }
  throw new Error(`cycles ${cycles.join(", ")} are not settled`);
};
/** The first cycle is settled, and the second runs. */
const calm = async (): Promise<World> => {
  const world = await begun();
  await settleBy(world, PAYER, [0]);
  await letPass(world, 1);
  return world;
};
const paid = (world: World, ...cycles: readonly number[]): readonly string[] =>
  [...paidOnChain(world, cycles)].sort();
const signers = (world: World): readonly string[] =>
  world.events().flatMap(({ stream, event }) => (event.type === "OperationSigned" ? [stream] : []));
const unlessRefused = async (done: Promise<unknown>): Promise<void> => {
  await done.catch((error: unknown) => {
    if (!(error instanceof ActRefused) && !String(error).includes("killed")) throw error;
  });
};

describe("taps payer set", () => {
  /** What the first two cycles pay, whoever pays them. */
  let due: readonly string[];
  before(async () => {
    const world = await begun();
    await settleBy(world, PAYER, [0, 1]);
    due = paid(world, 0, 1);
  });

  it("hands the former wallet over before another is named, outside of on, and once", async () => {
    const world = await calm();
    expect(await appendedBy(world, () => set(world))).to.deep.equal([
      ["wallet", "WalletPaused"],
      ["baker", "ModeChanged"],
      ["wallet", "WalletHandedOver"],
      ["baker", "PayerSet"],
    ]);
    expect(dataOf(world, "WalletHandedOver")).to.deep.equal([{ to: NEW, actor: "cli:somebody" }]);
    expect(dataOf(world, "PayerSet").at(-1)).to.deep.equal({ payer: NEW, actor: "cli:somebody" });
    expect(dataOf(world, "ModeChanged").at(-1)).to.include({ mode: "simulation" });
    expect(await appendedBy(world, () => set(world))).to.deep.equal([]);
  });

  it("lets the new wallet pay what follows, once and the same, after the next switch to on", async () => {
    const world = await calm();
    await set(world);
    await letPass(world, 0);
    const before = signers(world).length;
    await on(world);
    await settleBy(world, NEW, [1]);
    expect(paid(world, 0, 1)).to.deep.equal(due);
    expect(new Set(signers(world).slice(before))).to.deep.equal(new Set([Wallet.stream(NEW)]));
    expect(dataOf(world, "WalletPaused").map(({ reason }) => reason)).to.deep.equal(["mode"]);
  });

  it("takes PAYER for what it is: the former, the new, or none", async () => {
    for (const payer of [undefined, PAYER, NEW]) {
      const world = await calm();
      await setPayer({ ...actsOf(world), payer }, NEW);
      expect(dataOf(world, "PayerSet").at(-1)?.payer).to.equal(NEW);
      const former = switchMode({ ...actsOf(world), payer: PAYER }, "on");
      expect(await refusalOf(former)).to.equal(`other-payer registered ${NEW} asked ${PAYER}`);
    }
  });

  it("signs nothing in a process that still has the former wallet's key", async () => {
    const world = await calm();
    const process = processOf(world, PAYER);
    await process.step();
    await set(world);
    await on(world);
    const before = signers(world).length;
    let failure: unknown;
    for (let blocks = 0; blocks < 12 && failure === undefined; blocks += 1) {
      world.bake();
      failure = await process.step().then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(failure).to.be.instanceOf(SignerUnavailable);
    expect(signers(world).length).to.equal(before);
    await settleBy(world, NEW, [1]);
    expect(paid(world, 0, 1)).to.deep.equal(due);
  });

  it("is refused for a wallet that cannot pay", async () => {
    const world = await calm();
    expect(await refusalOf(set(world, TZ4))).to.equal("tz4-payer");
    const row = { delegator: addressOf(1), recipient: NEW };
    await act(actsOf(world), bakerOf(BAKER), Baker.setTerms({ baker: BAKER, row, actor: "world" }));
    expect(await refusalOf(set(world))).to.equal(`recipient-is-payer delegator ${addressOf(1)}`);
    expect(dataOf(world, "ModeChanged")).to.have.length(1);
  });

  it("is refused while a cycle is being paid, and changes nothing then", async () => {
    const WAY = [
      ["CyclePayoutStarted", /^being-paid cycle 0$/],
      ["BalancesTaken", /^being-paid payment payment-/],
      ["BatchFormed", /^being-paid/],
      ["OperationSigned", /^operation-pending/],
      ["OperationIncluded", /^operation-pending/],
      ["OperationFinalised", /^(operation-pending|batch-open)/],
      ["BatchSettled", /^(operation-pending|batch-open)/],
      ["PayoutCompleted", /^being-paid/],
      ["BalancesCarried", /^being-paid/],
    ] as const;
    for (const [moment, refusal] of WAY) {
      const world = await begun();
      await runTo(world, moment);
      const before = world.events().length;
      expect(await refusalOf(set(world)), moment).to.match(refusal);
      expect(world.events().length, moment).to.equal(before);
    }
  });

  it("is refused while other money is asked for, or the chain shows what the log does not know", async () => {
    const world = await calm();
    const { payment } = await sendTransfers(actsOf(world), "rent", [
      { to: addressOf(70), amount: mutez(5n) },
    ]);
    expect(await refusalOf(set(world))).to.equal(`payment-open payment ${payment}`);
    const delegating = await calm();
    await delegateWallet(actsOf(delegating), "first", BAKER);
    expect(await refusalOf(set(delegating))).to.equal("delegation-pending id delegation/first");
    const other = await calm();
    other.sendByHand([{ to: someTz("a friend") }]);
    expect(await refusalOf(set(other))).to.match(/^unexplained counter/);
    other.bake();
    expect(await refusalOf(set(other))).to.match(/^unexplained counter/);
    await letPass(other, 3);
    expect(await refusalOf(set(other))).to.equal("foreign-operations count 1");
  });

  it("is refused while what the wallet has paid may be forgotten, or a finding waits", async () => {
    for (const reason of ["restored", "finding"] as const) {
      const world = await calm();
      const pause = { reason, detail: "a look first", actor: "world", untilLevel: null };
      await act(actsOf(world), walletOf(PAYER), Wallet.pause(pause));
      expect(await refusalOf(set(world))).to.equal(`paused reason ${reason} detail a look first`);
    }
  });

  it("leaves to the new wallet what was held, and what was asked for and withdrawn", async () => {
    const world = await begun();
    once(world, "after", "PayoutPlanned", () =>
      holdPayment(actsOf(world), asCycle(0), addressOf(3), "looks odd"),
    );
    await settleBy(world, PAYER, [0]);
    await letPass(world, 1);
    const asked = sendTransfers(actsOf(world), "rent", [{ to: addressOf(70), amount: mutez(5n) }]);
    const { payment } = await asked;
    await switchMode(actsOf(world), "simulation");
    await set(world);
    await on(world);
    await releasePayment(actsOf(world), asCycle(0), addressOf(3));
    await resumePayment(actsOf(world), payment);
    const process = processOf(world, NEW);
    for (let blocks = 0; blocks < 30; blocks += 1) {
      await process.step();
      checkInvariants(world);
      world.bake();
    }
    expect(world.model.account(addressOf(70))?.balance).to.equal(5n);
    expect(paid(world, 0, 1)).to.deep.equal(due);
  });

  it("lets the former wallet come back, and take over its past unasked", async () => {
    const world = await calm();
    await set(world);
    world.sendByHand([{ to: someTz("a friend") }]);
    world.bake();
    await on(world);
    await settleBy(world, NEW, [sinceCycle(world)]);
    await letPassBy(world, NEW, 1);
    await set(world, PAYER);
    await on(world);
    await settleBy(world, PAYER, [sinceCycle(world)]);
    expect(dataOf(world, "ForeignOperationFound")).to.deep.equal([]);
    const found = await reconcile(actsOf(world), operationsIn(world));
    expect(found).to.deep.include({ payer: PAYER, complete: true, lost: [], unknown: [], explained: true });
  });

  it("that a restored log does not know pays nothing twice: a person has to look, however long it takes", async () => {
    const world = await calm();
    const before = world.events().length;
    await set(world);
    await on(world);
    await settleBy(world, NEW, [1]);
    const restored = world.restoredTo(before);
    const process = processOf(restored, PAYER);
    const reasonsOf = async () =>
      (await actsOf(restored).repository.load(walletOf(PAYER))).state.pauses.map(({ reason }) => reason);
    for (let blocks = 0; !dataOf(restored, "WalletResumed").length; blocks += 1) {
      if (blocks > 200) throw new Error("the restore is never over");
      await process.step();
      restored.bake();
    }
    await letPass(restored, 4);
    expect(await reasonsOf()).to.deep.equal(["finding"]);
    const found = dataOf(restored, "WalletPaused").find(({ reason }) => reason === "finding");
    expect(found?.detail).to.match(
      new RegExp(`^wallet ${NEW}, which this log does not know, has paid since`),
    );
    expect(restored.injected).to.deep.equal([]);
    await switchMode(actsOf(restored), "off");
    await resumeWallet(actsOf(restored));
    await on(restored);
    await letPass(restored, 12);
    expect(await reasonsOf()).to.deep.equal([]);
    expect(restored.injected.length).to.be.above(0);
    expect(paid(restored, 1)).to.deep.equal([]);
  });

  it("is known to a restarted process: nothing looks like a restore", async () => {
    const world = await calm();
    await set(world);
    await on(world);
    await processOf(world, NEW).step();
    await processOf(world, NEW).step();
    await settleBy(world, NEW, [1]);
    expect(dataOf(world, "WalletPaused").filter(({ reason }) => reason === "restored")).to.deep.equal([]);
    const behind = world
      .events()
      .findIndex(({ stream, event }) => stream === Wallet.stream(NEW) && event.type === "OperationSigned");
    const restored = world.restoredTo(behind);
    await processOf(restored, NEW).step();
    expect(dataOf(restored, "WalletPaused").filter(({ reason }) => reason === "restored")).to.have.length(1);
  });

  describe("races", () => {
    it("each append of a process that begins a cycle: it is paid once, by one of the two", async () => {
      for (const moment of [
        "CycleEnded",
        "RewardsAllocated",
        "CycleRewardsReady",
        "CyclePayoutStarted",
      ] as const) {
        const world = await calm();
        once(world, "before", moment, () => set(world).then(() => undefined));
        await letPass(world, 12);
        expect(dataOf(world, "WalletHandedOver"), moment).to.have.length(1);
        await on(world);
        await settleBy(world, NEW, [sinceCycle(world)]);
      }
    });

    it("a signing under way: nothing signed by the former wallet comes after it", async () => {
      for (const moment of ["BatchFormed", "OperationSigned"] as const) {
        const world = await calm();
        once(world, "before", moment, () => unlessRefused(set(world)));
        await letPass(world, 30);
        expect(dataOf(world, "WalletHandedOver"), moment).to.deep.equal([]);
        expect(paid(world, 0, 1), moment).to.deep.equal(due);
      }
    });

    it("a transfer that is asked for: it is refused, and the new wallet pays it when it is asked again", async () => {
      const world = await calm();
      once(world, "before", "PaymentRequested", () => set(world).then(() => undefined));
      const rows = [{ to: addressOf(70), amount: mutez(5n) }];
      expect(await refusalOf(sendTransfers(actsOf(world), "rent", rows))).to.equal("not-adopted");
      await on(world);
      await sendTransfers(actsOf(world), "rent", rows);
      await letPassBy(world, NEW, 8);
      expect(world.model.account(addressOf(70))?.balance).to.equal(5n);
    });

    it("a switch to on, before each append of either", async () => {
      const types: readonly (DomainEvent["type"] | number)[] = [0, 1, 2, 3];
      for (const step of types) {
        const world = await calm();
        once(world, "before", step, () => unlessRefused(on(world)));
        await unlessRefused(set(world));
        await unlessRefused(set(world));
        await on(world);
        expect(dataOf(world, "PayerSet").at(-1)?.payer, `step ${step}`).to.equal(NEW);
        await settleBy(world, NEW, [1]);
        expect(paid(world, 0, 1), `step ${step}`).to.deep.equal(due);
      }
      const world = await calm();
      await switchMode(actsOf(world), "off");
      once(world, "before", "ModeChanged", () => set(world).then(() => undefined));
      expect(await refusalOf(on(world))).to.equal("changing");
      await on(world);
      await settleBy(world, NEW, [1]);
      expect(paid(world, 0, 1)).to.deep.equal(due);
    });

    it("its own death at each append: said again it ends whole", async () => {
      for (const when of ["before", "after"] as const)
        for (let step = 0; step < 4; step += 1) {
          const world = await calm();
          once(world, when, step, () => Promise.reject(new Error("killed")));
          await unlessRefused(set(world));
          await letPass(world, 0);
          await set(world);
          await on(world);
          await settleBy(world, NEW, [1]);
          expect(paid(world, 0, 1), `${when} ${step}`).to.deep.equal(due);
        }
    });
  });
});

const letPassBy = async (world: World, payer: TzAddress, blocks: number): Promise<void> => {
  const process = processOf(world, payer);
  for (let block = 0; block < blocks; block += 1) {
    await process.step();
    checkInvariants(world);
    world.bake();
  }
};
