import { expect } from "chai";
import { recordRestore } from "../../../../src/application/commands/restored.js";
import { chainId } from "../../../../src/domain/identifiers.js";
import { PAYER, someTz } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { dataOf } from "../../../support/world/events.js";
import { checkInvariants } from "../../../support/world/invariants.js";
import { isSettled } from "../../../support/world/installation.js";
import { appendedBy, letPass, payOn, runTo } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceChain, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const TTL = referenceChain.rules.constants.maxOperationsTimeToLive;
const say = (world: World) => recordRestore(actsOf(world));
const appended = async (world: World) => (await appendedBy(world, () => say(world))).map(([, type]) => type);
const resumed = (world: World): number => dataOf(world, "WalletResumed").length;

describe("taps restored", () => {
  it("is refused before a wallet is named or taken over, and on another chain", async () => {
    const world = referenceWorld();
    expect(await refusalOf(say(world))).to.equal("no-payer");
    const acts = { ...actsOf(world), payer: PAYER };
    expect(await refusalOf(recordRestore(acts))).to.equal("no-payer");
    await world.setUp();
    expect(await refusalOf(say(world.restoredTo(2)))).to.equal("not-adopted");
    const head = world.chain.head.bind(world.chain);
    const found = chainId.parse("NetXdQprcVkpaWU");
    world.chain.head = async () => ({ ...(await head()), chainId: found });
    expect(await refusalOf(say(world))).to.equal(
      `other-chain registered ${world.chain.chainId} found ${found}`,
    );
    expect(dataOf(world, "WalletPaused")).to.deep.equal([]);
  });

  it("pauses beyond the life of every operation that may be forgotten; said again it waits no longer", async () => {
    const world = referenceWorld();
    await world.setUp();
    for (let block = 0; block < 9; block += 1) world.bake();
    const untilLevel = 9 + TTL + 1;
    expect(await say(world)).to.equal(untilLevel);
    expect(dataOf(world, "WalletPaused")).to.deep.equal([
      { reason: "restored", detail: "a person says so", actor: "cli:somebody", untilLevel },
    ]);
    while (world.model.head.level < untilLevel + 2) {
      expect(await appended(world)).to.deep.equal([]);
      expect(await say(world)).to.equal(untilLevel);
      world.bake();
    }
  });

  it("waits anew if the first wait was over: the log may be of then, and have signed since", async () => {
    const world = referenceWorld();
    await world.setUp();
    const first = await say(world);
    while (world.model.head.level - 2 <= (first ?? 0)) world.bake();
    expect(await appended(world)).to.deep.equal(["WalletPaused"]);
    expect(await say(world)).to.equal(world.model.head.level + TTL + 1);
  });

  it("stops a process that is paying; what is signed ends, and the rest is paid once the wait is over", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "OperationSigned");
    const untilLevel = (await say(world)) ?? 0;
    await payOn(world, () => {
      const isOver = world.model.head.level - 2 > untilLevel;
      expect([dataOf(world, "OperationSigned").length > 1, resumed(world)]).to.deep.equal([
        isOver,
        isOver ? 1 : 0,
      ]);
      return isOver;
    });
    expect(dataOf(world, "OperationFinalised").length).to.equal(1);
    await payOn(world, () => isSettled(world, 0));
    checkInvariants(world);
  });

  it("is not over while an operation is not explained", async () => {
    const world = referenceWorld();
    await world.setUp();
    const untilLevel = (await say(world)) ?? 0;
    world.sendByHand([{ to: someTz("a friend") }]);
    await letPass(world, 90);
    expect(world.model.head.level - 2).to.be.above(untilLevel);
    expect(resumed(world)).to.equal(0);
  });
});
