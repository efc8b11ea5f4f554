import { expect } from "chai";
import { BlockUnavailable, ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { Term } from "../../../../src/application/process/term.js";
import { LogBroken, Repository } from "../../../../src/application/repository.js";
import { asCycle, protocolHash } from "../../../../src/domain/identifiers.js";
import { classifyOperation } from "../../../../src/application/commands/classify.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { BAKER, PAYER, someTz } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import { actsOf } from "../../../support/world/people.js";
import { dataOf } from "../../../support/world/events.js";
import { checkInvariants, paidOnChain } from "../../../support/world/invariants.js";
import { isSettled } from "../../../support/world/installation.js";
import { payOn, runTo, settle } from "../../../support/world/moments.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

/** Steps and bakes so often; answers what the process waits for at the end. */
const wait = async (world: World, blocks: number, bake: () => void): Promise<unknown> => {
  const { process } = world.start();
  let waiting: unknown;
  for (let block = 0; block < blocks; block += 1) {
    ({ waiting } = (await process.step()) as { readonly waiting: unknown });
    bake();
  }
  return waiting;
};

describe("an operation of the wallet that the log does not know", () => {
  const paidOnce = async (): Promise<World> => {
    const world = referenceWorld();
    await world.setUp();
    await settle(world, [0]);
    return world;
  };

  it("in the mempool: nothing is signed beside it", async () => {
    const world = await paidOnce();
    const signed = dataOf(world, "OperationSigned").length;
    const operation = world.sendByHand([{ to: someTz("a friend") }]);
    const waiting = await wait(world, 20, () => world.bakeEmpty());
    expect(waiting).to.deep.equal({ reason: "unknown-mempool-operation", hash: operation.hash });
    expect(dataOf(world, "OperationSigned").length).to.equal(signed);
  });

  it("in a block: nothing is signed from that head on; final, it is found with its contents, and signing stops", async () => {
    const world = await paidOnce();
    const signed = dataOf(world, "OperationSigned").length;
    const operation = world.sendByHand([{ to: someTz("a friend") }]);
    world.bake();
    const level = world.model.head.level;
    expect(await wait(world, 1, () => undefined)).to.include({ reason: "chain-ahead-of-log" });
    await wait(world, 20, () => world.bake());
    const [content] = operation.contents;
    expect(dataOf(world, "ForeignOperationFound")[0]).to.deep.equal({
      hash: operation.hash,
      level,
      firstCounter: content?.counter,
      lastCounter: content?.counter,
      contents: [
        {
          kind: "transaction",
          destination: someTz("a friend"),
          amount: 1_000_000n,
          status: "applied",
          fee: content?.fee,
          burn: 64_250n,
        },
      ],
    });
    expect(await wait(world, 20, () => world.bake())).to.include({ reason: "paused" });
    expect(dataOf(world, "OperationSigned").length).to.equal(signed);
    expect(dataOf(world, "ForeignOperationFound").length).to.equal(1);
  });
});

describe("an operation that paid a cycle before it was planned", () => {
  it("can be named: the cycle is planned while nothing is signed, and pays the others", async () => {
    const world = referenceWorld();
    await world.setUp();
    const operation = world.sendByHand([{ to: addressOf(3), amount: 420_000n }]);
    const waiting = await wait(world, 20, () => world.bake());
    expect(waiting).to.deep.equal({
      reason: "paused",
      detail: `foreign-operations: ${operation.hash}: see "taps reconcile"`,
    });
    expect([dataOf(world, "PayoutPlanned").length, dataOf(world, "BatchFormed").length]).to.deep.equal([
      1, 0,
    ]);
    const pays = {
      content: 0,
      payment: Payment.cycleStream(BAKER, asCycle(0)),
      obligation: `delegator:${addressOf(3)}`,
    };
    await classifyOperation(actsOf(world), operation.hash, [pays], "paid by hand");
    await settle(world, [0]);
    expect(paidOnChain(world, [0]).filter((line) => line.includes(addressOf(3)))).to.deep.equal([]);
    expect(paidOnChain(world, [0])).to.have.length(38);
  });
});

describe("a log that was restored", () => {
  it("to before the newest operation, after an older one was handed over again: that is seen", async () => {
    const world = referenceWorld();
    await world.setUp();
    const { process } = world.start();
    const lengths: number[] = [];
    while (dataOf(world, "OperationSigned").length < 2) {
      await process.step();
      if (dataOf(world, "OperationSigned").length < 2) lengths.push(world.events().length);
      world.bake();
    }
    world.reorganise(2, true);
    await process.step();
    expect(world.injected.at(-1)).to.equal(dataOf(world, "OperationSigned")[0]?.hash);
    const restored = world.restoredTo(lengths.at(-1) ?? 0);
    await restored.start().process.step();
    expect(dataOf(restored, "WalletPaused").map(({ reason }) => reason)).to.deep.equal(["restored"]);
  });

  it("to before an operation that was injected: nothing is signed, and what it paid is found as foreign", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const before = world.events().length;
    await payOn(world, () => dataOf(world, "OperationFinalised").length > 0);
    const restored = world.restoredTo(before);
    await wait(restored, 2, () => restored.bake());
    const { reason, detail, untilLevel } = dataOf(restored, "WalletPaused")[0] ?? {};
    expect(reason).to.equal("restored");
    expect(detail).to.match(/^the log lacks event \d+ that was injected$/);
    expect(untilLevel).to.be.above(restored.model.head.level);
    await wait(restored, 120, () => restored.bake());
    expect(dataOf(restored, "OperationSigned").length).to.equal(0);
    expect(restored.injected).to.deep.equal([]);
    const foreign = dataOf(restored, "ForeignOperationFound").length;
    expect(foreign).to.equal(dataOf(world, "OperationSigned").length);
    expect(dataOf(restored, "WalletResumed").length).to.equal(0);
  });

  it("is paused for once, whoever starts a term after it", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const before = world.events().length;
    await runTo(world, "OperationSigned");
    await payOn(world, () => world.injected.length > 0);
    const restored = world.restoredTo(before);
    for (let terms = 0; terms < 3; terms += 1) await wait(restored, 2, () => restored.bake());
    expect(dataOf(restored, "TermStarted").length).to.be.above(3);
    expect(dataOf(restored, "WalletPaused")).to.have.length(1);
  });

  it("behind a living process: it does nothing more, and the next one says what is the matter", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const before = world.events().length;
    const { process } = world.start();
    while (world.injected.length === 0) await process.step();
    world.putBack(before);
    const error = await process.step().catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(LogBroken);
    expect(world.events().length).to.equal(before);
    await world.start().process.step();
    expect(dataOf(world, "WalletPaused").map(({ reason }) => reason)).to.deep.equal(["restored"]);
  });

  for (const [name, identity] of [
    ["another server", { systemIdentifier: "2", timeline: 1, databaseOid: 1 }],
    ["another timeline", { systemIdentifier: "1", timeline: 2, databaseOid: 1 }],
    ["a database created anew", { systemIdentifier: "1", timeline: 1, databaseOid: 2 }],
  ] as const)
    it(`on ${name}: nothing is signed until a final block is beyond all that may be forgotten, then it pays on`, async () => {
      const world = referenceWorld();
      await world.setUp();
      await runTo(world, "BatchFormed");
      world.identity = identity;
      const { process } = world.start();
      for (let blocks = 0; !isSettled(world, 0); blocks += 1) {
        if (blocks > 160) throw new Error("not paid");
        await process.step();
        checkInvariants(world);
        const { untilLevel } = dataOf(world, "WalletPaused")[0] ?? {};
        const isOver = world.model.head.level - 2 > (untilLevel ?? Infinity);
        expect(dataOf(world, "WalletResumed").length).to.equal(isOver ? 1 : 0);
        if (!isOver) expect(world.injected).to.deep.equal([]);
        world.bake();
      }
      expect(dataOf(world, "WalletPaused").length).to.equal(1);
    });
});

describe("a database that is replaced behind a living process", () => {
  const replaced = { systemIdentifier: "1", timeline: 2, databaseOid: 1 };
  const thrownBy = (act: Promise<unknown>): Promise<unknown> => act.catch((reason: unknown) => reason);

  it("ends it, for all that it remembers is of another log; the next one signs nothing until the restore is over", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const { process } = world.start();
    world.chain.simulate = () => Promise.reject(new ChainUnavailable("not now"));
    await thrownBy(process.step());
    Reflect.deleteProperty(world.chain, "simulate");
    world.identity = replaced;
    expect(await thrownBy(process.step())).to.be.an.instanceOf(LogBroken);
    await wait(world, 20, () => world.bake());
    expect(dataOf(world, "WalletPaused").map(({ reason }) => reason)).to.deep.equal(["restored"]);
    expect(world.injected).to.deep.equal([]);
  });

  it("gives a term to one of two that hold the same lease, from a table that was put back", async () => {
    const world = referenceWorld();
    await world.setUp();
    const lease = { hold: () => Promise.resolve({ token: 5n }), release: () => Promise.resolve() };
    const terms = [1, 2].map(() => {
      const log = new CodedEventLog(world.store);
      return new Term({ ...world.ports(), log, repository: new Repository(log), lease });
    });
    const tokens = await Promise.all(terms.map((term) => term.token(PAYER, [], 5n)));
    expect(tokens).to.have.members([6n, undefined]);
    expect(dataOf(world, "TermStarted")).to.have.length(1);
  });

  it("ends one whose lease another had meanwhile, too, before it begins a term", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    let token: bigint | undefined = 1n;
    const lease = {
      hold: () => Promise.resolve(token === undefined ? undefined : { token }),
      release: () => Promise.resolve(),
    };
    const log = new CodedEventLog(world.store);
    const term = new Term({ ...world.ports(), log, repository: new Repository(log), lease });
    expect(await term.token(PAYER, [], (await term.lead()) ?? 0n)).to.not.equal(undefined);
    token = undefined;
    expect(await term.lead()).to.equal(undefined);
    token = 7n;
    world.identity = replaced;
    const before = world.events().length;
    expect(await term.lead()).to.equal(7n);
    expect(await thrownBy(term.token(PAYER, [], 7n))).to.be.an.instanceOf(LogBroken);
    expect(world.events().length).to.equal(before);
  });
});

describe("a protocol that this release does not know", () => {
  for (const key of ["protocol", "nextProtocol"] as const)
    it(`as the head's ${key}: nothing is signed until it is gone`, async () => {
      const world = referenceWorld();
      await world.setUp();
      await runTo(world, "BatchFormed");
      const head = world.chain.head.bind(world.chain);
      const unknown = protocolHash.parse("PtNairobiyssHuh87hEhfVBGCVrK3WnS8Z2FT4ymB5tAa4r1nQf");
      world.chain.head = async () => ({ ...(await head()), [key]: unknown });
      const waiting = await wait(world, 6, () => world.bake());
      expect(waiting).to.deep.equal({ reason: "unknown-protocol", protocol: unknown });
      expect(dataOf(world, "OperationSigned")).to.deep.equal([]);
      world.chain.head = head;
      await settle(world, [0]);
    });
});

describe("a node that does not keep a block that is needed", () => {
  it("leaves the fate of an operation unknown and names the block; one that keeps it ends the waiting", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "OperationSigned");
    const [signed] = dataOf(world, "OperationSigned");
    const block = world.chain.block.bind(world.chain);
    await wait(world, 1, () => world.bake());
    for (let blocks = 0; blocks < 12; blocks += 1) world.bake();
    const kept = world.model.head.level - 4;
    world.chain.block = async (id, source) => {
      const found = await block(id, source);
      if (found.level < kept) throw new BlockUnavailable(id);
      return found;
    };
    const waiting = await wait(world, 6, () => world.bake());
    const missing = world.model.block(kept - 1)?.hash;
    expect(waiting).to.deep.equal({ reason: "needs-block", block: missing });
    expect(dataOf(world, "OperationSigned")).to.deep.equal([signed]);
    for (const type of ["OperationFinalised", "OperationProvenDead"] as const)
      expect(dataOf(world, type)).to.deep.equal([]);
    world.chain.block = block;
    await settle(world, [0]);
    checkInvariants(world);
  });
});
