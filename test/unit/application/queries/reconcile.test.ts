import { expect } from "chai";
import { claimFrom } from "../../../../src/application/arguments.js";
import { classifyOperation } from "../../../../src/application/commands/classify.js";
import { adjustBalance } from "../../../../src/application/commands/ledger.js";
import { sendTransfers } from "../../../../src/application/commands/money.js";
import { settleDelegator } from "../../../../src/application/commands/settle.js";
import { reconcile } from "../../../../src/application/queries/reconcile.js";
import { mutez } from "../../../../src/domain/money.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER, someContract, someTz } from "../../../support/chain-model.js";
import { claim, DELEGATOR, dueTo, ledgerOfWorld, paidByHand } from "../../../support/world/by-hand.js";
import { dataOf } from "../../../support/world/events.js";
import { letPass, payOn, settle } from "../../../support/world/moments.js";
import { actsOf, operationsIn } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";

describe("reconciliation", () => {
  it("explains every operation of the wallet, to the counter", async () => {
    const world = referenceWorld();
    await world.setUp();
    await settle(world, [0, 1]);
    await letPass(world, 3);
    const found = await reconcile(actsOf(world), operationsIn(world));
    const operations = dataOf(world, "OperationFinalised");
    expect(found).to.deep.include({ complete: true, explained: true, lost: [], unknown: [], foreign: [] });
    expect(found.operations).to.equal(operations.length);
    expect(found.contents).to.equal(operations.flatMap(({ contents }) => contents).length);
  });

  it("proposes what a foreign operation may have paid, and is silent once it is classified", async () => {
    const { world, hash, due } = await paidByHand(DELEGATOR, (amount) => amount);
    const found = await reconcile(actsOf(world), operationsIn(world));
    expect(found.explained).to.equal(false);
    expect(found.foreign.map(({ hash: foreign, contents }) => ({ foreign, contents }))).to.deep.equal([
      {
        foreign: hash,
        contents: [
          {
            content: 0,
            kind: "transaction",
            target: DELEGATOR,
            amount: due,
            status: "applied",
            matches: [{ name: `0/${DELEGATOR}`, due, isExact: true }],
          },
        ],
      },
    ]);
    await classifyOperation(actsOf(world), hash, [claim()], "paid by hand");
    const after = await reconcile(actsOf(world), operationsIn(world));
    expect(after).to.deep.include({ explained: true, classified: 1 });
  });

  it("proposes no cycle that had not ended when it was sent, and nothing beside what is owed exactly", async () => {
    const world = referenceWorld();
    await world.setUp();
    const early = world.sendByHand([{ to: DELEGATOR, amount: 5n }]);
    world.bake();
    await payOn(world, () => dataOf(world, "PayoutPlanned").length > 0);
    const due = await dueTo(world);
    await sendTransfers(actsOf(world), "rent", [{ to: DELEGATOR, amount: mutez(5n) }]);
    const late = world.sendByHand([
      { to: DELEGATOR, amount: due },
      { to: DELEGATOR, amount: 7n },
    ]);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 1);
    const { foreign } = await reconcile(actsOf(world), operationsIn(world));
    const names = foreign.map(({ hash, contents }) => [
      hash,
      contents.map(({ matches }) => matches.map(({ name }) => name)),
    ]);
    const [cycle, rent] = [`0/${DELEGATOR}`, `batch_rent/${DELEGATOR}`];
    expect(names).to.deep.equal([
      [early.hash, [[rent]]],
      [late.hash, [[cycle], [cycle, rent]]],
    ]);
  });

  it("proposes what is held of a settlement, by the name that it is classified under", async () => {
    const world = referenceWorld();
    await world.setUp();
    const [left, amount] = [someTz("who has left"), mutez(1_234_567n)];
    const owed = { delegator: left, amount, reason: "correction" as const, reference: "carried before" };
    await adjustBalance(actsOf(world), { ...owed, allowNegative: false });
    await settleDelegator(actsOf(world), left, { to: someContract("refuses"), reason: "it has left" });
    await payOn(world, () => dataOf(world, "PaymentsClosed").length > 0);
    const { hash } = world.sendByHand([{ to: left, amount }]);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    const [found] = (await reconcile(actsOf(world), operationsIn(world))).foreign;
    const name = `batch_settle.${left}.1/${left}`;
    expect(found?.contents.map(({ matches }) => matches)).to.deep.equal([
      [{ name, due: amount, isExact: true }],
    ]);
    const pays = [claimFrom(BAKER, `0=${name}`)].filter((each) => each !== undefined);
    await classifyOperation(actsOf(world), hash, pays, "sent by hand");
    const payment = Payment.settlementStream(BAKER, left, 1);
    expect(dataOf(world, "ForeignOperationClassified").map((data) => data.pays)).to.deep.equal([
      [{ content: 0, payment, obligation: `delegator:${left}` }],
    ]);
    expect((await ledgerOfWorld(world)).balances).to.deep.equal(new Map());
  });

  it("takes what was sent for a part of a transfer: nobody is owed the rest", async () => {
    const world = referenceWorld();
    await world.setUp();
    const friend = someTz("a friend");
    await sendTransfers(actsOf(world), "rent", [{ to: friend, amount: mutez(1_000n) }]);
    const { hash } = world.sendByHand([{ to: friend, amount: 400n }]);
    world.bake();
    await payOn(world, () => dataOf(world, "ForeignOperationFound").length > 0);
    const pays = [claimFrom(BAKER, `0=batch_rent/${friend}`)].filter((each) => each !== undefined);
    const told = await classifyOperation(actsOf(world), hash, pays, "a part of it");
    expect(told.map(({ sent, due, isLedgers }) => [sent, due, isLedgers])).to.deep.equal([
      [400n, 1_000n, false],
    ]);
    expect(dataOf(world, "AdjustmentRecorded")).to.deep.equal([]);
    await payOn(world, () => dataOf(world, "PaymentsClosed").length > 0);
    expect(world.model.account(friend)?.balance).to.equal(400n);
  });

  it("says when the index does not show all, and when what is final in the log is not on chain", async () => {
    const world = referenceWorld();
    await world.setUp();
    await settle(world, [0]);
    await letPass(world, 3);
    const index = operationsIn(world);
    const [first] = dataOf(world, "OperationFinalised");
    const found = await reconcile(actsOf(world), {
      ...index,
      contentsOf: async (...asked) =>
        (await index.contentsOf(...asked)).filter(({ hash }) => hash !== first?.hash),
    });
    expect(found).to.deep.include({ complete: false, explained: false });
    expect(found.lost).to.deep.equal([{ hash: first?.hash, level: first?.level }]);
  });
});
