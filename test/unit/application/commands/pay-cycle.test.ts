import { expect } from "chai";
import { holdCycle, skipCycle } from "../../../../src/application/commands/cycles.js";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { importOpening } from "../../../../src/application/commands/ledger.js";
import { sendTransfers } from "../../../../src/application/commands/money.js";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { SourceUnavailable } from "../../../../src/application/ports/reward-source.js";
import { type PastTransfer } from "../../../../src/application/ports/transfers.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { asCycle, asLevel, chainId, operationHash } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { dataOf } from "../../../support/world/events.js";
import { paidOnChain } from "../../../support/world/invariants.js";
import { appendedBy, letPass, once, runTo, settle } from "../../../support/world/moments.js";
import { actsOf, evidenceOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const CYCLE_BLOCKS = 8;
const HASH = operationHash.parse("onvsLP3JFZia2mzZKWaFuFkWg2L5p3BDUhzh5Kr6CiDDN3rtQ1D");
const sentTo = (n: number, level: number): PastTransfer => ({
  hash: HASH,
  level: asLevel(level),
  target: addressOf(n),
  amount: mutez(5n),
});

/** Switched on while `cycle` runs: the ones before it are not paid by themselves. */
const onFrom = async (cycle: number): Promise<World> => {
  const world = referenceWorld();
  while (world.model.cycleOf(world.model.head.level) < cycle) world.bake();
  await world.setUp();
  return world;
};
const pay = (world: World, cycle: number, sent: readonly PastTransfer[] = [], confirmed = false) =>
  payCycle(actsOf(world), asCycle(cycle), evidenceOf(world, sent), confirmed);
const settled = (world: World): readonly string[] =>
  world.events().flatMap(({ stream, event }) => (event.type === "CycleSettled" ? [stream.slice(-1)] : []));

describe("taps cycle pay", () => {
  it("writes one request, however often it is said", async () => {
    const world = await onFrom(2);
    expect(await appendedBy(world, () => pay(world, 0))).to.deep.equal([["baker", "CyclePaymentRequested"]]);
    expect(await appendedBy(world, () => pay(world, 0))).to.deep.equal([]);
  });

  it("needs a wallet and a cycle that has begun", async () => {
    const world = await onFrom(2);
    expect(await refusalOf(pay(world, 3))).to.equal("not-begun running 2");
    const bare = referenceWorld();
    expect(await refusalOf(pay(bare, 0))).to.equal("no-payer");
  });

  it("is refused outside on: what the wallet sends after the look would be seen by nobody", async () => {
    const world = await onFrom(2);
    for (const mode of ["off", "simulation"] as const) {
      await switchMode(actsOf(world), mode);
      expect(await refusalOf(pay(world, 0))).to.equal(`not-on mode ${mode}`);
    }
  });

  it("is refused with a node of another chain", async () => {
    const world = await onFrom(2);
    const head = world.chain.head.bind(world.chain);
    const found = chainId.parse("NetXdQprcVkpaWU");
    world.chain.head = async () => ({ ...(await head()), chainId: found });
    expect(await refusalOf(pay(world, 0))).to.equal(
      `other-chain registered ${world.chain.chainId} found ${found}`,
    );
  });

  it("is refused for a cycle that is settled or skipped", async () => {
    const world = await onFrom(0);
    await settle(world, [0]);
    expect(await refusalOf(pay(world, 0))).to.equal("finished");
    await skipCycle(actsOf(world), asCycle(1), "paid by hand");
    expect(await refusalOf(pay(world, 1))).to.equal("finished");
  });

  it("answers what the wallet sent to the cycle's delegators since its end, and writes nothing", async () => {
    const world = await onFrom(2);
    const sent = [sentTo(3, CYCLE_BLOCKS + 1), sentTo(1_000, CYCLE_BLOCKS + 1), sentTo(4, CYCLE_BLOCKS - 1)];
    const before = world.events().length;
    expect(await pay(world, 0, sent)).to.deep.equal({
      written: false,
      doubtful: [sent[0]],
      imported: false,
      held: null,
    });
    expect(world.events()).to.have.length(before);
    expect(await pay(world, 0, sent, true)).to.deep.equal({
      written: true,
      doubtful: [sent[0]],
      imported: false,
      held: null,
    });
    expect(await pay(world, 0, sent)).to.deep.equal({
      written: true,
      doubtful: [],
      imported: false,
      held: null,
    });
  });

  it("answers what a person has let the wallet send, and not what the log owed", async () => {
    const world = await onFrom(2);
    await sendTransfers(actsOf(world), "rent", [{ to: addressOf(3), amount: mutez(5n) }]);
    await settle(world, [2]);
    const shown = dataOf(world, "OperationSigned").map(({ hash, payment }) => ({
      ...sentTo(3, CYCLE_BLOCKS + 1),
      hash,
      payment,
    }));
    expect(shown.length).to.be.above(1);
    const own = shown.filter(({ payment }) => payment?.endsWith("_batch_rent"));
    expect(own).to.have.length(1);
    expect((await pay(world, 0, shown)).doubtful).to.deep.equal(own);
  });

  it("is said again, with another look, after off and on: meanwhile it may have been paid", async () => {
    const world = await onFrom(2);
    await pay(world, 0);
    await switchMode(actsOf(world), "off");
    await switchMode(actsOf(world), "on");
    await letPass(world, 20);
    expect(paidOnChain(world, [0])).to.deep.equal([]);
    const sent = [sentTo(3, CYCLE_BLOCKS + 1)];
    expect(await pay(world, 0, sent)).to.deep.include({ written: false, doubtful: sent });
    expect(await appendedBy(world, () => pay(world, 0))).to.deep.equal([["baker", "CyclePaymentRequested"]]);
  });

  it("needs a word for a cycle whose unpaid rest was imported, which it would pay twice", async () => {
    const world = await onFrom(3);
    const balances = [{ delegator: addressOf(3), amount: mutez(700n) }];
    const rest = { owed: 1, paid: 4, passedOver: 0, balances, sum: mutez(700n), doubtful: [] };
    const opening = { file: sha256("payouts.csv"), format: "tezpay", cycles: [asCycle(0)], ...rest } as const;
    await importOpening(actsOf(world), opening, false);
    expect(await refusalOf(pay(world, 0))).to.equal("imported");
    expect(await pay(world, 1)).to.deep.equal({ written: true, doubtful: [], imported: false, held: null });
    const sent = [sentTo(3, world.model.head.level)];
    const asked = { written: false, doubtful: sent, imported: true, held: null };
    expect(await pay(world, 0, sent), "what was sent is shown first").to.deep.equal(asked);
    expect(await pay(world, 0, sent, true)).to.deep.equal({ ...asked, written: true });
    expect(await pay(world, 0)).to.deep.equal({ written: true, doubtful: [], imported: false, held: null });
  });

  it("does not doubt what the log itself signed", async () => {
    const world = await onFrom(0);
    await settle(world, [0]);
    const later = world.model.head.level;
    const signed = world
      .events()
      .flatMap(({ event }) => (event.type === "OperationSigned" ? [event.data] : []));
    const own = signed.map(({ hash }) => ({ ...sentTo(3, later), hash }));
    await switchMode(actsOf(world), "off");
    while (world.model.cycleOf(world.model.head.level) < 3) world.bake();
    await switchMode(actsOf(world), "on");
    expect(await pay(world, 1, own)).to.deep.equal({
      written: true,
      doubtful: [],
      imported: false,
      held: null,
    });
  });

  it("asks nobody about a cycle that is paid by itself", async () => {
    const world = await onFrom(1);
    expect(await pay(world, 1, [sentTo(3, 200)])).to.deep.equal({
      written: true,
      doubtful: [],
      imported: false,
      held: null,
    });
  });

  it("pays a cycle of before the switch, once, and no other", async () => {
    const world = await onFrom(2);
    expect(await refusalOf(pay(world, 1))).to.match(/^inputs-refused why unfinished-cycle: /);
    world.bake();
    world.bake();
    await pay(world, 1);
    await settle(world, [1]);
    expect(paidOnChain(world, [0])).to.deep.equal([]);
    expect(new Set(paidOnChain(world, [1])).size).to.equal(paidOnChain(world, [1]).length);
    expect(settled(world)).to.deep.equal(["1"]);
  });

  it("lets a later cycle that is being paid finish first", async () => {
    for (const moment of [
      "CyclePayoutStarted",
      "BalancesTaken",
      "PayoutPlanned",
      "BatchFormed",
      "OperationSigned",
    ] as const) {
      const world = await onFrom(1);
      await runTo(world, moment);
      await pay(world, 0);
      await settle(world, CYCLES);
      const due = referenceWorld();
      await due.setUp();
      await settle(due, CYCLES);
      expect([...paidOnChain(world, CYCLES)].sort(), moment).to.deep.equal(
        [...paidOnChain(due, CYCLES)].sort(),
      );
    }
  });

  it("does not ask an index that lags behind the node", async () => {
    const world = await onFrom(2);
    const evidence = evidenceOf(world);
    const head = async (behind: number) => ({
      ...(await evidence.source.head()),
      level: world.model.head.level - behind,
    });
    const payBehind = (behind: number) =>
      payCycle(
        actsOf(world),
        asCycle(0),
        { ...evidence, source: { ...evidence.source, head: () => head(behind) } },
        false,
      );
    const late: unknown = await payBehind(6).catch((error: unknown) => error);
    expect(late).to.be.instanceOf(SourceUnavailable);
    expect(await payBehind(5)).to.deep.equal({ written: true, doubtful: [], imported: false, held: null });
  });

  it("lifts no hold that a person sets meanwhile", async () => {
    const world = await onFrom(0);
    while (world.model.cycleOf(world.model.head.level) < 6) world.bake();
    await letPass(world, 2);
    once(world, "before", "CycleReleased", () => holdCycle(actsOf(world), asCycle(1), "a look first"));
    expect(await pay(world, 1)).to.deep.equal({
      written: true,
      doubtful: [],
      imported: false,
      held: "a look first",
    });
  });

  it("releases the hold of missed cycles, and no hold of a person", async () => {
    const world = await onFrom(0);
    const types = async (): Promise<unknown> =>
      (await appendedBy(world, () => pay(world, 1))).map(([, type]) => type);
    while (world.model.cycleOf(world.model.head.level) < 6) world.bake();
    world.bake();
    world.bake();
    await letPass(world, 0);
    const held = () =>
      world
        .events()
        .flatMap(({ stream, event }) =>
          event.type === "CycleHeld" ? [[stream.slice(-1), event.data.reason]] : [],
        );
    expect(held()).to.deep.equal([
      ["0", "missed-cycles"],
      ["1", "missed-cycles"],
      ["2", "missed-cycles"],
    ]);
    expect(await types()).to.deep.equal(["CyclePaymentRequested", "CycleReleased"]);
    await holdCycle(actsOf(world), asCycle(1), "a look first");
    expect(await types()).to.deep.equal([]);
    expect(await pay(world, 1)).to.deep.equal({
      written: true,
      doubtful: [],
      imported: false,
      held: "a look first",
    });
    await holdCycle(actsOf(world), asCycle(2), "a look first");
    expect(held().slice(3)).to.deep.equal([
      ["1", "person"],
      ["2", "person"],
    ]);
    expect(await appendedBy(world, () => pay(world, 2))).to.deep.equal([["baker", "CyclePaymentRequested"]]);
  });
});
