import { expect } from "chai";
import { bakerOf, ledgerOf } from "../../../../src/application/aggregates.js";
import { act, type Acts } from "../../../../src/application/commands/acts.js";
import { adopt } from "../../../../src/application/commands/adopt.js";
import { classifyOperation } from "../../../../src/application/commands/classify.js";
import { importOpening } from "../../../../src/application/commands/ledger.js";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { type PastTransfer } from "../../../../src/application/ports/transfers.js";
import * as Baker from "../../../../src/domain/baker/baker.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { asCycle, asLevel, chainId } from "../../../../src/domain/identifiers.js";
import * as Ledger from "../../../../src/domain/ledger/ledger.js";
import { mutez } from "../../../../src/domain/money.js";
import { PAYER, someTz } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { dataOf } from "../../../support/world/events.js";
import { checkAllIsFinal, paidOnChain } from "../../../support/world/invariants.js";
import { appendedBy, letPass, settle } from "../../../support/world/moments.js";
import { actsOf, evidenceOf, operationsIn } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

/** What an index shows of the wallet. */
const sentIn = async (world: World): Promise<readonly PastTransfer[]> => {
  const contents = await operationsIn(world).contentsOf(PAYER, asLevel(0), world.model.head.level);
  return contents.flatMap(({ hash, level, target, amount, status }) =>
    status === "applied" && target !== null && amount !== null ? [{ hash, level, target, amount }] : [],
  );
};

/** Another tool has paid cycle 0 from the same wallet until now, while cycle 1 runs; TAPS has an empty log. */
const paidByAnother = async (): Promise<{ readonly world: World; readonly acts: Acts }> => {
  const other = referenceWorld();
  await other.setUp();
  await settle(other, [0]);
  expect(other.model.cycleOf(other.model.head.level)).to.equal(1);
  const world = other.restoredTo(0);
  for (const { hash } of dataOf(other, "OperationSigned")) world.byHand.add(hash);
  return { world, acts: { ...actsOf(world), payer: PAYER } };
};
const evidenceIn = async (world: World) => evidenceOf(world, await sentIn(world));
const opening = (...cycles: number[]) => {
  const sum = mutez(699n + BigInt(cycles.length));
  const balances = [{ delegator: addressOf(3), amount: sum }];
  const rest = { owed: 1, paid: 4, passedOver: 0, balances, sum, doubtful: [] };
  return {
    file: sha256(`payouts ${cycles.join()}`),
    format: "tezpay",
    cycles: cycles.map(asCycle),
    ...rest,
  } as const;
};

describe("taps adopt", () => {
  it("shows what the wallet has paid, and what TAPS will pay, and writes nothing", async () => {
    const { world, acts } = await paidByAnother();
    const sent = await sentIn(world);
    const sum = sent.reduce((total, { amount }) => total + amount, 0n);
    expect(await adopt(acts, await evidenceIn(world), undefined)).to.deep.equal({
      payer: PAYER,
      running: 1,
      firstCycle: 2,
      cycles: [{ cycle: 0, delegators: 40, paid: 39, sum, unknown: null }],
      opening: { delegators: 0, sum: 0n, files: 0 },
      written: false,
    });
    expect(world.events()).to.deep.equal([]);
  });

  it("names a cycle whose delegators are not known yet", async () => {
    const { world, acts } = await paidByAnother();
    world.bake();
    world.bake();
    const { cycles } = await adopt(acts, await evidenceIn(world), undefined);
    expect(cycles.map(({ cycle, unknown }) => [cycle, unknown])).to.deep.equal([
      [0, null],
      [1, "unfinished-cycle: the source's head is at level 17, the cycle is final at 18"],
    ]);
  });

  it("registers the first cycle and takes the wallet over; the switch to on pays from it, and nothing twice", async () => {
    const { world, acts } = await paidByAnother();
    await importOpening(acts, opening(0), false);
    const confirm = async () => adopt(acts, await evidenceIn(world), asCycle(1));
    const head = world.model.head.level;
    const written = await appendedBy(world, confirm);
    expect(written).to.deep.equal([
      ["baker", "FirstCycleSet"],
      ["wallet", "WalletAdopted"],
    ]);
    expect(dataOf(world, "WalletAdopted")).to.deep.equal([
      { chainId: world.chain.chainId, level: head - 2, counter: 39n },
    ]);
    expect(await appendedBy(world, confirm)).to.deep.equal([]);
    expect(await confirm()).to.deep.include({
      firstCycle: 1,
      opening: { delegators: 1, sum: 700n, files: 1 },
      written: true,
    });
    expect(await appendedBy(world, () => switchMode(acts, "on"))).to.deep.equal([["baker", "ModeChanged"]]);
    const before = await sentIn(world);
    await settle(world, [1]);
    checkAllIsFinal(world, [1]);
    const sent = (await sentIn(world)).slice(before.length);
    expect(new Set(sent.map(({ target }) => target)).size).to.equal(sent.length);
    expect(sent).to.have.length(39);
    expect(paidOnChain(world, [1])).to.have.length(39);
    const allocated = dataOf(world, "DelegatorRewardsAllocated")
      .flatMap(({ rows }) => rows)
      .find(({ delegator }) => delegator === addressOf(3));
    const got = sent.find(({ target }) => target === addressOf(3))?.amount;
    expect(got).to.equal((allocated?.net ?? 0n) + 700n);
    expect(dataOf(world, "ForeignOperationFound")).to.deep.equal([]);
  });

  it("registers the baker with the first cycle, where nobody did", async () => {
    const { world, acts } = await paidByAnother();
    await appendedBy(world, async () => adopt(acts, await evidenceIn(world), asCycle(2)));
    expect(world.events().map(({ event }) => event.type)).to.deep.equal([
      "BakerRegistered",
      "PayerSet",
      "WalletAdopted",
    ]);
    expect(dataOf(world, "BakerRegistered")[0]?.firstCycle).to.equal(2);
    await switchMode(acts, "on");
    for (let block = 0; block < 8; block += 1) world.bake();
    await letPass(world, 3);
    expect(paidOnChain(world, [0, 1])).to.deep.equal([]);
  });

  it("makes what the other tool still sends stop TAPS, in simulation too", async () => {
    const { world, acts } = await paidByAnother();
    await adopt(acts, await evidenceIn(world), asCycle(1));
    const { hash } = world.sendByHand([{ to: addressOf(3) }]);
    world.bake();
    await letPass(world, 3);
    expect(dataOf(world, "ForeignOperationFound").map((found) => found.hash)).to.deep.equal([hash]);
  });

  it("leaves the cycle before the first one to the other tool: asked for later, what that one sent is shown", async () => {
    const { world, acts } = await paidByAnother();
    await adopt(acts, await evidenceIn(world), asCycle(2));
    await switchMode(acts, "on");
    while (world.model.cycleOf(world.model.head.level) < 2) world.bake();
    const { hash } = world.sendByHand([{ to: addressOf(3) }]);
    for (let blocks = 0; blocks < 4; blocks += 1) world.bake();
    await letPass(world, 1);
    await classifyOperation(acts, hash, [], "the other tool's");
    const { written, doubtful } = await payCycle(acts, asCycle(1), await evidenceIn(world), false);
    expect([written, doubtful.map((transfer) => transfer.hash)]).to.deep.equal([false, [hash]]);
  });

  describe("refuses", () => {
    /** With a TzKT that has come to a level at most. */
    const adoptBy = async (world: World, acts: Acts, cycle: number | undefined, level = 1_000) => {
      const { source, ...rest } = evidenceOf(world);
      const head = await source.head();
      const upTo = { ...source, head: async () => ({ ...head, level: Math.min(level, head.level) }) };
      return adopt(acts, { ...rest, source: upTo }, cycle === undefined ? undefined : asCycle(cycle));
    };
    const refused = (...asked: Parameters<typeof adoptBy>) => refusalOf(adoptBy(...asked));

    it("without a wallet, and on another chain", async () => {
      const { world, acts } = await paidByAnother();
      expect(await refused(world, actsOf(world), undefined)).to.equal("no-payer");
      await switchMode(acts, "simulation");
      const found = chainId.parse("NetXdQprcVkpaWU");
      const elsewhere = { ...acts, chain: Object.create(world.chain) as typeof world.chain };
      elsewhere.chain.head = async () => ({ ...(await world.chain.head()), chainId: found });
      expect(await refused(world, elsewhere, 1)).to.equal(
        `other-chain registered ${world.chain.chainId} found ${found}`,
      );
    });

    it("a cycle that has ended, another one than START_CYCLE, one that TAPS has planned", async () => {
      const { world, acts } = await paidByAnother();
      expect(await refused(world, acts, 0)).to.equal("cycle-ended running 1");
      expect(await refused(world, { ...acts, startCycle: asCycle(2) }, 1)).to.equal(
        "other-first-cycle START_CYCLE 2 asked 1",
      );
      const paying = referenceWorld();
      await paying.setUp();
      await settle(paying, [0]);
      await switchMode(actsOf(paying), "off");
      expect(await refused(paying, actsOf(paying), 2)).to.equal("planned-already");
    });

    it("another first cycle while TAPS pays; the same one is no matter", async () => {
      const { world, acts } = await paidByAnother();
      await switchMode({ ...acts, startCycle: asCycle(1) }, "on");
      expect(await refused(world, acts, 2)).to.equal("pays-already");
      await adoptBy(world, acts, 1);
    });

    it("while TzKT does not show what is final", async () => {
      const { world, acts } = await paidByAnother();
      const final = world.model.head.level - 2;
      for (const cycle of [undefined, 1])
        expect(await refused(world, acts, cycle, final - 1)).to.equal(
          `source-lags level ${final - 1} final ${final}`,
        );
      await adoptBy(world, acts, 1, final);
    });

    it("while the wallet sends: an operation in the mempool, or one that is not final", async () => {
      const { world, acts } = await paidByAnother();
      const { hash } = world.sendByHand([{ to: someTz("a friend") }]);
      expect(await refused(world, acts, 2)).to.equal(`wallet-busy hash ${hash}`);
      for (let blocks = 0; blocks < 2; blocks += 1) {
        world.bake();
        expect(await refused(world, acts, 2)).to.equal("wallet-busy counter 40");
      }
      expect(dataOf(world, "WalletAdopted")).to.deep.equal([]);
      world.bake();
      await adoptBy(world, acts, 3);
    });

    it("more than ten cycles ahead, and writes nothing; proposes none that it would refuse", async () => {
      const { world, acts } = await paidByAnother();
      const before = world.events().length;
      expect(await refused(world, acts, 12)).to.equal("too-far-ahead running 1 latest 11");
      expect(world.events()).to.have.length(before);
      await adoptBy(world, acts, 11);
      const registered = { firstCycle: asCycle(9_999_999), actor: "of an older release" };
      await act(acts, bakerOf(acts.baker), Baker.setFirstCycle(registered));
      expect(await adoptBy(world, acts, undefined)).to.include({ firstCycle: 11, written: false });
    });

    it("without a word too, where TAPS has planned a cycle or pays", async () => {
      const paying = referenceWorld();
      await paying.setUp();
      await letPass(paying, 1);
      expect(await refused(paying, actsOf(paying), 1)).to.equal("pays-already");
      await settle(paying, [0]);
      expect(await refused(paying, actsOf(paying), undefined)).to.equal("planned-already");
    });

    it("a cycle whose unpaid rest an older release imported too early, as the switch to on does", async () => {
      const { world, acts } = await paidByAnother();
      const importEarly = ({ balances: [...rows], cycles, ...rest }: ReturnType<typeof opening>) => {
        const { file, format } = rest;
        const early = { file, format, cycles: [...cycles], rows, actor: acts.actor };
        return act(acts, ledgerOf(acts.baker), Ledger.importBalances(early));
      };
      await switchMode(acts, "simulation");
      expect(dataOf(world, "BakerRegistered")[0]?.firstCycle).to.equal(2);
      await importEarly(opening(0, 1));
      expect(await refused(world, acts, 1)).to.equal("imported-ahead cycle 1");
      await adoptBy(world, acts, 2);
      await importEarly(opening(2));
      expect(await refusalOf(switchMode(acts, "on"))).to.equal("imported-ahead cycle 2");
      expect(dataOf(world, "ModeChanged")).to.deep.equal([]);
    });
  });
});
